import type { CookieSerializeOptions } from '@fastify/cookie';
import { AppError } from '@hallway/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookieName = 'hallway_refresh';

/** The refresh cookie and who may send it. `secure` is off in development alone, where the origin is plain HTTP. */
export function createRefreshCookie({ secure, origin }: { secure: boolean; origin: string }) {
  const options: CookieSerializeOptions = { httpOnly: true, sameSite: 'strict', path: '/api/auth', secure };

  return {
    read: (request: FastifyRequest): string | undefined => request.cookies[cookieName],
    write(reply: FastifyReply, token: string, maxAge: number): void {
      reply.setCookie(cookieName, token, { ...options, maxAge });
    },
    clear(reply: FastifyReply): void {
      reply.clearCookie(cookieName, options);
    },
    /** A hook: a page of another origin must not act through the cookie. Programs send no `Origin` and pass. */
    async refuseForeignOrigin(request: FastifyRequest): Promise<void> {
      const given = request.headers.origin;
      if (given !== undefined && given !== origin) {
        throw new AppError({ code: 'FORBIDDEN', internal: 'a foreign origin' });
      }
    },
  };
}

export type RefreshCookie = ReturnType<typeof createRefreshCookie>;
