import type { FormEvent } from 'react';
import { Button } from '../pieces/button.tsx';
import { PasskeyNameField } from './passkey-name-field.tsx';
import { renamingWords } from './security-words.ts';
import { TroubleLine } from './trouble-line.tsx';
import { useAttempt } from './use-attempt.ts';

interface PasskeyRenamingProps {
  current: string;
  finish: (name: string) => Promise<void>;
}

export function PasskeyRenaming({ current, finish }: PasskeyRenamingProps) {
  const { busy, trouble, attempt } = useAttempt(renamingWords);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name'));
    void attempt(() => finish(name));
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <PasskeyNameField current={current} />
      <TroubleLine trouble={trouble} />
      <Button type="submit" look="primary" disabled={busy}>
        Rename
      </Button>
    </form>
  );
}
