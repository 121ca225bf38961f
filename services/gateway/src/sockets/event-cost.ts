import { limits } from '@hallway/contracts';

// Rooms that a \`resume\` asks for at the price of one event: it is one request, but each room is a look into the store.
const roomsPerToken = 10;

/**
 * What an event costs from the event bucket. A \`resume\` costs by its rooms, everything else one. Pure; the payload has not
 * been checked yet and may be anything.
 */
export function costOf(name: unknown, payload: unknown): number {
  if (name !== 'resume') return 1;
  const { rooms } = Object(payload) as { rooms?: unknown };
  const count = typeof rooms === 'object' && rooms !== null ? Object.keys(rooms).length : 0;
  return 1 + Math.ceil(Math.min(count, limits.resumeRooms) / roomsPerToken);
}
