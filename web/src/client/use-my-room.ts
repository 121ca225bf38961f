import type { TimelineState } from '@hallway/client';
import type { MyRoomAnswer, WriteRefusal } from '@hallway/contracts';
import { useEffect } from 'react';
import { useConnection } from './hallway-context.ts';
import { useResource } from './use-resource.ts';

export interface MyRoom {
  /** What I am in the room; null until the server has said so. */
  me: MyRoomAnswer['me'] | null;
  /** Why I cannot write here now; null while I can, and while nobody knows. */
  refusal: WriteRefusal | null;
  reload(): void;
}

/** The newest send of mine that was refused for good. A refusal is news about the room. */
function findRefusedSend({ messages }: TimelineState): string | null {
  const refused = messages.findLast(
    ({ delivery }) => delivery.status === 'failed' && /ALLOWED|RECIPIENT|FORBIDDEN/.test(delivery.error.code),
  );
  return refused?.key ?? null;
}

/**
 * What I may do in a room. No event tells when a course ends or a tie goes: it is asked when the room is opened, when its
 * people or its title change, when a send is refused, when the connection comes back and when the window is looked at again.
 */
export function useMyRoom(chatRoomId: string, state: TimelineState): MyRoom {
  const { value, reload } = useResource(`room:${chatRoomId}`, (client) => client.room(chatRoomId));
  const connected = useConnection().status === 'online';
  const title = state.chatRoom?.title;
  const people = state.chatRoom?.participantCount;
  const refused = findRefusedSend(state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the signs that the last answer may be old.
  useEffect(() => {
    if (connected && value !== null) reload();
  }, [connected, title, people, refused, reload]);
  useEffect(() => {
    const onVisibility = () => {
      if (document.visibilityState === 'visible') reload();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => document.removeEventListener('visibilitychange', onVisibility);
  }, [reload]);
  return { me: value?.me ?? null, refusal: value?.refusal ?? null, reload };
}
