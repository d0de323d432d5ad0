import { readFile } from 'node:fs/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import { connect } from '@scheduler/db';
import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes, findingsOf } from './accessibility.ts';
import { type PrintedPage, pagesOf } from './pdf.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

/** A PDF of one page with a text. */
async function sheet(text: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const file = await PDFDocument.create();
  file.addPage().drawText(text);
  return { name: `${text}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from(await file.save()) };
}

describe('packets', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let api: Api;
  let storeId: number;
  /** A day with work of which some has instructions and some has none. */
  let day: string;
  let withLink: number;
  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const store = await demoStore(api);
    storeId = store.id;
    await api.sync.refreshNow.mutate();
    for (const after of Array.from({ length: 14 }, (_, n) => n)) {
      day = addDays(store.today, after);
      const { events } = await api.packets.get.query({ storeId, day });
      const states = await Promise.all(
        events.map(({ eventId }) => api.packets.instructions.query({ eventId })),
      );
      const linked = states.findIndex(({ state }) => state !== 'no_link');
      withLink = events[linked]?.eventId ?? 0;
      if (withLink && states.some(({ state }) => state === 'no_link')) break;
    }
    ({ page, errors } = await signedIn(stack, { email: 'admin@demo.test' }));
  });
  afterAll(() => stack?.stop());

  /** Saves the packet of the open dialog, once it is ready, and reads its pages. */
  async function saved(from = page): Promise<PrintedPage[]> {
    const dialog = from.getByRole('dialog').last();
    await dialog.getByText('The packet is ready.').waitFor();
    const download = from.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Save' }).click();
    return pagesOf(new Uint8Array(await readFile(await (await download).path())));
  }

  it('an admin adds templates, orders them by keyboard, changes one and deletes one', async () => {
    await page.goto(`${stack.apps.webUrl}/settings`);
    const section = page.getByRole('region', { name: 'Paper templates' });
    await section.getByText('There is no template yet.').waitFor();
    const add = async (text: string, printed: string) => {
      await section.getByRole('button', { name: 'Add template' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('PDF file').setInputFiles(await sheet(text));
      await dialog.getByLabel('Printed').selectOption(printed);
      await dialog.getByRole('button', { name: 'Add template' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await add('Checklist', 'Once, at the end of a day');
    await add('Activity log', 'After each event');
    await add('Old sheet', 'After each event');

    await section.getByRole('button', { name: 'Add template' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByLabel('PDF file')
      .setInputFiles({ name: 'Page.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') });
    await dialog.getByRole('button', { name: 'Add template' }).click();
    await dialog.getByText('The file is not a PDF.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    const names = () => section.getByRole('listitem').locator('span.font-medium').allTextContents();
    await section.getByRole('button', { name: 'Move Activity log up' }).press('Enter');
    await expect.poll(names).toEqual(['Activity log', 'Checklist', 'Old sheet']);
    // The pressed button works no more, so the focus is on the one beside it.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Move Activity log down');
    await section.getByRole('button', { name: 'Edit Old sheet' }).press('Enter');
    await dialog.getByLabel('It is printed').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await section.getByText('not printed').waitFor();
    expect(await findingsInBothSchemes(page)).toEqual([]);
    await section.getByRole('button', { name: 'Delete Old sheet' }).press('Enter');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(names).toEqual(['Activity log', 'Checklist']);

    const viewer = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.page.goto(`${stack.apps.webUrl}/settings`);
    await viewer.page.getByText('Activity log').waitFor();
    await expect
      .poll(() => viewer.page.getByRole('button', { name: /template|Activity log/ }).count())
      .toBe(0);
    await viewer.page.context().close();
  });

  it('the panel of an event says what was fetched, has it fetched again, and makes its packet', async () => {
    await page.goto(`${stack.apps.webUrl}/day?day=${day}&event=${withLink}`);
    const panel = page.getByRole('dialog').first();
    await panel.getByText(/^PDF, 2 pages, \d+ kB, fetched /).waitFor();
    await panel.getByRole('button', { name: 'Fetch again' }).click();
    await panel.getByRole('button', { name: 'Fetch again', disabled: false }).waitFor();
    await panel.getByRole('button', { name: 'Print packet' }).click();
    const pages = await saved();
    expect(pages.map(({ text }) => text.split(' ')[0])).toEqual([
      'Store',
      'Instructions',
      'Steps',
      'Activity',
    ]);
    expect(pages[0]?.outside).toEqual([]);
    expect(await findingsInBothSchemes(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Print packet' }).waitFor();
  });

  it('the Day page makes the packet of the day, on a phone too, and its cover names what is missing', async () => {
    // Its worker has fetched all of them by now, or does so.
    await expect
      .poll(async () => {
        const { events } = await api.packets.get.query({ storeId, day });
        return events.flatMap(({ pages, reason }) => (pages === null ? [reason] : []));
      })
      .not.toContain('Not fetched yet.');
    const { events } = await api.packets.get.query({ storeId, day });
    const missing = events.filter(({ pages }) => pages === null);
    expect(missing.length).toBeGreaterThan(0);

    const phone = await signedIn(stack, { viewport: { width: 320, height: 844 }, touch: true, dark: true });
    await phone.page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await phone.page.getByRole('button', { name: 'Packet of the day' }).click();
    const pages = await saved(phone.page);
    const instructed = events.length - missing.length;
    expect(pages).toHaveLength(1 + instructed * 2 + events.length + 1);
    expect(pages.at(-1)?.text).toBe('Checklist');
    expect(pages[0]?.text).toContain(`Missing in this packet (${missing.length})`);
    expect(pages[0]?.text).toContain('Crossmark has no link to instructions.');
    expect(pages[0]?.outside).toEqual([]);
    const dialog = phone.page.getByRole('dialog');
    await expect.poll(() => dialog.getByText('Missing', { exact: true }).count()).toBe(missing.length);
    expect(await findingsOf(phone.page)).toEqual([]);

    // The page behind goes on following what others change, and the packet stays the one on offer.
    const address = await dialog.getByRole('link', { name: 'Save' }).getAttribute('href');
    await api.notes.save.mutate({
      subject: { kind: 'day', storeId, day },
      version: null,
      text: 'Back door only.',
    });
    await phone.page.getByText('Back door only.').waitFor({ state: 'attached' });
    expect(await dialog.getByRole('link', { name: 'Save' }).getAttribute('href')).toBe(address);

    // A part that can't be merged is listed as missing, although the store has it.
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`update paper_templates set content = convert_to('%PDF-broken', 'UTF8') where name = 'Checklist'`;
    await close();
    await phone.page.keyboard.press('Escape');
    await phone.page.getByRole('button', { name: 'Packet of the day' }).click();
    await dialog.getByText('The packet is ready.').waitFor();
    const sheetRow = dialog.getByRole('listitem').filter({ hasText: 'Checklist' });
    await sheetRow.getByText('Missing', { exact: true }).waitFor();
    await sheetRow.getByText('The PDF is damaged and can’t be read.').waitFor();
    await dialog.getByText(/ and 1 sheet of the store are missing\./).waitFor();
    expect(await findingsOf(phone.page)).toEqual([]);
    expect(phone.errors).toEqual([]);
    expect(errors).toEqual([]);
  });
});
