import { connect } from '@scheduler/db';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sidewaysOf } from './accessibility.ts';
import type { FreeEvent } from './board.ts';
import { makeNews, openScreen, SCREENS } from './screens.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

/** A page that took it for markup would have this element, whether or not its policy lets the script run. */
const MARKUP = `"><img class="hostile" src="x" onerror="window.hostile = true">{{7*7}}\${7*7}`;

describe('names that are markup, from Crossmark and from people', () => {
  let stack: Stack;
  let event: FreeEvent;
  beforeAll(async () => {
    stack = await startStack();
    event = await makeNews(stack);
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`update events set name = name || ${MARKUP}`;
    await sql`update employees set name = name || ${MARKUP}`;
    await sql`update stores set name = name || ${MARKUP}`;
    await sql`update users set name = name || ${MARKUP}`;
    await sql`update event_syncs set failure_reason = failure_reason || ${MARKUP}, booked_rep_names = ${MARKUP} where booked_rep_names is not null or failure_reason is not null`;
    await sql`update sync_attempts set summary = summary || ${MARKUP}, failure_reason = failure_reason || ${MARKUP}`;
    await sql`update audit_log set actor_name = actor_name || ${MARKUP}, before = before || jsonb_build_object('note', ${MARKUP}::text), after = after || jsonb_build_object('note', ${MARKUP}::text)`;
    await sql`insert into holidays (day, name, yearly) values (app_now()::date + 1, ${MARKUP}, false)`;
    await close();
  });
  afterAll(() => stack?.stop());

  it('stay words on every screen, printed ones too', async () => {
    const dispatcher = await signedIn(stack);
    const admin = await signedIn(stack, { email: 'admin@demo.test' });
    for (const { page } of [dispatcher, admin]) await page.locator('[data-sync-state]').first().waitFor();
    const seen: string[] = [];
    for (const screen of SCREENS) {
      const { name } = screen;
      const { page } = screen.admin ? admin : dispatcher;
      await openScreen(page, stack, screen, event);
      expect(await page.locator('img.hostile').count(), name).toBe(0);
      expect(await page.evaluate('window.hostile'), name).toBeUndefined();
      if ((await page.locator('body').innerText()).includes('onerror')) seen.push(name);
    }
    // The pages did show the hostile text, which a fault would have turned into markup.
    expect(seen).toEqual(expect.arrayContaining(['day', 'events', 'person', 'history', 'audit', 'users']));
    expect([...dispatcher.errors, ...admin.errors]).toEqual([]);
  });

  it('stay words on the admin page and on the queues’ pages', async () => {
    const { page, errors } = await signedIn(stack, { email: 'admin@demo.test', url: stack.apps.adminUrl });
    await page.getByRole('heading', { name: 'Parts' }).waitFor();
    await page.getByText('onerror').first().waitFor();
    for (const path of ['/', '/#changes', '/queues/', '/queues/queue/sync_schedule?status=failed']) {
      await page.goto(stack.apps.adminUrl + path, { waitUntil: 'load' });
      await page.locator('h1, h2, header').first().waitFor();
      expect(await page.locator('img.hostile').count(), path).toBe(0);
      expect(await page.evaluate('window.hostile'), path).toBeUndefined();
    }
    expect(errors).toEqual([]);
  });
});

/** One word that no line of a phone holds, and a text of many words. */
const WORD = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft';
const TEXT = `${WORD} and ${'many words more, '.repeat(12)}https://club.example/${WORD.repeat(2)}`;
/** bull-board's own list of states, which it made to be scrolled. */
const TABS_OF_BULL_BOARD = '[class^=statusTabs]';
const WIDTHS = [320, 360, 390, 768, 1024, 1440];

/** Charts are drawn anew some time after their place has changed. */
async function fitsEveryWidth(page: Page, except?: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 740 });
    await expect
      .poll(() => sidewaysOf(page, except), { message: `${width} px`, timeout: 15_000 })
      .toEqual([]);
  }
}

describe('names and texts longer than any line', () => {
  let stack: Stack;
  let event: FreeEvent;
  let dispatcher: Page;
  let admin: Page;
  beforeAll(async () => {
    stack = await startStack();
    event = await makeNews(stack);
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`update events set name = case when id % 2 = 0 then ${WORD} else name || ' ' || ${TEXT} end`;
    await sql`update employees set name = ${WORD} || ' ' || name`;
    await sql`update stores set name = ${WORD} || ' ' || name`;
    await sql`update users set name = ${WORD} || ' ' || name`;
    await sql`update users set email = ${`${WORD}@${WORD.toLowerCase()}.example`} where email not in ('dispatcher@demo.test', 'admin@demo.test') and id = (select max(id) from users)`;
    await sql`update event_syncs set failure_reason = failure_reason || ${TEXT}, booked_rep_names = ${WORD} where booked_rep_names is not null or failure_reason is not null`;
    await sql`update sync_attempts set summary = summary || ${TEXT}, failure_reason = failure_reason || ${TEXT}`;
    await sql`update audit_log set actor_name = ${WORD} || actor_name, before = before || jsonb_build_object('note', ${TEXT}::text), after = after || jsonb_build_object('note', ${TEXT}::text)`;
    await close();
    const viewport = { width: WIDTHS[0] ?? 0, height: 740 };
    dispatcher = (await signedIn(stack, { viewport })).page;
    admin = (await signedIn(stack, { viewport, email: 'admin@demo.test' })).page;
    for (const page of [dispatcher, admin]) await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  it.each(SCREENS)('never make a screen scroll sideways, from 320 to 1440 px: $name', async (screen) => {
    const page = screen.admin ? admin : dispatcher;
    await openScreen(page, stack, screen, event);
    await fitsEveryWidth(page);
  });

  it.each(['/', '/#changes', '/#charts', '/#refreshes', '/queues/'])(
    'never make the admin page scroll sideways, from 320 to 1440 px: %s',
    async (path) => {
      const { page } = await signedIn(stack, { email: 'admin@demo.test', url: stack.apps.adminUrl });
      await page.getByRole('heading', { name: 'Parts' }).waitFor();
      await page.goto(stack.apps.adminUrl + path, { waitUntil: 'load' });
      await page.locator('h1, h2, header').first().waitFor();
      await fitsEveryWidth(page, TABS_OF_BULL_BOARD);
      await page.context().close();
    },
  );
});

describe('a link to the sign-in page', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.stop());

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
  ])('leads to a page of this app and nowhere else: %j', async (next) => {
    const url = `${stack.apps.webUrl}/sign-in?next=${encodeURIComponent(next)}`;
    const { page, errors } = await signedIn(stack, { url });
    await page.locator('[data-sync-state]').first().waitFor();
    expect(new URL(page.url()).origin).toBe(new URL(stack.apps.webUrl).origin);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
