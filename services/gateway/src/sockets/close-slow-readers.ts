import type { GatewayServer } from './gateway-socket.ts';

// Packets that may wait for one connection: some megabytes at the very most, minutes of a lively room.
const waitingLimit = 1000;
// One look can fall into a burst that the next moment carries off; somebody who reads is never over the limit this often.
const looksInARow = 3;

/**
 * Looks for those who do not read what they are sent, because what waits for them is held in memory, and closes their
 * transports. Their clients come back and resume; nothing is lost. Each look returns how many were closed.
 */
export function createSlowReaderSweep(io: GatewayServer) {
  let strikes = new Map<object, number>();

  return function closeSlowReaders(): number {
    const before = strikes;
    strikes = new Map();
    let closed = 0;
    for (const { conn } of io.of('/').sockets.values()) {
      if (waitingPackets(conn) <= waitingLimit) continue;
      const looks = (before.get(conn) ?? 0) + 1;
      strikes.set(conn, looks);
      if (looks < looksInARow) continue;
      // Discarding: an orderly close would wait for the very packets that are not read.
      conn.close(true);
      closed += 1;
    }
    return closed;
  };
}

/** Engine.IO keeps what waits in a private list; the integration test fails when it is no longer there. */
function waitingPackets(conn: object): number {
  return (conn as { writeBuffer?: unknown[] }).writeBuffer?.length ?? 0;
}
