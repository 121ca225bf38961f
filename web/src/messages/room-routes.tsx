import { type ErrorBody, isId, toErrorBody } from '@hallway/contracts';
import { MessageSquare } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { ChatPane } from '../chat/chat-pane.tsx';
import { RoomFault } from '../chat/room-fault.tsx';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { EmptyState } from '../pieces/page.tsx';
import { MessagesSkeleton } from '../pieces/skeleton.tsx';
import { usePeopleSearch } from '../shell/people-search-context.ts';
import { useDocumentTitle } from '../shell/use-document-title.ts';
import { toRoomPath, toStudentChatPath } from '../words/paths.ts';

/** An address that no room or person can have needs no request to be refused. */
const noSuchThing: ErrorBody = toErrorBody({ code: 'NOT_FOUND', requestId: '' });

export function NoConversation() {
  useDocumentTitle('Messages');
  const search = usePeopleSearch();
  return (
    <div className="flex h-full items-center justify-center">
      <EmptyState
        icon={<MessageSquare className="size-8" />}
        title="Choose a conversation"
        advice="Or write to somebody new: people in your courses can be found by name."
      >
        <Button onClick={search.open}>Find people</Button>
      </EmptyState>
    </div>
  );
}

function Room({ chatRoomId }: { chatRoomId: string }) {
  const [attempt, setAttempt] = useState(0);
  if (!isId(chatRoomId)) return <RoomFault fault={noSuchThing} />;
  const retry = () => setAttempt((count) => count + 1);
  // A key of its own for each room: scroll place, unread line and draft never leak into the next one.
  return <ChatPane key={`${chatRoomId} ${attempt}`} chatRoomId={chatRoomId} onRetry={retry} />;
}

interface DirectRoomProps {
  personId: string;
  courseId?: string | undefined;
  toPath: (chatRoomId: string) => string;
}

/** Finds or makes the room with a person, and goes there in place of this address. */
function DirectRoom({ personId, courseId, toPath }: DirectRoomProps) {
  const client = useHallway();
  const navigate = useNavigate();
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const [attempt, setAttempt] = useState(0);
  useDocumentTitle('Messages');
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again, and `toPath` follows from the address.
  useEffect(() => {
    if (!isId(personId)) return setFault(noSuchThing);
    let current = true;
    setFault(null);
    client.openDirectRoom(personId, courseId).then(
      (room) => {
        if (current) void navigate(toPath(room.id), { replace: true });
      },
      (thrown: unknown) => {
        if (current) setFault(toFault(thrown));
      },
    );
    return () => {
      current = false;
    };
  }, [client, navigate, personId, courseId, attempt]);
  if (fault === null) return <MessagesSkeleton />;
  return (
    <RoomFault
      fault={fault}
      name={client.person(personId)?.name ?? null}
      onRetry={() => setAttempt((count) => count + 1)}
    />
  );
}

export function RoomRoute() {
  const { chatRoomId = '' } = useParams();
  return <Room chatRoomId={chatRoomId} />;
}

export function PersonRoute() {
  const { personId = '' } = useParams();
  const [search] = useSearchParams();
  return (
    <DirectRoom key={personId} personId={personId} courseId={search.get('course') ?? undefined} toPath={toRoomPath} />
  );
}

/** The link from learning platforms: that room, or with `none` or nothing the direct room with the instructor. */
export function StudentChatRoute() {
  const { instructorId = '', chatRoomId } = useParams();
  if (chatRoomId !== undefined && chatRoomId !== 'none') return <Room chatRoomId={chatRoomId} />;
  return (
    <DirectRoom
      key={instructorId}
      personId={instructorId}
      toPath={(roomId) => toStudentChatPath(instructorId, roomId)}
    />
  );
}
