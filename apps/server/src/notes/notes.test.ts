import { addDays } from '@scheduler/scheduling';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  empty,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { todayAt } from '../stores/stores.ts';
import type { NoteSubject } from './types.ts';

const today = todayAt('America/Indiana/Indianapolis');

let server: TestServer;
let dispatcher: Client;
let viewer: Client;
let storeId: number;
let about: Record<NoteSubject['kind'], NoteSubject>;

beforeAll(async () => {
  server = await startTestServer();
  dispatcher = await server.as('dispatcher');
  viewer = await server.as('viewer');
});
afterAll(() => server.close());
beforeEach(async () => {
  const { db } = server.database;
  await empty(server.database);
  storeId = await addStore(db);
  about = {
    event: {
      kind: 'event',
      eventId: await addEvent(db, { storeId, startsOn: today, dueOn: addDays(today, 20) }),
    },
    person: { kind: 'person', employeeId: await addPerson(db, { storeId, name: 'Ada Example' }) },
    day: { kind: 'day', storeId, day: today },
  };
});

const write = (subject: NoteSubject, text: string | null, version: number | null = null) =>
  dispatcher.notes.save.mutate({ subject, version, text });
const listed = (from = today, to = today) => viewer.notes.list.query({ storeId, from, to });

test.each(['event', 'person', 'day'] as const)(
  'a note about one %s is written, changed and removed, and the audit log tells it',
  async (kind) => {
    const subject = about[kind];
    expect(await viewer.notes.get.query({ subject })).toBeNull();
    const first = await write(subject, '  Bring the key.\r\nAsk at the desk. ');
    expect(first).toEqual({
      subject,
      text: 'Bring the key.\nAsk at the desk.',
      version: expect.any(Number),
      writtenBy: 'Dispatcher Person',
      writtenAt: expect.any(String),
    });
    expect(await viewer.notes.get.query({ subject })).toEqual(first);
    expect(await listed()).toEqual([first]);
    const second = await write(subject, 'Bring two keys.', first?.version);
    expect(second?.version).toBeGreaterThan(first?.version ?? 0);
    expect(await write(subject, null, second?.version)).toBeNull();
    expect(await listed()).toEqual([]);
    const { entries } = await (await server.as('admin')).audit.list.query({ kind: 'other' });
    const day = kind === 'day' ? ` about ${today}` : '';
    expect(entries.map(({ what }) => what)).toEqual([
      `removed the note${day}: Bring two keys.`,
      `changed the note${day}: Bring two keys.`,
      `wrote a note${day}: Bring the key.\nAsk at the desk.`,
    ]);
  },
);

test('a note on which another user’s came first is refused, with what stands there now', async () => {
  const hers = await write(about.person, 'Hers');
  const late = await refusalOf(write(about.person, 'His'));
  expect(late).toMatchObject({ code: 'CONFLICT', reason: { code: 'stale', currentVersion: hers?.version } });
  expect(late.message).toBe('Dispatcher Person has changed the note meanwhile: “Hers” Yours was not saved.');
  await write(about.person, null, hers?.version);
  expect((await refusalOf(write(about.person, 'His', hers?.version))).message).toMatch(
    /was removed meanwhile/,
  );
  expect(await listed()).toEqual([]);
});

test.each(['event', 'person', 'day'] as const)(
  'a version that was seen never stands for a later note about the same %s',
  async (kind) => {
    const first = await write(about[kind], 'First');
    await write(about[kind], null, first?.version);
    const theirs = await write(about[kind], 'Theirs');
    for (const text of ['Mine', null])
      expect(await refusalOf(write(about[kind], text, first?.version))).toMatchObject({
        code: 'CONFLICT',
        reason: { code: 'stale', currentVersion: theirs?.version },
      });
    expect(await listed()).toEqual([theirs]);
  },
);

test('of several first notes at once, one is saved and the others are told', async () => {
  const answers = await Promise.allSettled(['A', 'B', 'C'].map((text) => write(about.day, text)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer.reason.message).toMatch(/meanwhile/);
  }
  expect(await listed()).toHaveLength(1);
});

test('a range has the notes of its days and events, and of everybody in the store', async () => {
  const { db } = server.database;
  const other = await addStore(db, '9999');
  const stranger = await addPerson(db, { storeId: other, name: 'Not Here' });
  const later = await addEvent(db, {
    storeId,
    startsOn: addDays(today, 40),
    dueOn: addDays(today, 60),
  });
  await write({ kind: 'person', employeeId: stranger }, 'of another store');
  await write({ kind: 'day', storeId: other, day: today }, 'of another store');
  await write({ kind: 'event', eventId: later }, 'event of later');
  await write({ kind: 'day', storeId, day: addDays(today, 40) }, 'later');
  await write(about.event, 'event');
  await write(about.person, 'person');
  await write(about.day, 'day');
  const texts = async (from: string, to: string) => (await listed(from, to)).map(({ text }) => text);
  expect(await texts(today, addDays(today, 6))).toEqual(['event', 'person', 'day']);
  expect(await texts(addDays(today, 40), addDays(today, 46))).toEqual(['event of later', 'later', 'person']);
});

test('viewers read and write nothing', async () => {
  const refusal = await refusalOf(viewer.notes.save.mutate({ subject: about.day, version: null, text: 'x' }));
  expect(refusal.code).toBe('FORBIDDEN');
  expect(await listed()).toEqual([]);
});
