import { BSON, type Db, type Document, type IndexDescription } from 'mongodb';

/**
 * Sessions are left out, and sign-ins half way: bringing them back would let in again whoever was signed out since. Locks and
 * leases belong to processes that are gone.
 */
const leftOut = new Set(['sessions', 'signInSteps', 'schemaLocks', 'leases']);

/** What others refer to comes last: by then everything that a document names is there already. */
const referredTo = ['sections', 'courses', 'terms', 'users'];

/** The collections of a backup in the order in which they are read: rooms first, whose heads say where the rest is cut. */
export async function listCollections(db: Db): Promise<string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = found.map(({ name }) => name).filter((name) => !leftOut.has(name) && !name.startsWith('system.'));
  const rankOf = (name: string) => (name === 'rooms' ? -1 : referredTo.indexOf(name) + 1);
  return names.sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
}

// Some hundred kilobytes of messages: few round trips, little memory.
const batchSize = 500;

/** All documents by ascending id, with numbers as they are stored: an integer stays one, a double too. */
export function readDocuments(db: Db, collection: string): AsyncIterable<Document> {
  return db
    .collection(collection)
    .find({}, { promoteValues: false, promoteLongs: false, promoteBuffers: false, batchSize })
    .sort({ _id: 1 });
}

/** One line of a backup, in MongoDB's extended JSON, which `mongoimport` reads as well. */
export function toLine(document: Document): string {
  return `${BSON.EJSON.stringify(document, { relaxed: false })}\n`;
}

export function fromLine(line: string): Document {
  return BSON.EJSON.parse(line, { relaxed: false }) as Document;
}

/** What it takes to make the indexes again. */
export async function listIndexes(db: Db, collection: string): Promise<IndexDescription[]> {
  const indexes = await db.collection(collection).indexes();
  return indexes
    .filter(({ name }) => name !== '_id_')
    .map(({ v: _version, ns: _namespace, ...index }) => index as IndexDescription);
}
