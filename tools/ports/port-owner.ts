import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** `node (process 4711)` for who listens on `port`, where the system tells (Linux, and own processes); else null. */
export function ownerOfPort(port: number): string | null {
  try {
    const inodes = [...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)];
    const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsOneOf(name, sockets));
    return pid === undefined ? null : `${programOf(pid)} (process ${pid})`;
  } catch {
    return null;
  }
}

function programOf(pid: string): string {
  const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return basename(program) || 'a program';
}

const LISTENING = '0A';

function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    return state === LISTENING && local?.endsWith(`:${hexPort}`) && inode !== undefined ? [inode] : [];
  });
}

function holdsOneOf(pid: string, sockets: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Somebody else's process, or one that has just ended.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
