import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readCsvRows } from './csv-rows.ts';
import { createRosterFaults } from './roster-faults.ts';

async function read(content: string | Buffer, chunkBytes = 7) {
  const bytes = Buffer.from(content);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const files = { names: new Set(['users']), open: async () => Readable.from(chunks), close: () => undefined };
  const faults = createRosterFaults();
  const rows = [];
  for await (const row of readCsvRows({ files, name: 'users', required: ['sourcedId', 'name'], faults }))
    rows.push(row);
  return { rows, faults: faults.list() };
}

describe('readCsvRows', () => {
  it('when a file has a byte order mark, CRLF, quotes and line breaks in quotes, reads its rows with their lines', async () => {
    const { rows, faults } = await read('\ufeffsourcedId,name\r\n1,"O""Neill, Ann"\r\n2,"two\nlines"\r\n3,Zoë\r\n');
    expect(faults).toEqual([]);
    expect(rows.map(({ values }) => values.name)).toEqual(['O"Neill, Ann', 'two\nlines', 'Zoë']);
    expect(rows.map(({ line }) => line)).toEqual([2, 4, 5]);
  });

  it('when columns are unknown or in another order, reads those that it knows', async () => {
    const { rows } = await read('metadata.x,name,sourcedId\n?,Ann,1\n');
    expect(rows[0]?.values).toMatchObject({ sourcedId: '1', name: 'Ann' });
  });

  it('when a column is missing, refuses the file', async () => {
    const { rows, faults } = await read('sourcedId,nome\n1,Ann\n');
    expect(rows).toEqual([]);
    expect(faults).toEqual([{ file: 'users.csv', line: 1, message: 'lacks the column name' }]);
  });

  it('when a row has too many or too few fields, names its line and reads the others', async () => {
    const { rows, faults } = await read('sourcedId,name\n1\n2,Ben\n3,Cy,more\n');
    expect(rows.map(({ values }) => values.name)).toEqual(['Ben']);
    expect(faults.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('when a quote is never closed, says so and stops', async () => {
    const { faults } = await read('sourcedId,name\n1,Ann\n2,"Ben\n3,Cy\n');
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toContain('never closed');
  });

  it('when the bytes are Latin-1, names the first line that holds such a byte', async () => {
    const latin = Buffer.from('sourcedId,name\n1,Ann\n2,Zo\u00eb\n', 'latin1');
    for (const chunkBytes of [3, 64]) {
      const { faults } = await read(latin, chunkBytes);
      expect(faults).toMatchObject([{ file: 'users.csv', line: 3 }]);
    }
  });

  it('when the file is UTF-16, says so', async () => {
    const { faults } = await read(Buffer.from('\ufeffsourcedId,name\n', 'utf16le'));
    expect(faults[0]?.message).toContain('UTF-16');
  });

  it('when characters are cut by chunks anywhere, reads them whole', async () => {
    for (let chunkBytes = 1; chunkBytes < 9; chunkBytes += 1) {
      const { rows, faults } = await read('sourcedId,name\n1,Zoë 漢字 🙂\n', chunkBytes);
      expect(faults).toEqual([]);
      expect(rows[0]?.values.name).toBe('Zoë 漢字 🙂');
    }
  });
});
