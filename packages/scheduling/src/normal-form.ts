/**
 * The form in which texts are compared and searched: lower case without accents, plain dashes and
 * quotes, single spaces, no invisible characters. Two names that people would call the same have
 * the same form. `search_form` in the database is the same function in SQL.
 */
export function normalForm(text: string): string {
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .replace(INVISIBLE, '')
    .replace(VARIATION_SELECTORS, '')
    .toLowerCase()
    .replace(UNDIVIDED, (letter) => PLAIN_LETTERS[letter] ?? letter)
    .replace(DASHES, '-')
    .replace(SINGLE_QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The words of a search, in {@link normalForm}; none for an empty search. Punctuation between words
 * is dropped: `Acme, 3PM` gives `acme` and `3pm`.
 */
export function searchWords(search: string): string[] {
  const words = normalForm(search).split(' ').filter(Boolean);
  return words.map((word) => withoutMarks(word) || word);
}

const OPENING_MARKS = '"\'([';
const CLOSING_MARKS = '"\')],;:.!?';

/** A loop, because a regular expression for the end of a text takes quadratic time. */
function withoutMarks(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && OPENING_MARKS.includes(word.charAt(start))) start += 1;
  while (end > start && CLOSING_MARKS.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(start, end);
}

/**
 * Whether each word of a search occurs in one of the texts. An empty search matches everything.
 */
export function isFound(search: string, texts: readonly (string | null | undefined)[]): boolean {
  const words = searchWords(search);
  const forms = texts.map((text) => normalForm(text ?? ''));
  return words.every((word) => forms.some((form) => form.includes(word)));
}

// The accents that Unicode separates from their letter. Marks of other scripts stay, because they
// are vowels there.
const ACCENTS = /[\u0300-\u036f]/g;
/**
 * Characters without a width, which programs leave in texts although nobody can see them: soft
 * hyphens, zero-width spaces and joiners, direction marks, byte order marks.
 */
export const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const VARIATION_SELECTORS = /[\ufe00-\ufe0f]/g;
const DASHES = /[\u2010-\u2015\u2043\u2212]/g;
const SINGLE_QUOTES = /[\u0060\u02bc\u2018-\u201b\u2032]/g;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033]/g;

/** Letters that Unicode does not divide into a plain letter and an accent. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};
const UNDIVIDED = /[ßæœøđðþłħıς]/g;
