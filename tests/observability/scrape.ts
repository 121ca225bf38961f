export interface Sample {
  name: string;
  labels: Record<string, string>;
}

export interface Scrape {
  /** By name, as declared. */
  types: Map<string, string>;
  samples: Sample[];
}

/** What a process serves at `/metrics`, read as Prometheus reads it. */
export async function scrape(internalOrigin: string): Promise<Scrape> {
  const text = await (await fetch(`${internalOrigin}/metrics`)).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type] as const);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { types: new Map(types), samples: lines.map(toSample) };
}

function toSample(line: string): Sample {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
  if (name === '') throw new Error(`This is no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']) => [label, value]);
  return { name, labels: Object.fromEntries(pairs) };
}

const code = 'ok|malformed|[A-Z]+(_[A-Z]+)*';

/** The values that a label may have. What is no member of a set is an id, an address or a text of somebody's. */
export const labelValues: Record<string, RegExp> = {
  door: /^(socket|http)$/,
  event: /^(joinRoom|leaveRoom|sendMessage|typing|markRead|resume|watchPresence|refreshSession|unknown)$/,
  from: /^[1-6]$/,
  to: /^[1-6]$/,
  kind: /^(page|gap)$/,
  loop: /^(commands|events|requests|session-endings)$/,
  method: /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/,
  outcome: /^(sent|failed|told-before|told-elsewhere|read|online|not-a-member|deactivated)$/,
  partition: /^(\d|1[0-5])$/,
  queue: /^(read-marks|notifications)$/,
  reason: /^[a-z]+( [a-z]+){1,4}$/,
  result: new RegExp(`^(${code}|refused|failed|sent|delivered|repeated|skipped-batch|relayed|[a-z]+(-[a-z]+){0,3})$`),
  role: /^(live|queue|jobs|commands|replies|adapter|events|session-endings|command-reader|request-reader)$/,
  // Parameters by name, never by value.
  route: /^(unknown|\*|(\/(:?[A-Za-z-]+|\.well-known|jwks\.json))+|\/)$/,
  state: /^(waiting|prioritized|delayed|active)$/,
  status: /^[1-5]\d\d$/,
  step: /^(password|second-factor|passkey)$/,
  task: /^(read-marks\.drain|notification\.deliver|unknown)$/,
  type: /^(message|room)\.[a-z-]+$|^other$/,
};

/** Labels that belong to the format, or to every series. */
export const formatLabels = new Set(['service', 'le']);

/** What stands in the list for a sample: a histogram's own name. */
export function declaredName({ types }: Scrape, { name }: Sample): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return types.get(base) === 'histogram' ? base : name;
}
