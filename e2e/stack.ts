import { type Apps, startApps } from '@scheduler/scripts/apps';
import { findChromium } from '@scheduler/scripts/chromium';
import {
  DEMO,
  hasDemoTemplate,
  type Infrastructure,
  temporaryInfrastructure,
} from '@scheduler/scripts/infrastructure';
import { type Browser, chromium, type Page } from 'playwright-core';
import { moveClock } from './clock.ts';

/** The whole system as processes of their own, on free ports and temporary demo data, and a real browser. */
export interface Stack {
  infrastructure: Infrastructure;
  apps: Apps;
  browser: Browser;
  stop(): Promise<void>;
}

/** Starts everything. `env` adds settings of the apps; `empty` leaves out the demo data and its users. */
export async function startStack(
  env: Record<string, string> = {},
  options: { empty?: boolean } = {},
): Promise<Stack> {
  const infrastructure = await temporaryInfrastructure({ ...options, copied: hasDemoTemplate() });
  Object.assign(infrastructure.env, env);
  const stops = [infrastructure.stop];
  const stop = async () => {
    for (const undo of stops.splice(0).reverse()) await undo();
  };
  try {
    const apps = await startApps(infrastructure, { pages: true });
    stops.push(apps.stop);
    const browser = await chromium.launch(findChromium());
    stops.push(() => browser.close());
    const newContext = browser.newContext.bind(browser);
    browser.newContext = async (options) => {
      const context = await newContext(options);
      await moveClock(context);
      return context;
    };
    return { infrastructure, apps, browser, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a browser profile is like, unless said otherwise: a wide screen with a mouse, in the club's zone. */
export interface Look {
  viewport?: { width: number; height: number };
  dark?: boolean;
  /** A touch screen in place of a mouse. */
  touch?: boolean;
  /** By how many milliseconds the computer's clock is off. */
  clockOffMs?: number;
  /** Where the person sits. */
  timezoneId?: string;
}

/** An empty page in a fresh browser profile. Every error that the page logs fails the test that asks for `errors`. */
export async function freshPage(stack: Stack, look: Look = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await stack.browser.newContext({
    viewport: look.viewport ?? { width: 1440, height: 900 },
    colorScheme: look.dark ? 'dark' : 'light',
    timezoneId: look.timezoneId ?? 'America/Indiana/Indianapolis',
    acceptDownloads: true,
    // What is looked at is then what will stay, not a colour on its way to another.
    reducedMotion: 'reduce',
    ...(look.touch && { hasTouch: true, isMobile: true }),
  });
  await moveClock(context, look.clockOffMs ?? 0);
  // As long as other tests wait: a machine may be busy with other work.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors };
}

/** A {@link freshPage} that is signed in to the scheduler, or to `url`. */
export async function signedIn(
  stack: Stack,
  options: Look & { email?: string; url?: string } = {},
): Promise<{ page: Page; errors: string[] }> {
  const { page, errors } = await freshPage(stack, options);
  await page.goto(options.url ?? stack.apps.webUrl);
  await page.getByLabel('E-mail').fill(options.email ?? 'dispatcher@demo.test');
  await page.getByLabel('Password').fill(DEMO.password);
  const button = page.getByRole('button', { name: 'Sign in' });
  await button.click();
  // Who goes to another page before the answer is there breaks the sign-in off.
  await button.waitFor({ state: 'hidden' });
  return { page, errors };
}
