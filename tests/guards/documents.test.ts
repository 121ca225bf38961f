import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  clientEvents,
  domainEvents,
  errorCatalogue,
  jobCatalogue,
  serverEvents,
  serviceRequests,
} from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { listFiles, readText, root } from './project-files.ts';

/** First cells of the rows of every table under a heading, without their backticks. */
function namesUnder(path: string, heading: string): string[] {
  const section =
    readText(path)
      .split(/^## /m)
      .find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
}

const documents = listFiles().filter((path) => path.endsWith('.md'));

describe('documents', () => {
  it.each(documents)('%s names only paths that exist', (document) => {
    const mentioned = [
      ...readText(document).matchAll(/`((?:services|libs|web|tools|tests|docs|deploy|k8s|bench)\/[^`\s]*)`/g),
    ];
    const links = [...readText(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => ({
      path: join(document, '..', match[1] ?? ''),
    }));
    const paths = [...mentioned.map((match) => ({ path: match[1] ?? '' })), ...links].map(({ path }) => path);
    const missing = paths.filter((path) => !/[*{<]/.test(path) && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('docs/errors.md lists exactly the errors of the catalogue, with their status', () => {
    expect(namesUnder('docs/errors.md', 'Codes').sort()).toEqual(Object.keys(errorCatalogue).sort());
    for (const [code, { status, retryable }] of Object.entries(errorCatalogue)) {
      const row = new RegExp(`^\\| \`${code}\`\\s*\\| ${status}\\s*\\| ${retryable ? 'yes' : 'no'}\\s*\\|`, 'm');
      expect(readText('docs/errors.md')).toMatch(row);
    }
  });

  it.each([
    ['From a client', clientEvents],
    ['To a client', serverEvents],
    ['Domain events', domainEvents],
    ['Requests between services', serviceRequests],
    ['Jobs', jobCatalogue],
  ])('docs/events.md lists under "%s" exactly what the contracts have', (heading, catalogue) => {
    expect(namesUnder('docs/events.md', heading).sort()).toEqual(Object.keys(catalogue).sort());
  });
});

describe('the error catalogue', () => {
  const tests = listFiles().filter((path) => /\.test\.tsx?$/.test(path) && !path.startsWith('tests/guards/'));
  const text = tests.map(readText).join('\n');

  it.each(Object.keys(errorCatalogue))('%s is met by a test', (code) => {
    expect(text).toContain(`'${code}'`);
  });
});
