import type { Timeline } from '@hallway/client';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useMe } from '../client/hallway-context.ts';
import { touchPointer, useMedia } from '../client/use-media.ts';
import { usePreferences } from '../settings/preferences.ts';
import { toCounter } from './content-room.ts';
import { browserDrafts, useDraft } from './drafts.ts';
import { toSendable } from './message-text.ts';
import { sendsOnKey } from './sends-on-key.ts';
import { useGrowth } from './use-growth.ts';

export interface ComposerControl {
  /** Puts words into an empty field, for the person to send or to change. */
  suggest(text: string): void;
  focus(): void;
}

interface ComposerProps {
  chatRoomId: string;
  title: string;
  timeline: Timeline | null;
  onSent: () => void;
  /** Arrow up in the empty field. */
  onEditLast: () => void;
  control: Ref<ComposerControl>;
}

/** What is typed here is a draft from the first character on, kept per room and person. */
export function Composer({ chatRoomId, title, timeline, onSent, onEditLast, control }: ComposerProps) {
  const me = useMe();
  const touch = useMedia(touchPointer);
  const { enterSends } = usePreferences();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useDraft(me.id, chatRoomId);
  // Blanks alone are no draft, but they are what was typed.
  const [blanks, setBlanks] = useState('');
  const shown = text === '' ? blanks : text;
  const counter = toCounter(shown);
  const sendable = timeline !== null && shown.trim() !== '' && counter?.tooLong !== true;
  useGrowth(field, shown);

  const write = (next: string) => {
    setBlanks(next.trim() === '' ? next : '');
    browserDrafts().write(me.id, chatRoomId, next);
  };
  useImperativeHandle(control, () => ({
    suggest: (words) => {
      if (browserDrafts().read(me.id, chatRoomId) === '') write(words);
      field.current?.focus();
    },
    focus: () => field.current?.focus(),
  }));
  useEffect(() => {
    // On a touch screen the keyboard would cover the conversation that was just opened.
    if (!touch) field.current?.focus({ preventScroll: true });
  }, [touch]);
  useEffect(() => () => timeline?.setTyping(false), [timeline]);

  const send = () => {
    field.current?.focus();
    if (!sendable) return;
    timeline.send(shown.trim());
    timeline.setTyping(false);
    write('');
    onSent();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const editsLast = event.key === 'ArrowUp' && shown === '' && !event.shiftKey && !event.altKey;
    if (!editsLast && !sendsOnKey(event, enterSends && !touch)) return;
    event.preventDefault();
    if (editsLast) onEditLast();
    else send();
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="px-3 pb-3"
    >
      <div className="flex items-end gap-1 rounded-control border border-ink-faint bg-surface focus-within:outline-2 focus-within:outline-accent">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={`Message ${title}`}
          placeholder={`Message ${title} …`}
          enterKeyHint={touch || !enterSends ? 'enter' : 'send'}
          value={shown}
          onChange={(event) => {
            const next = toSendable(event.target.value);
            write(next);
            timeline?.setTyping(next.trim() !== '');
          }}
          onBlur={() => timeline?.setTyping(false)}
          onKeyDown={onKeyDown}
          className="min-w-0 flex-1 resize-none bg-transparent px-3 py-2 leading-[1.45] outline-none placeholder:truncate placeholder:text-ink-soft focus-visible:outline-none touch:py-2.5"
        />
        <button
          type="submit"
          aria-label="Send"
          title="Send"
          disabled={!sendable}
          className="m-1 inline-flex size-8 touch:m-0.5 touch:size-11 shrink-0 items-center justify-center rounded-control bg-accent text-on-accent disabled:bg-transparent disabled:text-ink-faint"
        >
          <SendHorizontal aria-hidden="true" className="size-5" />
        </button>
      </div>
      <p
        role="status"
        className={`text-right text-small tabular-nums ${counter?.tooLong ? 'text-bad' : 'text-ink-soft'}`}
      >
        {counter?.words}
      </p>
    </form>
  );
}
