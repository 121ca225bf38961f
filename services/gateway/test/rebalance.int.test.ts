import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../src/app.ts';
import { type Campus, heardOf, startCampus } from './campus.ts';

let campus: Campus;
beforeAll(async () => {
  campus = await startCampus({ gateways: 1 });
});
afterAll(() => campus.stop());

async function ask(gateway: Gateway, query = '') {
  const answer = await fetch(`http://127.0.0.1:${gateway.ports().internal}/rebalance${query}`, { method: 'POST' });
  return { status: answer.status, body: await answer.json() };
}

describe('POST /rebalance', () => {
  it('when a gateway is new, the others send away what is above the mean, told when to return, and keep the rest', async () => {
    const [full] = campus.gateways as [Gateway];
    const sockets = await Promise.all(Array.from({ length: 20 }, () => campus.connect(campus.person())));
    const fresh = await campus.startGateway();
    const asked = Date.now();
    expect(await ask(fresh, '?overSeconds=2')).toEqual({
      status: 200,
      body: { gateways: 2, sockets: 20, mean: 10, leaving: 10 },
    });
    const staying = () => sockets.filter(({ connected }) => connected);
    await eventually(() => expect(staying().length).toBeLessThan(20));
    const back = await campus.connect(campus.person(), { gateway: full });
    await eventually(() => expect(staying()).toHaveLength(10));
    const gone = sockets.filter(({ connected }) => !connected);
    expect(gone.map((socket) => heardOf(socket, 'serverDraining'))).toEqual(
      gone.map(() => [{ reconnectInMs: expect.any(Number) }]),
    );
    expect(Date.now() - asked, 'they leave one after the other').toBeGreaterThan(2500);
    // Who returns to the full one by chance makes nobody go: the next count finds all of them.
    expect(await ask(fresh, '?overSeconds=1')).toMatchObject({ body: { sockets: 11, mean: 6, leaving: 5 } });
    await eventually(() => expect(staying()).toHaveLength(5));
    expect(back.connected).toBe(true);
  });

  it('when the time makes no sense, refuses it', async () => {
    expect(await ask(campus.gateways[0]!, '?overSeconds=0')).toMatchObject({ status: 400 });
    expect(await ask(campus.gateways[0]!, '?overSeconds=soon')).toMatchObject({ status: 400 });
  });
});
