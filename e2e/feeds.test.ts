import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const today = workDateOf(currentInstant(), 'America/Indiana/Indianapolis');

/** What a camera reads from the code on a page. */
async function readCode(page: Page): Promise<string> {
  const image = await page.getByRole('img', { name: /^QR code/ }).evaluate(async (svg) => {
    const size = 600;
    const copy = svg.cloneNode(true) as SVGElement;
    copy.setAttribute('width', String(size));
    copy.setAttribute('height', String(size));
    const drawn = new Image();
    drawn.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await drawn.decode();
    const canvas = document.createElement('canvas');
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext('2d');
    context?.drawImage(drawn, 0, 0);
    return { width: size, height: size, data: [...(context?.getImageData(0, 0, size, size).data ?? [])] };
  });
  return decodeQR({ ...image, data: Uint8ClampedArray.from(image.data) });
}

describe('calendar addresses', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let api: Api;
  /** Somebody with work to come. */
  let person: { id: number; name: string };
  let eventId: number;
  beforeAll(async () => {
    stack = await startStack();
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-sync-state]').first().waitFor();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    for (const week of [0, 1]) {
      const board = await api.board.week.query({ weekOf: addDays(today, week * 7) });
      const work = board.schedules.find((one) => one.workDate > today);
      const worker = board.people.find((one) => one.id === work?.employeeId);
      if (!work || !worker) continue;
      person = { id: worker.id, name: worker.name };
      eventId = work.event.eventId;
      break;
    }
  });
  afterAll(() => stack?.stop());

  const dialog = () => page.getByRole('dialog');
  const address = () => dialog().getByRole('textbox', { name: 'Address' }).inputValue();
  const read = (url: string) => fetch(url);

  it('one of a person is made by keyboard, shown once as link and code, and gives their work', async () => {
    await page.goto(`${stack.apps.webUrl}/people/${person.id}`);
    await page.getByText('There is none.').waitFor();
    await page.getByRole('button', { name: 'Make an address' }).press('Enter');
    await dialog().getByText('Whoever has the address').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Make the address' }).press('Enter');
    await dialog()
      .getByRole('img', { name: `QR code of the calendar address of ${person.name}` })
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);

    const url = await address();
    expect(url).toMatch(/\/api\/feeds\/calfeed_[\w-]{43}\.ics$/);
    const webcal = url.replace(/^https?/, 'webcal');
    expect(await readCode(page)).toBe(webcal);
    expect(await dialog().getByRole('link', { name: 'Subscribe on this device' }).getAttribute('href')).toBe(
      webcal,
    );
    const answer = await read(url);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
    expect(text).toContain(`UID:event-${eventId}-person-${person.id}@crossmark-scheduler\r\n`);
    const known = { 'if-none-match': answer.headers.get('etag') ?? '' };
    expect((await fetch(url, { headers: known })).status).toBe(304);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);

    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText(/^Made by Demo Dispatcher.*A calendar read it last|^Made by/).waitFor();
    const token = url.split('/').at(-1) ?? '';
    expect(await page.content()).not.toContain(token);
    expect(errors).toEqual([]);
  });

  it('one that is replaced ends with it, and one that is ended too', async () => {
    await page.goto(`${stack.apps.webUrl}/people/${person.id}`);
    const make = async (open: string, confirm: string) => {
      await page.getByRole('button', { name: open }).click();
      await dialog().getByRole('button', { name: confirm }).click();
      await dialog().getByRole('textbox', { name: 'Address' }).waitFor();
      const url = await address();
      await dialog().getByRole('button', { name: 'Done' }).click();
      await dialog().waitFor({ state: 'hidden' });
      return url;
    };
    const first = await make('Replace', 'Replace');
    const second = await make('Replace', 'Replace');
    expect((await read(first)).status).toBe(404);
    expect((await read(second)).status).toBe(200);
    await page.getByRole('button', { name: 'End it' }).click();
    await dialog().getByRole('button', { name: 'End it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText('There is none.').waitFor();
    expect((await read(second)).status).toBe(404);
    expect(errors).toEqual([]);
  });

  it('one of a store is an admin’s to make, and a viewer makes none', async () => {
    await page.goto(`${stack.apps.webUrl}/settings`);
    await page.getByText(/^Only an admin can change them/).waitFor();
    expect(await page.getByRole('heading', { name: 'Calendar address' }).count()).toBe(0);
    const viewer = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.page.locator('[data-sync-state]').first().waitFor();
    await viewer.page.goto(`${stack.apps.webUrl}/people/${person.id}`);
    await viewer.page.getByText('There is none.').waitFor();
    expect(await viewer.page.getByRole('button', { name: 'Make an address' }).count()).toBe(0);
    await viewer.page.context().close();

    const admin = await signedIn(stack, { email: 'admin@demo.test', viewport: { width: 320, height: 740 } });
    await admin.page.getByRole('button', { name: /^Account of/ }).waitFor();
    await admin.page.goto(`${stack.apps.webUrl}/settings`);
    await admin.page.getByRole('button', { name: 'Make an address' }).click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Make the address' }).click();
    const field = admin.page.getByRole('dialog').getByRole('textbox', { name: 'Address' });
    await field.waitFor();
    await admin.page.getByRole('img', { name: /^QR code/ }).waitFor();
    expect(await findingsOf(admin.page)).toEqual([]);
    const text = await (await read(await field.inputValue())).text();
    expect(text.replaceAll('\r\n ', '')).toContain(`SUMMARY:${person.name}\\, `);
    expect(admin.errors).toEqual([]);
    await admin.page.context().close();
  });
});
