import { INVISIBLE } from '@scheduler/scheduling';

/** Why a text is not a CSV file: the program that wrote it, and what to do instead. */
const OTHER_KINDS: readonly { begins: readonly string[]; reason: string }[] = [
  {
    begins: ['PK\u0003\u0004'],
    reason:
      'The file is a workbook of Excel, Numbers or LibreOffice (.xlsx, .ods) or another zip file. Open it there, choose Save as (in Google Sheets: Download) and CSV, then choose that file.',
  },
  {
    begins: ['ÐÏ\u0011à', '\ufffd\ufffd\u0011\ufffd'],
    reason:
      'The file is a workbook of an older Excel (.xls). Open it in Excel, choose Save as and CSV UTF-8, then choose that file.',
  },
  {
    begins: ['%PDF'],
    reason: 'The file is a PDF. Export the list from Crossmark as CSV, then choose that file.',
  },
  {
    begins: ['<'],
    reason:
      'The file is a web page, perhaps the one on which Crossmark asks to sign in. Sign in there, export the list again, then choose that file.',
  },
];

/** Returns why a text can't be a CSV file, as a sentence; null if it may be one. */
export function reasonAgainst(text: string): string | null {
  const beginning = text.slice(0, MOST_LOOKED_AT).trimStart();
  const known = OTHER_KINDS.find(({ begins }) => begins.some((one) => beginning.startsWith(one)));
  if (known) return known.reason;
  // In a later line it is a problem of that row.
  if (!beginning.split(/[\r\n]/, 1)[0]?.includes('\u0000')) return null;
  return 'The file isn’t text, so it can’t be read. Open it in the program that made it, choose Save as and CSV UTF-8, then choose that file.';
}
const MOST_LOOKED_AT = 1_000;

/** Spaces of fixed width and no-break spaces. Tabs stay, because they may separate columns. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/** The separator of a file's columns: the first one that its header contains. */
type Delimiter = ',' | ';' | '\t';

/**
 * Removes what programs add without meaning: byte order marks, invisible characters, unusual spaces
 * and line ends, and the line `sep=;`, which names the separator for Excel. Lines keep their
 * numbers.
 */
export function cleanCsv(text: string): { text: string; delimiter: Delimiter } {
  const lines = text
    .replace(INVISIBLE, '')
    .replace(OTHER_SPACES, ' ')
    .replace(/\r\n?/g, '\n')
    // Even if a program quoted it as a cell.
    .replace(/^"?sep=[,;\t]?"?[,;\t]*(?=\n)/i, '');
  const [, header = ''] = /^\s*([^\n]*)/.exec(lines) ?? [];
  const delimiter = DELIMITERS.find((one) => HEADER_BEGINS[one].test(header)) ?? ',';
  return { text: lines, delimiter };
}
const DELIMITERS = [',', ';', '\t'] as const;
/** The first two columns, quoted or not. */
const HEADER_BEGINS: Record<Delimiter, RegExp> = {
  ',': /^"?project name"? *, *"?project/i,
  ';': /^"?project name"? *; *"?project/i,
  '\t': /^"?project name"? *\t *"?project/i,
};
