import { connect } from '@scheduler/db';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const PHONE = { width: 390, height: 844 };

describe('what kind of work an event is, and how long it takes', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let api: Api;
  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  it('is set by hand in the event’s panel, by keyboard alone, and left to its name again', async () => {
    const { eventId } = await freeEvent(stack, 'Core');
    await page.goto(`${stack.apps.webUrl}/?event=${eventId}`);
    const panel = page.getByRole('dialog').first();
    const about = panel.getByRole('region', { name: 'About the event' });
    await about.getByText('Core, by its name').waitFor();

    await about.getByRole('button', { name: 'Change the type' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'What kind of work is it?' });
    const type = dialog.getByLabel('Type', { exact: true });
    await expect.poll(() => type.locator('option:checked').textContent()).toBe('By its name: Core');
    expect(await findingsOf(page)).toEqual([]);
    await type.focus();
    await page.keyboard.type('Free');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Save' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await about.getByText('Freeosk, set by hand').waitFor();
    await about.getByText('15 min').waitFor();
    expect(await api.events.get.query({ eventId })).toMatchObject({
      event: { type: 'Freeosk', durationMinutes: 15 },
      typeByHand: true,
    });

    await about.getByRole('button', { name: 'Change the type' }).click();
    await type.selectOption({ label: 'By its name: Core' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await about.getByText('Core, by its name').waitFor();
    expect(errors).toEqual([]);
  });

  it('of Cores that an earlier import shortened, stands on the import page until one button sets it right', async () => {
    const week = await api.board.week.query({});
    const cores = (
      await api.events.list.query({ scheduled: true, types: ['Core'], conditions: ['Scheduled'] })
    ).rows
      .filter(({ schedule }) => schedule && schedule.workDate >= week.today)
      .slice(0, 2);
    const { eventId: open } = await freeEvent(stack, 'Core');
    expect(cores).toHaveLength(2);
    const ids = [...cores.map(({ event }) => event.eventId), open];
    const database = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await database.sql`
      update events set duration_minutes = 360, duration_source = 'file_worked' where id in ${database.sql(ids)}`;
    await database.sql`
      update schedules set ends_at = starts_at + interval '360 minutes'
      where event_id in ${database.sql(ids)} and ended_at is null`;
    await database.close();

    const phone = await signedIn(stack, { viewport: PHONE, touch: true });
    await phone.page.locator('[data-sync-state]').first().waitFor();
    for (const each of [page, phone.page]) {
      await each.goto(`${stack.apps.webUrl}/import`);
      await each.getByRole('heading', { name: '3 Cores were shortened by an earlier import' }).waitFor();
      expect(await findingsOf(each)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Set 3 Cores to 390 minutes' }).press('Enter');
    await page.getByText('3 Cores take 390 minutes now.').waitFor();
    await page.getByRole('heading', { name: /shortened/ }).waitFor({ state: 'hidden' });
    await phone.page.getByRole('heading', { name: /shortened/ }).waitFor({ state: 'hidden' });
    for (const eventId of ids) {
      const { event, schedule } = await api.events.get.query({ eventId });
      expect(event.durationMinutes).toBe(390);
      if (schedule) expect(Date.parse(schedule.endsAt) - Date.parse(schedule.startsAt)).toBe(390 * 60_000);
    }
    expect([...errors, ...phone.errors]).toEqual([]);
    await phone.page.context().close();
  });
});
