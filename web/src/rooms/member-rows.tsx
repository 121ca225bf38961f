import type { RoomMember } from '@hallway/contracts';
import { Ban, MessageSquare, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useHallway, useIsOnline, useMe } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { IconButton } from '../pieces/button.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { loadWords } from '../words/fault-words.ts';
import { toPersonPath } from '../words/paths.ts';
import { withName } from '../words/refusal-words.ts';

interface MemberRowsProps {
  members: RoomMember[];
  /** Whether I look after the room. */
  canManage: boolean;
  /** Whether people are here because they belong to a course. */
  followsCourse: boolean;
  onRemove: (member: RoomMember) => void;
  onBlock: (member: RoomMember) => void;
  onLeave: () => void;
}

/** Why somebody in the same room may still not be written to alone. */
function useWhyNot(onLeave: () => void) {
  const client = useHallway();
  const navigate = useNavigate();
  const [why, setWhy] = useState<{ id: string; words: string } | null>(null);
  const open = async ({ id, name }: RoomMember) => {
    setWhy(null);
    try {
      const answer = await client.mayMessage(id);
      if (!answer.allowed) return setWhy({ id, words: withName(answer.explanation, name) });
      onLeave();
      await navigate(toPersonPath(id));
    } catch (thrown) {
      const fault = toFault(thrown);
      const stranger = `You can’t message ${name}: you share this room, but no course and no family.`;
      setWhy({ id, words: fault.code === 'NOT_FOUND' ? stranger : loadWords(fault).title });
    }
  };
  return { why, open };
}

/** The people of a room: who looks after it, who is there through a course, and what I can do about each. */
export function MemberRows(props: MemberRowsProps) {
  const { members, canManage, followsCourse, onRemove, onBlock, onLeave } = props;
  const me = useMe();
  const isOnline = useIsOnline();
  const { why, open } = useWhyNot(onLeave);
  useWatchedPresence(members.map(({ id }) => id));
  return (
    <ul aria-label="People" className="-mx-4 divide-y divide-line border-y border-line">
      {members.map((member) => (
        <li key={member.id} className="px-4 py-2">
          <div className="flex items-center gap-3">
            <PersonLine
              person={member}
              online={member.id === me.id ? undefined : isOnline(member.id)}
              note={toNote(member, { myId: me.id, followsCourse })}
            />
            {member.id === me.id ? null : (
              <IconButton
                label={`Message ${member.name}`}
                icon={<MessageSquare aria-hidden="true" className="size-4" />}
                onClick={() => void open(member)}
              />
            )}
            {member.id === me.id || member.role === 'admin' ? null : (
              <IconButton
                label={`Block ${member.name}`}
                icon={<Ban aria-hidden="true" className="size-4" />}
                onClick={() => onBlock(member)}
              />
            )}
            {canManage && member.id !== me.id && member.source === 'manual' ? (
              <IconButton
                label={`Remove ${member.name}`}
                icon={<UserMinus aria-hidden="true" className="size-4" />}
                onClick={() => onRemove(member)}
              />
            ) : null}
          </div>
          {why?.id === member.id ? (
            <p role="alert" className="mt-1 text-small text-ink-soft">
              {why.words}
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** "Owner · you", and in a room that follows a course who is there in another way. */
function toNote(
  { id, roomRole, source }: RoomMember,
  { myId, followsCourse }: { myId: string; followsCourse: boolean },
) {
  const parts = [
    roomRole === 'owner' ? 'Owner' : '',
    followsCourse && source === 'manual' ? 'added by hand' : '',
    id === myId ? 'you' : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
