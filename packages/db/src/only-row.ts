/**
 * Returns the one row that a statement with `returning` wrote.
 * @throws {Error} the statement wrote nothing, although its row was locked: a fault of the program
 */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('A row that was to be written is not there.');
  return row;
}
