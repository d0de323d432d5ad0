import { whenIdle } from '../lib/idle.ts';
import { lazyComponent } from '../lib/load.ts';
import { loadDialogsSoon } from '../planning/dialogs.ts';

const choose = () => import('./choose-event-dialog.tsx');
const menu = () => import('./move-menu.tsx');
const copyWeek = () => import('./copy-week-dialog.tsx');
const keys = () => import('./keys-dialog.tsx');
const tools = () => import('../review/board-tools.tsx');
const review = () => import('../review/review-panel.tsx');

export const ChooseEventDialog = lazyComponent(choose, 'ChooseEventDialog');
export const MoveMenu = lazyComponent(menu, 'MoveMenu');
export const CopyWeekDialog = lazyComponent(copyWeek, 'CopyWeekDialog');
export const KeysDialog = lazyComponent(keys, 'KeysDialog');
export const BoardTools = lazyComponent(tools, 'BoardTools');
export const Review = lazyComponent(review, 'Review');

/** Loads what opens over the board when the browser is idle. */
export function loadBoardDialogsSoon(): void {
  loadDialogsSoon();
  whenIdle(() => Promise.all([choose(), menu(), copyWeek(), keys()]));
}
