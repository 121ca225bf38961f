import { FaultLine } from '../pieces/fault-notice.tsx';
import type { Trouble } from './security-words.ts';

/** Beside what was asked for; nothing where nothing is wrong. */
export function TroubleLine({ trouble }: { trouble: Trouble | null }) {
  return trouble === null ? null : <FaultLine {...trouble} />;
}
