import { addDays, formatDay, weekdayOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('turns by rotation, checked on the Day page', () => {
  let stack: Stack;
  let api: Api;
  let storeId: number;
  let day: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const store = await demoStore(api);
    storeId = store.id;
    day = addDays(store.today, 30);
  });
  afterAll(() => stack?.stop());

  it('says who is off on their turn; one click names who stands in, and Undo takes it back', async () => {
    const turn = { storeId, kind: 'juicer' as const };
    const weekday = weekdayOf(day);
    const { weekdays, choices } = await api.plan.rotations.query({ storeId });
    const [juicer] = choices.juicer;
    if (!juicer) throw new Error('The demo has no Juicer.');
    const seen = weekdays.find((each) => each.kind === 'juicer' && each.weekday === weekday)?.employeeId;
    await api.plan.setTurn.mutate({ ...turn, weekday, employeeId: juicer.employeeId, seen: seen ?? null });
    const { version } = await api.employees.get.query({ employeeId: juicer.employeeId });
    const off = { startsOn: day, endsOn: day, reason: null };
    await api.employees.addTimeOff.mutate({ employeeId: juicer.employeeId, version, ...off });

    for (const look of [{}, { viewport: { width: 390, height: 844 }, touch: true, dark: true }]) {
      const { page, errors } = await signedIn(stack, look);
      await page.locator('[data-sync-state]').first().waitFor();
      await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
      const check = page.getByTestId('check-by_rotation');
      await check
        .getByText(`${juicer.name} is the Juicer on ${formatDay(day)} by rotation and is off`)
        .waitFor();
      await check
        .getByRole('button', { name: /stands in/ })
        .first()
        .waitFor();
      expect(await findingsOf(page)).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    }

    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    const check = page.getByTestId('check-by_rotation');
    const [turns] = await api.plan.turns.query({ storeId, fromDay: day, toDay: day });
    const substitute = turns?.juicer?.substitutes[0];
    if (!substitute) throw new Error('Nobody could stand in.');
    await check.getByRole('button', { name: `${substitute.name} stands in` }).click();
    await expect.poll(() => check.getAttribute('data-fine')).toBe('true');
    await page.getByTestId('turns').getByText(substitute.name).waitFor();
    const { exceptions } = await api.plan.rotations.query({ storeId });
    expect(exceptions).toMatchObject([
      {
        kind: 'juicer',
        day,
        employeeId: substitute.employeeId,
        reason: expect.stringMatching(/^.* is off: /),
      },
    ]);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(`${juicer.name} is the Juicer on ${formatDay(day)} again.`).waitFor();
    await expect.poll(() => check.getAttribute('data-fine')).toBe('false');
    expect((await api.plan.rotations.query({ storeId })).exceptions).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
