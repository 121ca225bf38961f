import { describe, expect, it } from 'vitest';
import { type AnyJobHandler, createJobRegistry } from './job-registry.ts';

const drain: AnyJobHandler = { name: 'read-marks.drain', handle: async () => undefined };
const deliver: AnyJobHandler = { name: 'notification.deliver', handle: async () => undefined };

describe('createJobRegistry', () => {
  it('when every job has one handler, finds each by its name', () => {
    const registry = createJobRegistry([drain, deliver]);
    expect(registry.get('read-marks.drain')).toBe(drain);
    expect(registry.get('notification.deliver')).toBe(deliver);
  });

  it('when a job has no handler, refuses and names it', () => {
    expect(() => createJobRegistry([drain])).toThrow('notification.deliver has no handler');
  });

  it('when a job has two handlers, refuses and names it', () => {
    expect(() => createJobRegistry([drain, deliver, { ...drain }])).toThrow('read-marks.drain has 2 handlers');
  });

  it('when a handler is for no job of the catalogue, refuses and names it', () => {
    const stranger = { name: 'digest.send', handle: async () => undefined } as unknown as AnyJobHandler;
    expect(() => createJobRegistry([drain, deliver, stranger])).toThrow('digest.send is no job of the catalogue');
  });
});
