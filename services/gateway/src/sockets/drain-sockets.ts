import { createDrainSlices } from './drain-slices.ts';
import type { GatewayServer, GatewaySocket } from './gateway-socket.ts';

// Clients that were told to go in one slice come back over this time, not all in one moment.
const returnWithinMs = 1000;
const sliceEveryMs = 50;

/**
 * Sends every socket away, spread over `drainMs`: each is told when to return and its transport is closed, which a client
 * comes back from by itself; `disconnect(true)` would keep it away. A socket that waits for an answer goes last.
 */
export async function drainSockets(io: GatewayServer, drainMs: number): Promise<void> {
  const endsAt = Date.now() + drainMs;
  const countDue = createDrainSlices();
  for (;;) {
    const sockets = [...io.of('/').sockets.values()];
    if (sockets.length === 0) return;
    const slicesLeft = Math.floor((endsAt - Date.now()) / sliceEveryMs);
    if (slicesLeft <= 0) return sockets.forEach(sendAway);
    const idle = sockets.filter((socket) => socket.data.inFlight === 0);
    idle.slice(0, countDue({ sockets: sockets.length, idle: idle.length, slicesLeft })).forEach(sendAway);
    await new Promise((resolve) => setTimeout(resolve, sliceEveryMs));
  }
}

function sendAway(socket: GatewaySocket): void {
  socket.emit('serverDraining', { reconnectInMs: Math.floor(Math.random() * returnWithinMs) });
  socket.conn.close();
}
