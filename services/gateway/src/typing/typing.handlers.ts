import { type ClientEventAnswers, limits, socketRooms } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';
import { type GatewayServer, localSizeOf } from '../sockets/gateway-socket.ts';
import type { AssertMayType } from './may-type.ts';
import type { MayRelayTyping } from './typing-throttle.ts';

export interface TypingDeps {
  io: GatewayServer;
  assertMayType: AssertMayType;
  mayRelay: MayRelayTyping;
  /** How many gateways there are, as last counted. */
  gateways: () => number;
  metrics: GatewayMetrics;
}

export function registerTypingHandlers(registerHandler: RegisterHandler, deps: TypingDeps): void {
  registerHandler('typing', (call) => typing(call, deps));
}

/**
 * Relays "is typing" to the other people who have the room open, where a send would go out as well. It may be lost, and nobody is
 * told.
 */
async function typing(
  { socket, caller, payload }: ClientCall<'typing'>,
  deps: TypingDeps,
): Promise<ClientEventAnswers['typing']> {
  const { chatRoomId, userId = caller.sub, isTyping = true } = payload;
  const room = socketRooms.chatRoom(chatRoomId);
  if (userId !== caller.sub) throw new AppError({ code: 'FORBIDDEN', internal: 'userId is somebody else' });
  if (!socket.rooms.has(room))
    throw new AppError({ code: 'NOT_FOUND', internal: 'the socket has not joined the room' });
  const isCrowded = countAudience(deps, room) > limits.typingAudience;
  if (!isCrowded) await deps.assertMayType(userId, chatRoomId);
  // Whoever was removed meanwhile has left.
  if (!socket.rooms.has(room)) return {};
  const isThrottled = isTyping && !isCrowded && !deps.mayRelay(userId, chatRoomId);
  const result = isCrowded ? 'crowded' : isThrottled ? 'throttled' : 'relayed';
  deps.metrics.typing.inc({ result });
  if (result !== 'relayed') return {};
  const others = deps.io.to(room).except(socketRooms.user(userId));
  // "Has stopped" goes out even where something else is just being written: losing it would leave the dots standing.
  (isTyping ? others.volatile : others).emit('typing', { chatRoomId, userId, isTyping });
  return {};
}

/**
 * How many sockets have the room open. People spread evenly over gateways, so that this one's share tells the whole: asking all
 * of them would cost more than the signal is worth.
 */
function countAudience({ io, gateways }: TypingDeps, room: string): number {
  return localSizeOf(io, room) * Math.max(1, gateways());
}
