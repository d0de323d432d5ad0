import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { printed } from './pdf.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('notes', () => {
  let stack: Stack;
  let api: Api;
  let storeId: number;
  let today: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    ({ id: storeId, today } = await demoStore(api));
  });
  afterAll(() => stack?.stop());

  it('are written on an event by keyboard, seen on the board at once by a colleague, changed and removed', async () => {
    const { page, errors } = await signedIn(stack);
    const colleague = await signedIn(stack, { email: 'viewer@demo.test' });
    await colleague.page.locator('[data-card]').first().waitFor();
    const card = page.locator('[data-card] [data-event-id]').first();
    const eventId = Number(await card.getAttribute('data-event-id'));
    await card.click();
    const panel = page.getByRole('complementary').or(page.getByRole('dialog')).first();
    await panel.getByRole('button', { name: 'Add a note' }).press('Enter');
    await page.getByRole('textbox', { name: 'Note' }).fill('Ask for the key.\nBack door.');
    await page.keyboard.press('Control+Enter');
    await panel.getByText('Ask for the key.').waitFor();
    const theirs = colleague.page
      .locator(`[data-card]:has([data-event-id="${eventId}"])`)
      .getByTestId('note');
    await theirs.waitFor({ state: 'attached' });
    await expect.poll(() => theirs.getAttribute('title')).toBe('Ask for the key.\nBack door.');
    expect(await findingsOf(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Edit note' }).click();
    await page.getByRole('textbox', { name: 'Note' }).fill('');
    await page.getByRole('button', { name: 'Save note' }).click();
    await panel.getByRole('button', { name: 'Add a note' }).waitFor();
    await theirs.waitFor({ state: 'detached' });
    expect(await api.notes.get.query({ subject: { kind: 'event', eventId } })).toBeNull();
    expect(errors).toEqual([]);
  });

  it('of a day and its events stand on the Day page and on the printed sheet', async () => {
    const board = await api.day.get.query({ storeId, day: today });
    const eventId = board.schedules[0]?.event.eventId;
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/day?day=${today}`);
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.getByRole('textbox', { name: 'Note' }).fill('Inventory at noon.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByText('Inventory at noon.').first().waitFor();
    if (eventId !== undefined) {
      const subject = { kind: 'event' as const, eventId };
      await api.notes.save.mutate({ subject, version: null, text: 'Two tables.' });
    }
    await page.goto(`${stack.apps.webUrl}/day/print?day=${today}`);
    await page.getByText('Inventory at noon.').waitFor();
    if (eventId !== undefined) await page.getByText('Two tables.').waitFor();
    const sheets = await printed(page);
    expect(sheets.map(({ text }) => text).join(' ')).toContain('Inventory at noon.');
    for (const { outside } of sheets) expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('that are written about one day are neither shown nor saved about another, and wait at their own', async () => {
    const days = [today, addDays(today, 1)].map((day) => ({ kind: 'day' as const, storeId, day }));
    const [here, next] = days;
    if (!here || !next) throw new Error('There are no days.');
    const before = await Promise.all(
      days.map(async (subject) => {
        const { version = null } = (await api.notes.get.query({ subject })) ?? {};
        return api.notes.save.mutate({ subject, version, text: `About ${subject.day}.` });
      }),
    );
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/day?day=${next.day}`);
    await page.getByText(`About ${next.day}.`).waitFor();
    await page.getByRole('button', { name: 'Previous day' }).click();
    await page.getByText(`About ${here.day}.`).waitFor();
    await page.getByRole('button', { name: 'Edit note' }).click();
    const field = page.getByRole('textbox', { name: 'Note' });
    await field.fill('Inventory at one.');
    await page.getByRole('button', { name: 'Next day' }).click();
    await page.getByText(`About ${next.day}.`).waitFor();
    expect(await field.count()).toBe(0);
    await page.getByRole('button', { name: 'Previous day' }).click();
    await expect.poll(() => field.inputValue()).toBe('Inventory at one.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('button', { name: 'Edit note' }).waitFor();
    expect(await api.notes.get.query({ subject: here })).toMatchObject({ text: 'Inventory at one.' });
    expect(await api.notes.get.query({ subject: next })).toEqual(before[1]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('are waited for before a sheet is printed, and a sheet that can’t have them says so', async () => {
    const subject = { kind: 'day' as const, storeId, day: today };
    const { version = null } = (await api.notes.get.query({ subject })) ?? {};
    await api.notes.save.mutate({ subject, version, text: 'Bring the cart.' });
    const [person] = await api.employees.list.query({ storeId });
    const { page } = await signedIn(stack);
    for (const path of [
      `day/print?day=${today}`,
      `week/print?week=${today}`,
      `people/${person?.id}/print?week=${today}`,
      `people/print?week=${today}`,
    ]) {
      let answer = () => {};
      const isRequested = new Promise<void>((requested) => {
        const answered = new Promise<void>((resolve) => {
          answer = resolve;
        });
        void page.route(/notes\.list/, async (route) => {
          requested();
          await answered;
          await route.fulfill({ status: 500, body: '' });
        });
      });
      await page.goto(`${stack.apps.webUrl}/${path}`);
      await isRequested;
      const print = page.getByRole('button', { name: 'Print', exact: true });
      const sheets = page.getByRole('region', { name: 'Sheets' });
      await sheets.getByRole('status').waitFor({ state: 'attached' });
      expect(await print.isDisabled()).toBe(true);
      answer();
      await sheets.getByText('The notes could not be loaded.').waitFor();
      expect(await print.isDisabled()).toBe(true);
      await page.unroute(/notes\.list/);
      await sheets.getByRole('button', { name: 'Try again' }).click();
      await sheets.getByText('Bring the cart.').first().waitFor();
      await expect.poll(() => print.isEnabled()).toBe(true);
    }
    await page.context().close();
  });

  it('of a person stand on their page; one that a colleague has changed meanwhile is not overwritten unseen', async () => {
    const [person] = await api.employees.list.query({ storeId });
    if (!person) throw new Error('There is nobody.');
    const subject = { kind: 'person' as const, employeeId: person.id };
    const first = await api.notes.save.mutate({ subject, version: null, text: 'Mornings only.' });
    const { page, errors } = await signedIn(stack, { viewport: { width: 360, height: 740 }, dark: true });
    await page.goto(`${stack.apps.webUrl}/people/${person.id}`);
    await page.getByText('Mornings only.').waitFor();
    await page.getByRole('button', { name: 'Edit note' }).click();
    await api.notes.save.mutate({ subject, version: first?.version ?? null, text: 'Evenings only.' });
    await page.getByRole('textbox', { name: 'Note' }).fill('Weekends only.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page
      .getByRole('alert')
      .getByText(/has changed the note meanwhile: “Evenings only\.”/)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Keep what I entered and continue' }).click();
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('button', { name: 'Edit note' }).waitFor();
    expect(await api.notes.get.query({ subject })).toMatchObject({ text: 'Weekends only.' });
    expect(errors).toEqual([]);
  });
});
