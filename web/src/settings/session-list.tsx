import type { ErrorBody, Session } from '@hallway/contracts';
import { useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { useNow } from '../client/use-now.ts';
import { useResource } from '../client/use-resource.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine, FaultNotice } from '../pieces/fault-notice.tsx';
import { Card } from '../pieces/page.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { actionWords } from '../words/fault-words.ts';
import { toFullTime, toListTime } from '../words/times.ts';

interface SessionRowProps {
  session: Session;
  now: Date;
  busy: boolean;
  onEnd: () => void;
}

function SessionRow({ session, now, busy, onEnd }: SessionRowProps) {
  const device = session.device || 'Unknown device';
  return (
    <li className="flex items-center gap-3 p-4">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={session.device}>
          {device}
        </p>
        <p className="text-small text-ink-soft">
          {session.current ? (
            'This device'
          ) : (
            <time dateTime={session.lastSeenAt} title={toFullTime(session.lastSeenAt)}>
              Last seen {toListTime(session.lastSeenAt, now)}
            </time>
          )}
          {' · signed in '}
          {toListTime(session.createdAt, now)}
        </p>
      </div>
      {session.current ? null : (
        <Button look="danger" disabled={busy} onClick={onEnd} aria-label={`End the session on ${device}`}>
          End
        </Button>
      )}
    </li>
  );
}

/** Where I am signed in; any other place can be ended from here. */
export function SessionList() {
  const client = useHallway();
  const now = useNow();
  const { value, fault, reload } = useResource('sessions', (from) => from.sessions());
  const [ending, setEnding] = useState<string | null>(null);
  const [refused, setRefused] = useState<ErrorBody | null>(null);
  const end = async (sessionId: string) => {
    setEnding(sessionId);
    setRefused(null);
    try {
      await client.endSession(sessionId);
    } catch (thrown) {
      setRefused(toFault(thrown));
    }
    setEnding(null);
    reload();
  };
  if (value === null) {
    return fault === null ? (
      <RowsSkeleton rows={2} label="Loading sessions" />
    ) : (
      <FaultNotice fault={fault} onRetry={reload} />
    );
  }
  const sessions = value.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt.localeCompare(a.lastSeenAt),
  );
  return (
    <>
      <Card>
        <ul aria-label="Sessions" className="divide-y divide-line">
          {sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              now={now}
              busy={ending === session.id}
              onEnd={() => void end(session.id)}
            />
          ))}
        </ul>
      </Card>
      {refused === null ? null : (
        <div className="mt-3">
          <FaultLine fault={refused} words={actionWords(refused, 'Ending that session')} />
        </div>
      )}
    </>
  );
}
