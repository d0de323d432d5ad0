import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import {
  auditLog,
  eventInstructions,
  events,
  instructionFiles,
  onlyRow,
  paperTemplates,
  schedules,
  type UserRole,
} from '@scheduler/db';
import { addDays } from '@scheduler/scheduling';
import { asc, eq, sql } from 'drizzle-orm';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  jobs,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { todayAt } from '../stores/stores.ts';

const today = todayAt('America/Indiana/Indianapolis');

let server: TestServer;
let admin: Client;
let viewer: Client;
let storeId: number;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.as('admin');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  storeId = await addStore(server.database.db);
});

/** A PDF whose pages say `text 1`, `text 2`, … */
async function pdf(text: string, pages = 1): Promise<Buffer> {
  const file = await PDFDocument.create();
  for (let n = 1; n <= pages; n++) file.addPage().drawText(`${text} ${n}`);
  return Buffer.from(await file.save());
}
async function encrypted(): Promise<Buffer> {
  const file = await PDFDocument.create();
  file.addPage();
  file.encrypt({ userPassword: 'secret', ownerPassword: 'secret' });
  return Buffer.from(await file.save());
}

const add = async (name: string, level: 'event' | 'day' = 'event', content?: Buffer) =>
  admin.packets.addTemplate.mutate({
    storeId,
    name,
    level,
    content: (content ?? (await pdf(name))).toString('base64'),
  });
const listed = async () =>
  (await viewer.packets.templates.query({ storeId })).map(({ name, position }) => `${position} ${name}`);

/** Fetches a packet, and returns the text of each of its pages. */
const pagesOf = async (path: string) => textsOf(await get(path));
async function textsOf(answer: Response): Promise<string[]> {
  expect(answer.status).toBe(200);
  return textsIn(new Uint8Array(await answer.arrayBuffer()));
}
async function textsIn(data: Uint8Array): Promise<string[]> {
  const loading = getDocument({ data, verbosity: 0 });
  const document = await loading.promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.flatMap((item) => ('str' in item && item.str.trim() ? [item.str] : [])).join(' '));
  }
  await loading.destroy();
  return pages;
}
const get = async (path: string, role: UserRole = 'viewer') =>
  fetch(`${server.url}/api/stores/${path}`, { headers: { cookie: await server.cookieOf(role) } });

/** An event on a day, with the file of its instructions unless it is null. */
async function planned(number: number, hour: number, content: Buffer | null, person: string) {
  const { db } = server.database;
  const eventId = await addEvent(db, {
    storeId,
    name: coreName(number),
    startsOn: today,
    dueOn: addDays(today, 9),
  });
  const employeeId = await addPerson(db, { storeId, name: person });
  const startsAt = new Date(`${today}T${String(hour + 4).padStart(2, '0')}:00:00.000Z`).toISOString();
  const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  await db.insert(schedules).values({ eventId, employeeId, startsAt, endsAt, workDate: today });
  if (content) await instruct(eventId, content);
  return eventId;
}
async function instruct(eventId: number, content: Buffer) {
  const { db } = server.database;
  const hash = `hash of ${eventId}`;
  await db.insert(instructionFiles).values({ storeId, hash, size: content.length, pages: 1, content });
  await db
    .update(events)
    .set({ instructionsUrl: 'https://files.example.test/a.pdf?key=secret' })
    .where(eq(events.id, eventId));
  await db.insert(eventInstructions).values({
    eventId,
    storeId,
    linkHash: 'x',
    source: 'https://files.example.test/a.pdf',
    state: 'fetched',
    fileHash: hash,
    fetchedAt: sql<string>`app_now()` as never,
  });
}

describe('a paper template', () => {
  test('is added at the end, changed, moved and removed, and the audit log tells it', async () => {
    const first = await add('Activity log');
    expect(first).toMatchObject({
      name: 'Activity log',
      level: 'event',
      position: 1,
      isActive: true,
      pages: 1,
      version: 1,
      uploadedBy: 'Admin Person',
    });
    await add('Checklist', 'day');
    const third = await add('Map');
    await admin.packets.moveTemplate.mutate({ templateId: third.id, version: 1, position: 1 });
    expect(await listed()).toEqual(['1 Map', '2 Activity log', '3 Checklist']);
    await admin.packets.moveTemplate.mutate({ templateId: third.id, version: 2, position: 99 });
    expect(await listed()).toEqual(['1 Activity log', '2 Checklist', '3 Map']);
    const edited = await admin.packets.editTemplate.mutate({
      templateId: first.id,
      version: 1,
      name: 'Log',
      isActive: false,
    });
    expect(edited).toMatchObject({ name: 'Log', level: 'event', isActive: false, version: 2 });
    await admin.packets.removeTemplate.mutate({ templateId: first.id, version: 2 });
    expect(await listed()).toEqual(['1 Checklist', '2 Map']);
    const actions = await server.database.db
      .select({ action: auditLog.action })
      .from(auditLog)
      .orderBy(asc(auditLog.id));
    expect(actions.map(({ action }) => action)).toEqual([
      'template.add',
      'template.add',
      'template.add',
      'template.move',
      'template.move',
      'template.edit',
      'template.remove',
    ]);
  });

  test('that another admin has changed meanwhile is refused, whatever is done with it', async () => {
    const { id: templateId } = await add('Activity log');
    await admin.packets.editTemplate.mutate({ templateId, version: 1, level: 'day' });
    for (const change of [
      () => admin.packets.editTemplate.mutate({ templateId, version: 1, name: 'Log' }),
      () => admin.packets.moveTemplate.mutate({ templateId, version: 1, position: 1 }),
      () => admin.packets.removeTemplate.mutate({ templateId, version: 1 }),
    ])
      expect(await refusalOf(change())).toMatchObject({ reason: { code: 'stale', currentVersion: 2 } });
  });

  test('has a place of its own, whoever adds and moves templates at the same moment', async () => {
    const ids = await Promise.all(['A', 'B'].map((name) => add(name)));
    await Promise.all([
      ...ids.map(({ id: templateId }) =>
        admin.packets.moveTemplate.mutate({ templateId, version: 1, position: 1 }),
      ),
      add('C'),
    ]);
    const places = (await viewer.packets.templates.query({ storeId })).map(({ position }) => position);
    expect(places).toEqual([1, 2, 3]);
  });

  test.each([
    ['is no PDF', async () => Buffer.from('<html>'), 'The file is not a PDF. Nothing was saved.'],
    ['is damaged', async () => (await pdf('x')).subarray(0, 60), 'is damaged and can’t be read'],
    ['has a password', encrypted, 'is protected by a password'],
  ])('whose file %s is refused with a sentence', async (_what, make, sentence) => {
    const refusal = await refusalOf(add('Log', 'event', await make()));
    expect(refusal.message).toContain(sentence);
    expect(refusal.reason).toMatchObject({ code: 'input', fields: [{ path: 'content' }] });
    expect(await listed()).toEqual([]);
  });

  test('of up to 5 MB is taken, and none that is larger', async () => {
    const full = Buffer.concat([await pdf('x'), Buffer.alloc(5 * 1024 * 1024, 32)]).subarray(
      0,
      5 * 1024 * 1024,
    );
    expect((await add('Full', 'event', full)).size).toBe(full.length);
    const refusal = await refusalOf(add('Larger', 'event', Buffer.concat([full, Buffer.from('   ')])));
    expect(refusal.message).toContain('larger than 5 MB');
  });
});

describe('a packet', () => {
  test('of a day has a cover, each event’s instructions by start, and the store’s own sheets', async () => {
    await planned(612347, 14, await pdf('Later', 2), 'Ben Sample');
    await planned(612345, 10, await pdf('Early'), 'Ada Example');
    await add('Log');
    await add('Checklist', 'day');
    const { id: templateId } = await add('Unused');
    await admin.packets.editTemplate.mutate({ templateId, version: 1, isActive: false });
    const [cover, ...pages] = await pagesOf(`${storeId}/packets/days/${today}`);
    expect(pages).toEqual(['Early 1', 'Log 1', 'Later 1', 'Later 2', 'Log 1', 'Checklist 1']);
    expect(cover).toMatch(/Packet of .*612345.*Ada Example.*1 page.*612347.*Ben Sample.*2 pages/);
    expect(cover).not.toContain('Missing');
  });

  test('of many events has a large template after each, and is as large as with one', async () => {
    // More copies than the thread's memory takes, of bytes that don't get smaller when they are packed.
    const template = await PDFDocument.create();
    template.addPage().drawText('Log 1');
    const noise = template.context.stream(randomBytes(4 * 2 ** 20));
    template.getPage(0).node.Resources()?.set(PDFName.of('Noise'), template.context.register(noise));
    await add('Log', 'event', Buffer.from(await template.save()));
    const steps = await pdf('Steps');
    const events = Array.from({ length: 40 }, (_, n) => 612300 + n);
    for (const number of events) await planned(number, 10, steps, `Person ${number}`);
    const answer = await get(`${storeId}/packets/days/${today}`);
    expect(answer.status).toBe(200);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(bytes.length).toBeLessThan(6 * 2 ** 20);
    const [cover, ...pages] = await textsIn(bytes);
    expect(cover).not.toContain('Missing');
    const withoutCover = pages.filter((page) => !page.includes('Person'));
    expect(withoutCover).toEqual(events.flatMap(() => ['Steps 1', 'Log 1']));
  });

  test('of an event has its instructions and the sheets of events alone', async () => {
    const eventId = await planned(612345, 10, await pdf('Steps'), 'Ada Example');
    await add('Log');
    await add('Checklist', 'day');
    const [cover, ...pages] = await pagesOf(`${storeId}/packets/events/${eventId}`);
    expect(pages).toEqual(['Steps 1', 'Log 1']);
    expect(cover).toContain('Packet of an event');
  });

  test('names on its cover what is missing, with the reason', async () => {
    const { db } = server.database;
    const withoutLink = await planned(612341, 9, null, 'Łukasz Żółć \u0915');
    const damaged = await planned(612342, 10, Buffer.from('%PDF-1.7 and nothing else'), 'Ben Sample');
    const locked = await planned(612343, 11, await encrypted(), 'Cy Third');
    const waiting = await planned(612344, 12, await pdf('x'), 'Di Fourth');
    const failed = await planned(612345, 13, await pdf('y'), 'Ed Fifth');
    const old = await planned(612346, 14, await pdf('Old'), 'Flo Sixth');
    const without = { fileHash: null, fetchedAt: null } as const;
    await db
      .update(eventInstructions)
      .set({ state: 'waiting', ...without })
      .where(eq(eventInstructions.eventId, waiting));
    const failure = 'files.test does not give the file to this server (404).';
    await db
      .update(eventInstructions)
      .set({ state: 'failed', failure, ...without })
      .where(eq(eventInstructions.eventId, failed));
    await db
      .update(eventInstructions)
      .set({ state: 'failed', failure })
      .where(eq(eventInstructions.eventId, old));
    await add('Log');
    await db.update(paperTemplates).set({ content: Buffer.from('%PDF-broken') });
    const answer = await get(`${storeId}/packets/days/${today}`);
    // The page lists the same beside the file.
    const [log] = await viewer.packets.templates.query({ storeId });
    expect(JSON.parse(answer.headers.get('x-packet-gaps') ?? '')).toEqual([
      { reason: null, eventIds: [withoutLink, waiting, failed], templateIds: [] },
      { reason: 'The PDF is damaged and can’t be read.', eventIds: [damaged], templateIds: [log?.id] },
      { reason: expect.stringContaining('protected by a password'), eventIds: [locked], templateIds: [] },
    ]);
    const [cover = '', ...pages] = await textsOf(answer);
    expect(pages).toEqual(['Old 1']);
    for (const text of [
      'Missing in this packet (6)',
      'Łukasz Żółć ?',
      'Crossmark has no link to instructions.',
      'The PDF is damaged and can’t be read.',
      'The PDF is protected by a password.',
      'Not fetched yet.',
      failure,
      'Look before you use these',
      'Fetching it again failed.',
    ])
      expect(cover.replace(/\s+/g, ' ')).toContain(text);
  });

  test.each([
    'Łukasz Żak',
    'Nguyễn Thị Ánh',
    // As some systems write it, with the accents after their letters.
    'Nguyễn Thị Ánh'.normalize('NFD'),
    'Άννα Παπαδοπούλου',
    'Юлия Щербакова',
    'İpek Gürsoy',
    'Șerban Țară',
    'Zoë Office-flask ->',
  ])('has the letters of %s on its cover, as text that can be searched and copied', async (name) => {
    const eventId = await planned(612345, 10, null, name);
    const [cover = ''] = await pagesOf(`${storeId}/packets/events/${eventId}`);
    expect(cover.replace(/\s+/g, ' ')).toContain(name.normalize('NFC'));
    expect(cover).not.toContain('?');
  });

  test('that is full leaves out what doesn’t fit, and says so beside the file', async () => {
    const long = await pdf('Page', 300);
    const planning = [7, 8, 9, 10, 11, 12, 13].map((hour) =>
      planned(612340 + hour, hour, long, `Person at ${hour}`),
    );
    const eventIds = await Promise.all(planning);
    const answer = await get(`${storeId}/packets/days/${today}`);
    const left = [eventIds.at(-1)];
    expect(JSON.parse(answer.headers.get('x-packet-gaps') ?? '')).toEqual([
      { reason: 'The packet is full: it has 2000 pages at most.', eventIds: left, templateIds: [] },
    ]);
  });

  test('of a day on which nobody works says so', async () => {
    expect((await pagesOf(`${storeId}/packets/days/${today}`))[0]).toContain(
      'Nobody is scheduled on this day.',
    );
  });

  test('is a file to be saved, that nobody keeps and that can do nothing as a page', async () => {
    const answer = await get(`${storeId}/packets/days/${today}`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="packet-${today}.pdf"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
    });
  });

  test('has none of the scripts, links and attached files of its parts', async () => {
    const file = await PDFDocument.create();
    const page = file.addPage();
    page.drawText('Steps 1');
    file.addJavaScript('evil', 'app.alert("evil script")');
    await file.attach(Buffer.from('attached evil'), 'evil.txt');
    const { context } = file;
    const action = context.obj({ S: 'URI', URI: 'https://evil.test/link' });
    page.node.set(
      PDFName.of('Annots'),
      context.obj([context.obj({ Type: 'Annot', Subtype: 'Link', Rect: [0, 0, 9, 9], A: action })]),
    );
    const eventId = await planned(612345, 10, Buffer.from(await file.save()), 'Ada Example');
    const answer = await get(`${storeId}/packets/events/${eventId}`);
    const loading = getDocument({ data: new Uint8Array(await answer.arrayBuffer()), verbosity: 0 });
    const document = await loading.promise;
    expect(await document.getJSActions()).toBeNull();
    expect(await document.getAttachments()).toBeNull();
    const annotations = await (await document.getPage(2)).getAnnotations();
    expect(annotations.map(({ url }) => url)).toEqual([undefined]);
    await loading.destroy();
  });

  test('needs a session, an existing store, and an event of that store', async () => {
    const other = await addStore(server.database.db, '8136');
    const eventId = await planned(612345, 10, await pdf('x'), 'Ada Example');
    const path = `${server.url}/api/stores/${storeId}/packets/days/${today}`;
    expect((await fetch(path)).status).toBe(401);
    for (const [wrong, status, says] of [
      [`987654/packets/days/${today}`, 404, 'no store 987654'],
      [`${other}/packets/events/${eventId}`, 404, `no event ${eventId}`],
      [`${storeId}/packets/events/987654`, 404, 'no event 987654'],
      [`${storeId}/packets/events/x`, 400, 'Ask for a store by number'],
      [`${storeId}/packets/days/yesterday`, 400, 'Ask for a store by number'],
      [`0/packets/days/${today}`, 400, 'Ask for a store by number'],
    ] as const) {
      const answer = await get(wrong);
      const said = (await answer.json()) as { message: string };
      expect([answer.status, said.message]).toEqual([status, expect.stringContaining(says)]);
    }
  });

  test('of a file that takes more than the server has for one ends with a sentence, and the server goes on', async () => {
    const eventId = await planned(612345, 10, bomb(), 'Ada Example');
    const answer = await get(`${storeId}/packets/events/${eventId}`);
    const said = (await answer.json()) as { message: string };
    expect([answer.status, said.message]).toEqual([413, expect.stringContaining('more memory or time')]);
    expect(await pagesOf(`${storeId}/packets/days/${addDays(today, 3)}`)).toHaveLength(1);
  });
});

/** A small PDF whose one stream of objects unpacks to a gigabyte. */
function bomb(): Buffer {
  const packed = deflateSync(Buffer.alloc(1_000 * 2 ** 20, '1 0 '));
  const head = `%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 100000000 /First 400000000 /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`;
  const end = '\nendstream\nendobj\ntrailer\n<< /Root 2 0 R >>\n%%EOF\n';
  return Buffer.concat([Buffer.from(head), packed, Buffer.from(end)]);
}

describe('the instructions of an event', () => {
  test('are fetched again on request, which the audit log tells; without a link there is nothing to fetch', async () => {
    const dispatcher = await server.as('dispatcher');
    const eventId = await planned(612345, 10, await pdf('x'), 'Ada Example');
    expect(await viewer.packets.instructions.query({ eventId })).toMatchObject({
      state: 'fetched',
      source: 'https://files.example.test/a.pdf',
      failure: null,
      file: { pages: 1 },
    });
    expect(await dispatcher.packets.fetchInstructions.mutate({ eventId })).toMatchObject({
      state: 'waiting',
    });
    expect(await jobs(server.database.db)).toContain(`fetch_instructions instructions:${eventId}`);
    const entry = onlyRow(await server.database.db.select().from(auditLog));
    expect(entry).toMatchObject({ action: 'event.fetch_instructions', subjectId: String(eventId) });
    const bare = await planned(612346, 11, null, 'Ben Sample');
    expect(await viewer.packets.instructions.query({ eventId: bare })).toMatchObject({ state: 'no_link' });
    expect(await refusalOf(dispatcher.packets.fetchInstructions.mutate({ eventId: bare }))).toMatchObject({
      reason: { code: 'not_allowed' },
    });
  });
});
