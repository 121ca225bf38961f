import { AppError } from '@hallway/platform';
import { captureLog } from '@hallway/testkit';
import { describe, expect, it } from 'vitest';
import type { GatewaySocket } from './gateway-socket.ts';
import { createRefusalLog, type Refusal } from './refusal-log.ts';

const socketOf = (userId: string) => ({ data: { caller: { sub: userId } } }) as unknown as GatewaySocket;

function refusal(socket: GatewaySocket, code: Refusal['fault']['code']): Refusal {
  return { socket, fault: new AppError({ code }), event: 'sendMessage', requestId: 'r' };
}

describe('logRefusal', () => {
  it('when a socket floods, writes one line in ten seconds, and then how many it left out', () => {
    let time = 0;
    const { log, lines } = captureLog();
    const logRefusal = createRefusalLog(log, () => time);
    const [ann, bob] = [socketOf('ann'), socketOf('bob')];
    for (let n = 0; n < 50; n += 1) logRefusal(refusal(ann, 'PAYLOAD_TOO_LARGE'));
    logRefusal(refusal(bob, 'PAYLOAD_TOO_LARGE'));
    logRefusal(refusal(ann, 'RATE_LIMITED'));
    time = 9999;
    logRefusal(refusal(ann, 'PAYLOAD_TOO_LARGE'));
    time = 10_000;
    logRefusal(refusal(ann, 'PAYLOAD_TOO_LARGE'));
    expect(lines.map(({ userId, code, unlogged }) => [userId, code, unlogged])).toEqual([
      ['ann', 'PAYLOAD_TOO_LARGE', undefined],
      ['bob', 'PAYLOAD_TOO_LARGE', undefined],
      ['ann', 'RATE_LIMITED', undefined],
      ['ann', 'PAYLOAD_TOO_LARGE', 50],
    ]);
  });

  it('when what is refused is paid for, writes every line, each at its level', () => {
    const { log, lines } = captureLog();
    const logRefusal = createRefusalLog(log, () => 0);
    const socket = socketOf('ann');
    for (const code of ['VALIDATION_FAILED', 'VALIDATION_FAILED', 'NOT_FOUND', 'INTERNAL'] as const) {
      logRefusal(refusal(socket, code));
    }
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'info', 'error']);
  });
});
