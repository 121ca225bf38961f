import { userInfo } from 'node:os';

/** Whoever runs a command on the database itself, in the words of the machine. A container's user may have a number alone. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
