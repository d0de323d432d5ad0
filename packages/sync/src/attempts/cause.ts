import { type SQL, sql } from 'drizzle-orm';

/**
 * What is said of people differs between failures of one cause. `decide.ts` and `wording.ts` are
 * the source of these sentences; a test compares. Before the first sentence is cut off, because
 * names have full stops.
 */
const PEOPLE = [
  ['^.+ has no RepID in Crossmark.*$', 'A person has no RepID in Crossmark.'],
  ['^.+ left on .+ and can’t be booked.*$', 'A person has left and can’t be booked for a later day.'],
  ['^Crossmark booked .+, although .+$', 'Crossmark booked another time than was asked for.'],
  ['^Somebody changed this event on Crossmark’s side while.+$', 'Changed on Crossmark’s side and here.'],
] as const;

/** So do times and numbers, but for the status of an answer, such as (503). */
const NUMBERS = [
  [
    String.raw`\m(Sun|Mon|Tue|Wed|Thu|Fri|Sat),? [A-Z][a-z]{2} \d{1,2}(, \d{4})?(,? \d{1,2}:\d\d [AP]M)?`,
    '…',
  ],
  [String.raw`(?<![(\d])\d+([.:,/-]\d+)*|(?<=\()\d{4,}`, '…'],
  [String.raw` since …\.$`, '.'],
] as const;

/** A literal of Postgres: nothing but the constants above. */
const literal = (text: string) => sql.raw(`'${text.replaceAll("'", "''")}'`);

/**
 * The cause of a failure in words, for the same words at each failure of one cause: the first
 * sentence of its reason without people, times and numbers. What follows the first sentence says
 * what the failure means for one schedule.
 */
export function causeWordsSql(reason: SQL): SQL<string> {
  const ofAnybody = reduce(reason, PEOPLE);
  const first = sql`coalesce(substring(${ofAnybody} from ${literal(String.raw`^.*?[.!?](?=\s|$)`)}), ${ofAnybody}, '')`;
  return reduce(first, NUMBERS) as SQL<string>;
}

const reduce = (words: SQL, reductions: readonly (readonly [pattern: string, replacement: string])[]) =>
  reductions.reduce<SQL>(
    (reduced, [pattern, replacement]) =>
      sql`regexp_replace(${reduced}, ${literal(pattern)}, ${literal(replacement)}, 'g')`,
    words,
  );

/** The fingerprint of a cause: of the kind of failure and {@link causeWordsSql}. */
export const causeIdSql = (kind: SQL, words: SQL): SQL<string> =>
  sql<string>`md5(coalesce(${kind}::text, '') || ' ' || ${words})`;
