import type { Ask, PresenceReader } from '@hallway/bus';
import { type ClientEventAnswers, socketRooms } from '@hallway/contracts';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';
import type { GatewaySocket } from '../sockets/gateway-socket.ts';

export interface PresenceHandlerDeps {
  ask: Ask;
  reader: PresenceReader;
}

export function registerPresenceHandlers(registerHandler: RegisterHandler, deps: PresenceHandlerDeps): void {
  registerHandler('watchPresence', (call) => watchPresence(call, deps));
}

/**
 * Watches these people instead of those watched before, as far as the caller may message them; what is told of them later is
 * asked again (`announce-presence.ts`). Joins before it looks, so that no change falls between the answer and the live word.
 */
async function watchPresence(
  { socket, caller, payload }: ClientCall<'watchPresence'>,
  { ask, reader }: PresenceHandlerDeps,
): Promise<ClientEventAnswers['watchPresence']> {
  socket.data.watch += 1;
  const watch = socket.data.watch;
  const { userIds } = await ask('people.reachable', { userId: caller.sub, userIds: payload.userIds });
  if (socket.data.watch === watch) replaceWatch(socket, userIds);
  return { online: [...(await reader.onlineAmong(userIds))] };
}

function replaceWatch(socket: GatewaySocket, userIds: string[]): void {
  const wanted = new Set(userIds.map(socketRooms.presence));
  for (const room of socket.rooms) {
    if (room.startsWith(presencePrefix) && !wanted.has(room)) void socket.leave(room);
  }
  void socket.join([...wanted]);
}

const presencePrefix = socketRooms.presence('');
