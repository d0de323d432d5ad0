import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type FreeEvent, freeEvent } from './board.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';
import { tabTo } from './typing.ts';

const PHONE = { width: 390, height: 844 };
const SMALL = { width: 320, height: 640 };

describe('whoever is to be chosen is suggested', () => {
  let stack: Stack;
  let api: Api;
  let event: FreeEvent;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    event = await freeEvent(stack, 'Core');
  });
  afterAll(() => stack?.stop());

  const openWeek = async (page: Page, day?: string) => {
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${event.weekOf}${day ? `&day=${day}` : ''}`);
    await page.getByRole('main').waitFor();
  };
  const noSidewaysScroll = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

  it('in the plan dialog: the best is chosen, typing searches, and one line tells why others can’t', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    await page.getByTestId(`tray-event-${event.eventId}`).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator(`input[type=radio][value="${event.day}"]`).check();
    const ranked = await api.plan.suggest.query({ eventId: event.eventId, day: event.day });
    const [best, second] = ranked.people;
    if (!best || !second) throw new Error('Too few people can do it.');
    await expect.poll(() => dialog.getByRole('radio', { name: best.name }).isChecked()).toBe(true);
    const button = dialog.getByRole('button', { name: 'Schedule', exact: true });
    await expect.poll(() => button.isEnabled()).toBe(true);
    expect(await findingsOf(page)).toEqual([]);

    const search = dialog.getByRole('searchbox', { name: 'Search people' });
    await search.fill(second.name);
    await expect
      .poll(() => dialog.getByRole('group', { name: 'May do it' }).getByRole('radio').count())
      .toBe(1);
    await search.press('Enter');
    expect(await dialog.getByRole('radio', { name: second.name }).isChecked()).toBe(true);
    await expect.poll(() => search.inputValue()).toBe('');
    await search.fill('Nobody of that name');
    await dialog.getByText('No people fit “Nobody of that name”.').waitFor();
    await search.fill('');

    const many = ranked.cannot.find(({ people }) => people.length > 1);
    if (many) {
      const line = dialog.locator('details', { hasText: many.message });
      const inside = line.getByRole('listitem').first();
      expect(await inside.isVisible()).toBe(false);
      await line.locator('summary').click();
      await inside.waitFor();
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('by keyboard alone, from the empty cell to the schedule', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    const people = (await api.board.week.query({ weekOf: event.weekOf })).people;
    const person = people.find(({ name }) => name === event.person);
    await page
      .getByRole('button', { name: new RegExp(`^Schedule for ${event.person} on`) })
      .nth(new Date(`${event.day}T12:00:00Z`).getUTCDay())
      .waitFor({ state: 'attached' });
    const ranked = await api.plan.suggestEvents.query({ employeeId: person?.id ?? 0, day: event.day });
    const [first] = ranked.events;
    if (!first) throw new Error('Nothing is open for that person and day.');
    const cell = page.locator(`[data-cell="${person?.id} ${event.day}"] button[aria-label^="Schedule for"]`);
    const choose = page.getByRole('dialog', { name: /^What shall/ });
    // A cell may also be empty because its person is off.
    await cell.press('Enter');
    await choose.getByRole('button', { name: / is off / }).press('Enter');
    const off = page.getByRole('dialog', { name: new RegExp(`^${event.person} is off`) });
    await expect.poll(() => off.getByLabel('First day', { exact: true }).inputValue()).toBe(event.day);
    await page.keyboard.press('Escape');
    await off.waitFor({ state: 'hidden' });
    await cell.press('Enter');
    await choose.locator(`[data-choice="${first.eventId}"]`).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await tabTo(page, choose.locator(`[data-choice="${first.eventId}"]`));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Schedule/ });
    const button = dialog.getByRole('button', { name: 'Schedule', exact: true });
    await expect.poll(() => button.isEnabled()).toBe(true);
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const { schedule } = await api.events.get.query({ eventId: first.eventId });
    expect([schedule?.employeeId, schedule?.workDate]).toEqual([person?.id, event.day]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([PHONE, SMALL])(
    'on a phone of $width px, within reach and without scrolling sideways',
    async (viewport) => {
      const { page, errors } = await signedIn(stack, { viewport, touch: true });
      const core = await freeEvent(stack, 'Core');
      await page.locator('[data-sync-state]').first().waitFor();
      await page.goto(`${stack.apps.webUrl}/?event=${core.eventId}&view=tray`);
      await page.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: /^Schedule/ });
      await dialog.getByRole('group', { name: 'May do it' }).getByRole('radio').first().waitFor();
      expect(await findingsOf(page)).toEqual([]);
      expect(await noSidewaysScroll(page)).toBe(true);
      await page.goto(`${stack.apps.webUrl}/?week=${core.weekOf}&day=${core.day}`);
      await page.getByRole('button', { name: new RegExp(`Schedule for ${core.person}`) }).click();
      await page.locator('[data-choice]').first().waitFor();
      expect(await findingsOf(page)).toEqual([]);
      expect(await noSidewaysScroll(page)).toBe(true);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );

  it('in a line of a plan: nobody is offered whom the plan has already given a Core that day', async () => {
    const { weekOf } = await demoStore(api);
    const sunday = addDays(weekOf, 7);
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
    const proposal = await api.plan.current.query();
    if (!proposal) throw new Error('There is no plan.');
    const { proposalId, lines } = proposal;
    const byDay = Map.groupBy(
      lines.filter(({ eventName, coreEventId }) => eventName.includes('V2-CORE') && coreEventId === null),
      ({ day }) => day,
    );
    const [line, other] = [...byDay.values()].find((ofDay) => ofDay.length > 1) ?? [];
    if (!line || !other) throw new Error('No day of the plan has two Cores.');
    const { people } = await api.plan.suggest.query({ eventId: line.eventId, day: line.day, proposalId });
    const taken = people.find(({ employeeId }) => employeeId === other.employeeId);
    expect(taken?.needsReason.map(({ code }) => code)).toContain('second_core');
    await page
      .getByTestId(`line-${line.eventId}`)
      .getByRole('button', { name: /^Change / })
      .click();
    const dialog = page.getByRole('dialog', { name: /^Change/ });
    await dialog.getByRole('group', { name: 'May do it' }).getByRole('radio').first().waitFor();
    const free = dialog.getByRole('group', { name: 'May do it' });
    expect(await free.getByRole('radio', { name: other.employeeName }).count()).toBe(0);
    const warned = dialog.getByRole('group', { name: 'With a warning' });
    await warned.getByRole('radio', { name: other.employeeName }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    // From an empty cell, too: the same person has the plan's Core.
    const someone = people.find(({ needsReason }) => needsReason.length === 0);
    if (!someone) throw new Error('Nobody is free.');
    await page.getByTestId(`line-${line.eventId}`).getByRole('checkbox').click();
    const isTicked = async () =>
      (await api.plan.get.query({ proposalId })).lines.some(
        ({ lineId, ticked }) => lineId === line.lineId && ticked,
      );
    await expect.poll(isTicked).toBe(false);
    const cell = page.locator(`[data-cell="${someone.employeeId} ${line.day}"]`);
    await cell.locator('button[aria-label^="Schedule for"]').focus();
    await page.keyboard.press('Enter');
    await page.locator(`[data-choice="${line.eventId}"]`).click();
    const schedule = page.getByRole('dialog', { name: /^Schedule: / });
    const noted = schedule.getByRole('group', { name: 'With a warning' });
    await noted.getByRole('radio', { name: other.employeeName }).waitFor();
    const may = schedule.getByRole('group', { name: 'May do it' });
    await may.getByRole('radio', { name: someone.name }).waitFor();
    expect(await may.getByRole('radio', { name: other.employeeName }).count()).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
