import { describe, expect, it } from 'vitest';
import { countReport, countTier } from './vitest-report.ts';

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
