import type { AccessClaims } from '@hallway/contracts';
import type { FastifyRequest } from 'fastify';
import type { VerifyToken } from './access-tokens.ts';
import { AppError } from './app-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the `authenticate` hook. */
    caller?: AccessClaims;
  }
}

/** An `onRequest` hook that lets only signed-in people through and says who they are in `request.caller`. */
export function createAuthenticate(verifyToken: VerifyToken) {
  return async function authenticate(request: FastifyRequest): Promise<void> {
    const header = request.headers.authorization;
    if (!header?.startsWith('Bearer ')) throw new AppError({ code: 'UNAUTHENTICATED', internal: 'no bearer token' });
    request.caller = await verifyToken(header.slice('Bearer '.length));
  };
}

/** The caller of a route behind `authenticate`. */
export function callerOf(request: FastifyRequest): AccessClaims {
  if (!request.caller) throw new AppError({ code: 'UNAUTHENTICATED', internal: 'the route lacks its hook' });
  return request.caller;
}
