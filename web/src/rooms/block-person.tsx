import type { PublicUser } from '@hallway/contracts';
import { useHallway } from '../client/hallway-context.ts';
import { Confirm } from '../pieces/confirm.tsx';
import { actionWords } from '../words/fault-words.ts';
import { toShortName } from '../words/people.ts';

interface BlockPersonProps {
  person: Pick<PublicUser, 'id' | 'name'>;
  /** Whether I have blocked them: then this is the way back. */
  blocked?: boolean;
  onChanged: () => void;
  onClose: () => void;
}

/** The question before somebody is blocked, or unblocked: what it does, and what it does not. */
export function BlockPerson({ person: { id, name }, blocked = false, onChanged, onClose }: BlockPersonProps) {
  const client = useHallway();
  const change = async () => {
    await (blocked ? client.unblockPerson(id) : client.blockPerson(id));
    onChanged();
  };
  return (
    <Confirm
      title={blocked ? `Unblock ${name}?` : `Block ${name}?`}
      action={blocked ? 'Unblock' : 'Block'}
      onConfirm={change}
      onClose={onClose}
      toWords={(fault) =>
        fault.code === 'FORBIDDEN'
          ? `${name} stays reachable: your instructors, safety staff and administrators can’t be blocked. If something is wrong, tell somebody at your institution.`
          : actionWords(fault, blocked ? 'Unblocking' : 'Blocking')
      }
    >
      {blocked ? (
        <p>You and {toShortName(name)} can write to each other again, as far as your courses allow it.</p>
      ) : (
        <>
          <p>
            Neither of you can write to the other until you unblock them. {toShortName(name)} isn’t told, and what was
            written stays readable.
          </p>
          <p className="mt-2">
            In a group with others you still read each other. You can leave it, and nobody can bring the two of you into
            a group again.
          </p>
        </>
      )}
    </Confirm>
  );
}
