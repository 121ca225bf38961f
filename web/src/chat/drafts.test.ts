import { describe, expect, it } from 'vitest';
import { createDrafts, type DraftStorage } from './drafts.ts';

function memoryStorage(): DraftStorage & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

describe('drafts', () => {
  it('when the page is loaded again, are there again', () => {
    const storage = memoryStorage();
    createDrafts(storage).write('john', 'room', 'half a tho');
    expect(createDrafts(storage).read('john', 'room')).toBe('half a tho');
  });

  it('when another person signs in on the device, are not theirs', () => {
    const storage = memoryStorage();
    createDrafts(storage).write('john', 'room', 'mine');
    expect(createDrafts(storage).read('sarah', 'room')).toBe('');
  });

  it('when only blanks are left, are gone', () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write('john', 'room', 'x');
    drafts.write('john', 'room', '  \n');
    expect([drafts.read('john', 'room'), storage.map.size]).toEqual(['', 0]);
  });

  it('when the storage refuses, live on in memory', () => {
    const storage = memoryStorage();
    storage.setItem = () => {
      throw new Error('full');
    };
    const drafts = createDrafts(storage);
    drafts.write('john', 'room', 'kept');
    expect(drafts.read('john', 'room')).toBe('kept');
  });

  it('when another tab writes, follow it and say so', () => {
    const storage = memoryStorage();
    const here = createDrafts(storage);
    const there = createDrafts(storage);
    here.write('john', 'room', 'old');
    let told = 0;
    here.subscribe(() => {
      told += 1;
    });
    there.write('john', 'room', 'new');
    here.onStorageChange('hallway.draft.john.room');
    expect([here.read('john', 'room'), told]).toEqual(['new', 1]);
  });

  it('when there are more than 200, drop the longest untouched', () => {
    const storage = memoryStorage();
    let clock = 0;
    const drafts = createDrafts(storage, () => ++clock);
    for (let room = 0; room < 201; room += 1) drafts.write('john', `room${room}`, 'x');
    expect([storage.map.size, storage.map.has('hallway.draft.john.room0')]).toEqual([200, false]);
  });

  it('when the stored text is not ours, read as none', () => {
    const storage = memoryStorage();
    storage.map.set('hallway.draft.john.room', '{"text":7}');
    storage.map.set('hallway.draft.john.other', 'nonsense');
    const drafts = createDrafts(storage);
    expect([drafts.read('john', 'room'), drafts.read('john', 'other')]).toEqual(['', '']);
  });
});
