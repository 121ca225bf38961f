import { randomBytes } from 'node:crypto';
import { ConfigError } from './config.ts';
import { createLog, type Log } from './log.ts';
import type { Tracing, TracingOptions } from './spans.ts';
import { openTracing } from './tracing.ts';

/** A built application: `start` resolves when it is ready for work, `stop` when nothing of it is left. */
export interface Service {
  start(): Promise<void>;
  stop(): Promise<void>;
}

type RunConfig = { LOG_LEVEL: string; INSTANCE_ID?: string } & TracingOptions['config'];

export interface RunOptions<C extends RunConfig> {
  name: string;
  /** Reads the environment; throws `ConfigError`. */
  readConfig: () => C;
  build: (context: { config: C; log: Log; instance: string; tracing: Tracing }) => Service;
  /** Milliseconds that a stop may take before the process ends anyway. */
  stopWithinMs: number;
}

/**
 * Runs a service until SIGTERM or SIGINT. Exit codes: 0 after an orderly stop, 1 for a faulty configuration, a failed
 * start, an exception that nobody caught, or a stop that took too long.
 */
export async function runService<C extends RunConfig>(options: RunOptions<C>) {
  const config = readConfigOrExit(options.readConfig);
  const instance = config.INSTANCE_ID ?? `${options.name}-${randomBytes(4).toString('hex')}`;
  const log = createLog({ service: options.name, instance, level: config.LOG_LEVEL });
  exitOnUnknownFault(log);
  const tracing = await openTracing({ service: options.name, instance, log, config });
  const service = withTracing(options.build({ config, log, instance, tracing }), tracing);
  const stop = stopOnSignal({ service, log, stopWithinMs: options.stopWithinMs });
  try {
    await service.start();
    log.info('ready');
  } catch (error) {
    // A stop ends a start that is under way, and then says by itself how it went.
    if (stop.isUnderWay()) return;
    log.fatal({ err: error }, 'could not start');
    await service.stop().catch(() => undefined);
    process.exit(1);
  }
}

/** The last spans are those of the stop itself. */
function withTracing({ start, stop }: Service, tracing: Tracing): Service {
  return {
    start: () => start(),
    stop: () => stop().finally(tracing.stop),
  };
}

function readConfigOrExit<C>(read: () => C): C {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** State after an unknown exception is not to be trusted: a fresh process is. */
function exitOnUnknownFault(log: Log) {
  const exit = (error: unknown) => {
    log.fatal({ err: error }, 'an exception that nobody caught');
    process.exit(1);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}

function stopOnSignal({ service, log, stopWithinMs }: { service: Service; log: Log; stopWithinMs: number }) {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    const deadline = setTimeout(() => {
      log.error('the stop took too long');
      process.exit(1);
    }, stopWithinMs);
    deadline.unref();
    service.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return { isUnderWay: () => stopping };
}
