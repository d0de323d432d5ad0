import { lazy } from 'react';

/*
 * The board is on screen before what opens over it is loaded; that is asked for as soon as the browser has nothing
 * better to do, so that opening waits for nothing.
 */
const panel = () => import('./event-panel.tsx');
const plan = () => import('./plan-dialog.tsx');
const choose = () => import('./choose-event-dialog.tsx');

export const EventPanel = lazy(async () => ({ default: (await panel()).EventPanel }));
export const PlanDialog = lazy(async () => ({ default: (await plan()).PlanDialog }));
export const ChooseEventDialog = lazy(async () => ({ default: (await choose()).ChooseEventDialog }));

/** Loads the dialogs when the browser is idle. */
export function loadDialogsSoon(): void {
  const load = () => void Promise.all([panel(), plan(), choose()]).catch(() => undefined);
  if ('requestIdleCallback' in window) window.requestIdleCallback(load, { timeout: 4000 });
  else setTimeout(load, 1500);
}
