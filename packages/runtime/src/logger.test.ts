import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe('the logger', () => {
  it('writes no secret, however deep it stands', () => {
    const script = `
      import { createLogger } from '${new URL('./logger.ts', import.meta.url).href}';
      const log = createLogger('test', 'info');
      log.info({ password: 's3cret-a', request: { headers: { cookie: 's3cret-b', authorization: 's3cret-c' } } }, 'call');
      log.info({ a: { b: { c: { Password: 's3cret-d' } } }, user: 'kept' }, 'login');`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('kept');
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain('s3cret');
  });
});
