import type { ComponentProps } from 'react';
import { usePrinting } from '../lib/use-printing.ts';
import { WallSheet } from './wall-sheet.tsx';

/** What is printed of the board: the sheet for the wall, which is made when the print begins. */
export function BoardOnPaper(props: ComponentProps<typeof WallSheet>) {
  const isPrinting = usePrinting();
  return <div className="board-on-paper">{isPrinting && <WallSheet {...props} />}</div>;
}
