import type { MayMessageAnswer, PublicUser } from '@hallway/contracts';
import { useState } from 'react';
import type { MyRoom } from '../client/use-my-room.ts';
import { useResource } from '../client/use-resource.ts';
import { Avatar } from '../pieces/avatar.tsx';
import { Button } from '../pieces/button.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { toRoleWord, toShortName } from '../words/people.ts';
import { cannotWriteWords, withName } from '../words/refusal-words.ts';
import { BlockPerson } from './block-person.tsx';

interface PersonDialogProps {
  person: PublicUser;
  mine: MyRoom;
  onClose: () => void;
}

/** What lets us write to each other, or does not. The room's own answer is the newer one. */
function toTieWords(answer: MayMessageAnswer | null, { refusal }: MyRoom, name: string): string {
  if (refusal !== null) return cannotWriteWords({ type: 'direct' }, refusal, name);
  if (answer === null) return '';
  if (!answer.allowed) return withName(answer.explanation, name);
  return `What connects you: ${answer.because.join(', ')}.`;
}

/** The other person of a direct room: what ties us, and the way to block and unblock them. */
export function PersonDialog({ person, mine, onClose }: PersonDialogProps) {
  const [asking, setAsking] = useState(false);
  const { value, reload } = useResource(`may-message:${person.id}`, (from) => from.mayMessage(person.id));
  const { name } = person;
  const blocked = mine.refusal?.reason === 'BLOCKED';
  const changed = () => {
    mine.reload();
    reload();
  };
  if (asking) {
    return <BlockPerson person={person} blocked={blocked} onChanged={changed} onClose={() => setAsking(false)} />;
  }
  return (
    <Dialog title={name} onClose={onClose}>
      <div className="flex flex-col items-center gap-3 text-center">
        <Avatar id={person.id} name={name} size="large" />
        <div>
          <p className="text-heading font-semibold">{name}</p>
          <p className="text-ink-soft">{toRoleWord(person.role)}</p>
        </div>
        <p className="min-h-6">{toTieWords(value, mine, name)}</p>
        <Button look={blocked ? 'plain' : 'danger'} onClick={() => setAsking(true)}>
          {blocked ? `Unblock ${toShortName(name)}` : `Block ${toShortName(name)}`}
        </Button>
      </div>
    </Dialog>
  );
}
