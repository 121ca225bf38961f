import type { Connection } from './connection.ts';
import { createError, type FaultListener } from './faults.ts';
import type { Outbox } from './outbox.ts';
import { RoomTimeline, type RoomTimelineDeps } from './timeline.ts';
import type { TimelineData } from './timeline-data.ts';
import type { Timers } from './timers.ts';
import type { Timeline } from './types.ts';
import { createTypingSignal } from './typing-signal.ts';

interface TimelinesDeps extends Omit<RoomTimelineDeps, 'me' | 'chatRoomId' | 'onChange' | 'connection'> {
  connection: Pick<Connection, 'request' | 'signal' | 'isOnline'>;
  outbox: Pick<Outbox, 'add' | 'retry' | 'discard' | 'waiting'>;
  timers: Timers;
  onFault: FaultListener;
  onRead: (chatRoomId: string, upToSeq: number) => void;
  onChange: (chatRoomId: string, data: TimelineData, before: TimelineData) => void;
}

interface OpenRoom {
  timeline: RoomTimeline;
  setTyping: (isTyping: boolean) => void;
  handles: number;
}

/** The rooms that are open on this page. Two that open the same room share it. */
export class Timelines {
  readonly #deps: TimelinesDeps;
  readonly #rooms = new Map<string, OpenRoom>();

  constructor(deps: TimelinesDeps) {
    this.#deps = deps;
  }

  find(chatRoomId: string): RoomTimeline | undefined {
    return this.#rooms.get(chatRoomId)?.timeline;
  }

  entries(): [string, RoomTimeline][] {
    return [...this.#rooms].map(([chatRoomId, room]) => [chatRoomId, room.timeline]);
  }

  /** Without anybody signed in, the timeline is one that has failed: a screen may ask a moment too late. */
  open(me: string | null, chatRoomId: string): Timeline {
    const room = this.#rooms.get(chatRoomId) ?? this.#createRoom(me ?? '', chatRoomId);
    if (me !== null && room.handles === 0) this.#enter(chatRoomId, room);
    if (me === null) room.timeline.dispatch({ type: 'failed', error: createError('UNAUTHENTICATED').body });
    return this.#createHandle(chatRoomId, room);
  }

  #createHandle(chatRoomId: string, room: OpenRoom): Timeline {
    room.handles += 1;
    const { timeline, setTyping } = room;
    const { outbox, onRead } = this.#deps;
    let closed = false;
    return {
      subscribe: timeline.store.subscribe,
      getSnapshot: timeline.store.getSnapshot,
      loadOlder: () => timeline.loadOlder(),
      send(content) {
        outbox.add(chatRoomId, content);
        setTyping(false);
      },
      retry: (clientMessageId) => outbox.retry(clientMessageId),
      discard: (clientMessageId) => outbox.discard(clientMessageId),
      markRead(seq) {
        const { lastSeq, lastReadSeq } = timeline.store.getSnapshot();
        const upToSeq = Math.min(seq, lastSeq);
        if (!closed && upToSeq > lastReadSeq) onRead(chatRoomId, upToSeq);
      },
      setTyping(isTyping) {
        if (!closed) setTyping(isTyping);
      },
      close: () => {
        if (closed) return;
        closed = true;
        this.#close(chatRoomId, room);
      },
    };
  }

  /** Ends every room; a screen that still shows one sees why, and nothing of what was in it. */
  endAll(): void {
    for (const { timeline } of this.#rooms.values()) {
      timeline.dispatch({ type: 'reset' });
      timeline.dispatch({ type: 'failed', error: createError('UNAUTHENTICATED').body });
      timeline.end();
    }
    this.#rooms.clear();
  }

  refreshOutbox(chatRoomId: string): void {
    this.find(chatRoomId)?.dispatch({ type: 'outbox', waiting: this.#deps.outbox.waiting(chatRoomId) });
  }

  #createRoom(me: string, chatRoomId: string): OpenRoom {
    const { connection, timers, now, onChange } = this.#deps;
    const timeline = new RoomTimeline({
      ...this.#deps,
      me,
      chatRoomId,
      onChange: (data, before) => onChange(chatRoomId, data, before),
    });
    const emit = (isTyping: boolean) => connection.signal('typing', { chatRoomId, isTyping });
    return { timeline, setTyping: createTypingSignal({ emit, timers, now }), handles: 0 };
  }

  #enter(chatRoomId: string, room: OpenRoom): void {
    this.#rooms.set(chatRoomId, room);
    this.refreshOutbox(chatRoomId);
    room.timeline.open();
  }

  #close(chatRoomId: string, room: OpenRoom): void {
    room.handles -= 1;
    if (room.handles > 0 || this.#rooms.get(chatRoomId) !== room) return;
    room.setTyping(false);
    room.timeline.end();
    this.#rooms.delete(chatRoomId);
    this.#deps.connection.signal('leaveRoom', { chatRoomId });
  }
}
