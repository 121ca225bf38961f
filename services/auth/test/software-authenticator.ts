import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { origin } from './auth-fixture.ts';

type Cbor = string | number | Buffer | Map<string | number, Cbor>;

/** As much of CBOR (RFC 8949) as an authenticator writes. */
function encode(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(encode)]);
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
const flags = { present: 0x01, verified: 0x04, attested: 0x40 };

export interface AuthenticatorOptions {
  /** Whether it asks for a finger or a PIN. */
  verifies?: boolean;
  /** The origin that the browser stands on. */
  at?: string;
  /** Its first count; 0 does not count. */
  counter?: number;
}

/** A passkey made of software, as WebAuthn writes it: ES256, attestation "none". */
export function createAuthenticator({ verifies = true, at = origin, counter = 0 }: AuthenticatorOptions = {}) {
  const id = randomBytes(32);
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = createPrivateKey(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const jwk = keys.publicKey.export({ format: 'jwk' });
  const userFlags = flags.present | (verifies ? flags.verified : 0);
  let count = counter;
  let handle = '';

  function authenticatorData(rpId: string, extraFlags = 0, attested = Buffer.alloc(0)): Buffer {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(count);
    return Buffer.concat([sha256(rpId), Buffer.from([userFlags | extraFlags]), counted, attested]);
  }

  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: at, crossOrigin: false }));
  const credential = {
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
  };

  return {
    // biome-ignore lint/suspicious/noExplicitAny: options as the wire brings them
    create(options: any) {
      handle = options.user.id;
      const coordinate = (name: 'x' | 'y') => Buffer.from(jwk[name]!, 'base64url');
      const key = new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, coordinate('x')],
        [-3, coordinate('y')],
      ]);
      const idLength = Buffer.from([0, id.length]);
      const attested = Buffer.concat([Buffer.alloc(16), idLength, id, encode(key as Map<number, Cbor>)]);
      const attestation = new Map<string, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData(options.rp.id, flags.attested, attested)],
      ]);
      const response = {
        clientDataJSON: clientData('webauthn.create', options.challenge).toString('base64url'),
        attestationObject: encode(attestation).toString('base64url'),
        transports: ['internal'],
      };
      return { ...credential, response };
    },

    // biome-ignore lint/suspicious/noExplicitAny: options as the wire brings them
    get(options: any) {
      if (count > 0) count += 1;
      const data = authenticatorData(options.rpId);
      const client = clientData('webauthn.get', options.challenge);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      const response = {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: handle,
      };
      return { ...credential, response };
    },

    /** As a copy that somebody took earlier would be. */
    setCount(value: number) {
      count = value;
    },
  };
}
