import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What a process writes that logs these fields. In a process of its own, because a log writes to standard output. */
function logged(fields: object): string {
  const path = new URL('./log.ts', import.meta.url).href;
  const script = `import { createLog } from '${path}';
    createLog({ service: 's', instance: 'i', level: 'info' }).info(${JSON.stringify(fields)}, 'it happened');`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('createLog', () => {
  it('when a field holds what people wrote or what lets somebody in, leaves it out', () => {
    const secret = { password: 'canary', token: 'canary', accessToken: 'canary', content: 'canary', text: 'canary' };
    const request = { authorization: 'canary', cookie: 'canary', headers: { cookie: 'canary' }, id: 'kept' };
    const line = logged({ ...secret, body: secret, event: { message: secret }, request, requestId: 'r-1' });
    expect(line).not.toContain('canary');
    expect(JSON.parse(line)).toMatchObject({ level: 'info', service: 's', requestId: 'r-1', request: { id: 'kept' } });
  });
});
