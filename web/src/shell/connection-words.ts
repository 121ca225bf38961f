import type { ConnectionState } from '@hallway/client';

/** What the connection line says, or null when there is nothing to say. */
export function toConnectionWords(state: ConnectionState, secondsLeft: number): string | null {
  switch (state.status) {
    case 'offline':
      return 'Offline. Your messages will go out when you’re back.';
    case 'connecting':
      return 'Connecting…';
    case 'reconnecting':
      return secondsLeft > 0
        ? `Connection lost. Trying again in ${secondsLeft} s. Your messages are kept.`
        : 'Reconnecting… Your messages are kept.';
    default:
      return null;
  }
}
