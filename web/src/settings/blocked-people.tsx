import type { HallwayClient } from '@hallway/client';
import type { Block, ErrorBody } from '@hallway/contracts';
import { useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { useResource } from '../client/use-resource.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine, FaultNotice } from '../pieces/fault-notice.tsx';
import { Card } from '../pieces/page.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { actionWords } from '../words/fault-words.ts';

/** Everybody on the list: it holds at most 500, which are a few pages. */
async function listAll(client: HallwayClient): Promise<Block[]> {
  const all: Block[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.blocks(cursor);
    all.push(...page.blocks);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** Whom I have blocked, and the way back. */
export function BlockedPeople() {
  const client = useHallway();
  const { value, fault, reload } = useResource('blocks', listAll);
  const [busy, setBusy] = useState<string | null>(null);
  const [refused, setRefused] = useState<ErrorBody | null>(null);
  const unblock = async (userId: string) => {
    setBusy(userId);
    setRefused(null);
    try {
      await client.unblockPerson(userId);
    } catch (thrown) {
      setRefused(toFault(thrown));
    }
    setBusy(null);
    reload();
  };
  if (value === null) {
    return fault === null ? (
      <RowsSkeleton rows={1} label="Loading blocked people" />
    ) : (
      <FaultNotice fault={fault} onRetry={reload} />
    );
  }
  return (
    <>
      <Card>
        <div className="p-4">
          <p className="font-medium">Blocked people</p>
          <p className="text-small text-ink-soft">
            {value.length === 0
              ? 'Nobody. You can block a person from your conversation with them, or from the people of a group: then neither of you can write to the other.'
              : 'Neither of you can write to the other, but for groups with others in them. They aren’t told.'}
          </p>
        </div>
        {value.length === 0 ? null : (
          <ul aria-label="Blocked people" className="divide-y divide-line border-t border-line">
            {value.map(({ person }) => (
              <li key={person.id} className="flex items-center gap-3 p-4">
                <PersonLine person={person} />
                <Button
                  disabled={busy === person.id}
                  onClick={() => void unblock(person.id)}
                  aria-label={`Unblock ${person.name}`}
                >
                  Unblock
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {refused === null ? null : (
        <div className="mt-3">
          <FaultLine fault={refused} words={actionWords(refused, 'Unblocking')} />
        </div>
      )}
    </>
  );
}
