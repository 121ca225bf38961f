/**
 * For how long sockets that must not be cut say nothing. Longer runs are asked for: FRONT_DOOR_SILENT_SECONDS=600 is what many
 * proxies' defaults do not stand.
 */
export const longSilenceMs = Number(process.env.FRONT_DOOR_SILENT_SECONDS ?? 1) * 1000;

export function stayAway(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
