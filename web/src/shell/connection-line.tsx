import type { ConnectionState } from '@hallway/client';
import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '../client/hallway-context.ts';
import { toConnectionWords } from './connection-words.ts';

/** A connection that returns within this time was never worth a word. */
const patienceMs = 1000;

function useSecondsLeft(state: ConnectionState): number {
  const inMs = state.status === 'reconnecting' ? state.inMs : 0;
  const [left, setLeft] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new state begins a new countdown, also of the same length.
  useEffect(() => {
    const until = Date.now() + inMs;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (inMs === 0) return;
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [state]);
  return left;
}

function useIsLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return setLate(false);
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [waiting]);
  return late;
}

/** Stands above the page, in the flow: it never covers anything. */
export function ConnectionLine() {
  const state = useConnection();
  const secondsLeft = useSecondsLeft(state);
  const late = useIsLate(state.status === 'connecting' || state.status === 'reconnecting');
  const words = state.status === 'offline' || late ? toConnectionWords(state, secondsLeft) : null;
  return (
    <div role="status" data-testid="connection-line" data-status={state.status}>
      {words === null ? null : (
        <p className="flex animate-appear items-center justify-center gap-2 border-b border-line bg-theirs px-4 py-1.5 text-small tabular-nums">
          <WifiOff aria-hidden="true" className="size-4 shrink-0" />
          {words}
        </p>
      )}
    </div>
  );
}
