import { EventEmitter } from 'node:events';
import { limits } from '@hallway/contracts';
import { Decoder, type Packet, PacketType } from 'socket.io-parser';

/** Name of the event that a packet over the limit becomes. A symbol, so that no client can send it. */
export const oversizedEvent = Symbol('oversized');

// An event packet up to its JSON: type 2, or 5 with the number of attachments that follow, a namespace if it is not the main
// one, the acknowledgement's id if one is wanted. Attachments are at most ten, as for packets that are read.
const eventHeader = /^(?:2|5([1-9]|10)-)(?:(\/[^,]{0,100}),)?(\d{0,15})\[/;
const binaryEvent = String(PacketType.BINARY_EVENT);

/** An oversized event, and how many of its attachments are still to come. */
interface Dropping {
  packet: Packet;
  left: number;
}

/**
 * Reads packets like Socket.IO's own decoder, but nothing of the JSON of one over `limits.payloadBytes`: such an event is
 * handed on as `oversizedEvent` with its acknowledgement, to be refused, when the attachments that belong to it have come
 * and were dropped. Throws on a malformed packet, and on an oversized one that is no event; Socket.IO then closes the
 * connection that sent it.
 */
export class BoundedDecoder extends EventEmitter {
  readonly #decoder = new Decoder();
  /** Of the packet that is being read, attachments included. */
  #packetBytes = 0;
  #dropping: Dropping | undefined;

  constructor() {
    super();
    this.#decoder.on('decoded', (packet: Packet) => this.#handOn(packet));
  }

  add(chunk: unknown): void {
    if (typeof chunk === 'string') this.#addText(chunk);
    else this.#addAttachment(chunk as Buffer);
  }

  destroy(): void {
    this.#dropping = undefined;
    this.#decoder.destroy();
  }

  #addText(text: string): void {
    if (this.#dropping) throw new Error('a packet begins before the last one has ended');
    // Only a binary event goes on after its text.
    this.#packetBytes = text.startsWith(binaryEvent) ? Buffer.byteLength(text) : 0;
    if (isOversized(text)) this.#refuse(toOversized(text));
    else this.#decoder.add(text);
  }

  #refuse(oversized: Dropping): void {
    if (oversized.left > 0) this.#dropping = oversized;
    else this.emit('decoded', oversized.packet);
  }

  /** Attachments count towards the packet; the bytes beyond the limit are dropped, because nobody will read them. */
  #addAttachment(attachment: Buffer): void {
    this.#packetBytes += attachment.byteLength;
    if (this.#dropping) this.#drop(this.#dropping);
    else this.#decoder.add(this.#packetBytes > limits.payloadBytes ? Buffer.alloc(0) : attachment);
  }

  #drop(dropping: Dropping): void {
    dropping.left -= 1;
    if (dropping.left > 0) return;
    this.#dropping = undefined;
    this.#packetBytes = 0;
    this.emit('decoded', dropping.packet);
  }

  #handOn(packet: Packet): void {
    const oversized = this.#packetBytes > limits.payloadBytes;
    this.#packetBytes = 0;
    this.emit('decoded', oversized ? { ...packet, data: [oversizedEvent] } : packet);
  }
}

function toOversized(text: string): Dropping {
  const header = eventHeader.exec(text);
  if (!header) throw new Error('an oversized packet is no event');
  const [, attachments = '0', nsp = '/', id = ''] = header;
  const wantsAnswer = id === '' ? {} : { id: Number(id) };
  return {
    packet: { type: PacketType.EVENT, nsp, ...wantsAnswer, data: [oversizedEvent] },
    left: Number(attachments),
  };
}

function isOversized(text: string): boolean {
  // A UTF-16 unit takes one to three bytes: most packets are told apart without being counted.
  if (text.length * 3 <= limits.payloadBytes) return false;
  return text.length > limits.payloadBytes || Buffer.byteLength(text) > limits.payloadBytes;
}
