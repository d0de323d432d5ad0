import { connect, type Database, eventSyncs } from '@scheduler/db';
import { signIn } from '@scheduler/scripts/api';
import { startApp } from '@scheduler/scripts/apps';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import type { Running } from '@scheduler/scripts/process';
import { eq, ne } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type FreeEvent, freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const SOON = { timeout: 60_000 };

describe('an operator, against a real worker', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let database: Database;
  let second: Running | undefined;
  beforeAll(async () => {
    stack = await startStack();
    database = connect(stack.infrastructure.databaseUrl, { max: 2 });
    ({ page, errors } = await signedIn(stack, { email: 'admin@demo.test', url: stack.apps.adminUrl }));
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
  });
  afterAll(async () => {
    await second?.stop();
    await database?.close();
    await stack?.stop();
  });

  const region = (name: string | RegExp) => page.getByRole('region', { name });
  const fault = (rule: object) =>
    fetch(`${stack.infrastructure.simulatorUrl}/__sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([rule]),
    });
  const mend = () => fetch(`${stack.infrastructure.simulatorUrl}/__sim/faults`, { method: 'DELETE' });
  const held = (event: FreeEvent) => heldBookings(stack.infrastructure.simulatorUrl, event.mplanId);
  const stateOf = async (event: FreeEvent) =>
    (await database.db.select().from(eventSyncs).where(eq(eventSyncs.eventId, event.eventId)))[0]?.state;

  /** What a dispatcher's click does. */
  async function schedule(): Promise<FreeEvent> {
    const event = await freeEvent(stack, 'Core');
    const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const person = (await api.employees.list.query({})).find((one) => one.name === event.person);
    if (!person) throw new Error(`${event.person} is gone.`);
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: person.id,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    return event;
  }

  it('finds why a schedule is stuck, and fixes it', async () => {
    await fault({
      call: 'scheduleMplanEvent',
      kind: 'refuse',
      message: 'This rep is not certified.',
      times: null,
    });
    const event = await schedule();
    await page.getByRole('heading', { name: /^1 change needs a person/ }).waitFor(SOON);
    await page.getByRole('link', { name: 'Look at them' }).click();
    const letters = region('Dead letters (1)');
    await letters
      .getByText(/not certified/)
      .first()
      .waitFor(SOON);
    await letters.locator('summary').first().click();
    await letters.getByText('dead', { exact: true }).waitFor();
    // The cause is mended on Crossmark's side.
    await mend();
    await letters.getByRole('button', { name: /^Try again: / }).click();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
    expect(await stateOf(event)).toBe('synced');
    expect(await held(event)).toHaveLength(1);
  });

  it('pauses all of sync during an incident, and resumes', async () => {
    await page.getByRole('button', { name: 'Pause all' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause all of sync?' });
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Pause all' }).click();
    await page.getByRole('heading', { name: /^All of sync is paused \(7 tasks\), since \d/ }).waitFor(SOON);
    const event = await schedule();
    await region('Queues').getByRole('link', { name: '1 job paused, New schedules' }).waitFor(SOON);
    // Another task's number stands still too: a worker that took jobs would have taken this one by now.
    await page
      .getByText(/1 job waits and is safe/)
      .first()
      .waitFor();
    expect(await held(event)).toEqual([]);
    expect(await stateOf(event)).toBe('pending');
    await page.getByRole('button', { name: 'Resume all' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
    await expect.poll(() => held(event), SOON).toHaveLength(1);
  });

  it('redrives 500 dead letters', async () => {
    await database.sql`
      with event as (
        insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
        select (select min(id) from stores), (71000000 + n)::text, 'Flood ' || n, 'Other', app_now()::date, app_now()::date + 7, 390
        from generate_series(1, 500) n returning id
      )
      insert into event_syncs (event_id, state, wanted_version, wanted_at, failing_since, failure_kind, failure_reason)
      select id, 'failed', 1, app_now(), app_now(), 'rejected', 'Crossmark refused it: closed for stock-taking.' from event`;
    await page.getByRole('heading', { name: /^500 changes need a person/ }).waitFor(SOON);
    await page.getByRole('link', { name: 'Look at them' }).click();
    await page.getByLabel('Event, person, store or reason').fill('stock-taking');
    await region('Dead letters (500)').getByRole('button', { name: 'Try all 500 again' }).click();
    const dialog = page.getByRole('dialog', { name: 'Try 500 changes again?' });
    await dialog.getByRole('button', { name: 'Try all 500 again' }).click();
    await page.getByText('500 changes are on their way again.').waitFor(SOON);
    await expect
      .poll(() => database.db.$count(eventSyncs, eq(eventSyncs.failureKind, 'rejected')), SOON)
      .toBe(0);
    // Their jobs go through the worker like any other, as fast as calls to Crossmark are paced.
    await expect
      .poll(() => database.db.$count(eventSyncs, ne(eventSyncs.state, 'synced')), { timeout: 90_000 })
      .toBe(0);
    await page.getByLabel('Event, person, store or reason').fill('');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
  });

  it('retries all of one cause, and sees of an outage that it ended by itself', async () => {
    await database.sql`
      with event as (
        insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
        select (select min(id) from stores), (73000000 + n)::text, 'Cause ' || n, 'Other', app_now()::date, app_now()::date + 7, 390
        from generate_series(1, 4) n returning id, name
      )
      insert into event_syncs (event_id, state, wanted_version, wanted_at, failing_since, failure_kind, failure_reason)
      select id, 'failed', 1, app_now(), app_now(), 'rejected', case name
        when 'Cause 4' then 'Ada Example has no RepID in Crossmark, so nothing can be booked for them.'
        else 'Crossmark refused: the store is closed. Crossmark still has Rep ' || name || ' on Mon Jan 5.' end from event`;
    await database.sql`
      insert into sync_attempts (task, job_id, worker_id, event_id, started_at, finished_at, outcome, failure_kind, failure_reason)
      select 'sync_schedule', '1', 'w', event_id, app_now() - minutes * interval '1 minute', app_now() - minutes * interval '1 minute', outcome::attempt_outcome,
        case outcome when 'retry' then 'transient'::failure_kind end, case outcome when 'retry' then 'Crossmark failed (503). The schedule is saved here.' end
      from (select event_id from event_syncs where state = 'synced' order by event_id limit 2) two, (values (6, 'retry'), (0, 'done')) attempt (minutes, outcome)
      order by minutes desc`;
    const causes = region('What stands in the way');
    await causes.getByRole('link', { name: 'Crossmark refused: the store is closed.' }).waitFor(SOON);
    await causes.getByRole('link', { name: 'A person has no RepID in Crossmark.' }).waitFor();
    await causes.getByText(/^Ended by itself: 2 changes waited up to 6\smin, all are in Crossmark/).waitFor();
    expect(await causes.innerText()).not.toMatch(/Ada|Rep Cause/);
    await causes.getByRole('button', { name: /^Try all 3 again: / }).click();
    const dialog = page.getByRole('dialog', { name: 'Try 3 changes again?' });
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Try all 3 again' }).click();
    await causes.getByText('3 changes are on their way again.').waitFor(SOON);
    await page.getByRole('heading', { name: /^1 change needs a person/ }).waitFor(SOON);
    await causes.getByRole('link', { name: 'A person has no RepID in Crossmark.' }).click();
    await page.getByText('Of one cause: A person has no RepID in Crossmark.').waitFor();
    await region('Dead letters (1)')
      .getByRole('button', { name: /^Try again: / })
      .click();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
  });

  it('retries one of two pages of dead letters: page, ticks of other rows and the keyboard’s place stay', async () => {
    await database.sql`
      with event as (
        insert into events (store_id, mplan_id, name, type, starts_on, due_on, duration_minutes)
        select (select min(id) from stores), (72000000 + n)::text, 'Place ' || n, 'Other', app_now()::date, app_now()::date + 7, 390
        from generate_series(1, 12) n returning id
      )
      insert into event_syncs (event_id, state, wanted_version, wanted_at, failing_since, failure_kind, failure_reason)
      select id, 'failed', 1, app_now(), app_now(), 'rejected', 'Crossmark refused it: closed for stock-taking.' from event`;
    await page.getByRole('link', { name: 'Changes', exact: true }).click();
    const list = region('Dead letters (12)');
    await list.locator('ul > li').getByText('refused', { exact: true }).first().waitFor(SOON);
    await list.getByRole('button', { name: 'Older' }).click();
    const rows = page.getByRole('region', { name: /^Dead letters/ }).locator('ul > li');
    await expect.poll(() => rows.count(), SOON).toBe(2);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const tick = rows.nth(1).getByRole('checkbox');
    await tick.check();
    const stays = await tick.getAttribute('aria-label');
    await rows
      .nth(0)
      .getByRole('button', { name: /^Try again: / })
      .focus();
    await page.keyboard.press('Enter');
    await region('Dead letters (11)').waitFor(SOON);
    await page.getByText('11–11 of 11').waitFor();
    expect(await rows.getByRole('checkbox', { checked: true }).getAttribute('aria-label')).toBe(stays);
    expect(await focused()).toBe(stays?.replace('Select ', 'Try again: '));
    await page.keyboard.press('Enter');
    await region('Dead letters (10)').waitFor(SOON);
    await expect.poll(() => rows.count(), SOON).toBe(10);
    expect(await focused()).toMatch(/^Try again: /);
    await page.getByRole('button', { name: 'Try all 10 again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Try all 10 again' }).click();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor({ timeout: 60_000 });
  });

  it('loses Redis and gets it back: sync goes on, charts say since when and return by themselves', async ({
    skip,
  }) => {
    const { redis } = stack.infrastructure;
    if (!redis) return skip('no Redis here');
    await page.getByRole('heading', { name: 'Attempts' }).waitFor(SOON);
    await redis.stop();
    await page.getByText(/Redis has been gone since \d/).waitFor(SOON);
    const event = await schedule();
    await expect.poll(() => stateOf(event), SOON).toBe('synced');
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor(SOON);
    await redis.start();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor(SOON);
    await page.getByText('keeps the charts').waitFor(SOON);
  });

  it('watches the jobs of a killed worker being rescued', async () => {
    await fault({ call: 'scheduleMplanEvent', kind: 'hang' });
    const event = await schedule();
    const workers = region('Parts')
      .getByRole('listitem')
      .filter({ hasText: /^(well|stopped):\s*Worker/ });
    await workers.getByRole('link', { name: 'New schedules' }).waitFor(SOON);
    stack.apps.worker.process.kill('SIGKILL');
    second = startApp(stack.infrastructure, 'worker', 'src/main.ts');
    // Two are listed, and the dead one still holds its job until it has been silent for long enough.
    await expect.poll(() => workers.count(), SOON).toBe(2);
    await expect.poll(() => workers.count(), { timeout: 60_000 }).toBe(1);
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor({ timeout: 60_000 });
    await expect.poll(() => stateOf(event), { timeout: 60_000 }).toBe('synced');
    expect(await held(event)).toHaveLength(1);
  });

  it('has met no error in the page, and left who did what in the audit log', async () => {
    expect(errors).toEqual([]);
    const rows =
      await database.sql`select distinct action from audit_log where actor_name = 'Demo Admin' order by action`;
    expect(rows.map((row) => row.action)).toEqual(['queue.pause', 'queue.resume', 'sync.retry']);
  });
});
