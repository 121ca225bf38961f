import type { CommandEntry } from '@hallway/bus';
import type { SendCommand } from '@hallway/contracts';
import type { Span, Tracing } from '@hallway/platform';
import type { Outcome } from '../messages/commit-messages.ts';

type Send = CommandEntry<SendCommand>;

/**
 * Runs a commit with a span for each message of it whose trace is recorded; what is announced of a message then follows that
 * span. A batch is one write for many messages: their spans lie beside each other and say how many shared it.
 */
export async function traceCommits(
  tracing: Tracing,
  sends: Send[],
  commit: (sends: Send[]) => Promise<Outcome[]>,
): Promise<void> {
  const spans = sends.map(({ command }) => tracing.follow('commit message', 'consumer', command.traceparent));
  const traced = sends.map((send, index) => withTrace(send, spans[index]));
  try {
    const outcomes = await commit(traced);
    for (const [index, span] of spans.entries()) endSpan(span, outcomes[index], sends.length);
  } catch (error) {
    for (const span of spans) span.end({ error: 'INTERNAL' });
    throw error;
  }
}

function withTrace(send: Send, span: Span | undefined): Send {
  if (!span?.recorded || span.traceparent === null) return send;
  return { ...send, command: { ...send.command, traceparent: span.traceparent } };
}

function endSpan(span: Span, outcome: Outcome | undefined, batch: number): void {
  if (!span.recorded) return;
  const attributes = { batch, ...(outcome && { status: outcome.status, redelivered: outcome.redelivered }) };
  span.end(outcome?.status === 'refused' ? { error: outcome.error.code, attributes } : { attributes });
}
