import { lazyRouteComponent } from '@tanstack/react-router';
import { whenIdle } from '../lib/idle.ts';
import { online } from '../lib/load.ts';

/*
 * The board is on screen before what opens over it is loaded; that is asked for as soon as the browser has nothing
 * better to do, so that opening waits for nothing. As with pages, code that is gone from the server since an upgrade has
 * everything loaded anew.
 */
const panel = () => import('./event-panel.tsx');
const plan = () => import('./plan-dialog.tsx');
const trade = () => import('./trade-dialog.tsx');
const choose = () => import('../board/choose-event-dialog.tsx');
const reason = () => import('./reason-dialog.tsx');
const menu = () => import('../board/move-menu.tsx');
const copyWeek = () => import('../board/copy-week-dialog.tsx');
const keys = () => import('../board/keys-dialog.tsx');

export const EventPanel = lazyRouteComponent(online(panel), 'EventPanel');
export const PlanDialog = lazyRouteComponent(online(plan), 'PlanDialog');
export const TradeDialog = lazyRouteComponent(online(trade), 'TradeDialog');
export const ChooseEventDialog = lazyRouteComponent(online(choose), 'ChooseEventDialog');
export const ReasonDialog = lazyRouteComponent(online(reason), 'ReasonDialog');
export const MoveMenu = lazyRouteComponent(online(menu), 'MoveMenu');
export const CopyWeekDialog = lazyRouteComponent(online(copyWeek), 'CopyWeekDialog');
export const KeysDialog = lazyRouteComponent(online(keys), 'KeysDialog');

/** Loads the dialogs when the browser is idle. */
export function loadDialogsSoon(): void {
  whenIdle(() => Promise.all([panel(), plan(), trade(), choose(), reason(), menu(), copyWeek(), keys()]));
}
