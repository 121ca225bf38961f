/** Commands to MongoDB by name and collection, `find rooms`, for each quarter of a second of the machine's clock. */
export interface DatabaseCommands {
  /** For a connection of its own: hears what a client sends to MongoDB. */
  listenTo: () => (bytes: Buffer) => void;
  /** Commands from one time to another, in milliseconds since 1970 and to a quarter of a second; `to` is not included. */
  between: (from: number, to: number) => number;
  byName: (from: number, to: number) => Record<string, number>;
}

const bucketMs = 250;
// What the longest scenario of a long run looks back on; each quarter of a second holds a dozen numbers at most.
const rememberedBuckets = (2 * 3600 * 1000) / bucketMs;
// A driver watches its servers and ends its sessions by itself: nobody asked for it.
const housekeeping = new Set(['hello', 'isMaster', 'ismaster', 'ping', 'endSessions', 'killCursors']);

/** Counts commands where they pass. Compressed ones, which no part of Hallway asks for, would count as `other`. */
export function createDatabaseCommands(now: () => number = Date.now): DatabaseCommands {
  const buckets = new Map<number, Map<string, number>>();

  function note(name: string): void {
    if (housekeeping.has(name.split(' ')[0] ?? '')) return;
    const bucket = Math.floor(now() / bucketMs);
    const counts = buckets.get(bucket) ?? new Map<string, number>();
    buckets.set(bucket, counts.set(name, (counts.get(name) ?? 0) + 1));
    for (const old of buckets.keys()) {
      if (old >= bucket - rememberedBuckets) break;
      buckets.delete(old);
    }
  }

  function byName(from: number, to: number): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const [bucket, counts] of buckets) {
      if (bucket * bucketMs < from || bucket * bucketMs >= to) continue;
      for (const [name, count] of counts) sum[name] = (sum[name] ?? 0) + count;
    }
    return sum;
  }

  return {
    listenTo: () => createReader(note),
    byName,
    between: (from, to) => Object.values(byName(from, to)).reduce((sum, count) => sum + count, 0),
  };
}

// The wire format: int32 length, request id, answer to, operation; for OP_MSG then flags, a section of kind 0, and a document
// whose first field is named like the command and mostly says its collection.
const headLength = 16;
const operationAt = 12;
const opMsg = 2013;
const sectionAt = 20;
const typeAt = sectionAt + 1 + 4;
const nameAt = typeAt + 1;
const stringType = 2;
// Longer than any name of a command and a collection together.
const lookedAt = nameAt + 100;

/** Takes a stream apart into messages, however it is cut into chunks, and tells the command of each. */
function createReader(onCommand: (name: string) => void): (bytes: Buffer) => void {
  let head = Buffer.alloc(0);
  let skip = 0;

  return function read(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      const skipped = Math.min(skip, rest.length);
      skip -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) return;
      const gathered = Buffer.concat([head, rest]);
      const length =
        gathered.length < headLength ? Number.POSITIVE_INFINITY : Math.max(headLength, gathered.readInt32LE(0));
      if (gathered.length < Math.min(length, lookedAt)) {
        head = gathered;
        return;
      }
      onCommand(commandOf(gathered.subarray(0, Math.min(length, lookedAt))));
      head = Buffer.alloc(0);
      rest = gathered.subarray(Math.min(length, gathered.length));
      skip = Math.max(0, length - gathered.length);
    }
  };
}

function commandOf(message: Buffer): string {
  const operation = message.readInt32LE(operationAt);
  // The first greeting of a driver is in the old format.
  if (operation === 2004) return 'hello';
  if (operation !== opMsg || message[sectionAt] !== 0) return 'other';
  const end = message.indexOf(0, nameAt);
  if (end === -1) return 'other';
  const name = message.toString('latin1', nameAt, end);
  // A string: its length, and it ends with a zero.
  const valueAt = end + 1 + 4;
  const valueEnd = message[typeAt] === stringType ? message.indexOf(0, valueAt) : -1;
  return valueEnd === -1 ? name : `${name} ${message.toString('latin1', valueAt, valueEnd)}`;
}
