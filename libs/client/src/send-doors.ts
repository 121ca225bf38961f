import type { RoomMessage, RoomMessageAnswer } from '@hallway/contracts';
import type { Connection } from './connection.ts';
import { toBody } from './faults.ts';
import type { Rest } from './rest.ts';
import { reportSend, type SpanListener, toSendTrace } from './send-span.ts';
import type { Timers } from './timers.ts';
import type { OutboxEntry } from './types.ts';

interface SendDoorsDeps {
  connection: Pick<Connection, 'request' | 'isOnline' | 'store'>;
  rest: Pick<Rest, 'post'>;
  timers: Timers;
  now: () => number;
  /** There is a way again: by the socket, or by HTTP after the socket was missed for a while. */
  onOpen: () => void;
  onSpan?: SpanListener | undefined;
}

// A usual break is over by then, and what waits goes by the socket; a longer one is worth a request for each message.
const missedAfterMs = 2_000;
// A socket that could not take a message is tried again after this, if nothing has shown before that it can.
const shutMs = 30_000;

/**
 * The two doors for sends, and which of them a message takes. The socket goes first. HTTP stands in while the socket says
 * that it can take nothing, as when Redis is away, or while there is none; both doors know a message by its id. Whoever
 * sends one message of a room at a time keeps the room's order whatever the doors do.
 */
export class SendDoors {
  readonly #deps: SendDoorsDeps;
  /** No message goes by the socket before this time, in milliseconds since 1970. */
  #shutUntil = 0;
  #missing = false;
  /** The socket has been missing for so long that HTTP stands in. */
  #standIn = false;
  #cancelTimer: () => void = () => undefined;

  constructor(deps: SendDoorsDeps) {
    this.#deps = deps;
  }

  /** Whether anything can be sent now. A machine without a network has no door. */
  isOpen(): boolean {
    const { connection } = this.#deps;
    if (connection.isOnline()) return true;
    return this.#standIn && connection.store.getSnapshot().status !== 'offline';
  }

  /** The socket is up: it is tried first, whatever was before. */
  connected(): void {
    this.forget();
    this.#deps.onOpen();
  }

  /** The socket is not up. Told any number of times; answers whether it is news. */
  missed(): boolean {
    if (this.#missing) return false;
    this.forget();
    this.#missing = true;
    this.#cancelTimer = this.#deps.timers.after(missedAfterMs, () => {
      this.#standIn = true;
      this.#deps.onOpen();
    });
    return true;
  }

  /** Something else that needs what sends need went through the socket. */
  worksAgain(): void {
    this.#shutUntil = 0;
  }

  forget(): void {
    this.#cancelTimer();
    this.#shutUntil = 0;
    this.#missing = false;
    this.#standIn = false;
  }

  /** Resolves with the stored message. Rejects with `HallwayError`, after which the next try may take the other door. */
  async send(entry: OutboxEntry): Promise<RoomMessage> {
    const message = await this.#trySend(entry);
    const { onSpan, now } = this.#deps;
    if (onSpan) reportSend(onSpan, entry, now());
    return message;
  }

  async #trySend({ chatRoomId, content, clientMessageId, messageType }: OutboxEntry): Promise<RoomMessage> {
    const payload = { chatRoomId, content, clientMessageId, messageType };
    const { connection, rest, now, onSpan } = this.#deps;
    const bySocket = connection.isOnline() && this.#shutUntil <= now();
    try {
      if (bySocket) return (await connection.request('sendMessage', payload)).message;
      const trace = onSpan ? toSendTrace(clientMessageId) : {};
      return ((await rest.post('/api/message/message', payload, trace)) as RoomMessageAnswer).message;
    } catch (cause) {
      // What is away may be away behind one door only: whichever failed, the other one is next.
      if (toBody(cause).code === 'TEMPORARILY_UNAVAILABLE') this.#shutUntil = bySocket ? now() + shutMs : 0;
      throw cause;
    }
  }
}
