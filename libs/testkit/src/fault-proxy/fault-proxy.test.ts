import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function startServer(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function startEcho(random?: () => number) {
  const { port, sockets } = await startServer((socket) => socket.pipe(socket));
  const proxy = await createFaultProxy({ target: { host: '127.0.0.1', port }, ...(random ? { random } : {}) });
  open.push(proxy);
  return { proxy, echoes: sockets };
}

/** A client that keeps what it got. */
async function connect(proxy: FaultProxy) {
  const socket = createConnection({ host: proxy.host, port: proxy.port, allowHalfOpen: true });
  const seen = { text: '', ended: false, closed: false, error: '' };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    seen.text += text;
  });
  socket.on('end', () => {
    seen.ended = true;
  });
  socket.on('close', () => {
    seen.closed = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? error.message;
  });
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return { socket, seen };
}

describe('createFaultProxy', () => {
  it('when nothing is wrong, carries a megabyte both ways in order and counts it', async () => {
    const { proxy } = await startEcho();
    const { socket, seen } = await connect(proxy);
    const text = Array.from({ length: 100_000 }, (_, place) => String(place).padStart(10, ' ')).join('');
    socket.end(text);
    await eventually(() => expect(seen.ended).toBe(true));
    expect(seen.text === text).toBe(true);
    expect(proxy.stats()).toMatchObject({ accepted: 1, refused: 0, bytesToTarget: 1e6, bytesToClient: 1e6 });
    await eventually(() => expect(proxy.stats().open).toBe(0));
  });

  it('when there is latency, delays each way and lets others through as soon as it is healed', async () => {
    const { proxy } = await startEcho();
    const { socket, seen } = await connect(proxy);
    proxy.setFaults({ latencyMs: 60 });
    const startedAt = performance.now();
    socket.write('slow');
    await eventually(() => expect(seen.text).toBe('slow'));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119);
    proxy.setFaults({});
    const healedAt = performance.now();
    socket.write(' fast');
    await eventually(() => expect(seen.text).toBe('slow fast'), { everyMs: 2 });
    expect(performance.now() - healedAt).toBeLessThan(119);
  });

  it('when a long latency is healed, lets go at once what waited for it', async () => {
    const { proxy } = await startEcho();
    const { socket, seen } = await connect(proxy);
    proxy.setFaults({ latencyMs: 60_000 });
    socket.write('early ');
    await eventually(() => expect(proxy.connections()[0]?.stats().toTarget.waitingBytes).toBe(6));
    proxy.setFaults({});
    socket.write('late');
    await eventually(() => expect(seen.text).toBe('early late'));
  });

  it('when latency jitters, keeps the order of bytes', async () => {
    let turn = 0;
    // The first chunk waits longest, each later one would overtake it.
    const { proxy } = await startEcho(() => 1 / (1 + turn++));
    const { socket, seen } = await connect(proxy);
    proxy.setFaults({ latencyMs: 40, jitterMs: 40 });
    let sent = '';
    for (let number = 0; number < 30; number += 1) {
      sent += `${number},`;
      socket.write(`${number},`);
      await new Promise(setImmediate);
    }
    await eventually(() => expect(seen.text).toBe(sent));
  });

  it('when the line is slow, keeps to its bandwidth and loses nothing', async () => {
    const { proxy } = await startEcho();
    const { socket, seen } = await connect(proxy);
    proxy.setFaults({ bytesPerSecond: 40_000 });
    const startedAt = performance.now();
    socket.end('x'.repeat(8000));
    await eventually(() => expect(seen.ended).toBe(true));
    expect(seen.text).toHaveLength(8000);
    // 8,000 bytes at 40,000 a second, less the last slice, which takes the line after it has left.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(150);
  });

  it('when the reader is stuck, holds a bounded amount and lets the writer wait', async () => {
    const { port, sockets } = await startServer((socket) => socket.pause());
    const proxy = await createFaultProxy({ target: { host: '127.0.0.1', port } });
    open.push(proxy);
    const { socket } = await connect(proxy);
    proxy.setFaults({ bytesPerSecond: 1000 });
    const block = Buffer.alloc(64 * 1024, 1);
    let accepted = 0;
    while (socket.write(block)) await new Promise(setImmediate);
    for (let blocks = 0; blocks < 320; blocks += 1) socket.write(block, () => (accepted += block.length));
    await eventually(() => expect(proxy.connections()[0]?.stats().toTarget.waitingBytes).toBeGreaterThan(64 * 1024));
    const before = await stable(() => accepted);
    expect(before).toBeLessThan(320 * block.length);
    expect(proxy.connections()[0]?.stats().toTarget.waitingBytes).toBeLessThanOrEqual(256 * 1024);
    expect(sockets.size).toBe(1);
  });

  it('when half open, swallows both ways and closes nothing; a connection that lost bytes is reset afterwards', async () => {
    const { proxy, echoes } = await startEcho();
    const talker = await connect(proxy);
    const listener = await connect(proxy);
    talker.socket.write('before ');
    await eventually(() => expect(talker.seen.text).toBe('before '));
    const healed = proxy.during({ halfOpen: true }, 100);
    talker.socket.write('lost');
    await eventually(() => expect(proxy.stats().swallowedBytes).toBe(4));
    for (const echo of echoes) echo.write('gone');
    await eventually(() => expect(proxy.stats().swallowedBytes).toBe(12));
    expect(talker.seen).toMatchObject({ text: 'before ', closed: false });
    await healed;
    await eventually(() => expect(talker.seen.error).toBe('ECONNRESET'));
    await eventually(() => expect(listener.seen.error).toBe('ECONNRESET'));
    const fresh = await connect(proxy);
    fresh.socket.write('again');
    await eventually(() => expect(fresh.seen.text).toBe('again'));
  });

  it('when half open and nobody says anything, goes on afterwards', async () => {
    const { proxy } = await startEcho();
    const { socket, seen } = await connect(proxy);
    await eventually(() => expect(proxy.stats().open).toBe(1));
    await proxy.during({ halfOpen: true }, 20);
    socket.write('still here');
    await eventually(() => expect(seen.text).toBe('still here'));
  });

  it('when half open, keeps the end of the target from the client until it is healed', async () => {
    const { proxy, echoes } = await startEcho();
    const { seen } = await connect(proxy);
    await eventually(() => expect(echoes.size).toBe(1));
    proxy.setFaults({ halfOpen: true });
    const [echo] = [...echoes];
    echo?.destroy();
    await eventually(() => expect(echoes.size).toBe(0));
    expect(seen).toMatchObject({ ended: false, closed: false });
    proxy.setFaults({});
    await eventually(() => expect(seen.ended).toBe(true));
  });

  it('when one connection has a fault of its own, leaves the others alone', async () => {
    const { proxy } = await startEcho();
    const dead = await connect(proxy);
    const alive = await connect(proxy);
    await eventually(() => expect(proxy.connections()).toHaveLength(2));
    proxy.connections()[0]?.setFaults({ halfOpen: true });
    dead.socket.write('lost');
    alive.socket.write('heard');
    await eventually(() => expect(alive.seen.text).toBe('heard'));
    await eventually(() => expect(proxy.stats().swallowedBytes).toBe(4));
    expect(dead.seen.text).toBe('');
  });

  it('when cut, ends chosen connections on both sides', async () => {
    const { proxy, echoes } = await startEcho();
    const first = await connect(proxy);
    const second = await connect(proxy);
    await eventually(() => expect(echoes.size).toBe(2));
    expect(proxy.cut((connection) => connection.id === 1)).toBe(1);
    await eventually(() => expect(first.seen.ended).toBe(true));
    first.socket.destroy();
    await eventually(() => expect(echoes.size).toBe(1));
    second.socket.write('still here');
    await eventually(() => expect(second.seen.text).toBe('still here'));
  });

  it('when reset, both sides get RST', async () => {
    const errors: string[] = [];
    const { port, sockets } = await startServer((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? '')).resume();
    });
    const proxy = await createFaultProxy({ target: { host: '127.0.0.1', port } });
    open.push(proxy);
    const { seen } = await connect(proxy);
    await eventually(() => expect(sockets.size).toBe(1));
    expect(proxy.reset()).toBe(1);
    await eventually(() => expect(seen.error).toBe('ECONNRESET'));
    await eventually(() => expect(errors).toEqual(['ECONNRESET']));
  });

  it('when it refuses new connections, resets them and keeps the old ones', async () => {
    const { proxy } = await startEcho();
    const old = await connect(proxy);
    await eventually(() => expect(proxy.stats().open).toBe(1));
    proxy.refuseNew(true);
    const refused = createConnection({ host: proxy.host, port: proxy.port });
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    old.socket.write('old');
    await eventually(() => expect(old.seen.text).toBe('old'));
    proxy.refuseNew(false);
    const fresh = await connect(proxy);
    fresh.socket.write('new');
    await eventually(() => expect(fresh.seen.text).toBe('new'));
    expect(proxy.stats()).toMatchObject({ accepted: 2, refused: 1 });
  });

  it('when the target is away, ends the client', async () => {
    const orphan = await createFaultProxy({ target: { host: '127.0.0.1', port: 1 } });
    open.push(orphan);
    const { seen } = await connect(orphan);
    await eventually(() => expect(seen.ended || seen.closed).toBe(true));
    await eventually(() => expect(orphan.stats().open).toBe(0));
  });

  it('when closed in the middle of everything, leaves no socket, no timer and no waiting caller', async () => {
    const { proxy, echoes } = await startEcho();
    const { socket, seen } = await connect(proxy);
    await eventually(() => expect(echoes.size).toBe(1));
    const pause = proxy.during({ latencyMs: 60_000 }, 60_000);
    socket.write('never told');
    await eventually(() => expect(proxy.connections()[0]?.stats().toTarget.waitingBytes).toBe(10));
    await Promise.all([proxy.close(), proxy.close(), pause]);
    expect(proxy.stats().open).toBe(0);
    await eventually(() => expect([seen.ended, echoes.size]).toEqual([true, 0]));
    socket.destroy();
    const late = createConnection({ host: proxy.host, port: proxy.port });
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('when a fault makes no sense, throws and changes nothing', async () => {
    const { proxy } = await startEcho();
    expect(() => proxy.setFaults({ latencyMs: -1 })).toThrow(RangeError);
    expect(() => proxy.setFaults({ bytesPerSecond: Number.NaN })).toThrow(RangeError);
    const { socket, seen } = await connect(proxy);
    socket.write('fine');
    await eventually(() => expect(seen.text).toBe('fine'));
  });
});

/** Waits until a number has stopped growing, and answers it. */
async function stable(read: () => number): Promise<number> {
  let last = read();
  let same = 0;
  return eventually(
    () => {
      same = read() === last ? same + 1 : 0;
      last = read();
      if (same < 5) throw new Error(`${last} and growing`);
      return last;
    },
    { everyMs: 20 },
  );
}
