import type { DumpedMessage } from './database-dump.ts';
import { type DumpIndex, toSendKey } from './dump-index.ts';
import type { SeenMessage } from './history-event.ts';
import type { SendLedger } from './send-ledger.ts';
import type { Invariant, Report } from './violations.ts';

/** Who saw it, and how. */
export interface Sighting {
  client: string;
  chatRoomId: string;
  how: 'received' | 'final';
}

interface Phantom {
  message: SeenMessage;
  first: Sighting;
  sightings: number;
}

interface SeenDeps {
  index: DumpIndex;
  ledger: SendLedger;
  report: Report;
  onLost: (key: string) => void;
}

/** Compares what was seen with what is stored. What is not stored waits for the end, when its sender's word is known. */
export function createSeenMessages({ index, ledger, report, onLost }: SeenDeps) {
  const phantoms = new Map<string, Phantom>();

  function notePhantom(message: SeenMessage, sighting: Sighting): void {
    const id = `${sighting.chatRoomId} ${message.messageId}`;
    const known = phantoms.get(id);
    if (known) known.sightings += 1;
    else phantoms.set(id, { message, first: sighting, sightings: 1 });
  }

  function judge({ message, first, sightings }: Phantom): void {
    const key = toSendKey({ ...message, chatRoomId: first.chatRoomId });
    const evidence = { ...message, ...first, sightings };
    if (index.byKey.has(key)) {
      report({ invariant: 'I2', message: 'A stored message was also seen under another id.', evidence });
      return;
    }
    const outcome = ledger.outcomeOf(key, message.digest);
    // An acknowledged message that is not stored is reported once, by the ledger.
    if (outcome === 'ok') {
      onLost(key);
      return;
    }
    const unresolved = outcome === 'unknown' || outcome === 'pending';
    report({
      invariant: unresolved ? 'I9' : 'I6',
      message: unresolved
        ? 'A message of unknown outcome was seen and is not stored.'
        : `A message was seen that ${outcome === 'fail' ? 'was refused' : 'nobody sent'}.`,
      evidence,
    });
  }

  return {
    /** Answers the stored message, or undefined if there is none of this id in this room. */
    see(message: SeenMessage, sighting: Sighting): DumpedMessage | undefined {
      const row = index.byId.get(message.messageId);
      if (!row || row.chatRoomId !== sighting.chatRoomId) {
        notePhantom(message, sighting);
        return undefined;
      }
      const fault = compare(message, row);
      if (fault) report({ ...fault, evidence: { ...sighting, seen: message, stored: row } });
      return row;
    },

    finish(): void {
      for (const phantom of phantoms.values()) judge(phantom);
    },
  };
}

export type SeenMessages = ReturnType<typeof createSeenMessages>;

function compare(seen: SeenMessage, row: DumpedMessage): { invariant: Invariant; message: string } | null {
  if (seen.seq !== row.seq) return { invariant: 'I4', message: 'A message was seen in another place than it has.' };
  if (row.isVoid) return { invariant: 'I6', message: 'A number that no message took was seen as a message.' };
  if (seen.senderId !== row.senderId || seen.clientMessageId !== row.clientMessageId) {
    return { invariant: 'I6', message: 'A message was seen as the message of somebody else.' };
  }
  if (row.digest !== null && seen.digest !== row.digest) {
    return { invariant: 'I1', message: 'A message was seen with another content than is stored.' };
  }
  return null;
}
