import type { TimelineMessage } from '@hallway/client';
import type { ErrorBody } from '@hallway/contracts';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { touchPointer, useMedia } from '../client/use-media.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { usePreferences } from '../settings/preferences.ts';
import { actionWords } from '../words/fault-words.ts';
import { withName } from '../words/refusal-words.ts';
import { toCounter } from './content-room.ts';
import { toSendable } from './message-text.ts';
import { sendsOnKey } from './sends-on-key.ts';
import { useGrowth } from './use-growth.ts';

function toWords(fault: ErrorBody): string {
  if (fault.code === 'MESSAGING_NOT_ALLOWED') return withName(fault.message, null);
  if (fault.code === 'NOT_FOUND') return 'This message is gone meanwhile. Copy your words if you want to keep them.';
  return actionWords(fault, 'Changing the message');
}

interface MessageEditorProps {
  message: TimelineMessage;
  onEnd: () => void;
}

/** A message of mine in the place where it stands, to be changed. Escape leaves it as it was. */
export function MessageEditor({ message, onEnd }: MessageEditorProps) {
  const client = useHallway();
  const touch = useMedia(touchPointer);
  const { enterSends } = usePreferences();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.content);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const counter = toCounter(text);
  const next = text.trim();
  const savable = next !== '' && counter?.tooLong !== true && !busy;
  useGrowth(field, text);
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
    element?.scrollIntoView({ block: 'nearest' });
  }, []);

  const save = async () => {
    if (!savable || message.stored === null) return;
    if (next === message.content) return onEnd();
    setBusy(true);
    setFault(null);
    try {
      await client.editMessage(message.stored.id, next);
      onEnd();
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The list and the page have keys of their own, which are no business of a field.
    event.stopPropagation();
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) onEnd();
    else if (sendsOnKey(event, enterSends && !touch)) void save();
    else return;
    event.preventDefault();
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={onKeyDown}
      className="flex w-full max-w-[68ch] flex-col gap-2"
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label="Edit message"
        value={text}
        onChange={(event) => setText(toSendable(event.target.value))}
        className="w-full resize-none rounded-control border border-ink-faint bg-surface px-3 py-2 leading-[1.45] focus-visible:outline-offset-0"
      />
      {fault === null ? null : <FaultLine fault={fault} words={toWords(fault)} />}
      <div className="flex items-center justify-end gap-2">
        <span role="status" className={`mr-auto text-small ${counter?.tooLong ? 'text-bad' : 'text-ink-soft'}`}>
          {counter?.words ?? (touch ? '' : 'Escape leaves it as it was')}
        </span>
        <Button onClick={onEnd}>Cancel</Button>
        <Button type="submit" look="primary" disabled={!savable}>
          Save
        </Button>
      </div>
    </form>
  );
}
