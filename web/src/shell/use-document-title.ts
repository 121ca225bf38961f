import { useEffect } from 'react';
import { useConversations } from '../client/hallway-context.ts';

/** "(3) Sarah Ali · Hallway": the tab says what waits, also while another one is in front. */
export function useDocumentTitle(title: string): void {
  const { unreadTotal } = useConversations();
  useEffect(() => {
    const count = unreadTotal > 0 ? `(${unreadTotal}) ` : '';
    document.title = `${count}${title} · Hallway`;
  }, [title, unreadTotal]);
}
