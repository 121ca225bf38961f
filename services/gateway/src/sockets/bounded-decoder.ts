import { EventEmitter } from 'node:events';
import { limits } from '@hallway/contracts';
import { Decoder, type Packet, PacketType } from 'socket.io-parser';

/** Name of the event that a packet over the limit becomes. A symbol, so that no client can send it. */
export const oversizedEvent = Symbol('oversized');

// An event packet up to its JSON: type 2, a namespace if it is not the main one, the acknowledgement's id if one is wanted.
const eventHeader = /^2(?:(\/[^,]{0,100}),)?(\d{0,15})\[/;

/**
 * Reads packets like Socket.IO's own decoder, but nothing of the JSON of one over `limits.payloadBytes`: such an event is
 * handed on as `oversizedEvent` with its acknowledgement, to be refused. Throws on a malformed packet, and on an oversized
 * one that is no event; Socket.IO then closes the connection that sent it.
 */
export class BoundedDecoder extends EventEmitter {
  readonly #decoder = new Decoder();
  #attachmentBytes = 0;

  constructor() {
    super();
    this.#decoder.on('decoded', (packet: Packet) => this.#handOn(packet));
  }

  add(chunk: unknown): void {
    if (typeof chunk === 'string') this.#addText(chunk);
    else this.#addAttachment(chunk as Buffer);
  }

  destroy(): void {
    this.#decoder.destroy();
  }

  #addText(text: string): void {
    if (isOversized(text)) this.emit('decoded', toOversizedEvent(text));
    else this.#decoder.add(text);
  }

  /** Attachments count towards the packet; the bytes beyond the limit are dropped, because nobody will read them. */
  #addAttachment(attachment: Buffer): void {
    this.#attachmentBytes += attachment.byteLength;
    this.#decoder.add(this.#attachmentBytes > limits.payloadBytes ? Buffer.alloc(0) : attachment);
  }

  #handOn(packet: Packet): void {
    const oversized = this.#attachmentBytes > limits.payloadBytes;
    this.#attachmentBytes = 0;
    this.emit('decoded', oversized ? { ...packet, data: [oversizedEvent] } : packet);
  }
}

function toOversizedEvent(text: string): Packet {
  const header = eventHeader.exec(text);
  if (!header) throw new Error('an oversized packet is no event');
  const [, nsp = '/', id = ''] = header;
  return { type: PacketType.EVENT, nsp, ...(id === '' ? {} : { id: Number(id) }), data: [oversizedEvent] };
}

function isOversized(text: string): boolean {
  // A UTF-16 unit takes one to three bytes: most packets are told apart without being counted.
  if (text.length * 3 <= limits.payloadBytes) return false;
  return text.length > limits.payloadBytes || Buffer.byteLength(text) > limits.payloadBytes;
}
