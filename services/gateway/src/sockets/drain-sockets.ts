import { createDrainSlices } from './drain-slices.ts';
import type { GatewayServer, GatewaySocket } from './gateway-socket.ts';

// Clients that were told to go in one slice come back over this time, not all in one moment.
const returnWithinMs = 1000;
const sliceEveryMs = 50;

/**
 * Sends every socket away, spread over `drainMs`: each is told when to return and its transport is closed, which a client
 * comes back from by itself; `disconnect(true)` would keep it away. A socket that waits for an answer goes last.
 */
export function drainSockets(io: GatewayServer, drainMs: number): Promise<void> {
  return sendAwayEvenly(io, { keep: 0, overMs: drainMs, most: () => Number.POSITIVE_INFINITY });
}

/** As `drainSockets`, until `keep` are left. Whoever comes meanwhile, perhaps back, makes nobody go. */
export function shedSockets(io: GatewayServer, { keep, overMs }: { keep: number; overMs: number }): Promise<void> {
  const most = io.of('/').sockets.size - keep;
  return sendAwayEvenly(io, { keep, overMs, most: (gone) => most - gone });
}

interface Leaving {
  keep: number;
  overMs: number;
  /** How many may still be sent away, of how many were. */
  most: (gone: number) => number;
}

async function sendAwayEvenly(io: GatewayServer, { keep, overMs, most }: Leaving): Promise<void> {
  const endsAt = Date.now() + overMs;
  const countDue = createDrainSlices();
  let gone = 0;
  for (;;) {
    const sockets = [...io.of('/').sockets.values()];
    const leaving = Math.min(sockets.length - keep, most(gone));
    if (leaving <= 0) return;
    const slicesLeft = Math.floor((endsAt - Date.now()) / sliceEveryMs);
    if (slicesLeft <= 0) return sockets.slice(0, leaving).forEach(sendAway);
    const idle = sockets.filter((socket) => socket.data.inFlight === 0);
    const due = idle.slice(0, countDue({ sockets: leaving, idle: idle.length, slicesLeft }));
    due.forEach(sendAway);
    gone += due.length;
    await new Promise((resolve) => setTimeout(resolve, sliceEveryMs));
  }
}

function sendAway(socket: GatewaySocket): void {
  socket.emit('serverDraining', { reconnectInMs: Math.floor(Math.random() * returnWithinMs) });
  socket.conn.close();
}
