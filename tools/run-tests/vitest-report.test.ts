import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countReport, countTier, listFailures } from './vitest-report.ts';

const passed = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const report = { numPassedTests: 1, numFailedTests: 0, numPendingTests: 0, testResults: [passed] };

describe('countReport', () => {
  it('when all went well, counts what passed', () => {
    expect(countReport(report, true)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it('when a file could not be read, counts it as a failure', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(countReport({ ...report, testResults: [passed, broken] }, false)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('when the run ended badly with no test to blame, counts one failure', () => {
    expect(countReport(report, false)).toMatchObject({ passed: 1, failed: 1 });
  });

  it('when no test ran, counts one failure', () => {
    const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 3, testResults: [] };
    expect(countReport(none, true)).toEqual({ passed: 0, failed: 1, skipped: 3 });
  });
});

describe('countTier', () => {
  it('when there is no report, counts one failure', () => {
    expect(countTier('/nowhere/report.json', true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('listFailures', () => {
  it('when tests failed, names each with the beginning of its message', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.json');
    const message = ['AssertionError: expected 1 to be 2', ...Array.from({ length: 20 }, (_, line) => `at ${line}`)];
    const test = { status: 'failed', fullName: 'a room when asked, answers', failureMessages: [message.join('\n')] };
    const testResults = [
      passed,
      { name: 'room.test.ts', status: 'failed', assertionResults: [{ status: 'passed' }, test] },
      { name: 'broken.test.ts', status: 'failed', message: 'SyntaxError: x', assertionResults: [] },
    ];
    writeFileSync(path, JSON.stringify({ ...report, testResults }));
    const [first, second, ...others] = listFailures(path);
    expect(first?.split('\n').slice(0, 2)).toEqual([
      'room.test.ts: a room when asked, answers',
      '    AssertionError: expected 1 to be 2',
    ]);
    expect(first?.split('\n')).toHaveLength(9);
    expect(second).toBe('broken.test.ts\n    SyntaxError: x');
    expect(others).toEqual([]);
  });

  it('when there is no report, has nothing to name', () => {
    expect(listFailures('/nowhere/report.json')).toEqual([]);
  });
});
