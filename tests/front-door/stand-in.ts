import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface StandIn {
  name: string;
  url: URL;
  /** As nginx names it. */
  address: string;
  port: number;
  /** The requests that reached it, oldest first. */
  heard: Heard[];
  stop: () => Promise<void>;
}

export interface Heard {
  name: string;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  /** How many bytes. */
  body: number;
}

/** A service that tells what reached it; as a gateway it also echoes over an upgraded connection. */
export async function startStandIn(name: string, port = 0): Promise<StandIn> {
  const upgraded = new Set<Socket>();
  const heard: Heard[] = [];
  const server: Server = createServer((incoming, response) => {
    if (incoming.url?.endsWith('/drop')) return void incoming.socket.destroy();
    let body = 0;
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.length;
    });
    incoming.on('end', () => {
      const { url, headers } = incoming;
      response.setHeader('content-type', 'application/json; charset=utf-8');
      heard.push({ name, url, headers, body });
      // Long enough to be worth compressing.
      const answer = JSON.stringify({ ...heard.at(-1), padding: 'x'.repeat(2000) });
      setTimeout(() => response.end(answer), url?.endsWith('/after-16-s') ? 16_000 : 0);
    });
  });
  server.on('upgrade', (_incoming, stream) => {
    const socket = stream as Socket;
    upgraded.add(socket);
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nx-name: ${name}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    name,
    ...{ url: new URL(`http://127.0.0.1:${bound}`), address: `127.0.0.1:${bound}`, port: bound, heard },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  json: () => any;
}

export interface Asked {
  port: number;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends the path as it stands, which `fetch` would tidy. */
export async function ask(path: string, { port, method = 'GET', headers = {}, body = '' }: Asked): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  const answered = once(outgoing, 'response');
  // A refusal may come before all of a large body has been sent; what then goes wrong with the rest is no matter.
  outgoing.on('error', () => {});
  outgoing.end(body);
  const [response] = (await answered) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) };
}

export interface Upgraded {
  /** The head of the answer, with its status line. */
  head: string;
  /** Who answered, where it was a stand-in. */
  name: string | undefined;
  socket: Socket;
  /** Everything that came, the head included. */
  heard: () => string;
  closed: Promise<void>;
}

/** Resolves when the connection is gone, however it ended. */
export function closing(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  return promise;
}

/** Asks for an upgrade, and resolves when the head of the answer is there. */
export async function upgrade(port: number, path = '/socket.io/?EIO=4&transport=websocket'): Promise<Upgraded> {
  const socket = connect(port, '127.0.0.1');
  const closed = closing(socket);
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.includes('\r\n\r\n')) resolve();
  });
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n`);
  await Promise.race([promise, closed]);
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  return { head, name: /x-name: (\S+)/i.exec(head)?.[1], socket, heard: () => text, closed };
}
