import { ReplyError } from 'ioredis';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { AppError, toAppError } from './app-error.ts';
import { isOperatorFault, isStoreAway } from './store-away.ts';

const { mongo } = mongoose;

interface BulkRaw {
  writeErrors?: object[];
  writeConcernErrors?: object[];
}

/** What the driver hands over as the result of a bulk write: it keeps the class to itself. */
function bulkResult({ writeErrors = [], writeConcernErrors = [] }: BulkRaw = {}) {
  return {
    getWriteErrors: () => writeErrors,
    getWriteConcernError: () => writeConcernErrors[0],
  };
}

/** As in the driver, whose errors of single writes have getters and are no `Error`. */
class WriteError {
  readonly err: { code: number };
  constructor(err: { code: number }) {
    this.err = err;
  }
  get code() {
    return this.err.code;
  }
}

const bulk = (error: unknown, raw?: BulkRaw) => new mongo.MongoBulkWriteError(error as never, bulkResult(raw) as never);
const writeError = (code: number) => new WriteError({ code });
const labelled = (...errorLabels: string[]) => new mongo.MongoServerError({ message: 'not now', errorLabels });
const reply = (message: string) => new ReplyError(message) as Error;
const system = (code: string) => Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });

const duplicates = { message: 'E11000', code: 11000, writeErrors: [writeError(11000), writeError(11000)] };

function lostInBulk(): Error {
  const lost = new mongo.MongoNetworkError('connection 3 to 127.0.0.1:27017 closed');
  lost.addErrorLabel('RetryableWriteError');
  lost.addErrorLabel('ResetPool');
  return bulk(lost);
}

const nested = (depth: number, innermost: Error) => {
  let error = innermost;
  for (let index = 0; index < depth; index += 1) error = new Error('wrapped', { cause: error });
  return error;
};

const itself = new Error('names itself');
itself.cause = itself;

describe('isStoreAway', () => {
  it.each([
    ['a lost connection', new mongo.MongoNetworkError('connection 3 to 127.0.0.1:27017 closed')],
    ['a slow connection', new mongo.MongoNetworkTimeoutError('connection 3 to 127.0.0.1:27017 timed out')],
    ['no server', new mongo.MongoServerSelectionError('Server selection timed out after 3000 ms', {} as never)],
    ['a write concern error', new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64 } } as never)],
    ['mongoose before its connection', new mongoose.mongo.MongoNotConnectedError('Client must be connected')],
    ['a connection lost in a bulk', lostInBulk()],
    ['one without labels', bulk(new mongo.MongoNetworkError('connection 3 to 127.0.0.1:27017 closed'))],
    ['no server in a bulk', bulk(new mongo.MongoServerSelectionError('connect ECONNREFUSED 127.0.0.1:1', {} as never))],
    ['a step-down in a bulk', bulk(new mongo.MongoServerError({ message: 'stepped down', code: 189 }))],
    ['a step-down of some writes', bulk({ ...duplicates, writeErrors: [writeError(11000), writeError(11602)] })],
    ['an unconfirmed bulk', bulk({ message: 'waiting for replication timed out', code: 64 })],
    [
      'an unconfirmed bulk of duplicates',
      bulk(duplicates, { writeErrors: [writeError(11000)], writeConcernErrors: [{ code: 64, errmsg: 'timed out' }] }),
    ],
    ['a wrapped one', nested(4, new mongo.MongoNetworkError('closed'))],
    ['one of several', new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')])],
    ['a fault of ours because of one', new AppError({ code: 'OUTCOME_UNKNOWN', cause: system('EPIPE') })],
  ])('when MongoDB failed by %s, answers yes', (_name, error) => {
    expect(isStoreAway(error)).toBe(true);
  });

  it.each(['RetryableWriteError', 'ResetPool', 'PoolRequestedRetry', 'SystemOverloadedError'])(
    'when the driver labels an error %s, answers yes',
    (label) => {
      expect(isStoreAway(labelled('Other', label))).toBe(true);
    },
  );

  it.each([6, 7, 13, 18, 50, 64, 89, 91, 100, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])(
    'when the server answers code %i, answers yes',
    (code) => {
      expect(isStoreAway(new mongo.MongoServerError({ message: 'not now', code }))).toBe(true);
    },
  );

  it.each([
    'READONLY',
    'MASTERDOWN',
    'CLUSTERDOWN',
    'LOADING',
    'MISCONF',
    'TRYAGAIN',
    'MOVED',
    'ASK',
    'OOM',
    'UNBLOCKED',
    'NOREPLICAS',
    'BUSY',
    'NOPERM',
    'NOAUTH',
  ])('when Redis replies %s, answers yes', (code) => {
    expect(isStoreAway(reply(`${code} and what that means`))).toBe(true);
  });

  it.each([
    'Connection is closed.',
    'Command timed out',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command aborted due to connection close',
    "Socket timeout. Expecting data, but didn't receive any in 3000ms.",
    'Too many Cluster redirections. Last error: Error: Connection is closed.',
    "Cluster isn't ready and enableOfflineQueue options is false",
    'All sentinels are unreachable. Retrying from scratch after 100ms.',
  ])('when the client of Redis says %j, answers yes', (message) => {
    expect(isStoreAway(new Error(message))).toBe(true);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])('when a socket fails with %s, answers yes', (code) => {
    expect(isStoreAway(system(code))).toBe(true);
  });

  it.each([
    ['a duplicate', new mongo.MongoServerError({ message: 'E11000 duplicate key', code: 11000 })],
    ['duplicates in a bulk', bulk(duplicates, { writeErrors: [writeError(11000)] })],
    ['a document that is refused', bulk({ message: 'Document failed validation', code: 121 })],
    ['a document that cannot be written', bulk(new RangeError('offset is out of range'))],
    ['a missing group', reply('NOGROUP No such key')],
    ['a group that exists', reply('BUSYGROUP Consumer Group name already exists')],
    ['a wrong command', reply('ERR unknown command')],
    ['the number of another error', Object.assign(new Error('aborted'), { code: 7 })],
    ['our own refusal', new AppError({ code: 'NOT_FOUND' })],
    ['a defect', new TypeError('x is not a function')],
    ['a circle', itself],
    ['no error', { name: 'MongoNetworkError' }],
    ['nothing', undefined],
  ])('when it is %s, answers no', (_name, error) => {
    expect(isStoreAway(error)).toBe(false);
  });
});

describe('isOperatorFault', () => {
  it('when a store refuses us for missing rights, answers yes, and to a store that is away no', () => {
    const noRights = new mongo.MongoServerError({ message: 'not authorized', code: 13 });
    expect([noRights, nested(2, reply('NOPERM no permissions')), reply('NOAUTH')].map(isOperatorFault)).toEqual([
      true,
      true,
      true,
    ]);
    expect([reply('READONLY'), lostInBulk(), new Error('NOPERM')].map(isOperatorFault)).toEqual([false, false, false]);
  });
});

describe('toAppError', () => {
  it('when a store is away, is the 503 that says when to come back; a defect stays a 500', () => {
    expect(toAppError(lostInBulk())).toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      status: 503,
      retryAfterMs: 2000,
    });
    expect(toAppError(new TypeError('x'))).toMatchObject({ code: 'INTERNAL', status: 500 });
  });
});
