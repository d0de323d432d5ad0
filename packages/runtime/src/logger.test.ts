import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

/** Runs a script that has `createLogger`. */
const run = (script: string, stdout: 'pipe' | number = 'pipe') =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createLogger } from '${new URL('./logger.ts', import.meta.url).href}';\n${script}`,
    ],
    { encoding: 'utf8', stdio: ['ignore', stdout, 'pipe'] },
  );

const cycle: Record<string, unknown> = { name: 'round' };
cycle.self = cycle;
cycle.list = [cycle, cycle];
const endless = () => {
  const error = new Error('again');
  Object.defineProperty(error, 'cause', { get: endless });
  return error;
};
const everythingThrows = new Proxy(
  {},
  {
    get: () => {
      throw new Error('get');
    },
    has: () => {
      throw new Error('has');
    },
    ownKeys: () => {
      throw new Error('keys');
    },
    getPrototypeOf: () => {
      throw new Error('prototype');
    },
    getOwnPropertyDescriptor: () => {
      throw new Error('descriptor');
    },
  },
);
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
let deep: unknown = 'bottom';
for (let level = 0; level < 100_000; level++) deep = { deep, password: 's3cret' };
const failedQuery = (parameter: string) =>
  Object.assign(new Error(`Failed query: select $1\nparams: ${parameter}`), {
    query: 'select $1',
    params: [parameter],
  });

const HOSTILE: Record<string, unknown> = {
  'a buffer': Buffer.from('s3cret'.repeat(1000)),
  'an error with a buffer': Object.assign(new Error('Parse Error'), { rawPacket: Buffer.from('s3cret') }),
  'an error with an address': Object.assign(new Error('x'), { input: new URL('postgres://app:s3cret@db/x') }),
  'an address': new URL('https://app:s3cret@host.test/?token=s3cret'),
  'a getter that throws': Object.defineProperty({}, 'x', { enumerable: true, get: () => everythingThrows }),
  'an error whose parts throw': Object.defineProperties(new Error('x'), {
    message: { get: () => revoked },
    stack: { get: () => JSON.parse('{') },
    cause: { get: () => JSON.parse('{') },
  }),
  'an error that causes itself': Object.assign(new Error('x'), {}),
  'an error with causes without end': endless(),
  'an error of many': new AggregateError([new Error('one'), { password: 's3cret' }], 'many'),
  'a failed statement': failedQuery('s3cret "\\\n    at s3cret'.repeat(1_000)),
  'a cycle': cycle,
  'a proxy that throws': everythingThrows,
  'a proxy that is over': revoked,
  'a list of proxies': [everythingThrows, revoked],
  'a great integer': { value: 10n ** 5_000n, list: [1n] },
  symbols: { [Symbol('key')]: 1, value: Symbol('value') },
  'a map': new Map<unknown, unknown>([
    ['password', 's3cret'],
    [{}, 1],
  ]),
  'a set': new Set(['s3cret']),
  'a list of a million': Array(1_000_000).fill('s'),
  'a list without elements': Array(4_000_000_000),
  'an object of 10,000 fields': Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [`field ${at}`, at]),
  ),
  'wide and deep': Array(100).fill(Array(100).fill(Array(100).fill({ a: 'x'.repeat(3_000) }))),
  deep: deep,
  'names of prototypes': JSON.parse('{"__proto__": {"toString": 1}, "constructor": 1, "hasOwnProperty": 1}'),
  'toJSON that throws': { toJSON: () => JSON.parse('{'), password: 's3cret' },
  'a date that is none': new Date(Number.NaN),
  'numbers that are none': { a: Number.NaN, b: Number.POSITIVE_INFINITY },
  'a function': () => 's3cret',
  'an object without a prototype': Object.assign(Object.create(null), { a: 1 }),
  'what looks like a request': { method: 'GET', headers: { cookie: 's3cret' }, socket: {} },
  'what looks like a response': { setHeader: () => {}, getHeaders: 1 },
  'a long text': `${'x'.repeat(3_000_000)}s3cret`,
  'a text of half characters': '\ud800'.repeat(5_000),
  null: null,
  nothing: undefined,
};
const itself = HOSTILE['an error that causes itself'] as Error;
itself.cause = itself;

describe('the logger', () => {
  const lines: string[] = [];
  const log = createLogger('test', 'trace', { write: (line) => lines.push(line) });
  const levels = Object.values(pino.levels.labels) as 'info'[];

  it.each(Object.keys(HOSTILE))(
    'writes one line of bounded length and no secret, at every level, of %s',
    (name) => {
      const value = HOSTILE[name];
      for (const level of levels) {
        const calls = [
          () => log[level](value as object),
          () => log[level](value as object, 'a text'),
          () => log[level]({ value, err: value }, 'a text'),
          () => log[level]({ err: value }),
          () => log[level]({ list: [value], inside: { value } }, value as never),
          () => log[level]('%s %d %j %o %O', ...(Array(5).fill(value) as [])),
          () => log.child({ value, err: value })[level]('a text'),
          () => log.child(value as object)[level](value as object),
        ];
        for (const call of calls) {
          lines.length = 0;
          call();
          expect(lines).toHaveLength(1);
          const [line = ''] = lines;
          expect(line.indexOf('\n')).toBe(line.length - 1);
          expect(JSON.parse(line)).toMatchObject({ app: 'test', level: pino.levels.values[level] });
          expect(line.length).toBeLessThan(200_000);
          expect(line).not.toContain('s3cret');
        }
      }
    },
  );

  it('cuts what failed statements were given, however long that is', () => {
    const failed = failedQuery(`s3cret-1\n    at s3cret-2${'s3cret "\\\n'.repeat(1_600_000)}`);
    for (const call of [
      () => log.error({ err: failed }),
      () => log.error(`failed: ${failed.message.replace('\n    at', '')}`),
      () => log.error({ reason: failed.message.replace('\n    at', '') }),
    ]) {
      lines.length = 0;
      call();
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('A statement failed.');
      expect(lines[0]).not.toContain('s3cret');
    }
  });

  it('writes a line of its own where a serializer throws', () => {
    lines.length = 0;
    const thrower = () => JSON.parse('{');
    log.child({}, { serializers: { req: thrower } }).info({ req: 1 }, 'a text');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('could not be written');
  });

  it('keeps what an error tells: type, message, stack, fields and causes', () => {
    lines.length = 0;
    const cause = Object.assign(new TypeError('below'), { code: 'E1' });
    log.warn({ err: Object.assign(new RangeError('above', { cause }), { statusCode: 400 }) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'above',
      err: { type: 'RangeError', message: 'above', statusCode: 400 },
    });
    expect(JSON.parse(lines[0] ?? '').err.stack).toMatch(
      /RangeError: above[\s\S]*caused by: TypeError: below/,
    );
  });

  it('ends no process where standard output takes nothing', () => {
    const full = openSync('/dev/full', 'w');
    const script = `
      const log = createLogger('test', 'trace');
      for (let line = 0; line < 1_000; line++) log.info({ line, text: 'x'.repeat(500) }, 'a text');
      log.fatal('the last one');
      process.on('exit', (code) => process.stderr.write('ended with ' + code));`;
    const { status, stderr } = run(script, full);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'ended with 0' });
  });

  it.each([
    'newPassword',
    'current_password',
    'accessToken',
    'x-xsrf-token',
    'Set-Cookie',
    'session_token',
    'apiKey',
  ])('writes nothing that stands under the name of a secret: %s', (name) => {
    const lines: string[] = [];
    const log = createLogger('test', 'trace', { write: (line) => lines.push(line) });
    log.info({ [name]: 's3cret', call: { [name]: ['s3cret'] } }, 'call');
    log.child({ [name]: 's3cret' }).info('call');
    expect(lines.join('')).not.toContain('s3cret');
    expect(lines).toHaveLength(2);
  });

  it('cuts the token of a calendar feed out of every text and error', () => {
    const lines: string[] = [];
    const log = createLogger('test', 'trace', { write: (line) => lines.push(line) });
    const token = `calfeed_${'s3cret-_'.repeat(5)}AAA`;
    const path = `/api/feeds/${token}.ics`;
    const failed = Object.assign(new Error(`'${path}' is not a valid url`), { url: path });
    log.info({ path, source: `http://server:4000${path}` }, `fetching ${path}`);
    log.error({ err: new Error('it broke', { cause: failed }) }, 'failed');
    log.child({ url: path.toUpperCase() }).warn({ err: failed }, 'failed');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).toContain('/api/feeds/calfeed_[redacted].ics');
    expect(lines.join('')).not.toMatch(/s3cret/i);
  });

  it('writes no secret, however deeply it is nested', () => {
    const script = `
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
    const { stdout } = run(script);
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
