import { type CreateRoomBody, type ErrorBody, limits, type Person } from '@hallway/contracts';
import { type FormEvent, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { HistoryChoice, toHistoryFrom } from './history-choice.tsx';
import { PeoplePicker } from './people-picker.tsx';
import { addingWords } from './room-words.ts';

interface NewGroupProps {
  busy: boolean;
  fault: ErrorBody | null;
  onMake: (room: CreateRoomBody) => void;
}

export function NewGroup({ busy, fault, onMake }: NewGroupProps) {
  const client = useHallway();
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<Person[]>([]);
  const [fromJoining, setFromJoining] = useState(false);
  const missing =
    title.trim() === '' ? 'Give the group a name' : chosen.length === 0 ? 'Choose at least one person' : '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (missing !== '' || busy) return;
    const memberIds = chosen.map(({ id }) => id);
    onMake({ type: 'group', title: title.trim(), memberIds, ...toHistoryFrom(fromJoining) });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Name of the group"
        data-first=""
        required
        autoComplete="off"
        maxLength={limits.titleLength}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <PeoplePicker chosen={chosen} onChange={setChosen} />
      <HistoryChoice fromJoining={fromJoining} onChange={setFromJoining} />
      {fault === null ? null : (
        <FaultLine fault={fault} words={addingWords(fault, 'Making the group', (id) => client.person(id)?.name)} />
      )}
      <div className="sticky bottom-0 -mx-4 -mb-4 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-raised px-4 py-3">
        <p className="text-small text-ink-soft">{missing}</p>
        <Button type="submit" look="primary" disabled={busy || missing !== ''}>
          Make group
        </Button>
      </div>
    </form>
  );
}
