import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshEnvironment, startAuth } from './auth-fixture.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hallway-auth-start-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the service as a process until it ends by itself, or until `stopOn` stands in its output. */
async function run(environment: Record<string, string>, stopOn?: string) {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stopOn && stdout.includes(stopOn)) child.kill('SIGTERM');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

function pemOf(namedCurve: string): string {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

describe('a faulty configuration', () => {
  it('when variables are missing or wrong, names each on its own line, opens no port and exits with 1', async () => {
    const { code, stdout, stderr } = await run({
      HALLWAY_ENV: 'development',
      HALLWAY_ORIGIN: 'localhost/',
      PORT: '99999',
      REDIS_URL: 'http://redis',
      POLICY_STUDENTS: 'nobody',
      ACCESS_TOKEN_TTL_SECONDS: '86400',
      DEMO_CAMPUS: 'perhaps',
    });
    expect(code).toBe(1);
    const lines = stderr.split('\n').filter((line) => line.startsWith('  - '));
    const named = lines.map((line) => /^ {2}- ([A-Z_]+) /.exec(line)?.[1]).sort();
    expect(named).toEqual([
      'ACCESS_TOKEN_TTL_SECONDS',
      'AUTH_KEYS_DIR',
      'DEMO_CAMPUS',
      'HALLWAY_ORIGIN',
      'INTERNAL_PORT',
      'MONGODB_URI',
      'POLICY_STUDENTS',
      'PORT',
      'REDIS_URL',
    ]);
    expect(stdout).toBe('');
  });

  it('when production is told to make keys and a demo campus, refuses both and asks for keys', async () => {
    const { code, stderr } = await run(
      freshEnvironment({ HALLWAY_ENV: 'production', AUTH_KEYS_DIR: directory, DEMO_CAMPUS: 'true' }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('DEMO_CAMPUS cannot be true in production');
    expect(stderr).toContain('AUTH_KEYS_DIR cannot be used in production');
    expect(stderr).toContain('AUTH_SIGNING_KEYS is missing');
    expect(stderr).toContain('AUTH_DATA_KEY is missing');
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['no key', 'nothing here', 'no private key'],
    ['a key of another curve', pemOf('secp384r1'), 'P-256'],
    ['a broken JWK set', '{"keys":[', 'not JSON'],
    ['a public JWK', '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}', 'malformed or not private'],
  ])('when the signing keys are %s, says so without showing them', async (_what, keys, text) => {
    const { code, stderr } = await run(
      freshEnvironment({ HALLWAY_ENV: 'production', DEMO_CAMPUS: 'false', AUTH_SIGNING_KEYS: keys }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('AUTH_SIGNING_KEYS');
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('BEGIN');
  });
});

describe('the data key', () => {
  it.each(['too short', 'c2hvcnQ='])('when it is %j, says so without showing it', async (key) => {
    const { code, stderr } = await run(
      freshEnvironment({ HALLWAY_ENV: 'production', AUTH_SIGNING_KEYS: pemOf('P-256'), AUTH_DATA_KEY: key }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('AUTH_DATA_KEY has an unusable value: a key in it is not 32 bytes in base64');
    expect(stderr).not.toContain(key);
  });
});

describe('stores that are away at the start', () => {
  it.each([
    ['MongoDB', 'MONGODB_URI', 'mongodb://127.0.0.1:9/away'],
    ['Redis', 'REDIS_URL', 'redis://127.0.0.1:9'],
  ])(
    'when %s cannot be reached, says so and exits with 1',
    async (store, variable, url) => {
      const { code, stdout } = await run(
        freshEnvironment({ AUTH_KEYS_DIR: directory, LOG_LEVEL: 'info', [variable]: url }),
      );
      expect(code).toBe(1);
      const fatal = stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
        .find(({ level }) => level === 'fatal');
      expect(fatal.message).toBe('could not start');
      expect(fatal.err.message).toContain(`${store} cannot be reached (${variable})`);
      expect(stdout).not.toContain('"message":"ready"');
    },
    20_000,
  );

  it('when the folder for keys cannot be used, says so and exits with 1', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const { code, stdout } = await run(freshEnvironment({ AUTH_KEYS_DIR: join(file, 'keys'), LOG_LEVEL: 'info' }));
    expect(code).toBe(1);
    expect(stdout).toContain('AUTH_KEYS_DIR cannot hold the signing key');
  });
});

describe('the process', () => {
  it('when started and told to stop, becomes ready and ends with 0', async () => {
    const environment = freshEnvironment({ AUTH_KEYS_DIR: directory, LOG_LEVEL: 'info', DEMO_CAMPUS: 'false' });
    const { code, stdout } = await run(environment, '"message":"ready"');
    expect(stdout).toContain('"message":"stopped"');
    expect(code).toBe(0);
  });
});

describe('signing keys', () => {
  it('when the service starts again, signs with the same key, and tokens from before stay good', async () => {
    const first = await startAuth({ AUTH_KEYS_DIR: directory });
    const { token } = await first.login('john');
    const second = await startAuth({ AUTH_KEYS_DIR: directory, MONGODB_URI: first.config.MONGODB_URI });
    try {
      expect((await readdir(directory)).sort()).toEqual(['data-key', 'signing-keys.pem']);
      expect((await stat(join(directory, 'signing-keys.pem'))).mode & 0o777).toBe(0o600);
      const keysOf = async (service: typeof first) => (await service.call('GET /.well-known/jwks.json')).json;
      expect(await keysOf(second)).toEqual(await keysOf(first));
      expect((await second.call('GET /api/auth/me', { token })).status).toBe(200);
    } finally {
      await second.service.stop();
      await second.connection.close();
      await first.stop();
    }
  });

  it('when four services start at once in an empty folder, all have the same key', async () => {
    const services = await Promise.all(
      [1, 2, 3, 4].map(() => startAuth({ AUTH_KEYS_DIR: directory, DEMO_CAMPUS: 'false' })),
    );
    const documents = await Promise.all(
      services.map(async (service) => (await service.call('GET /.well-known/jwks.json')).text),
    );
    expect(new Set(documents).size).toBe(1);
    expect((await readdir(directory)).sort()).toEqual(['data-key', 'signing-keys.pem']);
    await Promise.all(services.map((service) => service.stop()));
  });

  it('when a new key is put in front, signs with it and still accepts tokens of the old one', async () => {
    const [oldKey, newKey] = [pemOf('P-256'), pemOf('P-256')];
    const before = await startAuth({ AUTH_SIGNING_KEYS: oldKey });
    const { token } = await before.login('john');
    const after = await startAuth({ AUTH_SIGNING_KEYS: newKey + oldKey, MONGODB_URI: before.config.MONGODB_URI });
    try {
      const { keys } = (await after.call('GET /.well-known/jwks.json')).json;
      expect(keys).toHaveLength(2);
      expect((await after.call('GET /api/auth/me', { token })).status).toBe(200);
      const fresh = (await after.login('john')).token;
      expect(JSON.parse(Buffer.from(fresh.split('.')[0]!, 'base64url').toString()).kid).toBe(keys[0].kid);
      expect((await before.call('GET /api/auth/me', { token: fresh })).json.error.code).toBe('UNAUTHENTICATED');
    } finally {
      await after.service.stop();
      await after.connection.close();
      await before.stop();
    }
  });

  it('when the keys stand in a file, reads them from there', async () => {
    const path = join(directory, 'keys.pem');
    await writeFile(path, pemOf('P-256'));
    const service = await startAuth({ AUTH_SIGNING_KEYS_FILE: path, DEMO_CAMPUS: 'false' });
    expect((await service.call('GET /.well-known/jwks.json')).json.keys).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toContain('PRIVATE KEY');
    await service.stop();
  });
});

describe('readiness', () => {
  it('when stopped, is not ready any more; before, tells liveness and metrics', async () => {
    const service = await startAuth({ DEMO_CAMPUS: 'false' });
    expect((await fetch(`${service.internalUrl}/livez`)).status).toBe(200);
    expect(await (await fetch(`${service.internalUrl}/metrics`)).text()).toContain('hallway_http_request_seconds');
    await service.connection.close();
    await service.service.stop();
    await expect(fetch(`${service.internalUrl}/readyz`)).rejects.toThrow();
  });
});
