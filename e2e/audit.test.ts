import { readFile } from 'node:fs/promises';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreeEvent, freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';
import { expectTypedDay } from './typing.ts';

describe('an admin at the audit log', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let event: FreeEvent;
  beforeAll(async () => {
    stack = await startStack();
    const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    event = await freeEvent(stack, 'Core');
    const people = await api.employees.list.query({});
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: people.find(({ name }) => name === event.person)?.id ?? 0,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    ({ page, errors } = await signedIn(stack, { email: 'admin@demo.test' }));
  });
  afterAll(() => stack?.stop());

  const rows = () => page.getByTestId('audit').locator('li');

  it('finds it in the menu, sees who did what and goes to the schedule and the person', async () => {
    await page.getByRole('button', { name: /^Account of/ }).press('Enter');
    await page.getByRole('link', { name: 'Audit log' }).press('Enter');
    const row = rows().filter({ hasText: `scheduled it for ${event.person}` });
    await row.getByText('Demo Dispatcher').waitFor();
    await row.getByText('employee name').waitFor();
    await row.getByRole('link', { name: event.person }).waitFor();
    await row.getByRole('button').first().click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await row.getByRole('link', { name: event.person }).click();
    await page.getByRole('heading', { name: event.person }).first().waitFor();
  });

  it('sees what was done on the admin page', async () => {
    const admin = await signedIn(stack, { email: 'admin@demo.test', url: stack.apps.adminUrl });
    await admin.page.getByRole('heading', { name: 'Parts' }).waitFor();
    const done = await admin.page.evaluate(async () => {
      const token = /XSRF-TOKEN=([^;]+)/.exec(document.cookie)?.[1] ?? '';
      const post = (path: string) =>
        fetch(`/trpc/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-xsrf-token': token },
          body: JSON.stringify({ tasks: ['refresh_events'] }),
        });
      return [(await post('pause')).status, (await post('resume')).status];
    });
    expect(done).toEqual([200, 200]);
    await admin.page.context().close();
    await page.goto(`${stack.apps.webUrl}/audit`);
    await page.getByLabel('Kind').selectOption({ label: 'Queues' });
    await rows().filter({ hasText: 'resumed the queue' }).waitFor();
    await rows()
      .filter({ hasText: 'paused the queue' })
      .getByRole('button', { name: 'Queue refresh_events' })
      .click();
    await expect.poll(() => page.getByLabel('Which queue').inputValue()).toBe('refresh_events');
  });

  it('searches by words, narrows down by days and takes the filters away', async () => {
    await page.goto(`${stack.apps.webUrl}/audit`);
    await rows().first().waitFor();
    await page.getByLabel('Search the audit log').fill(`${event.person} schedule`);
    await page.waitForURL(/q=/);
    await expect.poll(() => rows().count()).toBe(1);
    const today = workDateOf(currentInstant(), 'America/Indiana/Indianapolis');
    await page.getByLabel('From day').fill(addDays(today, 1));
    await page.getByText('Nothing matches.').waitFor();
    await expectTypedDay(page, page.getByLabel('To day'), 'to', addDays(today, 2));
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => rows().count()).toBeGreaterThan(1);
    await expect.poll(() => page.getByLabel('To day').inputValue()).toBe('');
    expect(new URL(page.url()).search).toBe('');
  });

  it('takes exactly the filtered rows along as a file', async () => {
    await page.goto(`${stack.apps.webUrl}/audit?object=queue`);
    await rows().first().waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('audit-log.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + (await rows().count()));
    expect(lines.slice(1).every((line) => line.includes(',queue,refresh_events,'))).toBe(true);
  });

  it('is alone with it: a dispatcher neither finds nor opens it', async () => {
    const dispatcher = await signedIn(stack);
    await dispatcher.page.locator('[data-sync-state]').first().waitFor();
    await dispatcher.page.getByRole('button', { name: /^Account of/ }).click();
    expect(await dispatcher.page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await dispatcher.page.goto(`${stack.apps.webUrl}/audit`);
    await dispatcher.page.getByText('Only an admin can see the audit log.').waitFor();
    expect((await dispatcher.page.request.get(`${stack.apps.webUrl}/api/audit.csv`)).status()).toBe(403);
    expect(dispatcher.errors).toEqual([]);
    await dispatcher.page.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
