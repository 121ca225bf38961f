import { counted } from '../words/people.ts';

/** "Sarah is typing", "Sarah and John are typing", "3 people are typing". */
export function toTypingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing`;
  if (names.length === 2) return `${first} and ${second} are typing`;
  return `${counted(names.length, 'person', 'people')} are typing`;
}

/** Its place is kept while nobody types, so that the messages do not move. */
export function TypingLine({ names }: { names: readonly string[] }) {
  const words = toTypingWords(names);
  return (
    <div aria-live="polite" data-testid="typing" className="flex h-6 items-center gap-2 px-4 text-small text-ink-soft">
      {words === '' ? null : (
        <>
          <span aria-hidden="true" className="flex gap-1">
            <span className="size-1.5 animate-breathe rounded-full bg-ink-faint" />
            <span className="size-1.5 animate-breathe rounded-full bg-ink-faint [animation-delay:200ms]" />
            <span className="size-1.5 animate-breathe rounded-full bg-ink-faint [animation-delay:400ms]" />
          </span>
          {words}
        </>
      )}
    </div>
  );
}
