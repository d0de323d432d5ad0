import { stringify } from 'csv-stringify/sync';

/**
 * What a spreadsheet would run as a formula (OWASP, *CSV Injection*), also behind spaces, line ends, byte order marks and other
 * signs without a width, which spreadsheets leave out; or what has been kept from it by apostrophes before it.
 */
const FORMULA = /^'*(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

/** A spreadsheet shows a field that begins with an apostrophe as the text after it. */
const withFormulaMark = (field: string) => (FORMULA.test(field) ? `'${field}` : field);

/** A field as it was before {@link csvLines} wrote it. */
export const withoutFormulaMark = (field: string): string =>
  field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field;

/**
 * Rows as lines of a CSV file, with CRLF at their ends. Every CSV file of ours is written here: no field is a formula to the
 * spreadsheet that opens it, and none begins another row, for names come from elsewhere.
 * @param options.first whether the file begins here, with its byte order mark
 */
export function csvLines(rows: readonly (readonly string[])[], options: { first: boolean }): string {
  return stringify(
    rows.map((row) => row.map(withFormulaMark)),
    { bom: options.first, record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  );
}
