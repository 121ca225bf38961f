import type { ChatRoom, PublicUser, WriteRefusal } from '@hallway/contracts';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { actionWords } from '../words/fault-words.ts';
import { cannotWriteWords } from '../words/refusal-words.ts';

interface CannotWriteProps {
  room: ChatRoom;
  refusal: WriteRefusal;
  partner: PublicUser | null;
  /** Called when I may write again. */
  onUnblocked: () => void;
}

/** In the place of the composer: why nothing can be written here. */
export function CannotWrite({ room, refusal, partner, onUnblocked }: CannotWriteProps) {
  const client = useHallway();
  const [trouble, setTrouble] = useState('');
  const unblock = async (userId: string) => {
    try {
      await client.unblockPerson(userId);
      onUnblocked();
    } catch (thrown) {
      setTrouble(actionWords(toFault(thrown), 'Unblocking'));
    }
  };
  return (
    <div className="px-3 pb-3">
      <div className="flex min-h-11 items-center justify-center gap-3 rounded-control border border-line bg-canvas px-4 py-2 text-small text-ink-soft">
        <Lock aria-hidden="true" className="size-4 shrink-0" />
        <p role="status" data-testid="cannot-write" className="min-w-0">
          {trouble || cannotWriteWords(room, refusal, partner?.name ?? null)}
        </p>
        {refusal.reason === 'BLOCKED' && partner !== null ? (
          <Button onClick={() => void unblock(partner.id)} className="shrink-0">
            Unblock
          </Button>
        ) : null}
      </div>
    </div>
  );
}
