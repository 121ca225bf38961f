import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role, SessionEnded } from '@hallway/contracts';
import jsonwebtoken from 'jsonwebtoken';
import { randomId } from './random-id.ts';

export interface TestPerson {
  id: string;
  role: Role;
}

export interface TokenOptions {
  sessionId?: string;
  expiresInSeconds?: number;
  issuer?: string;
  audience?: string;
  typ?: string;
  kid?: string;
  key?: KeyObject;
}

/** Signs tokens as the auth service does, serves the public key, and answers the poll for ended sessions. */
export async function startAuthStandIn(issuer: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' };
  const endings: SessionEnded[] = [];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/jwks.json') response.end(JSON.stringify({ keys: [jwk] }));
    else if (request.url?.startsWith('/session-endings?since=')) response.end(JSON.stringify({ endings }));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function sign(person: TestPerson, options: TokenOptions = {}): string {
    const claims = { sid: options.sessionId ?? randomId(), role: person.role, name: 'Somebody' };
    return jsonwebtoken.sign(claims, options.key ?? privateKey, {
      algorithm: 'ES256',
      subject: person.id,
      issuer: options.issuer ?? issuer,
      audience: options.audience ?? 'hallway',
      expiresIn: options.expiresInSeconds ?? 600,
      header: { alg: 'ES256', typ: options.typ ?? 'at+jwt', kid: options.kid ?? 'key-1' },
    });
  }

  return {
    url,
    key: privateKey,
    sign,
    /** What the poll answers. */
    endings,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
