import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bookedOtherwiseInWords,
  conflictInWords,
  heldInWords,
  unreachableInWords,
} from '../reconcile/wording.ts';
import { causeIdSql, causeWordsSql } from './cause.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const ZONE = 'America/Indiana/Indianapolis';
const ADA = { name: 'Ada Example', names: 'EXAMPLE, ADA', startsAt: '2026-01-05T15:45:00.000Z' };
const BOB = { name: 'Bob Sample', names: 'SAMPLE, BOB', startsAt: '2026-02-12T17:00:00.000Z' };

/** The words of a cause, and its fingerprint as a refusal. */
async function causeOf(reason: string | null): Promise<{ words: string; id: string }> {
  const words = causeWordsSql(sql`reason`);
  const [row] = await database.db.execute<{ words: string; id: string }>(
    sql`select words, ${causeIdSql(sql`'rejected'`, sql`words`)} as id
      from (select ${words} as words from (select ${reason}::text as reason) r) w`,
  );
  if (!row) throw new Error('Postgres gave no answer.');
  return row;
}

const refusal = (held: typeof ADA) =>
  `Crossmark refused: This rep is not certified. ${heldInWords(held, ZONE)} Change the schedule.`;

test.each([
  ['a refusal', refusal(ADA), refusal(BOB), 'Crossmark refused: This rep is not certified.'],
  [
    'somebody without a RepID',
    'Ada Example has no RepID in Crossmark (2 reps are called so), so nothing can be booked for them. Link her.',
    'Dr. Bob Sample has no RepID in Crossmark, so nothing can be booked for them. Link them to a rep.',
    'A person has no RepID in Crossmark.',
  ],
  [
    'somebody who left',
    'Ada Example left on Fri Jan 2 and can’t be booked for a later day. Choose somebody else.',
    'Bob Sample left on Mon Feb 2, 2026 and can’t be booked for a later day. Choose somebody else.',
    'A person has left and can’t be booked for a later day.',
  ],
  [
    'a conflict',
    conflictInWords(ADA, ADA, ZONE),
    conflictInWords(null, BOB, ZONE),
    'Changed on Crossmark’s side and here.',
  ],
  [
    'another time than was asked for',
    bookedOtherwiseInWords(ADA, BOB, ZONE),
    bookedOtherwiseInWords(BOB, ADA, ZONE),
    'Crossmark booked another time than was asked for.',
  ],
  [
    'no answer',
    unreachableInWords({ since: ADA.startsAt, byHand: false }, ZONE),
    unreachableInWords({ since: BOB.startsAt, byHand: false }, ZONE),
    'Crossmark has not answered.',
  ],
  [
    'another event’s number',
    'Crossmark lists this event with booking 90000017, which belongs to another event here (plan 40000001). Nothing is sent.',
    'Crossmark lists this event with booking 90000018, which belongs to another event here (plan 40000002). Nothing is sent.',
    'Crossmark lists this event with booking …, which belongs to another event here (plan …).',
  ],
  [
    'no connection',
    'Crossmark could not be reached: connect ECONNREFUSED 10.0.0.1:443. The schedule is saved here.',
    'Crossmark could not be reached: connect ECONNREFUSED 10.0.0.2:443. The schedule is saved here.',
    'Crossmark could not be reached: connect ECONNREFUSED ….',
  ],
])('%s is one cause whoever it is about, and names nobody', async (_, ofAda, ofBob, words) => {
  const [one, other] = [await causeOf(ofAda), await causeOf(ofBob)];
  expect(one.words).toBe(words);
  expect(other).toEqual(one);
});

test('causes that need another cure stay apart', async () => {
  const causes = await Promise.all(
    ['Crossmark failed (503).', 'Crossmark failed (502).', 'Crossmark refused: closed.', null].map(causeOf),
  );
  expect(new Set(causes.map(({ id }) => id)).size).toBe(4);
  expect(causes[3]?.words).toBe('');
});
