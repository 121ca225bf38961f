import { socketRooms } from '@hallway/contracts';
import { toAppError } from '@hallway/platform';
import type { GatewaySocket } from '../sockets/gateway-socket.ts';

/**
 * Joins the rooms and then asks, so that nothing falls between the answer and the live stream. A refusal takes the socket
 * out of the rooms again; any other failure out of those that it had not joined before.
 */
export async function whileJoined<T>(
  socket: GatewaySocket,
  chatRoomIds: readonly string[],
  ask: () => Promise<T>,
): Promise<T> {
  const all = chatRoomIds.map(socketRooms.chatRoom);
  const fresh = all.filter((room) => !socket.rooms.has(room));
  void socket.join(fresh);
  try {
    return await ask();
  } catch (error) {
    const refused = toAppError(error).code === 'NOT_FOUND';
    for (const room of refused ? all : fresh) void socket.leave(room);
    throw error;
  }
}
