import type { ChatRoom, CreateRoomBody, ErrorBody } from '@hallway/contracts';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { toRoomPath } from '../words/paths.ts';
import { NewCourseRoom } from './new-course-room.tsx';
import { NewGroup } from './new-group.tsx';

export type NewRoomKind = 'group' | 'course';

interface NewRoomDialogProps {
  kind: NewRoomKind;
  onClose: () => void;
}

/** Runs the making of a room once at a time, and goes into it. */
function useMaking(onClose: () => void) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const make = async (work: () => Promise<ChatRoom>) => {
    setBusy(true);
    setFault(null);
    try {
      const room = await work();
      onClose();
      await navigate(toRoomPath(room.id));
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  return { busy, fault, make };
}

export function NewRoomDialog({ kind, onClose }: NewRoomDialogProps) {
  const client = useHallway();
  const { busy, fault, make } = useMaking(onClose);
  const making = { busy, fault, onMake: (room: CreateRoomBody) => void make(() => client.createRoom(room)) };
  return (
    <Dialog title={kind === 'group' ? 'New group' : 'New room for a course'} onClose={onClose}>
      {kind === 'group' ? <NewGroup {...making} /> : <NewCourseRoom {...making} />}
    </Dialog>
  );
}
