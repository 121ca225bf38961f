import type { Tracing } from '@hallway/platform';
import type { Deliver } from './deliver-to-log.ts';

interface PushTrace {
  tracing: Tracing;
  traceparent: string | undefined;
  channel: string;
}

/** Gives what leaves Hallway a span of its own: how long the channel took, and whether it failed. */
export function tracePush(deliver: Deliver, { tracing, traceparent, channel }: PushTrace): Deliver {
  return async function deliverTraced(notification) {
    const span = tracing.follow('push', 'client', traceparent);
    const attributes = { channel };
    try {
      await deliver(span.traceId === null ? notification : { ...notification, traceId: span.traceId });
      span.end({ attributes });
    } catch (error) {
      span.end({ attributes, error: 'INTERNAL' });
      throw error;
    }
  };
}
