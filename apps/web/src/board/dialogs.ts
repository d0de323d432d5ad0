import { whenIdle } from '../lib/idle.ts';
import { lazyComponent } from '../lib/load.ts';
import { loadDialogsSoon } from '../planning/dialogs.ts';

const choose = () => import('./choose-event-dialog.tsx');
const menu = () => import('./move-menu.tsx');
const copyWeek = () => import('./copy-week-dialog.tsx');
const keys = () => import('./keys-dialog.tsx');
const tools = () => import('../review/board-tools.tsx');
const bulk = () => import('./board-bulk-bar.tsx');
const bar = () => import('./week-bar.tsx');
const dayList = () => import('./day-list.tsx');
const dragBar = () => import('./drag-bar.tsx');
const days = () => import('../people/days-dialog.tsx');
const closedDay = () => import('../review/closed-day-dialog.tsx');
const paper = () => import('../paper/board-on-paper.tsx');
const review = () => import('../review/review-panel.tsx');
const nextDays = () => import('../verification/next-days.tsx');

export const ChooseEventDialog = lazyComponent(choose, 'ChooseEventDialog');
export const MoveMenu = lazyComponent(menu, 'MoveMenu');
export const CopyWeekDialog = lazyComponent(copyWeek, 'CopyWeekDialog');
export const KeysDialog = lazyComponent(keys, 'KeysDialog');
export const BoardBulkBar = lazyComponent(bulk, 'BoardBulkBar');
export const WeekStrip = lazyComponent(bar, 'WeekStrip');
/** On a phone: both of them, for its menu. */
export const WeekInMenu = lazyComponent(bar, 'WeekInMenu');
export const WeekView = lazyComponent(bar, 'WeekView');
/** The week on screens without room for a grid. */
export const DayList = lazyComponent(dayList, 'DayList');
export const DragBar = lazyComponent(dragBar, 'DragBar');
/** What is printed of the week. */
export const BoardOnPaper = lazyComponent(paper, 'BoardOnPaper');
export const BoardTools = lazyComponent(tools, 'BoardTools');
export const DaysDialog = lazyComponent(days, 'DaysDialog');
export const ClosedDayDialog = lazyComponent(closedDay, 'ClosedDayDialog');
export const Review = lazyComponent(review, 'Review');
export const NextDays = lazyComponent(nextDays, 'NextDays');

/** Loads the dialogs of the board when the browser is idle. */
export function loadBoardDialogsSoon(): void {
  loadDialogsSoon();
  whenIdle(() => Promise.all([dragBar(), choose(), menu(), copyWeek(), keys(), days(), closedDay()]));
}
