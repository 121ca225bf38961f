import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CourseRole, Role } from '@hallway/contracts';
import { captureLog, useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { io, type Socket } from 'socket.io-client';
import { buildAuthService } from '../../services/auth/src/app.ts';
import { readAuthConfig } from '../../services/auth/src/config.ts';
import { buildGateway } from '../../services/gateway/src/app.ts';
import { readGatewayConfig } from '../../services/gateway/src/config.ts';
import { buildMessageService } from '../../services/message/src/app.ts';
import { readMessageConfig } from '../../services/message/src/config.ts';

export interface Account {
  id: string;
  username: string;
  role: Role;
  token: string;
}

export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  body: any;
}

const demoPassword = 'hallway-demo';

/**
 * The real services in this process, with real stores and real sockets: everything that has a door, one of each. The demo
 * campus is there, and accounts and courses are made through the admin API. `redisUrl` brings a Redis that a test may stop.
 */
export async function startCampus({ redisUrl }: { redisUrl?: string } = {}) {
  const engines = useTestEngines();
  const keys = mkdtempSync(join(tmpdir(), 'hallway-authorization-'));
  const common = {
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: 'http://hallway.test',
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'silent',
    MONGODB_URI: engines.mongoUri,
    REDIS_URL: redisUrl ?? engines.redisUrl,
    QUEUE_REDIS_URL: redisUrl ?? engines.redisUrl,
    REDIS_PREFIX: engines.redisPrefix,
  };
  const { log } = captureLog();
  const auth = buildAuthService({
    config: readAuthConfig({ ...common, AUTH_KEYS_DIR: keys, DEMO_CAMPUS: 'true', SESSIONS_PER_PERSON: '1000' }),
    log,
  });
  await auth.start();
  const known = {
    ...common,
    AUTH_URL: `http://127.0.0.1:${auth.ports().port}`,
    AUTH_INTERNAL_URL: `http://127.0.0.1:${auth.ports().internalPort}`,
  };
  const message = buildMessageService({ config: readMessageConfig(known), log, instance: `message-${randomUUID()}` });
  await message.start();
  const gateway = buildGateway({
    config: readGatewayConfig({ ...known, DRAIN_MS: '0', EVENT_BURST: '10000', OFFLINE_GRACE_MS: '300' }),
    log,
    instance: `gateway-${randomUUID()}`,
  });
  await gateway.start();
  const connection = await mongoose.createConnection(engines.mongoUri).asPromise();
  const { port } = message.app.server.address() as AddressInfo;
  const urls = { auth: known.AUTH_URL, message: `http://127.0.0.1:${port}` };
  const sockets: Socket[] = [];
  const call = createCall(urls);
  const signIn = createSignIn(call);
  const admin = await signIn('admin', demoPassword);

  return {
    apps: { auth: auth.http, message: message.app },
    connection,
    call,
    signIn: (username: string, password = demoPassword) => signIn(username, password),
    admin,
    ...createPeople({ connection, call, signIn, admin }),
    connect: (account: Pick<Account, 'token'>) => connectSocket(gateway.ports().public, account, sockets),
    async stop(): Promise<void> {
      for (const socket of sockets) socket.disconnect();
      await gateway.stop();
      await message.stop();
      await auth.stop();
      await connection.dropDatabase();
      await connection.close();
      rmSync(keys, { recursive: true, force: true });
    },
  };
}

export type Campus = Awaited<ReturnType<typeof startCampus>>;

/** Asks for something that must be done. */
export function createOrder({ call }: { call: Call }) {
  return async function order(account: Pick<Account, 'token'>, route: string, body?: unknown) {
    const answer = await call(account, route, body);
    if (answer.status >= 300) throw new Error(`${route} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}

type Call = ReturnType<typeof createCall>;

/** What the front door does: one origin, two services. */
function createCall(urls: { auth: string; message: string }) {
  const ofAuth = /^\/(api\/(auth|directory|admin)\/|\.well-known\/)/;
  return async function call(account: Pick<Account, 'token'> | null, route: string, body?: unknown): Promise<Answered> {
    const [method = 'GET', path = '/'] = route.split(' ');
    const headers = new Headers(account ? { authorization: `Bearer ${account.token}` } : {});
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await fetch(`${ofAuth.test(path) ? urls.auth : urls.message}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  };
}

function createSignIn(call: Call) {
  return async function signIn(username: string, password: string): Promise<Account> {
    const { status, body } = await call(null, 'POST /api/auth/login', { username, password });
    if (status !== 200) throw new Error(`${username} could not sign in: ${JSON.stringify(body)}`);
    const { id, role } = body.user;
    return { id, role, username, token: body.accessToken };
  };
}

interface PeopleParts {
  connection: mongoose.Connection;
  call: Call;
  signIn: ReturnType<typeof createSignIn>;
  admin: Account;
}

/** Accounts, courses and families through the admin API, as an institution makes them. */
function createPeople({ connection, call, signIn, admin }: PeopleParts) {
  const orderAs = createOrder({ call });
  const order = (what: string, body?: unknown) => orderAs(admin, what, body);
  const shortId = () => randomBytes(5).toString('hex');

  return {
    /** An account of its own that is signed in. Hashing is what takes time: all share the hash of the demo accounts. */
    async account(role: Role): Promise<Account> {
      const username = `${role}-${shortId()}`;
      const { user } = await order('POST /api/admin/users', { username, name: `Of ${username}`, role });
      const users = connection.collection('users');
      const demo = await users.findOne({ usernameKey: 'john' });
      await users.updateOne({ usernameKey: username }, { $set: { passwordHash: demo?.passwordHash } });
      return { ...(await signIn(username, demoPassword)), id: user.id };
    },
    async course(): Promise<string> {
      const code = `C${shortId()}`;
      const { course } = await order('POST /api/admin/courses', { code, title: `Course ${code}`, term: '2026' });
      return course.id;
    },
    enrol: (courseId: string, userId: string, role: CourseRole) =>
      order(`PUT /api/admin/courses/${courseId}/members/${userId}`, { role }),
    unenrol: (courseId: string, userId: string) => order(`DELETE /api/admin/courses/${courseId}/members/${userId}`),
    guardian: (parentId: string, childId: string, body: unknown = {}) =>
      order(`PUT /api/admin/guardians/${parentId}/children/${childId}`, body),
  };
}

export interface WireSocket {
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  emit: (event: string, payload: unknown) => Promise<any>;
  heard: { event: string; payload: unknown }[];
  close: () => void;
}

async function connectSocket(port: number, { token }: Pick<Account, 'token'>, all: Socket[]): Promise<WireSocket> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    auth: { token },
    reconnection: false,
    forceNew: true,
  });
  all.push(socket);
  const heard: WireSocket['heard'] = [];
  socket.onAny((event, payload) => heard.push({ event, payload }));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: unknown }) => reject(error.data ?? error));
  });
  return {
    heard,
    emit: (event, payload) => socket.timeout(10_000).emitWithAck(event, payload),
    close: () => socket.disconnect(),
  };
}
