import type { Conversation } from '@hallway/contracts';
import { useMemo, useRef, useState } from 'react';
import { settleOrder } from './settle-order.ts';

/** Conversations in an order that does not jump while a mouse is over the list. Spread `pointer` on the list. */
export function useSettledOrder(conversations: readonly Conversation[]) {
  const [held, setHeld] = useState(false);
  const drawn = useRef<string[]>([]);
  const ordered = useMemo(() => {
    const byId = new Map(conversations.map((conversation) => [conversation.chatRoom.id, conversation]));
    drawn.current = settleOrder(drawn.current, [...byId.keys()], held);
    return drawn.current.flatMap((id) => byId.get(id) ?? []);
  }, [conversations, held]);
  const pointer = {
    onPointerEnter: (event: { pointerType: string }) => setHeld(event.pointerType === 'mouse'),
    onPointerLeave: () => setHeld(false),
  };
  return { ordered, pointer };
}
