import type { AccessClaims, ClientToServerEvents, ServerEvents, ServerToClientEvents } from '@hallway/contracts';
import type { Server, Socket } from 'socket.io';
import type { InTurn } from '../rooms/room-turns.ts';

/** What the gateway remembers of a socket. */
export interface SocketData {
  /** Who is there; replaced when the session is refreshed. Set before the socket connects, never absent after. */
  caller: AccessClaims;
  /** Gives the person's place back; safe to call more than once. */
  leave: () => void;
  /** Events of this socket that are being worked on. */
  inFlight: number;
  /** Number of the newest `watchPresence`: an older one that is still on its way must not undo it. */
  watch: number;
  /** Orders what this socket does to its rooms. */
  inTurn: InTurn;
  /** `resume`s of this socket that are being worked on or wait. */
  resumes: number;
  /** Its client exports spans of its own, so that those made here have a parent. */
  clientHasSpans: boolean;
}

/** What gateways tell each other: each then decides which of its own sockets may hear of it. */
export interface GatewayEvents {
  presence: (presence: ServerEvents['presence']) => void;
  /** All shall have about as many sockets: see rebalance.ts. */
  rebalance: (request: { id: string; overMs: number }) => void;
  /** How many sockets a gateway has, for one such request. */
  socketCount: (count: { id: string; gateway: string; sockets: number }) => void;
}

export type GatewayServer = Server<ClientToServerEvents, ServerToClientEvents, GatewayEvents, SocketData>;
export type GatewaySocket = Socket<ClientToServerEvents, ServerToClientEvents, GatewayEvents, SocketData>;

/** The sockets on this gateway that are in a Socket.IO room. A copy: the room may change while it is gone through. */
export function localSocketsIn(io: GatewayServer, room: string): GatewaySocket[] {
  const { adapter, sockets } = io.of('/');
  return [...(adapter.rooms.get(room) ?? [])].flatMap((id) => sockets.get(id) ?? []);
}

/** How many sockets on this gateway are in a Socket.IO room. */
export function localSizeOf(io: GatewayServer, room: string): number {
  return io.of('/').adapter.rooms.get(room)?.size ?? 0;
}
