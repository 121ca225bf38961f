import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accessTokenAudience, accessTokenType, type PublicUser } from '@hallway/contracts';
import jsonwebtoken from 'jsonwebtoken';

/** An auth service as far as others see it: public keys and no ended sessions. Issues real tokens. */
export async function startTokenIssuer(origin = 'http://localhost:3000') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] };
  const server = createServer((request, response) => {
    const body = request.url?.startsWith('/session-endings') ? { endings: [] } : jwks;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin,
    /** The key that signs. */
    key: privateKey,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issue: (user: PublicUser, sessionId: string) => sign({ privateKey, kid, origin, user, sessionId }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

interface Signed {
  privateKey: KeyObject;
  kid: string;
  origin: string;
  user: PublicUser;
  sessionId: string;
}

function sign({ privateKey, kid, origin, user, sessionId }: Signed): string {
  return jsonwebtoken.sign({ sid: sessionId, role: user.role, name: user.name }, privateKey, {
    algorithm: 'ES256',
    keyid: kid,
    header: { alg: 'ES256', typ: accessTokenType },
    issuer: origin,
    audience: accessTokenAudience,
    subject: user.id,
    expiresIn: 600,
  });
}
