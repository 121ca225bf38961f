import { describe, expect, it } from 'vitest';
import { createDatabaseCommands } from './database-commands.ts';

/** An OP_MSG whose document has one field, named like the command, and then `padding` bytes that nobody reads. */
function message(command: string, padding = 0): Buffer {
  const name = Buffer.from(`${command}\0`, 'latin1');
  const document = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from([0x10]),
    name,
    Buffer.alloc(4),
    Buffer.alloc(1 + padding),
  ]);
  document.writeInt32LE(document.length, 0);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, document]);
}

function count(chunks: Buffer[]): Record<string, number> {
  const commands = createDatabaseCommands(() => 1000);
  const hear = commands.listenTo();
  for (const chunk of chunks) hear(chunk);
  return commands.byName(1000, 1250);
}

describe('createDatabaseCommands', () => {
  const stream = Buffer.concat([message('find'), message('insert', 5000), message('ping'), message('find', 3)]);

  it('when several commands come at once, counts each by its name and leaves out what a driver asks by itself', () => {
    expect(count([stream])).toEqual({ find: 2, insert: 1 });
  });

  it.each([1, 7, 20, 61, 64])('when the stream comes in chunks of %i bytes, counts the same', (size) => {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, place) =>
      stream.subarray(place * size, (place + 1) * size),
    );
    expect(count(chunks)).toEqual({ find: 2, insert: 1 });
  });

  it('when a command names its collection, counts it with that name', () => {
    const text = 'readMarks\0';
    const field = Buffer.concat([Buffer.from([2]), Buffer.from('find\0'), Buffer.alloc(4), Buffer.from(text)]);
    field.writeInt32LE(text.length, 'find\0'.length + 1);
    const head = message('x').subarray(0, 25);
    const whole = Buffer.concat([head, field, Buffer.alloc(50)]);
    whole.writeInt32LE(whole.length, 0);
    expect(count([whole, message('ping')])).toEqual({ 'find readMarks': 1 });
  });

  it('when two connections speak in turn, keeps them apart', () => {
    const commands = createDatabaseCommands(() => 1000);
    const [first, second] = [commands.listenTo(), commands.listenTo()];
    const update = message('update', 100);
    first(update.subarray(0, 30));
    second(message('find'));
    first(update.subarray(30));
    expect(commands.byName(0, 2000)).toEqual({ find: 1, update: 1 });
  });

  it('when asked for a span, counts what fell into it', () => {
    let now = 1000;
    const commands = createDatabaseCommands(() => now);
    const hear = commands.listenTo();
    for (now of [1000, 2000, 3000]) hear(message('find'));
    expect([commands.between(1000, 3000), commands.between(3000, 4000), commands.between(4000, 9000)]).toEqual([
      2, 1, 0,
    ]);
  });
});
