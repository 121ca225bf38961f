import { Encoder, type Packet, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { BoundedDecoder, oversizedEvent } from './bounded-decoder.ts';

function decode(...chunks: unknown[]): Packet[] {
  const packets: Packet[] = [];
  const decoder = new BoundedDecoder();
  decoder.on('decoded', (packet) => packets.push(packet));
  for (const chunk of chunks) decoder.add(chunk);
  return packets;
}

function encode(packet: Packet): unknown[] {
  return new Encoder().encode(packet);
}

const event = { type: PacketType.EVENT, nsp: '/', id: 7 };

describe('BoundedDecoder', () => {
  it('when a packet is within the limit, hands it on whole', () => {
    const packet = { ...event, data: ['sendMessage', { content: 'x'.repeat(60_000) }] };
    expect(decode(...encode(packet))).toEqual([packet]);
  });

  it.each([
    ['the main namespace', event],
    ['another namespace', { ...event, nsp: '/admin' }],
    ['no acknowledgement', { type: PacketType.EVENT, nsp: '/' }],
  ])('when an event for %s is larger, hands on only where the answer goes', (_what, head) => {
    const packet = { ...head, data: ['sendMessage', { content: 'x'.repeat(66_000) }] };
    expect(decode(...encode(packet as Packet))).toEqual([{ ...head, data: [oversizedEvent] }]);
  });

  it('when bytes, not characters, are over the limit, counts bytes', () => {
    const packet = { ...event, data: ['x', '€'.repeat(25_000)] };
    expect(decode(...encode(packet))[0]?.data).toEqual([oversizedEvent]);
  });

  it('when attachments are over the limit together, drops them, and the next packet is whole again', () => {
    const large = { ...event, data: ['x', Buffer.alloc(40_000), Buffer.alloc(40_000)] };
    const small = { ...event, data: ['x', Buffer.from('hi')] };
    const [first, second] = decode(...encode(large), ...encode(small));
    expect(first?.data).toEqual([oversizedEvent]);
    expect(second?.data).toEqual(['x', Buffer.from('hi')]);
  });

  it.each([
    ['the main namespace', event],
    ['another namespace', { ...event, nsp: '/admin' }],
    ['no acknowledgement', { type: PacketType.EVENT, nsp: '/' }],
  ])('when the words of a binary event for %s are larger, drops its attachments and reads on', (_what, head) => {
    const data = ['sendMessage', { content: 'x'.repeat(66_000), files: [Buffer.from('one'), Buffer.from('two')] }];
    const [text, one, two] = encode({ ...head, data } as Packet);
    expect(decode(text, one)).toEqual([]);
    const next = { ...event, data: ['x', Buffer.from('hi')] };
    expect(decode(text, one, two, ...encode(next))).toEqual([{ ...head, data: [oversizedEvent] }, next]);
    expect(() => decode(text, one, '2["x"]')).toThrow();
    expect(() => decode(text, one, two, two)).toThrow();
  });

  it('when words and attachments are over the limit only together, counts both', () => {
    const packet = { ...event, data: ['x', 'y'.repeat(40_000), Buffer.alloc(40_000)] };
    expect(decode(...encode(packet))).toEqual([{ ...event, data: [oversizedEvent] }]);
  });

  it('when what is larger is no event, or a packet is malformed, throws', () => {
    for (const text of [
      `3["${'x'.repeat(66_000)}"]`,
      `0{"token":"${'x'.repeat(66_000)}"}`,
      `50-["${'x'.repeat(66_000)}"]`,
      `511-["${'x'.repeat(66_000)}"]`,
      `5["${'x'.repeat(66_000)}"]`,
      `61-["${'x'.repeat(66_000)}"]`,
      '9',
      '2{',
      '2["connect"]',
    ]) {
      expect(() => decode(text)).toThrow();
    }
  });
});
