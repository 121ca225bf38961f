import type { ChatRoom, ErrorBody, Person, RoomMember } from '@hallway/contracts';
import { type FormEvent, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { counted } from '../words/people.ts';
import { PeoplePicker } from './people-picker.tsx';
import { addingWords } from './room-words.ts';

interface AddPeopleProps {
  room: ChatRoom;
  /** Members as far as they have been loaded; adding one again changes nothing. */
  members: readonly RoomMember[];
  onDone: () => void;
}

export function AddPeople({ room, members, onDone }: AddPeopleProps) {
  const client = useHallway();
  const [chosen, setChosen] = useState<Person[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const there = new Set([...room.participants, ...members].map(({ id }) => id));
  const add = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      await client.addMembers(
        room.id,
        chosen.map(({ id }) => id),
      );
      onDone();
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  const sees = room.historyFrom === 'joined' ? 'what is written from now on' : 'everything that was written here';
  return (
    <form onSubmit={(event) => void add(event)} className="flex flex-col gap-4">
      <p className="text-small text-ink-soft">Whoever you add sees {sees}.</p>
      <PeoplePicker chosen={chosen} onChange={setChosen} without={there} />
      {fault === null ? null : (
        <FaultLine fault={fault} words={addingWords(fault, 'Adding people', (id) => client.person(id)?.name)} />
      )}
      <div className="sticky bottom-0 -mx-4 -mb-4 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-raised px-4 py-3">
        <Button onClick={onDone}>Back</Button>
        <Button type="submit" look="primary" disabled={busy || chosen.length === 0}>
          {chosen.length === 0 ? 'Add people' : `Add ${counted(chosen.length, 'person', 'people')}`}
        </Button>
      </div>
    </form>
  );
}
