import { type ClientEventAnswers, limits, socketRooms } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';
import { type GatewayServer, localSizeOf } from '../sockets/gateway-socket.ts';
import type { MayRelayTyping } from './typing-throttle.ts';

export interface TypingDeps {
  io: GatewayServer;
  mayRelay: MayRelayTyping;
  /** How many gateways there are, as last counted. */
  gateways: () => number;
  metrics: GatewayMetrics;
}

export function registerTypingHandlers(registerHandler: RegisterHandler, deps: TypingDeps): void {
  registerHandler('typing', (call) => typing(call, deps));
}

/** Relays "is typing" to the other people who have the room open. It may be lost, and nobody is told. */
function typing({ socket, caller, payload }: ClientCall<'typing'>, deps: TypingDeps): ClientEventAnswers['typing'] {
  const { chatRoomId, userId = caller.sub, isTyping = true } = payload;
  const room = socketRooms.chatRoom(chatRoomId);
  if (userId !== caller.sub) throw new AppError({ code: 'FORBIDDEN', internal: 'userId is somebody else' });
  if (!socket.rooms.has(room))
    throw new AppError({ code: 'NOT_FOUND', internal: 'the socket has not joined the room' });
  const result = judge(deps, { userId, chatRoomId, isTyping });
  deps.metrics.typing.inc({ result });
  if (result !== 'relayed') return {};
  const others = deps.io.to(room).except(socketRooms.user(userId));
  // "Has stopped" goes out even where something else is just being written: losing it would leave the dots standing.
  (isTyping ? others.volatile : others).emit('typing', { chatRoomId, userId, isTyping });
  return {};
}

interface Signal {
  userId: string;
  chatRoomId: string;
  isTyping: boolean;
}

function judge({ io, gateways, mayRelay }: TypingDeps, { userId, chatRoomId, isTyping }: Signal) {
  // People spread evenly over gateways, so that this one's share tells the whole: asking all of them would cost more than
  // the signal is worth.
  const audience = localSizeOf(io, socketRooms.chatRoom(chatRoomId)) * Math.max(1, gateways());
  if (audience > limits.typingAudience) return 'crowded';
  if (isTyping && !mayRelay(userId, chatRoomId)) return 'throttled';
  return 'relayed';
}
