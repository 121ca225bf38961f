import { randomBytes } from 'node:crypto';
import { ConfigError } from './config.ts';
import { createLog, type Log } from './log.ts';

/** A built application: `start` resolves when it is ready for work, `stop` when nothing of it is left. */
export interface Service {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunOptions<C extends { LOG_LEVEL: string; INSTANCE_ID?: string }> {
  name: string;
  /** Reads the environment; throws `ConfigError`. */
  readConfig: () => C;
  build: (context: { config: C; log: Log; instance: string }) => Service;
  /** Milliseconds that a stop may take before the process ends anyway. */
  stopWithinMs?: number;
}

/**
 * Runs a service until SIGTERM or SIGINT. Exit codes: 0 after an orderly stop, 1 for a faulty configuration, a failed
 * start, an exception that nobody caught, or a stop that took too long.
 */
export async function runService<C extends { LOG_LEVEL: string; INSTANCE_ID?: string }>(options: RunOptions<C>) {
  const config = readConfigOrExit(options.readConfig);
  const instance = config.INSTANCE_ID ?? `${options.name}-${randomBytes(4).toString('hex')}`;
  const log = createLog({ service: options.name, instance, level: config.LOG_LEVEL });
  exitOnUnknownFault(log);
  const service = options.build({ config, log, instance });
  stopOnSignal({ service, log, stopWithinMs: options.stopWithinMs ?? 20_000 });
  try {
    await service.start();
    log.info('ready');
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    await service.stop().catch(() => undefined);
    process.exit(1);
  }
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
}
