import { expect, test } from 'vitest';
import { urlsOfHosts } from './hosts.ts';

test('a URL with several hosts is one URL for each of them', () => {
  expect(urlsOfHosts('postgres://ada:p%40s@a:5432,b.example:6432/scheduler?sslmode=require')).toEqual([
    'postgres://ada:p%40s@a:5432/scheduler?sslmode=require',
    'postgres://ada:p%40s@b.example:6432/scheduler?sslmode=require',
  ]);
  expect(urlsOfHosts('postgres://ada@[::1]:5432,10.0.0.2/scheduler')).toEqual([
    'postgres://ada@[::1]:5432/scheduler',
    'postgres://ada@10.0.0.2/scheduler',
  ]);
  expect(urlsOfHosts('redis+sentinel://:a,b@one:26379,two:26379,three/main')).toHaveLength(3);
});

test('a URL with one host stays as it is', () => {
  for (const url of ['postgres://ada:a,b@db:5432/scheduler', 'redis://localhost', 'postgres:///scheduler'])
    expect(urlsOfHosts(url)).toEqual([url]);
});

test.each([
  '',
  'scheduler',
  'postgres://ada:secret@a:5432,/scheduler',
  'postgres://ada:secret@a:port,b/scheduler',
])('%o is refused without being repeated', (url) => {
  expect(() => urlsOfHosts(url)).toThrow(/^Invalid URL$/);
});
