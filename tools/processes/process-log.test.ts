import { describe, expect, it } from 'vitest';
import { noticeOf } from './process-log.ts';

describe('noticeOf', () => {
  it('when a JSON line has level warn or above, in words or in numbers, answers its text', () => {
    expect(noticeOf('{"level":"warn","msg":"slow store"}')).toEqual({ level: 'warn', text: 'slow store' });
    expect(noticeOf('{"level":50,"msg":"store away","err":{"message":"ECONNREFUSED"}}')).toEqual({
      level: 'error',
      text: 'store away: ECONNREFUSED',
    });
    expect(noticeOf('{"level":"fatal","msg":"bye"}')).toEqual({ level: 'error', text: 'bye' });
  });

  it('when a line is informal, plain text or broken JSON, answers null', () => {
    expect(noticeOf('{"level":"info","msg":"listening"}')).toBeNull();
    expect(noticeOf('{"level":30,"msg":"listening"}')).toBeNull();
    expect(noticeOf('Warning: something')).toBeNull();
    expect(noticeOf('{"level":"error","msg":')).toBeNull();
  });
});
