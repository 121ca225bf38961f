import { readFileSync } from 'node:fs';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests?: number;
  testResults: ReportedFile[];
}

interface ReportedFile {
  name?: string;
  status: string;
  message?: string;
  assertionResults: ReportedTest[];
}

interface ReportedTest {
  status: string;
  fullName?: string;
  failureMessages?: string[];
}

/** How much of a failure the summary repeats: enough to know it again, in a log of which only the end was kept. */
const LINES_OF_A_FAILURE = 8;

/** Counts of one tier, from the file that vitest's JSON reporter wrote. No file is one failure. */
export function countTier(path: string, exitedWell: boolean): Counts {
  const report = readReport(path);
  return report === null ? { passed: 0, failed: 1, skipped: 0 } : countReport(report, exitedWell);
}

/**
 * A file that could not even be read counts as one failed test; so does a run that ended badly without any test to
 * blame, such as one with an unhandled rejection, and one that ran no test at all.
 */
export function countReport(report: VitestReport, exitedWell: boolean): Counts {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const ranNothing = report.numPassedTests + failed === 0;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && (!exitedWell || ranNothing) ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** Each failed test, or file that could not be read, with the beginning of its message. */
export function listFailures(path: string): string[] {
  return (readReport(path)?.testResults ?? []).flatMap(describeFailures);
}

function describeFailures({ name = 'a file', status, message, assertionResults }: ReportedFile): string[] {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [describeFailure(name, message)] : [];
  return failed.map(({ fullName, failureMessages }) =>
    describeFailure(`${name}: ${fullName ?? 'a test'}`, failureMessages?.join('\n')),
  );
}

function describeFailure(title: string, message = ''): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return [title, ...lines.slice(0, LINES_OF_A_FAILURE).map((line) => `    ${line}`)].join('\n');
}

function readReport(path: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    return null;
  }
}
