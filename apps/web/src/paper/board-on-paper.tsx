import type { BoardPerson, WeekBoard } from '@scheduler/server/router';
import { usePrinting } from '../lib/use-printing.ts';
import { WallSheet } from './wall-sheet.tsx';

/** What is printed of the board: the sheet for the wall, which is made when the print begins. */
export function BoardOnPaper(props: { board: WeekBoard; people: readonly BoardPerson[] }) {
  const isPrinting = usePrinting();
  return <div className="board-on-paper">{isPrinting && <WallSheet {...props} />}</div>;
}
