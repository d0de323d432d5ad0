import { describe, expect, test } from 'vitest';
import {
  ANN,
  BEN,
  connect,
  EVENT,
  hostAnswering,
  manyPlans,
  OTHER_CLUB,
  PLAN,
  simulate,
} from './test-support.ts';

describe('people', () => {
  test('available reps are parsed from the object keyed by rep id', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    expect(await client.availableReps({ from: '2026-01-05', to: '2026-01-11' })).toEqual([
      {
        repId: ANN,
        employeeNumber: 'US100001',
        name: 'ANN ARCHER',
        lastName: 'ARCHER',
        role: null,
        email: 'ann@example.test',
        phone: null,
      },
      expect.objectContaining({ repId: BEN, employeeNumber: 'US100002', email: null }),
    ]);
    expect(simulator.log.at(-1)?.params).toEqual({ project: '01/05/2026 00:00:00,01/11/2026 23:59:59' });
  });

  test('a rep without a valid id or without a name hides no other rep', async () => {
    const url = await hostAnswering((_request, response) =>
      response.end(
        JSON.stringify({
          reps: {
            140001: { title: 'ANN ARCHER' },
            x: { title: 'NOBODY' },
            140002: { title: '\u0000' },
            3: 5,
          },
        }),
      ),
    );
    expect((await connect(url).availableReps()).map(({ repId, name }) => [repId, name])).toEqual([
      [ANN, 'ANN ARCHER'],
      [BEN, 'Rep 140002'],
    ]);
  });

  test.each([true, false])(
    'instructions are parsed from a map or a bare list (%s)',
    async (instructionsAsBareList) => {
      const simulator = await simulate({ instructionsAsBareList });
      simulator.putPlans({
        ...manyPlans(1)[0],
        ...EVENT,
        name: 'X',
        instructionsUrl: 'https://files.example.test/a.pdf',
      } as never);
      const events = [EVENT, { ...EVENT, storeId: OTHER_CLUB }];
      expect(await connect(simulator.url).instructions({ events })).toEqual([
        { mplanId: PLAN, instructionsUrl: 'https://files.example.test/a.pdf' },
        { mplanId: PLAN, instructionsUrl: null },
      ]);
    },
  );
});
