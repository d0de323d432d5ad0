import { connect } from '@scheduler/db';
import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

type Line = NonNullable<Awaited<ReturnType<Api['plan']['current']['query']>>>['lines'][number];

describe('a plan that two people edit', () => {
  let stack: Stack;
  let api: Api;
  let sunday: string;
  let storeId: number;
  let page: Page;
  let colleague: Page;
  const errors: string[][] = [];

  beforeAll(async () => {
    stack = await startStack({ SYNC_CONFIRM_SECONDS: '0' });
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '', 'admin@demo.test');
    const store = await demoStore(api);
    storeId = store.id;
    sunday = addDays(store.weekOf, 7);
    const mine = await signedIn(stack);
    const theirs = await signedIn(stack, { email: 'admin@demo.test' });
    errors.push(mine.errors, theirs.errors);
    page = mine.page;
    colleague = theirs.page;
    for (const each of [page, colleague]) {
      await each.locator('[data-sync-state]').first().waitFor();
      await each.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    }
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
    await colleague.getByRole('button', { name: /^Plan by / }).click();
    await colleague.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
  });
  afterAll(() => stack?.stop());

  const current = async () => {
    const proposal = await api.plan.current.query();
    if (!proposal) throw new Error('There is no plan.');
    return proposal;
  };
  const lineNow = async ({ lineId }: Line) => (await current()).lines.find((each) => each.lineId === lineId);
  /** Lines that go alone: neither noon checks nor Cores that have one. */
  const alone = async () => {
    const { lines } = await current();
    return lines.filter(
      ({ eventId, coreEventId }) =>
        coreEventId === null && !lines.some((each) => each.coreEventId === eventId),
    );
  };
  const row = (on: Page, { eventId }: Line) => on.getByTestId(`line-${eventId}`);
  /** Does something just before a call of a page reaches the server. */
  const justBefore = (on: Page, call: string, act: () => Promise<unknown>) =>
    on.route(
      new RegExp(`plan\\.${call}`),
      async (route) => {
        await act();
        await route.continue();
      },
      { times: 1 },
    );

  it('shows each the other’s ticks, locks and moves, live', async () => {
    const [one, two] = await alone();
    if (!one || !two) throw new Error('The plan has too few lines.');
    await row(page, one).getByRole('checkbox').uncheck();
    await expect.poll(() => row(colleague, one).getByRole('checkbox').isChecked()).toBe(false);
    await row(colleague, two)
      .getByRole('button', { name: /^Lock / })
      .click();
    await row(page, two)
      .getByRole('button', { name: /^Unlock / })
      .waitFor();
    await row(page, one).getByRole('checkbox').check();
    await row(page, two)
      .getByRole('button', { name: /^Unlock / })
      .click();
    await row(colleague, two)
      .getByRole('button', { name: /^Lock / })
      .waitFor();
  });

  it('takes both changes where they are about different lines, even at once', async () => {
    const [one, two] = await alone();
    if (!one || !two) throw new Error('The plan has too few lines.');
    await justBefore(page, 'markLines', async () => {
      const { proposalId, version } = await current();
      await api.plan.markLines.mutate({ proposalId, version, lines: [{ lineId: two.lineId, locked: true }] });
    });
    await row(page, one).getByRole('checkbox').uncheck();
    await waitFor('Both changes', async () => {
      const [first, second] = [await lineNow(one), await lineNow(two)];
      return first?.ticked === false && second?.locked === true;
    });
    await row(page, two)
      .getByRole('button', { name: /^Unlock / })
      .waitFor();
    await row(page, one).getByRole('checkbox').check();
    await waitFor('The tick', async () => (await lineNow(one))?.ticked === true);
  });

  it('overwrites no move of the same line: the later one is refused and says so', async () => {
    const moved = await movable();
    await row(page, moved.line)
      .getByRole('button', { name: /^Change / })
      .click();
    const dialog = page.getByRole('dialog', { name: /^Change/ });
    await dialog.locator(`input[type=radio][value="${moved.otherId}"]`).check();
    const { proposalId, version } = await current();
    const { lineId, day } = moved.line;
    await api.plan.moveLine.mutate({ proposalId, version, lineId, day, employeeId: moved.thirdId });
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByText('Somebody changed this plan after you opened it').waitFor();
    expect((await lineNow(moved.line))?.employeeId).toBe(moved.thirdId);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    const name = (await lineNow(moved.line))?.employeeName ?? '';
    await row(page, moved.line).getByText(name).first().waitFor();
  });

  it('takes a move back by Ctrl+Z after a colleague changed another line, not after one moved the same line', async () => {
    const { line, otherId, thirdId } = await movable();
    const other = (await alone()).find(({ lineId }) => lineId !== line.lineId);
    if (!other) throw new Error('The plan has too few lines.');
    const move = async () => {
      await row(page, line)
        .getByRole('button', { name: /^Change / })
        .click();
      const dialog = page.getByRole('dialog', { name: /^Change/ });
      await dialog.locator(`input[type=radio][value="${otherId}"]`).check();
      await dialog.getByRole('button', { name: 'Change', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      expect((await lineNow(line))?.employeeId).toBe(otherId);
    };
    const colleagueTicks = async (ticked: boolean) => {
      const { proposalId, version } = await current();
      await api.plan.markLines.mutate({ proposalId, version, lines: [{ lineId: other.lineId, ticked }] });
    };
    await move();
    await colleagueTicks(false);
    await page.keyboard.press('Control+z');
    await page.getByText(/is back in the plan’s earlier place\.$/).waitFor();
    const { employeeId, startsAt, locked, proposed } = line;
    expect(await lineNow(line)).toMatchObject({ employeeId, startsAt, locked, proposed });
    expect((await lineNow(other))?.ticked).toBe(false);
    await colleagueTicks(true);

    await move();
    const { proposalId, version } = await current();
    const { lineId, day } = line;
    await api.plan.moveLine.mutate({ proposalId, version, lineId, day, employeeId: thirdId });
    await page.keyboard.press('Control+z');
    await page.getByText('Somebody changed this plan after you opened it').first().waitFor();
    expect((await lineNow(line))?.employeeId).toBe(thirdId);
    const name = (await lineNow(line))?.employeeName ?? '';
    await row(page, line).getByText(name).first().waitFor();
  });

  it('approves nothing that a colleague changed unseen', async () => {
    const [one] = await alone();
    if (!one) throw new Error('The plan is empty.');
    const reason = page.getByLabel('Reason for going against the warning');
    if (await reason.isVisible()) await reason.fill('Agreed with the club');
    await justBefore(page, 'approve', async () => {
      const { proposalId, version } = await current();
      await api.plan.markLines.mutate({
        proposalId,
        version,
        lines: [{ lineId: one.lineId, ticked: false }],
      });
    });
    await page.getByRole('button', { name: /^Approve/ }).click();
    await page.getByText('Somebody changed this plan after you opened it').first().waitFor();
    expect((await current()).lines.every(({ state }) => state === 'proposed')).toBe(true);
    await expect.poll(() => row(page, one).getByRole('checkbox').isChecked()).toBe(false);
  });

  it('counts what an approval saves: a noon check waits for its Core', async () => {
    const { lines } = await current();
    const check = lines.find(({ coreEventId }) => lines.some(({ eventId }) => eventId === coreEventId));
    const core = lines.find(({ eventId }) => eventId === check?.coreEventId);
    if (!core) throw new Error('The plan has no Core with its noon check.');
    const ticked = lines.filter((line) => line.ticked).length;
    await row(page, core).getByRole('checkbox').uncheck();
    await page.getByText('1 noon check waits for its Core, which is not approved with it.').waitFor();
    await page.getByRole('button', { name: `Approve ${ticked - 2}`, exact: true }).waitFor();
    await row(page, core).getByRole('checkbox').check();
    await page.getByRole('button', { name: `Approve ${ticked}`, exact: true }).waitFor();
    await waitFor('The tick', async () => (await lineNow(core))?.ticked === true);
  });

  it('marks, live, lines whose person is off or leaves, whose day closes, and whose event is done by then', async () => {
    const lines = await alone();
    const marked = (line: Line) => row(page, line).getByText('The board has changed:');
    const [first] = lines;
    if (!first) throw new Error('The plan is empty.');
    const before = await api.employees.get.query({ employeeId: first.employeeId });
    const off = { startsOn: first.day, endsOn: first.day, reason: null };
    const { employee } = await api.employees.addTimeOff.mutate({
      employeeId: first.employeeId,
      version: before.version,
      ...off,
    });
    await marked(first).waitFor();
    await row(colleague, first).getByText('The board has changed:').waitFor();
    const added = (await api.employees.get.query({ employeeId: first.employeeId })).timeOff.find(
      ({ startsOn }) => startsOn === first.day,
    );
    await api.employees.removeTimeOff.mutate({
      employeeId: first.employeeId,
      version: employee.version,
      timeOffId: added?.id ?? 0,
    });
    await marked(first).waitFor({ state: 'hidden' });

    const other = lines.find(({ employeeId, day }) => employeeId !== first.employeeId && day !== first.day);
    if (!other) throw new Error('The plan has too few people.');
    await api.settings.addHoliday.mutate({ day: other.day, name: 'Stock-taking', yearly: false });
    await marked(other).waitFor();
    const { holidays } = await api.settings.get.query({ storeId });
    const holiday = holidays.find(({ day }) => day === other.day);
    await api.settings.removeHoliday.mutate({ holidayId: holiday?.id ?? 0 });
    await marked(other).waitFor({ state: 'hidden' });

    await api.schedules.create.mutate({
      eventId: first.eventId,
      employeeId: first.employeeId,
      startsAt: first.startsAt,
      withSupervisor: false,
    });
    await row(page, first)
      .getByText(/was scheduled since\./)
      .waitFor();

    const person = await api.employees.get.query({ employeeId: other.employeeId });
    await api.employees.delete.mutate({
      employeeId: other.employeeId,
      version: person.version,
      lastWorkDay: addDays(sunday, -1),
    });
    await marked(other).waitFor();
  });

  it('marks, live, lines whose events a refresh changed or removed', async () => {
    const [changed, removed] = (await alone()).filter((line) => line.changed === null).slice(-2);
    if (!changed || !removed) throw new Error('Too few lines are left.');
    const [store] = await api.stores.list.query();
    const planOf = async ({ eventId }: Line) => (await api.events.get.query({ eventId })).event.mplanId;
    const tell = async (path: string, method: string, body?: object) => {
      const answer = await fetch(`${stack.infrastructure.simulatorUrl}/__sim/plans${path}`, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`Crossmark’s plans were not changed: ${await answer.text()}`);
    };
    const refresh = async () => {
      const { runId } = await api.sync.refreshNow.mutate();
      await waitFor('The refresh', async () => (await api.sync.refreshRun.query({ runId })).state === 'done');
    };
    await tell('', 'POST', [
      {
        mplanId: await planOf(changed),
        storeId: store?.crossmarkStoreId,
        name: changed.eventName,
        startsOn: addDays(changed.day, 1),
        dueOn: addDays(changed.day, 4),
        condition: 'Unstaffed',
      },
    ]);
    await tell(`/${await planOf(removed)}/${store?.crossmarkStoreId}`, 'DELETE');
    // An event that is missing once may be a fault of the list, so it counts as gone only if the
    // next refresh doesn't list it either.
    await refresh();
    await refresh();
    for (const each of [page, colleague]) {
      await row(each, changed)
        .getByText(/The board has changed: .* is outside\./)
        .waitFor();
      await row(each, removed).getByText('no longer there to be planned').waitFor();
    }
  });

  it('saves a line that was refused, once what spoke against it is gone, and asks for its reason anew', async () => {
    const { line: one, needyId } = await withReason();
    const { proposalId, version, lines } = await current();
    const { lineId, eventId, day, employeeId, startsAt } = one;
    const marks = lines.map((line) => ({ lineId: line.lineId, ticked: line.lineId === lineId }));
    const marked = await api.plan.markLines.mutate({ proposalId, version, lines: marks });
    await api.plan.moveLine.mutate({ ...marked, lineId, day, employeeId: needyId });
    const made = await api.schedules.create.mutate({ eventId, employeeId, startsAt, withSupervisor: false });
    await row(page, one)
      .getByText(/was scheduled since\./)
      .waitFor();
    const reason = page.getByLabel('Reason for going against the warning');
    await reason.fill('Agreed with the club');
    await page.getByRole('button', { name: 'Approve 1', exact: true }).click();
    await page.getByText('1 event could not be scheduled; the reason stands with it.').waitFor();
    await row(page, one)
      .getByText(/^Not saved: .* is already scheduled/)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    const { scheduleId } = made;
    await api.schedules.unschedule.mutate({ scheduleId, version: made.version });
    const again = page.getByRole('button', { name: 'Try again to schedule 1 event' });
    await again.click();
    await expect.poll(() => reason.evaluate((field) => field === document.activeElement)).toBe(true);
    expect((await lineNow(one))?.state).toBe('refused');
    await reason.fill('Agreed with the club');
    await again.click();
    await waitFor('The line', async () => (await lineNow(one))?.state === 'saved');
    await page.getByRole('button', { name: /^Undo the approval of 1 event/ }).waitFor();
  });

  it('takes no change while it is planned again, and says who has it planned', async () => {
    const { proposalId } = await current();
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    const [run] = await sql<{ id: number }[]>`
      insert into proposals (store_id, from_day, to_day, options, requested_by, requested_by_name, replaces)
      select store_id, from_day, to_day, options, 'u1', 'Morgan', id from proposals where id = ${proposalId}
      returning id`;
    await close();
    await page.getByText(/^Morgan has this planned again\./).waitFor();
    const approve = page.getByRole('button', { name: /^Approve \d/ });
    expect(await approve.count()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    await api.plan.cancel.mutate({ proposalId: run?.id ?? 0 });
    await approve.waitFor();
  });

  it('is taken back after a reload, although the rest of it was discarded', async () => {
    const { lines } = await current();
    const [saved] = lines.filter(({ state }) => state === 'saved');
    if (!saved) throw new Error('Nothing of the plan was approved.');
    const scheduleOf = async () => (await api.events.get.query({ eventId: saved.eventId })).schedule;
    expect(await scheduleOf()).not.toBeNull();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The plan was discarded. What was approved of it stays scheduled.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Approved plan' }).click();
    await page.getByRole('heading', { name: '1 event scheduled' }).waitFor();
    await page.getByText(/^The rest of this plan was discarded\./).waitFor();
    expect(await page.locator('[id^=proposed-]').count()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: /^Undo the approval of 1 event/ }).click();
    await page.getByText('1 event put back.').waitFor();
    expect(await scheduleOf()).toBeNull();
    await page.getByRole('button', { name: 'Approved plan' }).waitFor({ state: 'hidden' });
  });

  it('has met no error in the pages', () => {
    expect(errors.flat()).toEqual([]);
  });

  /** A line that nothing speaks against, and somebody who could do it on its day with a reason. */
  async function withReason(): Promise<{ line: Line; needyId: number }> {
    const { proposalId } = await current();
    for (const line of (await alone()).filter(({ changed }) => changed === null)) {
      const { eventId, day } = line;
      const { people } = await api.plan.suggest.query({ eventId, day, proposalId });
      const needy = people.find(({ needsReason }) => needsReason.length > 0);
      if (needy) return { line, needyId: needy.employeeId };
    }
    throw new Error('No line can go to anybody with a reason.');
  }

  /** A line that two others could do on its day. */
  async function movable(): Promise<{ line: Line; otherId: number; thirdId: number }> {
    const { proposalId } = await current();
    for (const line of await alone()) {
      const { eventId, day } = line;
      const { people } = await api.plan.suggest.query({ eventId, day, proposalId });
      const [other, third] = people.filter(
        ({ employeeId, needsReason }) => needsReason.length === 0 && employeeId !== line.employeeId,
      );
      if (other && third) return { line, otherId: other.employeeId, thirdId: third.employeeId };
    }
    throw new Error('No line can go to two others.');
  }
});
