import { spawn } from 'node:child_process';

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** Opens the address in the person's browser. Where there is none, says so and leaves it at that. */
export function openBrowser(address: string, say: (line: string) => void): void {
  const complain = () => say(`  No browser could be opened from here: open ${address} yourself.`);
  const opener = OPENERS[process.platform];
  if (opener === undefined) {
    complain();
    return;
  }
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' });
  child.once('error', complain);
  child.once('exit', (code) => {
    if (code !== 0) complain();
  });
  child.unref();
}
