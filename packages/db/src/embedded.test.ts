import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from './embedded.ts';

describe('the embedded Postgres', () => {
  let parent: string;
  const running: EmbeddedPostgres[] = [];
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'crossmark-embedded-'));
    chmodSync(parent, 0o711);
  });
  afterEach(async () => {
    for (const server of running.splice(0)) {
      await server.stop('immediate').catch(() => {});
      rmSync(server.directory, { recursive: true, force: true });
    }
    rmSync(parent, { recursive: true, force: true });
  });
  const start = async (directory = join(parent, 'data')) => {
    const server = await startPostgres({ directory, durable: false });
    running.push(server);
    return server;
  };
  const query = async (url: string, text: string) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    return sql.unsafe(text).finally(() => sql.end());
  };

  it('keeps data and port over a crash and a restart', async () => {
    const first = await start();
    await query(first.url, 'create table kept (n int); insert into kept values (42)');
    await first.stop('immediate');
    const second = await start();
    expect(second.port).toBe(first.port);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('attaches to a server that already runs on the same files, and leaves it running', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ port: first.port, started: false });
    await second.stop();
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets nobody in without the password', async () => {
    const server = await start();
    const url = new URL(server.url);
    url.password = 'guess';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('starts where only its owner may enter the folder, as below /root', async () => {
    chmodSync(parent, 0o700);
    const server = await start();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});
