import type { ClientEventAnswers } from '@hallway/contracts';
import { AppError, type VerifyToken } from '@hallway/platform';
import type { ClientCall, RegisterHandler } from '../sockets/event-dispatcher.ts';
import type { SessionWatch } from './session-watch.ts';

export interface SessionHandlerDeps {
  verifyToken: VerifyToken;
  watch: SessionWatch;
}

export function registerSessionHandlers(registerHandler: RegisterHandler, deps: SessionHandlerDeps): void {
  registerHandler('refreshSession', (call) => refreshSession(call, deps));
}

/** Replaces a socket's token by a newer one of the same person and session, so that the socket lives on. */
async function refreshSession(
  { socket, caller, payload }: ClientCall<'refreshSession'>,
  { verifyToken, watch }: SessionHandlerDeps,
): Promise<ClientEventAnswers['refreshSession']> {
  const renewed = await verifyToken(payload.token);
  if (renewed.sub !== caller.sub || renewed.sid !== caller.sid) {
    throw new AppError({ code: 'FORBIDDEN', internal: 'the token is of another person or session' });
  }
  // An older token than the one in use must not shorten the socket's life.
  if (renewed.exp > socket.data.caller.exp) socket.data.caller = renewed;
  if (socket.connected) watch.follow(socket);
  return { expiresIn: Math.max(0, Math.floor(socket.data.caller.exp - Date.now() / 1000)) };
}
