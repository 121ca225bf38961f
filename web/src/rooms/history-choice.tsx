interface HistoryChoiceProps {
  fromJoining: boolean;
  onChange: (fromJoining: boolean) => void;
}

/** How far back those see who come into a room later: everything, unless this is ticked. */
export function HistoryChoice({ fromJoining, onChange }: HistoryChoiceProps) {
  return (
    <label className="flex min-h-11 items-center gap-3 py-1">
      <input
        type="checkbox"
        checked={fromJoining}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 shrink-0 accent-accent"
      />
      <span>
        <span className="block">Hide earlier messages from people who join later</span>
        <span className="block text-small text-ink-soft">They see what is written from then on.</span>
      </span>
    </label>
  );
}

/** What a choice says of a new room: nothing for the usual one. */
export function toHistoryFrom(fromJoining: boolean): { historyFrom?: 'joined' } {
  return fromJoining ? { historyFrom: 'joined' } : {};
}
