import { useState } from 'react';
import { Button } from '../pieces/button.tsx';

interface RecoveryCodesProps {
  codes: string[];
  /** The person has put them somewhere. */
  onKept: () => void;
  busy?: boolean;
}

/** The codes are shown this once: to be copied, kept as a file or printed. */
export function RecoveryCodes({ codes, onKept, busy = false }: RecoveryCodesProps) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const text = codes.join('\n');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied('yes');
    } catch {
      // Not every browser lets a page write there; the codes can be marked by hand.
      setCopied('refused');
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <div data-print-alone className="flex flex-col gap-4">
        <p>
          Each of these codes signs you in once when your phone or passkey is gone. Keep them where you’d keep a key:
          they aren’t shown again.
        </p>
        <ul
          aria-label="Recovery codes"
          className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-control border border-line p-4"
        >
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy()}>Copy</Button>
        <Button onClick={() => download(text)}>Download</Button>
        <Button onClick={() => print()}>Print</Button>
      </div>
      <p role="status" className="text-small text-ink-soft empty:hidden">
        {copied === 'yes' ? 'Copied.' : null}
        {copied === 'refused' ? 'This browser didn’t allow copying: mark the codes and copy them by hand.' : null}
      </p>
      <Button look="primary" onClick={onKept} disabled={busy}>
        I’ve kept them
      </Button>
    </div>
  );
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([`Hallway recovery codes\n\n${text}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'hallway-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
