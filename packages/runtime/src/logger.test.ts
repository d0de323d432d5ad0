import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe('the logger', () => {
  it('writes no secret, however deep it stands', () => {
    const script = `
      import { createLogger } from '${new URL('./logger.ts', import.meta.url).href}';
      const log = createLogger('test', 'info');
      log.info({ password: 's3cret-a', request: { headers: { cookie: 's3cret-b', authorization: 's3cret-c' } } }, 'call');
      const failed = new Error('Failed query: select from sessions where token = $1\\nparams: s3cret-e,a\\\\"b s3cret-f');
      failed.params = ['s3cret-g'];
      log.error({ err: new Error('Failed to look: ' + failed.message, { cause: failed }) }, 'failed');
      log.error({ err: failed }, 'failed: ' + failed.message);
      log.info({ a: { b: { c: { Password: 's3cret-d' } } }, user: 'kept' }, 'login');`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('kept');
    expect(stdout).toContain('select from sessions');
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain('s3cret');
  });
});
