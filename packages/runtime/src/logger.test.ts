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
      const refused = Object.assign(new Error('invalid input syntax for type integer: "s3cret-h"'), {
        severity: 'ERROR', code: '22P02', detail: 's3cret-i', where: 's3cret-j', parameters: ['s3cret-k'] });
      log.error({ err: refused }, 'refused');
      const given = ['s3cret-l\\n    at s3cret-m', 's3cret-n"'];
      const insert = new Error('Failed query: insert into people values ($1, $2)\\nparams: ' + given, { cause: refused });
      log.error({ err: Object.assign(insert, { query: 'insert', params: given }) }, 'failed');
      log.error('with error ' + failed.message + ':\\n  ' + failed.stack.replace(/\\n/g, '\\n  '));
      log.info({ a: { b: { c: { Password: 's3cret-d' } } }, user: 'kept' }, 'login');`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('kept');
    expect(stdout).toContain('A statement failed.');
    expect(stdout).not.toMatch(/Failed query|select from sessions|insert into/);
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain('s3cret');
  });

  it.each([
    'console.error("it broke", failed)',
    'console.error("it broke: " + failed)',
    'Promise.reject(failed)',
    'setImmediate(() => { throw failed; })',
    'throw failed',
  ])('has what a library prints and what nothing catches, without secrets: %s', (act) => {
    const script = `
      import { runApp } from '${new URL('./run.ts', import.meta.url).href}';
      const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), { address: '10.0.0.5', port: 5432 });
      const given = ['s3cret-a'];
      const failed = Object.assign(new Error('Failed query: select from sessions\\nparams: ' + given, { cause: refused }), {
        query: 'select from sessions', params: given });
      await runApp('test', async () => { ${act}; return async () => {}; });
      process.on('beforeExit', () => process.exit(1));`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/connect ECONNREFUSED|A statement failed/);
    expect(stdout + stderr).not.toMatch(/s3cret|Failed query|select from|10\.0\.0\.5|5432/);
    expect(status).toBe(1);
  });
});
