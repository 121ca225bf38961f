import { Copy, Pencil, Trash2 } from 'lucide-react';
import { useHallway } from '../client/hallway-context.ts';
import { Confirm } from '../pieces/confirm.tsx';
import { Menu, type MenuItem } from '../pieces/menu.tsx';
import { findMessageActions } from './message-rights.ts';
import type { MessageTools } from './use-message-tools.ts';

/** Above the page: the menu of a message, or the question whether to delete it. */
export function MessageOverlays({ tools }: { tools: MessageTools }) {
  const client = useHallway();
  const { open, setOpen, close, rights } = tools;
  if (open?.what === 'menu') {
    const { message, anchor } = open;
    const items = {
      copy: {
        label: 'Copy text',
        icon: <Copy />,
        // Refused where the page may not touch the clipboard: the text can still be selected.
        onPick: () => void navigator.clipboard?.writeText(message.content).catch(() => {}),
      },
      edit: { label: 'Edit', icon: <Pencil />, onPick: () => setOpen({ what: 'edit', message }) },
      delete: {
        label: 'Delete',
        icon: <Trash2 />,
        danger: true,
        onPick: () => setOpen({ what: 'delete', message }),
      },
    } satisfies Record<string, MenuItem>;
    const offered = findMessageActions(message, rights).map((action) => items[action]);
    return <Menu label="Message" items={offered} anchor={anchor} onClose={() => close('menu')} />;
  }
  if (open?.what === 'delete') {
    const { stored, mine } = open.message;
    return (
      <Confirm
        title="Delete this message?"
        action="Delete"
        onConfirm={async () => stored !== null && (await client.deleteMessage(stored.id))}
        onClose={() => close('delete')}
      >
        <p>
          {mine ? 'Its words' : 'The words of this message'} go away for everybody, and a note that something was
          deleted stays. This can’t be undone.
        </p>
      </Confirm>
    );
  }
  return null;
}
