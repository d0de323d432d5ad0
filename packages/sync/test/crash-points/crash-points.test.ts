import { commitUnderTest } from '@scheduler/runtime/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOOKING_HABITS } from '../fixture.ts';
import { explore } from './explore.ts';
import { World } from './play.ts';
import { SCENARIOS } from './scenarios.ts';

/** One of so many states is explored, in each story another one. `pnpm prove` explores all. */
const STRIDE = Number(process.env.CRASH_STRIDE ?? 80);

/** Before the run: somebody may check another one out meanwhile. */
const commit = commitUnderTest();

let world: World;
beforeAll(async () => {
  world = await World.create();
});
const total = { stories: 0, points: 0, states: 0, outOf: 0, decisions: 0 };
afterAll(async () => {
  await world.close();
  console.log(
    `crash points at ${commit}: ${total.states} of ${total.outOf} states explored, at ${total.points} points of ${total.stories} stories; a person had to decide ${total.decisions} times`,
  );
});

describe.each(BOOKING_HABITS)('where $way', ({ habits, way }) => {
  test.each(SCENARIOS.map((scenario, index) => ({ name: scenario.name, scenario, index })))(
    'both sides agree in the end, wherever a process stops and whatever Crossmark answers, when $name',
    async ({ scenario, index }) => {
      const exploration = await explore(world, scenario, habits, {
        stride: STRIDE,
        first: index * 7 + way.length,
      });
      total.stories += 1;
      total.points += exploration.points;
      total.states += exploration.states;
      total.outOf += exploration.outOf;
      total.decisions += exploration.decisions;
      expect(exploration.wrong.join('\n')).toBe('');
    },
    3_600_000,
  );
});
