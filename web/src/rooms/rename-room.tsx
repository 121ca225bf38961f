import { type ChatRoom, type ErrorBody, limits } from '@hallway/contracts';
import { type FormEvent, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { managingWords } from './room-words.ts';

export function RenameRoom({ room, onDone }: { room: ChatRoom; onDone: () => void }) {
  const client = useHallway();
  const [title, setTitle] = useState(room.title ?? '');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      if (title.trim() !== room.title) await client.renameRoom(room.id, title.trim());
      onDone();
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
      <TextField
        label="Name"
        data-first=""
        required
        maxLength={limits.titleLength}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        hint="Everybody here sees it."
      />
      {fault === null ? null : <FaultLine fault={fault} words={managingWords(fault, 'Renaming')} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>Back</Button>
        <Button type="submit" look="primary" disabled={busy || title.trim() === ''}>
          Save
        </Button>
      </div>
    </form>
  );
}
