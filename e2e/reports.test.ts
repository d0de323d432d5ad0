import { readFileSync } from 'node:fs';
import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('reports', () => {
  let stack: Stack;
  let api: Api;
  let weekOf: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const { today, ...store } = await demoStore(api);
    weekOf = store.weekOf;
    const board = await api.board.week.query({ weekOf });
    for (const [index, { id }] of board.people.slice(0, 4).entries())
      await api.attendance.record.mutate({
        employeeId: id,
        day: today,
        version: null,
        status: index === 0 ? 'late' : 'on_time',
      });
    // This week is published, whatever day it is.
    const work = board.schedules.findLast(({ event }) => event.condition === 'Scheduled');
    if (!work) throw new Error('Nothing is scheduled.');
    await api.schedules.unschedule.mutate({ scheduleId: work.scheduleId, version: work.version });
  });
  afterAll(() => stack?.stop());

  it('show a viewer the figures of some weeks, drawn by week, and by person and week as tables and files', async () => {
    const { page, errors } = await signedIn(stack, { email: 'viewer@demo.test' });
    await page.getByRole('link', { name: 'Reports' }).click();
    const chart = page.getByRole('figure', { name: 'Hours by week' });
    await chart.locator('.recharts-bar-rectangle path').first().waitFor();
    const report = await api.reports.get.query({ from: addDays(weekOf, -21), to: weekOf });
    const tile = (name: string) => page.locator('label').filter({ hasText: name });
    await tile('On time').getByText('75%').waitFor();
    await tile('On time').getByText('3 of 4 recorded').waitFor();
    await tile('Changes after publishing')
      .getByText('0 moved, 0 to others, 1 unscheduled, 0 added')
      .waitFor();
    await tile('Coverage').getByText(`${report.total.covered} of ${report.total.due} due`).waitFor();
    // The worker has brought the change to Crossmark, or does.
    await expect
      .poll(async () => {
        await page.reload();
        return tile('Click to synced').innerText();
      })
      .toMatch(/\d (s|min)\s+95% within/);
    const [person] = report.people;
    const row = page.getByTestId(`figures-${person?.employeeId}`);
    await row.getByRole('link', { name: person?.name ?? '', exact: true }).waitFor();
    expect((await row.getByRole('cell').allInnerTexts()).map((text) => text.split('\n').at(-1))).toContain(
      String(person?.days),
    );

    // Another measure, by keyboard.
    await page.getByRole('radio', { name: /^Hours/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('figure', { name: 'Days by week' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'By week' }).click();
    await page.getByTestId(`figures-${weekOf}`).waitFor();
    await expect.poll(() => page.getByTestId(/^figures-/).count()).toBe(4);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    const rows: string[][] = parse(readFileSync(await file.path(), 'utf8'), { bom: true });
    expect(rows.map(([week]) => week)).toEqual(['Week of', ...report.weeks.map((week) => week.weekOf)]);

    await page.getByRole('button', { name: '12 weeks' }).click();
    await expect.poll(() => page.getByTestId(/^figures-/).count()).toBe(12);
    await page.goto(`${stack.apps.webUrl}/reports?from=2020-01-05&to=2020-01-12&show=coverage`);
    await page.getByText('Nothing is known of these weeks.').waitFor();
    await page.getByText('Nobody has work in these weeks.').waitFor();
    await page.getByText('How these figures are counted').click();
    await page.getByText(/A week counts as published 3 days before its Sunday begins/).waitFor();
    await page.getByLabel('A week is published').selectOption('as it begins');
    await page.getByText(/A week counts as published when its Sunday begins/).waitFor();
    expect(errors).toEqual([]);
  });

  it.each([
    ['wide and dark', { dark: true }],
    ['on a phone', { viewport: { width: 390, height: 844 }, touch: true }],
    ['on a small phone in the dark', { viewport: { width: 320, height: 640 }, touch: true, dark: true }],
  ])('have no finding of axe and never scroll sideways, %s', async (_, look) => {
    const { page, errors } = await signedIn(stack, { ...look, email: 'viewer@demo.test' });
    for (const by of ['person', 'week']) {
      await page.goto(`${stack.apps.webUrl}/reports?by=${by}&show=changes`);
      await page.getByRole('figure', { name: 'Changes after publishing by week' }).locator('svg').waitFor();
      await page
        .getByTestId(/^figures-/)
        .first()
        .waitFor();
      await page.getByText('How these figures are counted').click();
      expect(await findingsOf(page)).toEqual([]);
    }
    expect(errors).toEqual([]);
  });
});
