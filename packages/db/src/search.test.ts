import { isFound, normalForm } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findsWords } from './search.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('a search in the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  const formsOf = async (texts: readonly string[]) => {
    const rows = await database.sql<{ form: string }[]>`
      select search_form(given) as form
      from jsonb_array_elements_text(${JSON.stringify(texts)}::text::jsonb) with ordinality as a (given, place)
      order by place`;
    return rows.map(({ form }) => form);
  };

  // Letters with accents of Europe’s languages, Greek and Cyrillic, and everything that names are
  // spelled with besides.
  const RANGES = [
    [0x20, 0x7e],
    [0xa0, 0x24f],
    [0x300, 0x36f],
    [0x386, 0x3ce],
    [0x400, 0x45f],
    [0x1e00, 0x1eff],
    [0x2000, 0x206f],
    [0x2122, 0x2122],
    [0x2212, 0x2212],
    [0x3041, 0x3096],
    [0xac00, 0xac80],
    [0xfb00, 0xfb06],
    [0xfe00, 0xfe0f],
    [0xff01, 0xff5e],
    [0xfeff, 0xfeff],
    [0x9, 0xd],
  ] as const;
  const characters = RANGES.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)),
  ).filter((character) => /\P{Cn}/u.test(character));

  it('has the same normal form of a text as the page, character by character and mixed', async () => {
    const mixed = Array.from({ length: 97 }, (_, first) =>
      characters.filter((_, index) => index % 97 === first).join(''),
    );
    const texts = [...characters.map((character) => `a${character}b`), ...mixed];
    expect(await formsOf(texts)).toEqual(texts.map(normalForm));
  });

  it.each([
    ['words in any order', 'zero acme', true],
    ['other letter case and accents', 'ACMÉ crème', true],
    ['the title as another program spells it', '614123\u2013Acme Crème\u00a0Cola Zero — V2\u2011Core', true],
    ['words of several columns', 'ada zero', true],
    ['a word that is nowhere', 'acme pepper', false],
    ['signs that patterns are made of', '100%_\\', false],
    ['nothing', ' \u200b ', true],
  ])('finds by %s what the page finds', async (_, search, isMatch) => {
    const name = '614123-Acme Creme Cola Zero - V2-Core';
    const who = 'Ada Example';
    const where = findsWords(search, [sql`${name}::text`, sql`${who}::text`, sql`null::text`]);
    const [row] = await database.db.execute(sql`select ${where ?? sql`true`} as found`);
    expect(row?.found).toBe(isMatch);
    expect(isFound(search, [name, who, null])).toBe(isMatch);
  });
});
