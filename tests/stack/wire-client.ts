import { randomUUID } from 'node:crypto';
import {
  type ClientEventName,
  clientEventAnswers,
  type ErrorBody,
  type PublicUser,
  type ServerEventName,
  type ServerEvents,
  serverEvents,
} from '@hallway/contracts';
import { findFaults } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import { io, type Socket } from 'socket.io-client';
import type { TSchema } from 'typebox';

/** A client that knows the contract and nothing of the code: what a stranger would write. */
export interface Person {
  /** Of the stack on which they are signed in. */
  origin: string;
  user: PublicUser;
  accessToken: string;
  cookie: string;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  body: any;
  headers: Headers;
}

export function originOfRun(): string {
  const origin = process.env.HALLWAY_TEST_ORIGIN;
  if (!origin) throw new Error('No stack is running: run this file through vitest.config.ts.');
  return origin;
}

/** The addresses of the two gateways of a stack. */
export function gatewaysOf(origin = originOfRun()): string[] {
  const { protocol, hostname, port } = new URL(origin);
  return [11, 12].map((offset) => `${protocol}//${hostname}:${Number(port) + offset}`);
}

export async function signIn(
  username: string,
  { origin = originOfRun(), password = 'hallway-demo' }: { origin?: string; password?: string } = {},
): Promise<Person> {
  const response = await fetch(`${origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const body = (await response.json()) as Person & { error?: ErrorBody };
  if (!response.ok) throw new Error(`${username} could not sign in: ${JSON.stringify(body.error)}`);
  return { ...body, origin, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

/** Asks over HTTP; `route` is method and path. */
export async function call(person: Person | null, route: string, body?: unknown): Promise<Answer> {
  const [method = 'GET', path] = route.split(' ');
  const headers = new Headers(person ? { authorization: `Bearer ${person.accessToken}` } : {});
  if (body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(`${person?.origin ?? originOfRun()}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
}

export interface Heard {
  event: ServerEventName;
  payload: unknown;
}

export interface WireSocket {
  socket: Socket;
  heard: Heard[];
  /** Every frame that did not fit its schema. */
  faults: string[];
  /** Emits and answers the acknowledgement, whatever it says. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  emit: (event: string, payload?: unknown) => Promise<any>;
  all: <E extends ServerEventName>(event: E) => ServerEvents[E][];
  close: () => void;
}

/** Connects to one gateway, or to whichever the origin gives. Rejects with the server's refusal. */
export async function connect(person: Pick<Person, 'accessToken'>, address = originOfRun()): Promise<WireSocket> {
  const socket = io(address, {
    transports: ['websocket'],
    auth: { token: person.accessToken },
    reconnection: false,
    forceNew: true,
  });
  const heard: Heard[] = [];
  const faults: string[] = [];
  const check = (what: string, schema: TSchema | undefined, value: unknown) => {
    const found = schema ? findFaults(schema, value) : [{ path: '/', message: 'is no event of the contract' }];
    if (found.length > 0) faults.push(`${what}: ${JSON.stringify(found)} in ${JSON.stringify(value)}`);
  };
  socket.onAny((event: ServerEventName, payload: unknown) => {
    heard.push({ event, payload });
    check(event, serverEvents[event], payload);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: unknown }) => reject(error.data ?? error));
  });
  return {
    socket,
    heard,
    faults,
    async emit(event, payload) {
      const answer = await socket.timeout(10_000).emitWithAck(event, payload);
      if (answer.ok) check(`acknowledgement of ${event}`, clientEventAnswers[event as ClientEventName], answer);
      return answer;
    },
    all: (event) => heard.filter((one) => one.event === event).map((one) => one.payload as never),
    close: () => socket.disconnect(),
  };
}

/** Waits until the socket has heard a message with this content, by either event. */
export async function hears(wire: WireSocket, content: string, withinMs = 10_000): Promise<void> {
  await eventually(
    () => {
      const contents = [
        ...wire.all('receiveMessage').map((message) => message.content),
        ...wire.all('new_message').map((message) => message.text),
      ];
      if (!contents.includes(content)) throw new Error(`"${content}" was not heard, but ${JSON.stringify(contents)}`);
    },
    { withinMs },
  );
}

export function newMessageId(): string {
  return randomUUID();
}
