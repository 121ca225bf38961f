import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { createFaultProxy } from './fault-proxy.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function startListening() {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push(server);
  const heard: string[] = [];
  const proxy = await createFaultProxy({
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    listenTo: () => {
      const place = heard.push('') - 1;
      return (bytes) => {
        heard[place] += bytes.toString();
      };
    },
  });
  open.push(proxy);
  const connect = async () => {
    const socket = createConnection({ host: proxy.host, port: proxy.port });
    open.push({ close: () => socket.destroy() });
    await once(
      socket.on('error', () => undefined),
      'connect',
    );
    return socket;
  };
  return { proxy, heard, connect };
}

describe('listening to a fault proxy', () => {
  it('when clients speak, hears each by itself and changes nothing of what passes', async () => {
    const { proxy, heard, connect } = await startListening();
    const [first, second] = [await connect(), await connect()];
    let echoed = '';
    first.on('data', (bytes: Buffer) => {
      echoed += bytes.toString();
    });
    first.write('one');
    second.write('two');
    await eventually(() => expect(heard.toSorted()).toEqual(['one', 'two']));
    await eventually(() => expect(echoed).toBe('one'));
    expect(proxy.stats()).toMatchObject({ bytesToTarget: 6 });
  });

  it('when a connection is half open, still hears what its client says', async () => {
    const { proxy, heard, connect } = await startListening();
    const socket = await connect();
    proxy.setFaults({ halfOpen: true });
    socket.write('into the void');
    await eventually(() => expect(heard).toEqual(['into the void']));
    expect(proxy.stats().bytesToTarget).toBe(0);
  });

  it('when several connections are open, tells from which port each client calls', async () => {
    const { proxy, connect } = await startListening();
    const ports = [(await connect()).localPort, (await connect()).localPort];
    await eventually(() => expect(proxy.connections().map(({ clientPort }) => clientPort)).toEqual(ports));
  });
});
