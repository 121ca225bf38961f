import type { ChatRoom, RoomMember } from '@hallway/contracts';
import { LogOut, Pencil, Trash2, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useHallway } from '../client/hallway-context.ts';
import type { MyRoom } from '../client/use-my-room.ts';
import { useResource } from '../client/use-resource.ts';
import { Button } from '../pieces/button.tsx';
import { Confirm } from '../pieces/confirm.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { counted } from '../words/people.ts';
import { AddPeople } from './add-people.tsx';
import { BlockPerson } from './block-person.tsx';
import { MemberRows } from './member-rows.tsx';
import { RenameRoom } from './rename-room.tsx';
import { managingWords, toRoomSentence } from './room-words.ts';
import { useMembers } from './use-members.ts';

type View =
  | { what: 'people' | 'add' | 'rename' | 'leave' | 'delete' }
  | { what: 'remove' | 'block'; member: RoomMember };

interface RoomDialogProps {
  room: ChatRoom;
  mine: MyRoom;
  onClose: () => void;
}

/** The code of the room's course, where I am in it. */
function useCourseCode({ courseId }: ChatRoom): string | null {
  const { value } = useResource('courses', (client) => client.courses());
  return value?.find((course) => course.id === courseId)?.code ?? null;
}

/** A room of many: who is here, and what I may do about it. */
export function RoomDialog({ room, mine, onClose }: RoomDialogProps) {
  const [view, setView] = useState<View>({ what: 'people' });
  const people = useMembers(room);
  const back = () => setView({ what: 'people' });
  const title = room.title ?? 'Conversation';
  switch (view.what) {
    case 'add':
      return (
        <Dialog key="add" title={`Add people to ${title}`} onClose={back}>
          <AddPeople room={room} members={people.members ?? []} onDone={back} />
        </Dialog>
      );
    case 'rename':
      return (
        <Dialog key="rename" title={`Rename ${title}`} onClose={back}>
          <RenameRoom room={room} onDone={back} />
        </Dialog>
      );
    case 'people':
      return (
        <Dialog key="people" title={title} onClose={onClose}>
          <About room={room} mine={mine} people={people} onView={setView} onClose={onClose} />
        </Dialog>
      );
    case 'block':
      return <BlockPerson person={view.member} onChanged={mine.reload} onClose={back} />;
    default:
      return <Question view={view} room={room} onRemoved={people.reload} onClose={back} />;
  }
}

interface AboutProps extends RoomDialogProps {
  people: ReturnType<typeof useMembers>;
  onView: (view: View) => void;
}

function About(props: AboutProps) {
  const { room, mine, people, onView, onClose } = props;
  const course = useCourseCode(room);
  const canManage = mine.me?.canManage ?? false;
  // A room that is over keeps its name, and nobody comes into it any more.
  const canChange = canManage && mine.refusal === null;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ink-soft">{toRoomSentence(room, course)}</p>
      <div className="flex min-h-9 flex-wrap items-center gap-2">
        <h3 className="mr-auto font-semibold">{counted(room.participantCount, 'person', 'people')}</h3>
        {canChange ? (
          <Button onClick={() => onView({ what: 'rename' })}>
            <Pencil aria-hidden="true" className="size-4" />
            Rename
          </Button>
        ) : null}
        {canChange ? (
          <Button onClick={() => onView({ what: 'add' })}>
            <UserPlus aria-hidden="true" className="size-4" />
            Add people
          </Button>
        ) : null}
      </div>
      <Members
        people={people}
        canManage={canManage}
        followsCourse={room.audience !== undefined}
        onRemove={(member) => onView({ what: 'remove', member })}
        onBlock={(member) => onView({ what: 'block', member })}
        onLeave={onClose}
      />
      <Ways {...props} canManage={canManage} />
    </div>
  );
}

interface MembersProps {
  people: ReturnType<typeof useMembers>;
  canManage: boolean;
  followsCourse: boolean;
  onRemove: (member: RoomMember) => void;
  onBlock: (member: RoomMember) => void;
  onLeave: () => void;
}

function Members({ people: { members, fault, reload, hasMore, loadMore }, ...rest }: MembersProps) {
  if (members === null) {
    return fault === null ? (
      <RowsSkeleton rows={3} label="Loading people" />
    ) : (
      <FaultNotice fault={fault} onRetry={reload} />
    );
  }
  return (
    <>
      <MemberRows members={members} {...rest} />
      {hasMore ? (
        <Button look="quiet" onClick={() => void loadMore()}>
          Show more people
        </Button>
      ) : null}
    </>
  );
}

/** The ways out, for me and for everybody. */
function Ways({ mine, onView, canManage }: AboutProps & { canManage: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      {mine.me?.source === 'audience' ? (
        <p className="text-small text-ink-soft">You’re here through your course, and leave with it.</p>
      ) : (
        <Button onClick={() => onView({ what: 'leave' })}>
          <LogOut aria-hidden="true" className="size-4" />
          Leave
        </Button>
      )}
      {canManage ? (
        <Button look="danger" onClick={() => onView({ what: 'delete' })} className="ml-auto">
          <Trash2 aria-hidden="true" className="size-4" />
          Delete for everybody
        </Button>
      ) : null}
    </div>
  );
}

interface QuestionProps {
  view: View;
  room: ChatRoom;
  onRemoved: () => void;
  onClose: () => void;
}

/** Before somebody goes, or everything does. */
function Question({ view, room, onRemoved, onClose }: QuestionProps) {
  const client = useHallway();
  const navigate = useNavigate();
  const title = room.title ?? 'this room';
  const goBack = async () => navigate('/messages');
  if (view.what === 'remove') {
    const { member } = view;
    return (
      <Confirm
        title={`Remove ${member.name}?`}
        action="Remove"
        onConfirm={async () => {
          await client.removeMember(room.id, member.id);
          onRemoved();
        }}
        onClose={onClose}
        toWords={(fault) => managingWords(fault, `Removing ${member.name}`)}
      >
        <p>They no longer see “{title}” or anything in it, from this moment on. You can add them again.</p>
      </Confirm>
    );
  }
  if (view.what === 'leave') {
    return (
      <Confirm
        title={`Leave “${title}”?`}
        action="Leave"
        onConfirm={async () => {
          await client.leaveRoom(room.id);
          await goBack();
        }}
        onClose={onClose}
        toWords={(fault) => managingWords(fault, 'Leaving')}
      >
        <p>
          You no longer see it or anything in it. What you wrote stays, and somebody who looks after it can add you
          again.
        </p>
      </Confirm>
    );
  }
  return (
    <Confirm
      title={`Delete “${title}” for everybody?`}
      action="Delete for everybody"
      onConfirm={async () => {
        await client.deleteRoom(room.id);
        await goBack();
      }}
      onClose={onClose}
      toWords={(fault) => managingWords(fault, 'Deleting')}
    >
      <p>
        All {counted(room.participantCount, 'person', 'people')} lose it and everything in it, at once. This can’t be
        undone.
      </p>
    </Confirm>
  );
}
