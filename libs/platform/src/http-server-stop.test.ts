import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';

describe('createHttpServer', () => {
  it('when it is closed while a connection is in use, answers what still comes over it, and says that it closes', async () => {
    const app = createHttpServer({ log: pino({ level: 'silent' }), metrics: createMetrics('test') });
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    app.get('/slow', async () => {
      reached.resolve();
      await gate.promise;
      return { slow: true };
    });
    app.get('/late', async () => ({ late: true }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let heard = '';
    socket.on('data', (text) => {
      heard += text;
    });
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: hallway\r\n\r\n`;
    socket.write(request('/slow'));
    await reached.promise;
    const ended = once(socket, 'close');
    const closed = app.close();
    app.server.once('request', () => gate.resolve());
    socket.write(request('/late'));
    await Promise.all([ended, closed]);
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(heard).toContain('{"late":true}');
    expect(heard.toLowerCase()).toContain('connection: close');
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
