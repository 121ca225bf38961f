import type { ErrorCode } from '@hallway/contracts';
import type { AppError, Log } from '@hallway/platform';
import type { GatewaySocket } from './gateway-socket.ts';

export interface Refusal {
  fault: AppError;
  event: string;
  requestId: string;
  socket: GatewaySocket;
}

// What a client can have refused as fast as its line carries it; every other refusal is paid for from the event bucket.
const floods: ReadonlySet<ErrorCode> = new Set(['PAYLOAD_TOO_LARGE', 'RATE_LIMITED']);
// Often enough to see that it goes on, seldom enough that a log never fills from it.
const everyMs = 10_000;

interface LastLine {
  at: number;
  /** Refusals since, of which no line tells. */
  unlogged: number;
}

/**
 * Writes down refused events. Misbehaving clients are worth a warning, our own faults an error; being told "no" is daily
 * business. Of a flood it writes one line per socket, code and ten seconds, which says how many there were since the last.
 */
export function createRefusalLog(log: Log, now: () => number = Date.now) {
  const lines = new WeakMap<GatewaySocket, Map<ErrorCode, LastLine>>();

  /** How many lines were left out since the last one, or null when this one is to be left out too. */
  function takeUnlogged(socket: GatewaySocket, code: ErrorCode): number | null {
    const ofSocket = lines.get(socket) ?? new Map<ErrorCode, LastLine>();
    lines.set(socket, ofSocket);
    const last = ofSocket.get(code);
    if (last && now() - last.at < everyMs) {
      last.unlogged += 1;
      return null;
    }
    ofSocket.set(code, { at: now(), unlogged: 0 });
    return last?.unlogged ?? 0;
  }

  return function logRefusal({ fault, event, requestId, socket }: Refusal): void {
    const unlogged = floods.has(fault.code) ? takeUnlogged(socket, fault.code) : 0;
    if (unlogged === null) return;
    const refusal = { requestId, event, code: fault.code, internal: fault.message, userId: socket.data.caller.sub };
    const fields = unlogged > 0 ? { ...refusal, unlogged } : refusal;
    if (fault.code === 'INTERNAL') log.error({ ...fields, err: fault }, 'an event failed');
    else if (fault.status === 400 || fault.status === 413) log.warn(fields, 'an event was malformed');
    else log.info(fields, 'an event was refused');
  };
}
