import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

/**
 * Metrics of one process. Labels are bounded sets: never an id of a person, a room or a message. Times are histograms, which
 * add up over processes. All of them are listed in `docs/observability.md`, and a test compares.
 */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    // The status is counted apart: with it a histogram would have several times as many series.
    httpSeconds: new Histogram({
      name: 'hallway_http_request_seconds',
      help: 'Time from request to answer.',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [registry],
    }),
    httpRequests: new Counter({
      name: 'hallway_http_requests_total',
      help: 'Requests that were answered.',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
    }),
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers: [registry] }),
    gauge: (name: string, help: string, labelNames: string[] = []) =>
      new Gauge({ name, help, labelNames, registers: [registry] }),
    histogram: (options: { name: string; help: string; buckets: number[]; labelNames?: string[] }) =>
      new Histogram({ labelNames: [], ...options, registers: [registry] }),
    /** A gauge whose values are read when somebody looks: label values and number, as many as there are. */
    observed({ name, help, labelNames = [], read }: ObservedGauge) {
      return new Gauge({
        name,
        help,
        labelNames,
        registers: [registry],
        collect() {
          this.reset();
          for (const { labels = {}, value } of read()) this.set(labels, value);
        },
      });
    },
  };
}

export interface ObservedGauge {
  name: string;
  help: string;
  labelNames?: string[];
  read: () => { labels?: Record<string, string>; value: number }[];
}

export type Metrics = ReturnType<typeof createMetrics>;
