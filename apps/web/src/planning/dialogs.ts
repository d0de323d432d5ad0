import { whenIdle } from '../lib/idle.ts';
import { lazyComponent } from '../lib/load.ts';

/*
 * A page is on screen before the dialogs that open over it are loaded. Their code is loaded as soon
 * as the browser is idle, so that opening one waits for nothing.
 */
const panel = () => import('./event-panel.tsx');
const plan = () => import('./plan-dialog.tsx');
const trade = () => import('./trade-dialog.tsx');
const reason = () => import('./reason-dialog.tsx');
const reissue = () => import('./reissue-dialog.tsx');

export const EventPanel = lazyComponent(panel, 'EventPanel');
export const PlanDialog = lazyComponent(plan, 'PlanDialog');
export const TradeDialog = lazyComponent(trade, 'TradeDialog');
export const ReasonDialog = lazyComponent(reason, 'ReasonDialog');
export const ReissueDialog = lazyComponent(reissue, 'ReissueDialog');

/** Loads the dialogs when the browser is idle. */
export function loadDialogsSoon(): void {
  whenIdle(() => Promise.all([panel(), plan(), trade(), reason(), reissue()]));
}
