import { stringify } from 'csv-stringify/sync';

/**
 * What a spreadsheet would run as a formula (OWASP, *CSV Injection*), also behind spaces, line ends, byte order marks and other
 * signs without a width, which spreadsheets leave out; or what has been kept from it by apostrophes before it.
 */
const FORMULA = /^'*(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

/** Spreadsheets hide a leading apostrophe and display the rest as text. */
const withFormulaMark = (field: string) => (FORMULA.test(field) ? `'${field}` : field);

/** Reverses what {@link csvLines} does to a field. */
export const withoutFormulaMark = (field: string): string =>
  field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field;

/**
 * Writes rows as lines of a CSV file, each ended by CRLF. Every CSV file of the product is written
 * here. Names come from elsewhere, so no field may be a formula to a spreadsheet, and none may
 * start another row.
 * @param options.first whether this is the start of the file, with its byte order mark
 */
export function csvLines(rows: readonly (readonly string[])[], options: { first: boolean }): string {
  return stringify(
    rows.map((row) => row.map(withFormulaMark)),
    { bom: options.first, record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  );
}
