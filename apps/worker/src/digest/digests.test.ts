import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  digestSends,
  digestSubscriptions,
  employees,
  events,
  schedules,
  stores,
  timeOff,
  users,
} from '@scheduler/db';
import { createTimedDatabase, type TimedDatabase } from '@scheduler/db/testing';
import { type MailServer, mailServerAt } from '@scheduler/mail';
import { type SMTPServerOptions, startTestMailServer } from '@scheduler/mail/testing';
import { createLogger, SettingsError } from '@scheduler/runtime';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readSettings } from '../env.ts';
import { sendDigests } from './digests.ts';

const ORIGIN = 'https://scheduler.example.test';
const PASSWORD = 'only-for-tests: p@ss/word';
const FROM = { name: 'Scheduler', address: 'scheduler@example.test' };

let database: TimedDatabase;
let storeId: number;

beforeAll(async () => {
  database = await createTimedDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await db().execute(sql`truncate stores, users, holidays restart identity cascade`);
  storeId = await addStore('8135', 'America/Indiana/Indianapolis');
});

const db = () => database.db();

async function addStore(number: string, timeZone: string): Promise<number> {
  const [row] = await db()
    .insert(stores)
    .values({ crossmarkStoreId: `31${number}` as never, number, name: `Club <${number}>`, timeZone })
    .returning();
  return row?.id ?? 0;
}

/** Adds a user who gets a store's digest since long ago. */
async function subscribe(id: string, sendAt: string, store = storeId): Promise<void> {
  const user = { id, name: id, email: `${id}@example.test` };
  await db().insert(users).values(user).onConflictDoNothing();
  await db()
    .insert(digestSubscriptions)
    .values({ userId: id, storeId: store, sendAt, changedAt: '2020-01-01T00:00:00.000Z' });
}

const itIs = (instant: string) => database.itIs(instant);

/** A mail server on this machine that keeps what it takes. */
async function startMail(options: SMTPServerOptions = {}, more: Partial<MailServer> = {}) {
  const { mail, received, close } = await startTestMailServer(FROM, options);
  onTestFinished(close);
  return { mail: { ...mail, ...more }, received };
}

const send = (mail: MailServer, signal = new AbortController().signal) =>
  sendDigests(db(), { mail, origin: ORIGIN, log: createLogger('digest-test', 'silent'), signal });
const sends = () => db().select().from(digestSends).orderBy(digestSends.userId, digestSends.day);
/** A text part of a message, decoded. */
const plain = (content: string) =>
  content
    .replace(/=\r?\n/g, '')
    .replace(/(=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());

/** Six o'clock at the store is eleven in UTC. */
const SIX = '2026-01-05T11:00:30.000Z';

describe('the digest of the next days', () => {
  test('is sent at the store’s time, once a day, with what the strip shows, its links and sane headers', async () => {
    await subscribe('ada', '06:00');
    const [jo] = await db()
      .insert(employees)
      .values({ storeId, name: 'Jo <Example>', role: 'Event Specialist' })
      .returning();
    await db()
      .insert(timeOff)
      .values({ employeeId: jo?.id ?? 0, startsOn: '2026-01-06', endsOn: '2026-01-06', reason: 'dentist' });
    await db().insert(events).values({
      storeId,
      name: '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
      type: 'Core',
      startsOn: '2026-01-01',
      dueOn: '2026-01-08',
      durationMinutes: 390,
      rulesVersion: 1,
    });
    const { mail, received } = await startMail();
    await itIs('2026-01-05T10:59:00.000Z');
    expect(await send(mail)).toEqual({ sent: 0, failed: 0 });
    await itIs(SIX);
    expect(await send(mail)).toEqual({ sent: 1, failed: 0 });
    expect(await send(mail)).toEqual({ sent: 0, failed: 0 });
    const [message] = received;
    expect(message?.to).toBe('ada@example.test');
    const content = plain(message?.content ?? '');
    expect(content).toMatch(/^From: Scheduler <scheduler@example.test>/m);
    expect(content).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(content).toMatch(/^List-Id: <next-days\.scheduler\.example\.test>/im);
    expect(content).toMatch(/^Message-ID: <[0-9a-f]{32}@scheduler\.example\.test>/im);
    expect(content).toMatch(/^Date: /m);
    for (const text of [
      'Today, Mon Jan 5 – score 100, nothing to correct',
      'Off: Jo <Example> (dentist).',
      'Wed Jan 7 – score 40, 1 critical',
      'Open and due in 24 hours: 612345-Acme-Oat Bars',
      `${ORIGIN}/day?day=2026-01-07&store=${storeId}`,
      `All checks: ${ORIGIN}/checks?store=${storeId}`,
      `Turn this off: ${ORIGIN}/account#digests`,
      'Off: Jo &lt;Example&gt; (dentist).',
      'Club &lt;8135&gt;',
    ]) {
      expect(content).toContain(text);
    }
    expect(content).not.toContain('Jo <Example></');
    expect(await sends()).toMatchObject([{ userId: 'ada', day: '2026-01-05', state: 'sent', attempts: 1 }]);
    await itIs('2026-01-06T11:00:30.000Z');
    expect(await send(mail)).toEqual({ sent: 1, failed: 0 });
  });

  test('of a store whose name has line breaks gets no header and no recipient from them', async () => {
    await subscribe('ada', '06:00');
    await db().update(stores).set({ name: 'Club\r\nBcc: eve@example.test\r\n\r\n<b>Body</b>' });
    await itIs(SIX);
    const { mail, received } = await startMail();
    expect(await send(mail)).toEqual({ sent: 1, failed: 0 });
    expect(received.map(({ to }) => to)).toEqual(['ada@example.test']);
    const [head = ''] = (received[0]?.content ?? '').split('\r\n\r\n');
    expect(head).not.toMatch(/^bcc:/im);
    expect(head).toMatch(/^Content-Type: multipart\/alternative/m);
  });

  test('that several workers send at once is sent once to each', async () => {
    for (const id of ['ada', 'ben', 'cy']) await subscribe(id, '06:00');
    await itIs(SIX);
    const { mail, received } = await startMail();
    const counts = await Promise.all(Array.from({ length: 4 }, () => send(mail)));
    expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(3);
    expect(received.map(({ to }) => to).sort()).toEqual([
      'ada@example.test',
      'ben@example.test',
      'cy@example.test',
    ]);
  });

  test('whose worker died with it is not sent again', async () => {
    await subscribe('ada', '06:00');
    await itIs(SIX);
    // A worker that has written the row and was killed.
    await db().insert(digestSends).values({ userId: 'ada', storeId, day: '2026-01-05' });
    const { mail, received } = await startMail();
    expect(await send(mail)).toEqual({ sent: 0, failed: 0 });
    expect(received).toEqual([]);
    expect(await sends()).toMatchObject([{ state: 'sending' }]);
  });

  test('comes in each store’s own zone, after a time that the clocks skip, and once at one that they show twice', async () => {
    const newYork = await addStore('8136', 'America/New_York');
    const { mail } = await startMail();
    // Clocks go from 2:00 to 3:00 at 7:00 UTC.
    await subscribe('ada', '02:30', newYork);
    await itIs('2026-03-08T06:59:00.000Z');
    expect(await send(mail)).toMatchObject({ sent: 0 });
    await itIs('2026-03-08T07:00:30.000Z');
    expect(await send(mail)).toMatchObject({ sent: 1 });
    await db().delete(digestSubscriptions);
    // Clocks show 1:30 at 5:30 and at 6:30 UTC.
    await subscribe('ada', '01:30', newYork);
    await itIs('2026-11-01T05:30:30.000Z');
    expect(await send(mail)).toMatchObject({ sent: 1 });
    await itIs('2026-11-01T06:30:30.000Z');
    expect(await send(mail)).toMatchObject({ sent: 0 });
    expect((await sends()).map(({ day }) => day)).toEqual(['2026-03-08', '2026-11-01']);
  });

  test('is sent to nobody who may not sign in, lost the store, left, or chose a time that had passed', async () => {
    for (const id of ['disabled', 'limited', 'gone', 'late', 'ada']) await subscribe(id, '06:00');
    const otherStore = await addStore('8136', 'America/New_York');
    await db().update(users).set({ disabledAt: sql`app_now()` }).where(eq(users.id, 'disabled'));
    await db()
      .update(users)
      .set({ storeIds: [otherStore] })
      .where(eq(users.id, 'limited'));
    await db().delete(users).where(eq(users.id, 'gone'));
    await db()
      .update(digestSubscriptions)
      .set({ changedAt: '2026-01-05T11:00:10.000Z' })
      .where(eq(digestSubscriptions.userId, 'late'));
    await itIs(SIX);
    const { mail, received } = await startMail();
    expect(await send(mail)).toEqual({ sent: 1, failed: 0 });
    expect(received.map(({ to }) => to)).toEqual(['ada@example.test']);
  });
});

describe('what the mail server surely has not taken', () => {
  const refusal = (code: number) => Object.assign(new Error('no'), { responseCode: code });
  const cases: [string, SMTPServerOptions, Partial<MailServer>, RegExp][] = [
    ['at the greeting', { onConnect: (_session, done) => done(refusal(421)) }, {}, /takes no messages now/],
    [
      'at the sign-in',
      { onAuth: (_auth, _session, done) => done(refusal(535)) },
      { user: 'scheduler', password: PASSWORD },
      /refused the sign-in \(535\)/,
    ],
    [
      'at the sender',
      { onMailFrom: (_from, _session, done) => done(refusal(451)) },
      {},
      /sender’s address \(451\)/,
    ],
    [
      'at the recipient',
      { onRcptTo: (_to, _session, done) => done(refusal(550)) },
      {},
      /recipient’s address \(550\)/,
    ],
    [
      'after the message',
      {
        onData(stream, _session, done) {
          stream.resume();
          stream.on('end', () => done(refusal(452)));
        },
      },
      {},
      /refused the message \(452\)/,
    ],
  ];
  test.each(cases)(
    '%s is attempted again later on the same day, and then sent once',
    async (_at, options, more, says) => {
      await subscribe('ada', '06:00');
      await itIs(SIX);
      const bad = await startMail(options, more);
      expect(await send(bad.mail)).toEqual({ sent: 0, failed: 1 });
      const [row] = await sends();
      expect(row).toMatchObject({ state: 'refused', attempts: 1 });
      expect(row?.failure).toMatch(says);
      expect(row?.failure).not.toContain(PASSWORD);
      const good = await startMail();
      // It waits first.
      expect(await send(good.mail)).toEqual({ sent: 0, failed: 0 });
      await itIs('2026-01-05T11:06:00.000Z');
      expect(await send(good.mail)).toEqual({ sent: 1, failed: 0 });
      expect(await send(good.mail)).toEqual({ sent: 0, failed: 0 });
      expect(good.received).toHaveLength(1);
      expect(await sends()).toMatchObject([{ state: 'sent', attempts: 2, failure: null }]);
    },
  );

  test('because it could not be reached waits, without an attempt for each of the others', async () => {
    for (const id of ['ada', 'ben']) await subscribe(id, '06:00');
    await itIs(SIX);
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await send(mailServerAt(`smtp://127.0.0.1:${port}`, FROM))).toEqual({ sent: 0, failed: 1 });
    expect(await sends()).toMatchObject([
      { userId: 'ada', failure: expect.stringContaining('not be reached') },
    ]);
    // The next day begins anew.
    await itIs('2026-01-06T11:00:30.000Z');
    const { mail, received } = await startMail();
    expect(await send(mail)).toEqual({ sent: 2, failed: 0 });
    expect(received).toHaveLength(2);
  });
});

describe('a connection with a password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mail-server-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** Makes a key and a certificate that the server has signed itself, of the addresses of this machine. */
  function selfSigned(addresses = 'IP:127.0.0.1,IP:0.0.0.0') {
    const [key, cert] = [join(folder, 'mail.key'), join(folder, 'mail.crt')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const name = ['-subj', '/CN=mail', '-addext', `subjectAltName=${addresses}`];
    execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }
  /** Trusts a certificate in this test, as NODE_EXTRA_CA_CERTS does from the start of a process. */
  function trust(cert: string): void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, cert]);
    onTestFinished(() => setDefaultCACertificates(before));
  }
  const ACCOUNT = `scheduler:${encodeURIComponent(PASSWORD)}`;
  /** A server that asks for a password, and what it was told of one. */
  async function startWithAccount(options: SMTPServerOptions) {
    const passwords: unknown[] = [];
    const started = await startMail({
      onAuth({ password }, _session, done) {
        passwords.push(password);
        done(null, { user: 'scheduler' });
      },
      ...options,
    });
    const at = (scheme: string) => mailServerAt(`${scheme}://${ACCOUNT}@0.0.0.0:${started.mail.port}`, FROM);
    return { ...started, passwords, at };
  }

  test.each([
    { scheme: 'smtps', how: 'encrypted from its beginning', options: { secure: true } },
    { scheme: 'smtp', how: 'encrypted by STARTTLS', options: { disabledCommands: [] } },
  ])('$how is refused until its certificate is trusted, and carries the digest then', async (of) => {
    await subscribe('ada', '06:00');
    await itIs(SIX);
    const pair = selfSigned();
    const { at, received, passwords } = await startWithAccount({ ...of.options, ...pair });
    expect(await send(at(of.scheme))).toEqual({ sent: 0, failed: 1 });
    const [row] = await sends();
    expect(row).toMatchObject({
      state: 'refused',
      failure:
        'The mail server’s certificate is signed by nobody whom this app trusts: name its authority’s file in NODE_EXTRA_CA_CERTS.',
    });
    expect([passwords, received]).toEqual([[], []]);

    trust(pair.cert);
    await itIs('2026-01-05T11:06:00.000Z');
    expect(await send(at(of.scheme))).toEqual({ sent: 1, failed: 0 });
    expect(passwords).toEqual([PASSWORD]);
    expect(received).toMatchObject([{ to: 'ada@example.test', user: 'scheduler', isEncrypted: true }]);
  });

  test('whose certificate is of another host is refused, with the setting to correct', async () => {
    await subscribe('ada', '06:00');
    await itIs(SIX);
    const pair = selfSigned('DNS:other.example.test');
    trust(pair.cert);
    const { at, passwords } = await startWithAccount({ secure: true, ...pair });
    expect(await send(at('smtps'))).toEqual({ sent: 0, failed: 1 });
    expect(await sends()).toMatchObject([
      {
        failure: 'The mail server’s certificate is for another host: correct the host in SMTP_URL.',
      },
    ]);
    expect(passwords).toEqual([]);
  });

  test('that is not encrypted is refused before the password is sent, unless it is to this machine', async () => {
    await subscribe('ada', '06:00');
    await itIs(SIX);
    const { at, passwords, received } = await startWithAccount({});
    expect(await send(at('smtp'))).toEqual({ sent: 0, failed: 1 });
    expect(await sends()).toMatchObject([
      { failure: 'The mail server offers no connection that is encrypted and trusted.' },
    ]);
    expect([passwords, received]).toEqual([[], []]);
  });
});

test('a connection that is lost once the message was handed over is never followed by another attempt', async () => {
  await subscribe('ada', '06:00');
  await itIs(SIX);
  // The server takes the message and never answers, so the sender gives up waiting.
  const silent = await startMail({ onData: (stream) => void stream.resume() }, { takingMs: 200 });
  expect(await send(silent.mail)).toEqual({ sent: 0, failed: 1 });
  expect(await sends()).toMatchObject([
    { state: 'unknown', failure: expect.stringContaining('may have been sent') },
  ]);
  await itIs('2026-01-05T15:00:00.000Z');
  const { mail, received } = await startMail();
  expect(await send(mail)).toEqual({ sent: 0, failed: 0 });
  expect(received).toEqual([]);
});

test('a mail server that never answers to a message keeps the others’ for the next call', async () => {
  for (const id of ['ada', 'ben', 'cy']) await subscribe(id, '06:00');
  await itIs(SIX);
  const silent = await startMail({ onData: (stream) => void stream.resume() }, { takingMs: 200 });
  expect(await send(silent.mail)).toEqual({ sent: 0, failed: 1 });
  expect(await sends()).toMatchObject([{ userId: 'ada', state: 'unknown' }]);
  const { mail, received } = await startMail();
  expect(await send(mail)).toEqual({ sent: 2, failed: 0 });
  expect(received.map(({ to }) => to)).toEqual(['ben@example.test', 'cy@example.test']);
});

test('a mail server may take longer to accept a message than for any other answer', async () => {
  await subscribe('ada', '06:00');
  await itIs(SIX);
  const setTimeouts = vi.spyOn(Socket.prototype, 'setTimeout');
  onTestFinished(() => setTimeouts.mockRestore());
  let port: number | undefined;
  /** How long the sender waits for an answer, at this moment. */
  const waitOfSender = () =>
    (setTimeouts.mock.contexts as Socket[]).find(({ remotePort }) => remotePort === port)?.timeout;
  const waits: unknown[] = [];
  const { mail } = await startMail({
    onRcptTo(_address, _session, done) {
      waits.push(waitOfSender());
      done();
    },
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => {
        waits.push(waitOfSender());
        done();
      });
    },
  });
  port = mail.port;
  expect(mail.takingMs).toBeGreaterThan(mail.waitMs);
  expect(await send(mail)).toEqual({ sent: 1, failed: 0 });
  expect(waits).toEqual([mail.waitMs, mail.takingMs]);
});

test('a worker that stops does not wait until the mail server has accepted the message', async () => {
  await subscribe('ada', '06:00');
  await itIs(SIX);
  const stopping = new AbortController();
  const silent = await startMail({
    onData(stream) {
      stream.resume();
      stream.on('end', () => stopping.abort());
    },
  });
  expect(await send(silent.mail, stopping.signal)).toEqual({ sent: 0, failed: 1 });
  expect(await sends()).toMatchObject([{ state: 'unknown' }]);
});

test('a digest that can’t be made keeps none of the others back, says so, and is made again later', async () => {
  // Postgres knows this zone and nothing else does, so work there can't be verified.
  const broken = await addStore('8100', 'XYZ5');
  const [jo] = await db()
    .insert(employees)
    .values({ storeId: broken, name: 'Jo', role: 'Event Specialist' })
    .returning();
  const [core] = await db()
    .insert(events)
    .values({
      storeId: broken,
      name: '612345-Acme-Oat Bars (260105123456)  - V2-CORE',
      type: 'Core',
      startsOn: '2026-01-01',
      dueOn: '2026-01-08',
      durationMinutes: 390,
      rulesVersion: 1,
    })
    .returning();
  await db()
    .insert(schedules)
    .values({
      eventId: core?.id ?? 0,
      employeeId: jo?.id ?? 0,
      startsAt: '2026-01-05T15:45:00.000Z',
      endsAt: '2026-01-05T22:15:00.000Z',
      workDate: '2026-01-05',
    });
  const after = await addStore('8200', 'America/Indiana/Indianapolis');
  await subscribe('ada', '06:00', broken);
  await subscribe('ben', '06:00', broken);
  await subscribe('cy', '06:00', after);
  await itIs(SIX);
  const lines: string[] = [];
  const log = createLogger('digest-test', 'trace', { write: (line: string) => void lines.push(line) });
  const { mail, received } = await startMail();
  const { signal } = new AbortController();
  expect(await sendDigests(db(), { mail, origin: ORIGIN, log, signal })).toEqual({ sent: 1, failed: 2 });
  expect(received.map(({ to }) => to)).toEqual(['cy@example.test']);
  const failed = { state: 'refused', failure: expect.stringContaining('could not be made') };
  expect(await sends()).toMatchObject([failed, failed, { userId: 'cy', state: 'sent' }]);
  expect(lines.filter((line) => line.includes('a digest could not be made'))).toHaveLength(2);
  expect(lines.join('')).not.toContain('@example.test');
  await db().update(stores).set({ timeZone: 'America/New_York' }).where(eq(stores.id, broken));
  await itIs('2026-01-05T11:06:00.000Z');
  expect(await send(mail)).toEqual({ sent: 2, failed: 0 });
});

test('the password is sent to the mail server and stands in no log line, row or error', async () => {
  await subscribe('ada', '06:00');
  await subscribe('ben', '06:00');
  await itIs(SIX);
  const lines: string[] = [];
  const log = createLogger('digest-test', 'trace', { write: (line: string) => void lines.push(line) });
  const passwords: unknown[] = [];
  const { mail, received } = await startMail({
    onAuth({ password }, _session, done) {
      passwords.push(password);
      if (passwords.length > 1) done(new Error(`535 no: ${password}`));
      else done(null, { user: 'scheduler' });
    },
  });
  const url = `smtp://scheduler:${encodeURIComponent(PASSWORD)}@127.0.0.1:${mail.port}`;
  const { signal } = new AbortController();
  await sendDigests(db(), { mail: mailServerAt(url, FROM), origin: ORIGIN, log, signal });
  expect(passwords).toEqual([PASSWORD, PASSWORD]);
  expect(received.map(({ user }) => user)).toEqual(['scheduler']);
  const all = JSON.stringify([lines, await sends(), received]);
  expect(lines.join()).toContain('a digest was not sent');
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(PASSWORD).toString('base64')]) {
    expect(all).not.toContain(secret);
  }
});

describe('the settings of the worker', () => {
  const env = {
    DATABASE_URL: 'postgres://localhost/scheduler',
    CROSSMARK_BASE_URL: 'http://localhost:1',
    CROSSMARK_USER_ID: '1',
    CROSSMARK_PASSWORD: 'x',
    CROSSMARK_SESSION_KEY: Buffer.alloc(32).toString('base64'),
  };
  const SMTP_URL = 'smtps://scheduler:s3cret-word@mail.example.test';
  const messageOf = (more: Record<string, string>) => {
    try {
      readSettings({ ...env, ...more });
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
    return '';
  };

  test('need no mail server, and with one a sender and the address of the pages', () => {
    expect(readSettings(env).digests).toBeUndefined();
    const { digests } = readSettings({
      ...env,
      SMTP_URL,
      SMTP_FROM: 'The Scheduler <scheduler@example.test>',
      WEB_ORIGIN: 'https://a.example.test, https://b.example.test',
    });
    expect(digests).toMatchObject({
      origin: 'https://a.example.test',
      mail: {
        host: 'mail.example.test',
        port: 465,
        isSecure: true,
        user: 'scheduler',
        password: 's3cret-word',
        from: { name: 'The Scheduler', address: 'scheduler@example.test' },
      },
    });
  });

  test.each([
    [{ SMTP_URL }, /need SMTP_FROM and WEB_ORIGIN/],
    [{ SMTP_URL, WEB_ORIGIN: 'https://a.example.test' }, /need SMTP_FROM\. Set/],
    [{ SMTP_URL: 'https://scheduler:s3cret-word@mail.example.test' }, /SMTP_URL is wrong/],
    [{ SMTP_URL: `${SMTP_URL}/path` }, /SMTP_URL is wrong: more than/],
    [{ SMTP_FROM: 'nobody' }, /SMTP_FROM is wrong: not one e-mail address/],
    [{ SMTP_FROM: 'a@example.test, b@example.test' }, /SMTP_FROM is wrong/],
  ])('%o is refused in words without the password', (more, says) => {
    const message = messageOf(more as Record<string, string>);
    expect(message).toMatch(says);
    expect(message).not.toContain('s3cret');
  });
});
