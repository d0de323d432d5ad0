/** The longest text that is kept of what another system says. */
const LONGEST_TEXT = 500;

/**
 * A text as Postgres accepts it and a page shows it: one line without control characters (a NUL among them) and without
 * half of a surrogate pair, at most `longest` UTF-16 units long. Each run of control characters and line ends becomes one
 * space; what is cut off becomes an ellipsis.
 */
export function cleanText(text: string, longest = LONGEST_TEXT): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  if (clean.length <= longest) return clean;
  return `${clean.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
