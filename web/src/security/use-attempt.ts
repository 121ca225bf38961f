import type { ErrorBody } from '@hallway/contracts';
import { useState } from 'react';
import { type Trouble, toTrouble } from './security-words.ts';

/** Runs one thing at a time, and keeps what went wrong until the next try. */
export function useAttempt(toWords: (fault: ErrorBody) => string) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      await work();
    } catch (thrown) {
      setTrouble(toTrouble(thrown, toWords));
    }
    setBusy(false);
  };
  return { busy, trouble, attempt, forget: () => setTrouble(null) };
}
