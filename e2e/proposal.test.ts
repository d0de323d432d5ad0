import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

type Line = NonNullable<Awaited<ReturnType<Api['plan']['current']['query']>>>['lines'][number];

const PHONE = { width: 390, height: 844 };

describe('a plan under review', () => {
  let stack: Stack;
  let api: Api;
  /** The next week's: plans begin tomorrow, whatever day it is. */
  let sunday: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    sunday = addDays((await demoStore(api)).weekOf, 7);
  });
  afterAll(() => stack?.stop());

  const openWeek = async (page: Page, weekOf: string) => {
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${weekOf}`);
  };
  const planWeek = async (page: Page) => {
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
  };
  const current = async () => {
    const proposal = await api.plan.current.query();
    if (!proposal) throw new Error('There is no plan.');
    return proposal;
  };
  const lineOf = async (eventId: number) => {
    const line = (await current()).lines.find((each) => each.eventId === eventId);
    if (!line) throw new Error(`Event ${eventId} has no line.`);
    return line;
  };
  const stateOf = async (eventId: number) => (await api.sync.get.query({ eventId })).state;
  const scheduled = async (weekOf: string) =>
    new Set((await api.board.week.query({ weekOf })).schedules.map(({ event }) => event.eventId));

  /** A line that somebody else without work of the plan could do that day, and how many rows away they are. */
  const otherRow = async (candidates: readonly Line[], lines: readonly Line[]) => {
    const { people } = await api.board.week.query({ weekOf: sunday });
    const rowOf = (id: number) => people.findIndex((person) => person.id === id);
    for (const line of candidates) {
      const { day, eventId } = line;
      const ranked = await api.plan.suggest.query({ eventId, day });
      const other = ranked.people.find(
        ({ employeeId, needsReason }) =>
          needsReason.length === 0 &&
          !lines.some((each) => each.employeeId === employeeId && each.day === day),
      );
      if (!other) continue;
      const { employeeId } = other;
      return { line, employeeId, rows: rowOf(employeeId) - rowOf(line.employeeId) };
    }
    throw new Error('No line can go to another row.');
  };

  it('is made, changed by keyboard, seen by colleagues, approved and synced; the rest survives a reload', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page, sunday);
    await planWeek(page);
    const { lines } = await current();
    expect(lines.length).toBeGreaterThan(5);
    await expect.poll(() => page.locator('[id^=proposed-]').count()).toBe(lines.length);
    expect(await findingsOf(page)).toEqual([]);
    const before = await scheduled(sunday);
    for (const { eventId } of lines) expect(before.has(eventId)).toBe(false);

    const viewer = await signedIn(stack, { email: 'viewer@demo.test' });
    await openWeek(viewer.page, sunday);
    await viewer.page.getByRole('button', { name: /^Plan by / }).click();

    // Neither a Core with a noon check nor such a check: those go together.
    const alone = lines.filter(
      ({ eventId, coreEventId }) =>
        coreEventId === null && !lines.some((each) => each.coreEventId === eventId),
    );
    const [left, changed] = alone;
    if (!left || !changed) throw new Error('The plan has too few lines.');
    const row = (eventId: number, on = page) => on.getByTestId(`line-${eventId}`);
    await row(left.eventId).getByRole('checkbox').focus();
    await page.keyboard.press('Space');
    await waitFor('The tick', async () => !(await lineOf(left.eventId)).ticked);
    const seen = row(left.eventId, viewer.page).getByRole('checkbox');
    await expect.poll(() => seen.isChecked()).toBe(false);
    expect(await seen.isDisabled()).toBe(true);
    expect(await viewer.page.getByRole('button', { name: /^(Approve|Discard|Lock|Change)/ }).count()).toBe(0);

    await row(changed.eventId)
      .getByRole('button', { name: /^Change / })
      .focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const others = dialog.getByRole('radio', { checked: false });
    await others.first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await others.first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    expect((await lineOf(changed.eventId)).employeeId).not.toBe(changed.employeeId);

    const { line, rows, employeeId } = await otherRow(alone.slice(2), lines);
    await page.locator(`#proposed-${line.lineId}`).focus();
    await page.keyboard.press('m');
    for (let row = 0; row < Math.abs(rows); row++) {
      await page.keyboard.press(rows > 0 ? 'ArrowDown' : 'ArrowUp');
    }
    await page.locator('[data-aimed][data-verdict=free]').waitFor();
    await page.keyboard.press('Enter');
    await waitFor('The move', async () => (await lineOf(line.eventId)).employeeId === employeeId);
    expect((await scheduled(sunday)).has(line.eventId)).toBe(false);

    const chosen = (await current()).lines.filter(({ ticked }) => ticked);
    const reason = page.getByLabel('Reason for going against the warning');
    if (await reason.isVisible()) await reason.fill('Agreed with the club');
    await page.getByRole('button', { name: /^Approve/ }).focus();
    await page.keyboard.press('Enter');
    await waitFor('The approval', async () => {
      const saved = (await current()).lines.filter(({ state }) => state === 'saved');
      return saved.length === chosen.length;
    });
    await expect.poll(() => page.locator('[id^=proposed-]').count()).toBe(lines.length - chosen.length);
    for (const { eventId } of chosen) {
      await waitFor(`Event ${eventId} synced`, async () => (await stateOf(eventId)) === 'synced');
    }
    const after = await scheduled(sunday);
    for (const { eventId, ticked } of (await current()).lines) expect(after.has(eventId)).toBe(ticked);

    await page.reload();
    await row(left.eventId).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByLabel('Unscheduled events', { exact: true }).waitFor();
    expect(await api.plan.current.query()).toBeNull();
    expect((await scheduled(sunday)).has(left.eventId)).toBe(false);
    expect([...errors, ...viewer.errors]).toEqual([]);
    for (const each of [page, viewer.page]) await each.context().close();
  });

  it('is approved on a phone, and taken back by Undo', async () => {
    const weekOf = addDays(sunday, 7);
    const { page, errors } = await signedIn(stack, { viewport: PHONE, touch: true });
    await openWeek(page, weekOf);
    await planWeek(page);
    expect(await findingsOf(page)).toEqual([]);
    const { lines } = await current();
    await page.getByRole('button', { name: 'Week', exact: true }).click();
    const [first] = lines;
    if (!first) throw new Error('The plan is empty.');
    await page.goto(`${stack.apps.webUrl}/?week=${weekOf}&day=${first.day}`);
    await page.locator(`#proposed-${first.lineId}`).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: /^Plan \(/ }).click();
    await page.getByRole('button', { name: /^Approve all/ }).click();
    await waitFor('The approval', async () => (await scheduled(weekOf)).has(first.eventId));
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(/put back\.$/).waitFor();
    const now = await scheduled(weekOf);
    for (const { eventId } of lines) expect(now.has(eventId)).toBe(false);
    await page.getByRole('button', { name: `Approve all ${lines.length}` }).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The plan was discarded.').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is taken back after a reload by a colleague, but for what changed since; then by Ctrl+Z', async () => {
    const weekOf = addDays(sunday, 7);
    const { page, errors } = await signedIn(stack);
    await openWeek(page, weekOf);
    await planWeek(page);
    const { lines, proposalId } = await current();
    await page.getByRole('button', { name: /^Approve all/ }).click();
    await page.getByRole('heading', { name: `${lines.length} events scheduled` }).waitFor();
    expect(await findingsOf(page)).toEqual([]);

    // A Core without a noon check is unscheduled by somebody else meanwhile.
    const changed = lines.find(
      ({ eventId, coreEventId }) =>
        coreEventId === null && !lines.some((each) => each.coreEventId === eventId),
    );
    if (!changed) throw new Error('No line stands alone.');
    const { schedule } = await api.events.get.query({ eventId: changed.eventId });
    if (!schedule) throw new Error('The line is not scheduled.');
    await api.schedules.unschedule.mutate({ scheduleId: schedule.scheduleId, version: schedule.version });

    const colleague = await signedIn(stack, { email: 'admin@demo.test' });
    await openWeek(colleague.page, weekOf);
    await colleague.page.getByRole('button', { name: 'Approved plan' }).click();
    await colleague.page.getByRole('button', { name: /^Undo the approval of / }).click();
    await colleague.page.getByText('1 event stayed as it is:').waitFor();
    expect(await findingsOf(colleague.page)).toEqual([]);
    const now = await scheduled(weekOf);
    for (const { eventId } of lines) expect(now.has(eventId)).toBe(false);

    // The page that approved it sees the plan open again; what somebody unscheduled is not ticked.
    const approve = page.getByRole('button', { name: `Approve ${lines.length - 1}`, exact: true });
    await approve.click();
    await page.getByRole('button', { name: /^Undo the approval of / }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText(/^\d+ events put back\.$/).waitFor();
    await approve.waitFor();
    expect((await api.plan.get.query({ proposalId })).state).toBe('ready');
    // Ctrl+Shift+Z approves the same lines again.
    await page.keyboard.press('Control+Shift+z');
    await page.getByRole('button', { name: /^Undo the approval of / }).waitFor();
    await page.keyboard.press('Control+z');
    await approve.waitFor();

    // Going to another week asks what to do with this plan.
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByText('Another plan waits for review.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Review it' }).click();
    await approve.waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText(/The plan was discarded/).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('The plan is back, with its changes.').waitFor();
    await approve.waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByLabel('Unscheduled events', { exact: true }).waitFor();
    expect([...errors, ...colleague.errors]).toEqual([]);
    for (const each of [page, colleague.page]) await each.context().close();
  });
});
