import type { HttpServer } from '@hallway/platform';
import type { KeyRing } from './key-ring.ts';

// A new key is published before it signs; whoever meets an unknown key id asks again at once.
const cacheSeconds = 60;

export function addKeysRoutes(app: HttpServer, { keyRing }: { keyRing: KeyRing }): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    reply.header('cache-control', `public, max-age=${cacheSeconds}`);
    return { keys: keyRing.publicJwks() };
  });
}
