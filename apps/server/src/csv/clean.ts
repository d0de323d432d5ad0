import { INVISIBLE } from '@scheduler/scheduling';

/** Why a text is no CSV file: the program that made it, and the way out. */
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

/** Why a text can't be a CSV file, for a person; null where it may be one. */
export function reasonAgainst(text: string): string | null {
  const beginning = text.slice(0, MOST_LOOKED_AT).trimStart();
  const known = OTHER_KINDS.find(({ begins }) => begins.some((one) => beginning.startsWith(one)));
  if (known) return known.reason;
  // In a later line it is the fault of a row.
  if (!beginning.split(/[\r\n]/, 1)[0]?.includes('\u0000')) return null;
  return 'The file isn’t text, so it can’t be read. Open it in the program that made it, choose Save as and CSV UTF-8, then choose that file.';
}
const MOST_LOOKED_AT = 1_000;

/** Spaces of a fixed width, or that break no line. A tab stays: it may stand between columns. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/** What stands between the columns of a file; the first that its header has. */
type Delimiter = ',' | ';' | '\t';

/**
 * A file's text without what programs leave in it that says nothing: byte order marks and other invisible characters, odd
 * spaces and line ends, and the line `sep=;` that tells Excel what stands between the columns. Lines keep their number.
 */
export function cleanCsv(text: string): { text: string; delimiter: Delimiter } {
  const lines = text
    .replace(INVISIBLE, '')
    .replace(OTHER_SPACES, ' ')
    .replace(/\r\n?/g, '\n')
    // Also where a program took it for a cell.
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
