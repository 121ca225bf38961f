import type { GatewayMetrics } from './gateway-metrics.ts';
import { createSlowReaderSweep } from './sockets/close-slow-readers.ts';
import type { GatewayServer } from './sockets/gateway-socket.ts';

interface Timed {
  start?: () => void;
  stop: () => void;
}

interface CollectTimersDeps {
  io: GatewayServer;
  metrics: GatewayMetrics;
}

// A reader that stalls is noticed well before what waits for it grows large.
const slowReaderSweepMs = 1000;

/** All clocks of a gateway, a handful however many sockets there are. */
export function collectTimers({ io, metrics }: CollectTimersDeps, timed: Timed[]) {
  const closeSlowReaders = createSlowReaderSweep(io);
  let slowReaders: NodeJS.Timeout | undefined;
  return {
    start(): void {
      for (const part of timed) part.start?.();
      slowReaders = setInterval(() => metrics.slowReaders.inc(closeSlowReaders()), slowReaderSweepMs);
    },
    stop(): void {
      for (const part of timed) part.stop();
      clearInterval(slowReaders);
    },
  };
}
