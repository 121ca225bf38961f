import { readLogLines } from './log-lines.ts';

// A collection of a heap of some 100 MB takes a fraction of a second.
const answerWithinMs = 10_000;
const lookEveryMs = 50;

export interface LiveHeapRequest {
  name: string;
  pid: number;
  logFolder: string;
}

/**
 * Tells how many megabytes a process still holds after a forced collection: its heap, and what buffers outside it take. It is
 * asked by SIGUSR1 for its inspector, which has to be told beforehand to take any free port. Null where it does not answer.
 */
export function createLiveHeaps() {
  const addresses = new Map<number, string>();

  return async function readLiveHeap({ name, pid, logFolder }: LiveHeapRequest): Promise<number | null> {
    try {
      const address = addresses.get(pid) ?? (await openInspector({ name, pid, logFolder }));
      addresses.set(pid, address);
      return await measure(address);
    } catch {
      // It died meanwhile, or this is a system without that signal.
      return null;
    }
  };
}

async function openInspector({ name, pid, logFolder }: LiveHeapRequest): Promise<string> {
  process.kill(pid, 'SIGUSR1');
  const end = Date.now() + answerWithinMs;
  while (Date.now() < end) {
    const address = await findInspector(logFolder, name);
    if (address !== null) return address;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new Error(`${name} opened no inspector.`);
}

/** The newest line that says where the inspector of a process listens, unless a process after it has taken its place. */
async function findInspector(logFolder: string, name: string): Promise<string | null> {
  let address: string | null = null;
  for await (const { text, entry } of readLogLines(logFolder, 0, new RegExp(`^${name}\\.log$`))) {
    if (entry?.message === 'ready') address = null;
    address = /Debugger listening on (ws:\S+)/.exec(text)?.[1] ?? address;
  }
  return address;
}

async function measure(address: string): Promise<number> {
  const socket = new WebSocket(address);
  try {
    await opened(socket);
    await ask(socket, { id: 1, method: 'HeapProfiler.collectGarbage' });
    const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';
    const answer = await ask(socket, {
      id: 2,
      method: 'Runtime.evaluate',
      params: { expression, returnByValue: true },
    });
    return (answer as { result: { value: number } }).result.value / 2 ** 20;
  } finally {
    socket.close();
  }
}

function opened(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener('open', () => resolve());
  socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')));
  return inTime(promise);
}

function ask(socket: WebSocket, request: { id: number; method: string; params?: object }): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id === request.id) resolve(result);
  });
  socket.addEventListener('close', () => reject(new Error('The inspector went away.')));
  socket.send(JSON.stringify(request));
  return inTime(promise);
}

/** A process that is stopped or very busy says nothing, and the next look may meet it in a better moment. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('The inspector does not answer.')), answerWithinMs);
  return await Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
