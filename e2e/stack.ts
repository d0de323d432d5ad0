import { currentInstant } from '@scheduler/runtime/clock';
import { weekStart, workDateOf } from '@scheduler/scheduling';
import type { Api } from '@scheduler/scripts/api';
import { type Apps, startApps } from '@scheduler/scripts/apps';
import { findChromium } from '@scheduler/scripts/chromium';
import {
  DEMO,
  hasDemoTemplate,
  type Infrastructure,
  temporaryInfrastructure,
} from '@scheduler/scripts/infrastructure';
import type { Store } from '@scheduler/server/router';
import { type Browser, chromium, type Page } from 'playwright-core';
import { moveClock } from './clock.ts';

/**
 * The whole system as separate processes on free ports with temporary demo data, and a real
 * browser.
 */
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

/** Returns the demo's store, with its present day and the Sunday of its week. */
export async function demoStore(api: Api): Promise<Store & { today: string; weekOf: string }> {
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('There is no store.');
  const today = workDateOf(currentInstant(), store.timeZone);
  return { ...store, today, weekOf: weekStart(today) };
}

/**
 * The settings of a browser profile. By default it has a wide screen, a mouse and the club's zone.
 */
export interface Look {
  viewport?: { width: number; height: number };
  dark?: boolean;
  /** A touch screen in place of a mouse. */
  touch?: boolean;
  /** The error of the computer's clock in milliseconds. */
  clockOffMs?: number;
  /** The zone of the user. */
  timezoneId?: string;
}

/**
 * Opens an empty page in a new browser profile. `errors` collects every error that the page logs.
 */
export async function freshPage(stack: Stack, look: Look = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await stack.browser.newContext({
    viewport: look.viewport ?? { width: 1440, height: 900 },
    colorScheme: look.dark ? 'dark' : 'light',
    timezoneId: look.timezoneId ?? 'America/Indiana/Indianapolis',
    acceptDownloads: true,
    // Without transitions, a check never sees a color between two states.
    reducedMotion: 'reduce',
    ...(look.touch && { hasTouch: true, isMobile: true }),
  });
  await moveClock(context, look.clockOffMs ?? 0);
  // The same time-out as in other tests, because the machine may be busy.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors };
}

/** Opens a {@link freshPage} and signs in to the scheduler, or to `url`. */
export async function signedIn(
  stack: Stack,
  options: Look & { email?: string; url?: string } = {},
): Promise<{ page: Page; errors: string[] }> {
  const { page, errors } = await freshPage(stack, options);
  await page.goto(options.url ?? stack.apps.webUrl);
  await page.getByLabel('E-mail').fill(options.email ?? 'dispatcher@demo.test');
  await page.getByLabel('Password').fill(DEMO.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // Going to another page before the answer arrives would abort the sign-in.
  await page.getByLabel('Password').waitFor({ state: 'hidden' });
  return { page, errors };
}
