import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Api, signIn } from '@scheduler/scripts/api';
import { DEMO } from '@scheduler/scripts/infrastructure';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreeEvent, freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

/** Stands between the web app and the server and counts the streams that are open. */
async function streamCounter() {
  const open = new Set<IncomingMessage>();
  let target = '';
  const server: Server = createServer((incoming, answer) => {
    const streams = incoming.headers.accept === 'text/event-stream';
    if (streams) open.add(incoming);
    answer.once('close', () => open.delete(incoming));
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (back) => {
        answer.writeHead(back.statusCode ?? 502, back.headers);
        answer.flushHeaders();
        back.on('error', () => answer.destroy()).pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    answer.once('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sendTo: (url: string) => {
      target = url;
    },
    open: () => open.size,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('ten tabs of one browser', () => {
  let stack: Stack;
  let counter: Awaited<ReturnType<typeof streamCounter>>;
  let tabs: Page[];
  let colleague: Api;
  let event: FreeEvent;
  let errors: string[];

  beforeAll(async () => {
    counter = await streamCounter();
    stack = await startStack({ SERVER_URL: counter.url });
    counter.sendTo(stack.apps.serverUrl);
    colleague = await signIn(
      stack.apps.serverUrl,
      stack.infrastructure.env.WEB_ORIGIN ?? '',
      'admin@demo.test',
    );
    event = await freeEvent(stack, 'Core');
    const first = await signedIn(stack);
    errors = first.errors;
    await first.page.locator('[data-sync-state]').first().waitFor();
    tabs = [first.page];
    const address = `${stack.apps.webUrl}/?week=${event.weekOf}`;
    await first.page.goto(address);
    while (tabs.length < 10) {
      const tab = await first.page.context().newPage();
      tab.on('pageerror', (error) => errors.push(error.message));
      await tab.goto(address);
      tabs.push(tab);
    }
    await everyTab((tab) => inTray(tab).waitFor());
  });
  afterAll(async () => {
    await stack?.stop();
    counter?.stop();
  });

  const everyTab = (look: (tab: Page) => Promise<unknown>) => Promise.all(tabs.map(look));
  const inTray = (tab: Page) => tab.getByTestId(`tray-event-${event.eventId}`);
  const onBoard = (tab: Page) => tab.locator(`[data-event-id="${event.eventId}"]`).first();
  const oneStream = () => expect.poll(counter.open, { timeout: 20_000 }).toBe(1);

  const schedule = async () => {
    const person = (await colleague.employees.list.query({})).find(({ name }) => name === event.person);
    await colleague.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: person?.id ?? 0,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
  };
  const unschedule = async () => {
    const { schedule: live } = await colleague.events.get.query({ eventId: event.eventId });
    await colleague.schedules.unschedule.mutate({
      scheduleId: live?.scheduleId ?? 0,
      version: live?.version ?? 0,
    });
  };
  /** The tab that holds the stream: the one whose closing is felt. */
  const holder = async () => {
    for (const tab of tabs) {
      const held = await tab.evaluate(async () => {
        const { held: locks = [] } = await navigator.locks.query();
        const mine = await new Promise<string | undefined>((resolve) => {
          void navigator.locks.request(`who-am-i-${Math.random()}`, async (lock) => {
            const now = await navigator.locks.query();
            resolve(now.held?.find(({ name }) => name === lock?.name)?.clientId);
          });
        });
        return locks.some(({ name, clientId }) => name?.startsWith('live ') && clientId === mine);
      });
      if (held) return tab;
    }
    throw new Error('No tab holds the stream.');
  };

  it('hold one stream, and all see at once what a colleague changes', async () => {
    await oneStream();
    await schedule();
    await everyTab((tab) => onBoard(tab).waitFor());
  });

  it('go on with one stream when the tab that held it is closed', async () => {
    const leaving = await holder();
    tabs = tabs.filter((tab) => tab !== leaving);
    await leaving.close();
    await unschedule();
    await everyTab((tab) => inTray(tab).waitFor());
    await oneStream();
  });

  it('go on when the tab that held it crashes', async () => {
    const crashing = await holder();
    tabs = tabs.filter((tab) => tab !== crashing);
    const gone = crashing.waitForEvent('crash');
    await crashing.goto('chrome://crash').catch(() => undefined);
    await gone;
    await schedule();
    await everyTab((tab) => onBoard(tab).waitFor());
    await oneStream();
    await crashing.close();
  });

  it('go on when the tab that held it is frozen, which catches up when it thaws', async () => {
    const freezing = await holder();
    const browser = await freezing.context().newCDPSession(freezing);
    await browser.send('Page.setWebLifecycleState', { state: 'frozen' });
    const awake = tabs.filter((tab) => tab !== freezing);
    await unschedule();
    await Promise.all(awake.map((tab) => inTray(tab).waitFor()));
    await oneStream();
    await browser.send('Page.setWebLifecycleState', { state: 'active' });
    await inTray(freezing).waitFor();
    await oneStream();
  });

  it('go on when the tab that held it is halted without a word', async () => {
    const halting = await holder();
    const browser = await halting.context().newCDPSession(halting);
    await browser.send('Debugger.enable');
    const halted = new Promise((resolve) => browser.once('Debugger.paused', resolve));
    await browser.send('Debugger.pause');
    void halting.evaluate('0').catch(() => undefined);
    await halted;
    await schedule();
    const others = tabs.filter((tab) => tab !== halting);
    await Promise.all(others.map((tab) => onBoard(tab).waitFor()));
    await browser.send('Debugger.resume');
    await browser.send('Debugger.disable');
    await onBoard(halting).waitFor();
    await oneStream();
    await unschedule();
    await everyTab((tab) => inTray(tab).waitFor());
  });

  it('go on when the tab that held it goes elsewhere, which catches up when it comes back', async () => {
    const leaving = await holder();
    await leaving.goto('about:blank');
    await schedule();
    await Promise.all(tabs.filter((tab) => tab !== leaving).map((tab) => onBoard(tab).waitFor()));
    await leaving.goBack();
    await onBoard(leaving).waitFor();
    await oneStream();
  });

  it('catch up when the connection was lost, and say that and since when', async () => {
    const [tab] = tabs as [Page];
    await tab.context().setOffline(true);
    await everyTab((each) => each.getByText(/You are offline/).waitFor());
    await unschedule();
    await tab.context().setOffline(false);
    await everyTab((each) => inTray(each).waitFor());
    await everyTab((each) => each.getByText(/You are offline/).waitFor({ state: 'hidden' }));
    await oneStream();
  });

  it('are all signed out with one of them, hold no stream, and nothing that they had loaded', async () => {
    const [tab] = tabs as [Page];
    await everyTab((each) => each.evaluate('window.inMemory = true'));
    await tab.getByRole('button', { name: /^Account of/ }).click();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await everyTab((each) => each.getByLabel('Password').waitFor());
    await expect.poll(counter.open, { timeout: 20_000 }).toBe(0);
    await everyTab(async (each) => expect(await each.evaluate('window.inMemory')).toBeUndefined());
  });

  it('are all the next person’s when somebody else signs in in one of them', async () => {
    const [tab] = tabs as [Page];
    await tab.getByLabel('E-mail').fill('viewer@demo.test');
    await tab.getByLabel('Password').fill(DEMO.password);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await everyTab((each) => each.getByRole('button', { name: 'Account of Demo Viewer' }).waitFor());
    await oneStream();
    event = await freeEvent(stack, 'Core');
    await everyTab((each) => each.goto(`${stack.apps.webUrl}/?week=${event.weekOf}`));
    await everyTab((each) => inTray(each).waitFor());
    await schedule();
    await everyTab((each) => onBoard(each).waitFor());
  });

  it('whose session ends while something is filled in ask for the password, and save it then, for the same person alone', async () => {
    const { page, errors: itsErrors } = await signedIn(stack);
    await page.getByRole('link', { name: 'People' }).click();
    const add = page.getByRole('button', { name: 'Add person' });
    const dialog = page.getByRole('dialog', { name: 'Add a person' });
    const endedDialog = page.getByRole('dialog', { name: 'Your session has ended' });
    const people = async () => (await colleague.employees.list.query({})).map(({ name }) => name);
    const saveAfterTheEnd = async (name: string) => {
      await add.click();
      await dialog.getByLabel('Name').fill(name);
      await page.context().clearCookies();
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await endedDialog.waitFor();
      expect(await people()).not.toContain(name);
    };
    await saveAfterTheEnd('Tess Typed');
    await endedDialog.locator('input[type=password]:focus').waitFor();
    await page.keyboard.press('Escape');
    await endedDialog.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await endedDialog.getByText('is wrong').waitFor();
    await endedDialog.getByLabel('Password').fill(DEMO.password);
    await page.keyboard.press('Enter');
    await page.getByText('Tess Typed is added').waitFor();
    expect((await people()).filter((name) => name === 'Tess Typed')).toHaveLength(1);

    await saveAfterTheEnd('Otto Other');
    const other = await page.context().newPage();
    await other.goto(stack.apps.webUrl);
    await other.getByLabel('E-mail').fill('viewer@demo.test');
    await other.getByLabel('Password').fill(DEMO.password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Account of Demo Viewer' }).waitFor();
    expect(await dialog.count()).toBe(0);
    expect(await people()).not.toContain('Otto Other');
    expect(itsErrors).toEqual([]);
    await page.context().close();
  });

  it('have met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
