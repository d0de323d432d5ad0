import { connect } from '@scheduler/db';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type Stack, startStack } from './stack.ts';

const ADMIN = { name: 'Ada Admin', email: 'ada@company.test', password: 'violet tractor humming' };
const DISPATCHER = { name: 'Dan Dispatch', email: 'dan@company.test', password: 'seven quiet lanterns' };

describe('a fresh installation', () => {
  let stack: Stack;
  let admin: Page;
  let dispatcher: Page;
  let invitation: string;
  let setUpLink: string;
  const errors: string[] = [];

  beforeAll(async () => {
    // Nothing listens there: no digest is due in these tests.
    const mail = { SMTP_URL: 'smtp://127.0.0.1:9', SMTP_FROM: 'scheduler@company.test' };
    stack = await startStack(mail, { empty: true });
    setUpLink = /http\S+\/set-up#\S+/.exec(stack.apps.server.output())?.[0] ?? '';
  });
  afterAll(() => stack?.stop());

  /** A page of a browser profile of its own. */
  async function open(url: string, viewport = { width: 1440, height: 900 }): Promise<Page> {
    const context = await stack.browser.newContext({
      viewport,
      timezoneId: 'America/Indiana/Indianapolis',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(url);
    return page;
  }
  const withoutFindings = async (page: Page) => expect(await findingsOf(page)).toEqual([]);
  const account = (page: Page) => page.getByRole('button', { name: /^Account of/ });

  it('is set up by the link that the server prints, by keyboard alone: the first admin, the first store', async () => {
    expect(setUpLink).toContain(stack.apps.webUrl);
    admin = await open(setUpLink);
    await admin.getByRole('form', { name: 'Set up the scheduler' }).waitFor();
    await withoutFindings(admin);
    const type = async (label: string, text: string) => {
      await expect.poll(() => admin.evaluate('document.activeElement.labels?.[0]?.textContent')).toBe(label);
      await admin.keyboard.type(text);
      await admin.keyboard.press('Tab');
    };
    await type('Your name', ADMIN.name);
    await type('E-mail', ADMIN.email);
    await type('Password', ADMIN.password);
    await type('Show the password', '');
    await type('Store name', 'Club Eight');
    await type('Store number', '8135');
    await type('Crossmark store id', '310042');
    await admin.keyboard.press('Enter');
    await account(admin).waitFor();
    expect(new URL(admin.url()).pathname).toBe('/');
    expect(admin.url()).not.toContain('#');
  });

  it('opens to nobody else by that link', async () => {
    const late = await open(setUpLink);
    await late.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await withoutFindings(late);
    await late.context().close();
  });

  it('lets its admin invite a dispatcher by a link that is shown once', async () => {
    await account(admin).click();
    await admin.getByRole('link', { name: 'Users' }).click();
    await admin.getByRole('heading', { name: 'Users' }).waitFor();
    await admin.getByRole('button', { name: 'Invite' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByLabel('Name').fill(DISPATCHER.name);
    await dialog.getByLabel('E-mail').fill(DISPATCHER.email);
    await dialog.getByLabel('Role').selectOption('dispatcher');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const field = dialog.getByLabel('One-time link');
    await field.waitFor();
    await withoutFindings(admin);
    invitation = await field.inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await admin.getByText(DISPATCHER.email).waitFor();
    await withoutFindings(admin);
    expect(await admin.content()).not.toContain(invitation.split('#')[1]);
  });

  it('lets the dispatcher in by it on a phone, with their role and no more', async () => {
    dispatcher = await open(invitation, { width: 360, height: 740 });
    await dispatcher.getByRole('heading', { name: `Welcome, ${DISPATCHER.name}` }).waitFor();
    await withoutFindings(dispatcher);
    const password = dispatcher.getByLabel('Password', { exact: true });
    await password.fill('password12345');
    await dispatcher.getByRole('button', { name: 'Go on' }).click();
    await dispatcher.getByText('is easily guessed').waitFor();
    await password.fill(DISPATCHER.password);
    await dispatcher.getByRole('button', { name: 'Go on' }).click();
    await account(dispatcher).click();
    await dispatcher.getByRole('link', { name: 'Password and sessions' }).waitFor();
    expect(await dispatcher.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await dispatcher.getByRole('link', { name: 'Password and sessions' }).click();
    await dispatcher.getByText('This one').waitFor();
    await withoutFindings(dispatcher);
    await dispatcher.goto(`${stack.apps.webUrl}/users`);
    await dispatcher.getByText('Only an admin can manage users').waitFor();
    await dispatcher.goto(stack.apps.webUrl);
    await dispatcher.getByRole('button', { name: /Refresh now/ }).waitFor();
  });

  it('limits the dispatcher to one store at once: the switcher, links to the other one and Refresh go', async () => {
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    const [other] = await sql`
      insert into stores (crossmark_store_id, number, name, time_zone)
      values ('310043', '8140', 'Club Nine', 'America/Indiana/Indianapolis') returning id`;
    await close();
    await dispatcher.setViewportSize({ width: 1440, height: 900 });
    await dispatcher.reload();
    const switcher = dispatcher.getByLabel('Store', { exact: true });
    await switcher.selectOption('Club Nine (8140)');
    await expect.poll(() => dispatcher.url()).toContain(`store=${other?.id}`);

    await admin.reload();
    await admin.getByRole('button', { name: `Manage ${DISPATCHER.name}` }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Only these' }).check();
    await dialog.getByRole('button', { name: 'Save stores' }).click();
    const some = dialog.getByRole('radio', { name: 'Only these' });
    const fault = () => some.evaluate((radio: HTMLInputElement) => radio.validationMessage);
    expect(await fault()).toBe('Choose at least one store.');
    await dialog.getByRole('checkbox', { name: /Club Eight/ }).check();
    expect(await fault()).toBe('');
    await withoutFindings(admin);
    await dialog.getByRole('button', { name: 'Save stores' }).click();
    await admin.getByText(`${DISPATCHER.name} has the new stores.`).waitFor();
    // The table is behind the dialog.
    await admin.locator('td', { hasText: /^Club Eight \(8135\)$/ }).waitFor();

    // Nobody touches the page of the other store: it hears of the change.
    await dispatcher.getByText('This store is not one of yours.').waitFor();
    await withoutFindings(dispatcher);
    await expect.poll(() => dispatcher.getByRole('button', { name: /Refresh now/ }).count()).toBe(0);
    await dispatcher.getByRole('main').getByRole('link', { name: 'Club Eight (8135)' }).click();
    await dispatcher.getByRole('main').getByText('Club Eight (8135)').waitFor();
    expect(await switcher.count()).toBe(0);
    await account(dispatcher).click();
    await dispatcher.getByLabel('Account', { exact: true }).getByText('Club Eight (8135)').waitFor();
    await dispatcher.keyboard.press('Escape');
    for (const page of ['day', 'month', 'events', 'activity']) {
      await dispatcher.goto(`${stack.apps.webUrl}/${page}?store=${other?.id}`);
      await dispatcher.getByText('This store is not one of yours.').waitFor();
    }

    // And back: the next click works in both.
    await dialog.getByRole('radio', { name: /All stores/ }).check();
    await dialog.getByRole('button', { name: 'Save stores' }).click();
    await dispatcher.getByLabel('Store', { exact: true }).waitFor();
    await admin.keyboard.press('Escape');
  });

  it('signs them out everywhere at once when they are disabled, and lets them in no more', async () => {
    const atAdmin = await open(stack.apps.adminUrl);
    await atAdmin.getByLabel('E-mail').fill(DISPATCHER.email);
    await atAdmin.getByLabel('Password').fill(DISPATCHER.password);
    await atAdmin.getByRole('button', { name: 'Sign in' }).click();
    await atAdmin.getByRole('button', { name: /account of/ }).waitFor();

    await admin.reload();
    await admin.getByRole('button', { name: `Manage ${DISPATCHER.name}` }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByText('admin page').first().waitFor();
    await withoutFindings(admin);
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByRole('button', { name: 'Enable' }).waitFor();

    // Nobody touches the scheduler's page: it hears of it. The admin's asks once a minute; what it asks for is refused at once.
    await dispatcher.getByText('Your session has ended').waitFor();
    await atAdmin.reload();
    await atAdmin.getByRole('button', { name: 'Sign in' }).waitFor();
    await dispatcher.getByLabel('E-mail').fill(DISPATCHER.email);
    await dispatcher.getByLabel('Password').fill(DISPATCHER.password);
    await dispatcher.getByRole('button', { name: 'Sign in' }).click();
    await dispatcher.getByText('E-mail or password is wrong').waitFor();
    await atAdmin.context().close();
  });

  it('keeps its last admin', async () => {
    await admin.keyboard.press('Escape');
    await admin.getByRole('button', { name: `Manage ${ADMIN.name}` }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByText('only admin left').waitFor();
    await admin.keyboard.press('Escape');
    // The dialog's entry in the browser's history is removed after the dialog. A navigation before
    // that would be aborted.
    await admin.waitForFunction(() => history.state.layer === undefined);
  });

  it('lets them choose when they get the next days by e-mail, and turn it off', async () => {
    await admin.goto(`${stack.apps.webUrl}/account#digests`);
    const section = admin.getByRole('region', { name: 'Next days by e-mail' });
    const store = section.getByRole('checkbox', { name: /^Club Eight/ });
    await store.waitFor();
    expect(await store.isChecked()).toBe(false);
    await store.click();
    const time = section.getByLabel('which time for Club Eight');
    await time.waitFor();
    await expect.poll(() => time.inputValue()).toBe('06:00');
    const saved = admin.waitForResponse(/account\.setDigest/);
    await time.fill('05:30');
    await time.press('Enter');
    expect((await saved).ok()).toBe(true);
    await withoutFindings(admin);
    await admin.reload();
    await time.waitFor();
    await expect.poll(() => time.inputValue()).toBe('05:30');
    await store.click();
    await time.waitFor({ state: 'hidden' });
  });

  it('lets them change their own password, and works on with the new one', async () => {
    await admin.goto(`${stack.apps.webUrl}/account`);
    await admin.getByLabel('Your password now').fill(ADMIN.password);
    await admin.getByLabel('New password').fill('another quiet harbour');
    await admin.getByRole('button', { name: 'Change password' }).click();
    await admin.getByText('Your password is changed').waitFor();
    await admin.reload();
    await admin.getByText('This one').waitFor();
    expect(errors).toEqual([]);
  });
});
