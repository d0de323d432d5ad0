import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readEnv, SettingsError, settings } from './env.ts';

const shape = {
  DATABASE_URL: settings.DATABASE_URL,
  AUTH_SECRET: settings.AUTH_SECRET,
  PORT: settings.port(4000),
};
const good = { DATABASE_URL: 'postgres://u:p@h:5432/d', AUTH_SECRET: 'x'.repeat(32) };

describe('settings', () => {
  it('are parsed, with defaults for what is unset or empty', () => {
    expect(readEnv(shape, { ...good, PORT: '' })).toEqual({ ...good, PORT: 4000 });
    expect(readEnv(shape, { ...good, PORT: '8080' }).PORT).toBe(8080);
  });

  it('that are missing or wrong are all named at once, with what would do', () => {
    const read = () => readEnv(shape, { DATABASE_URL: 'mysql://u:p@h/d', PORT: 'many' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/AUTH_SECRET is not set \(at least 32 random characters/);
    expect(read).toThrow(/DATABASE_URL is wrong/);
    expect(read).toThrow(/PORT is wrong/);
  });

  it('that are wrong are not repeated: they may be secrets', () => {
    const secret = 'hunter2-short';
    expect(() => readEnv(shape, { ...good, AUTH_SECRET: secret })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });

  it('that name proxies are a list of addresses and networks, or refused', () => {
    const read = (text: string) =>
      readEnv({ TRUSTED_PROXIES: settings.TRUSTED_PROXIES }, { TRUSTED_PROXIES: text });
    expect(read('').TRUSTED_PROXIES).toEqual([]);
    const some = ['10.0.0.5', '10.0.0.0/8', 'fd00::/8', '::1', 'uniquelocal'];
    expect(read(some.join(' , ')).TRUSTED_PROXIES).toEqual(some);
    for (const wrong of ['everybody', '10.0.0.0/33', '10.0.0', '10.0.0.0/8/8', '::/129', '*'])
      expect(() => read(wrong), wrong).toThrow(/TRUSTED_PROXIES is wrong/);
  });

  it('that name Redis are one server, or Sentinels with the name of what they watch', () => {
    const read = (url: string) => readEnv({ REDIS_URL: settings.REDIS_URL }, { REDIS_URL: url }).REDIS_URL;
    for (const good of [
      'redis://localhost',
      'rediss://:secret@redis.example:6380/1',
      'redis+sentinel://:secret@a:26379,b/main',
      'rediss+sentinel://a/main/2',
    ])
      expect(read(good)).toBe(good);
    for (const wrong of ['redis://a,b', 'http://a', 'redis', 'redis+sentinel://a', 'redis+sentinel:///main'])
      expect(() => read(wrong), wrong).toThrow(/REDIS_URL is wrong: Invalid URL/);
  });

  it('that name databases are one server or several hosts of one, and are not repeated', () => {
    const read = (url: string) => readEnv(shape, { ...good, DATABASE_URL: url }).DATABASE_URL;
    const several = 'postgresql://u:p@a:5432,b:5433/d?sslmode=require';
    expect(read(several)).toBe(several);
    for (const wrong of [
      'postgres://u:hunter2@a:5432,/d',
      'postgres://u:hunter2@a:x/d',
      'mysql://a,b/d',
      'd',
    ]) {
      expect(() => read(wrong), wrong).toThrow(/DATABASE_URL is wrong/);
      expect(() => read(wrong), wrong).not.toThrow(/hunter2/);
    }
  });

  it('keep their type', () => {
    const { COUNT } = readEnv({ COUNT: z.coerce.number() }, { COUNT: '3' });
    expect(COUNT + 1).toBe(4);
  });
});
