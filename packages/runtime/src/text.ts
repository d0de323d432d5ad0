/** The longest text kept from another system, in UTF-16 units. */
const LONGEST_TEXT = 500;

/**
 * Converts a text to a form that Postgres accepts and a page can show: one line without control
 * characters, NUL and lone surrogates, at most `longest` UTF-16 units long. Each run of control
 * characters and line ends becomes one space. A text that is too long ends with an ellipsis.
 */
export function cleanText(text: string, longest = LONGEST_TEXT): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  if (clean.length <= longest) return clean;
  return `${clean.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
