import { lazy } from 'react';
import { whenIdle } from '../idle.ts';

/*
 * The board is on screen before what opens over it is loaded; that is asked for as soon as the browser has nothing
 * better to do, so that opening waits for nothing.
 */
const panel = () => import('./event-panel.tsx');
const plan = () => import('./plan-dialog.tsx');
const trade = () => import('./trade-dialog.tsx');
const choose = () => import('./choose-event-dialog.tsx');
const reason = () => import('./reason-dialog.tsx');
const menu = () => import('./move-menu.tsx');
const copyWeek = () => import('./copy-week-dialog.tsx');
const keys = () => import('./keys-dialog.tsx');

export const EventPanel = lazy(async () => ({ default: (await panel()).EventPanel }));
export const PlanDialog = lazy(async () => ({ default: (await plan()).PlanDialog }));
export const TradeDialog = lazy(async () => ({ default: (await trade()).TradeDialog }));
export const ChooseEventDialog = lazy(async () => ({ default: (await choose()).ChooseEventDialog }));
export const ReasonDialog = lazy(async () => ({ default: (await reason()).ReasonDialog }));
export const MoveMenu = lazy(async () => ({ default: (await menu()).MoveMenu }));
export const CopyWeekDialog = lazy(async () => ({ default: (await copyWeek()).CopyWeekDialog }));
export const KeysDialog = lazy(async () => ({ default: (await keys()).KeysDialog }));

/** Loads the dialogs when the browser is idle. */
export function loadDialogsSoon(): void {
  whenIdle(() => Promise.all([panel(), plan(), trade(), choose(), reason(), menu(), copyWeek(), keys()]));
}
