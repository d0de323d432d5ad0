import { TASKS } from '@scheduler/sync';
import { describe, expect, test } from 'vitest';
import { AT, facts, minutesAgo, refresh, worker } from './facts.fixture.ts';
import type { Facts, RefreshState } from './overview.ts';
import { healthVerdict } from './verdict.ts';

const queueWith = (ready: number, oldestReadyAt: string) =>
  facts().queues.map((queue, index) => (index === 0 ? { ...queue, ready, oldestReadyAt } : queue));

describe('the verdict', () => {
  test('is healthy when a worker lives, nothing waits and the list was read within two hours', () => {
    expect(healthVerdict(facts())).toEqual({
      level: 'healthy',
      headline: 'Sync is healthy',
      since: null,
      findings: [],
      rest: 'Every change is in Crossmark.',
    });
  });

  test('is stuck while Crossmark can’t be reached, says why once, and how many changes wait', () => {
    const verdict = healthVerdict(
      facts({
        crossmark: {
          state: 'unreachable',
          since: minutesAgo(4),
          waiting: 7,
          lastProbeAt: minutesAgo(0),
          nextProbeAt: AT,
          lastFailure: 'Crossmark failed (503).',
          byHand: false,
        },
        waiting: [
          { kind: 'transient', example: 'x', count: 7, since: minutesAgo(3), nextAttemptAt: null },
          { kind: 'unknown', example: 'y', count: 1, since: minutesAgo(3), nextAttemptAt: null },
        ],
      }),
    );
    expect(verdict).toMatchObject({ level: 'broken', since: minutesAgo(4) });
    expect(verdict.findings).toHaveLength(1);
    expect(verdict.findings[0]).toMatchObject({
      what: 'Crossmark can’t be reached.',
      why: expect.stringMatching(/^7 changes wait .* Crossmark failed \(503\)\.$/),
    });
  });

  test('is stuck since the last heartbeat when no worker lives, and says how many jobs wait', () => {
    const verdict = healthVerdict(
      facts({
        workers: [{ ...worker, alive: false, seenAt: minutesAgo(12) }],
        queues: queueWith(3, minutesAgo(10)),
      }),
    );
    expect(verdict).toMatchObject({ level: 'broken', headline: 'Sync is stuck', since: minutesAgo(12) });
    expect(verdict.findings[0]?.why).toContain('3 jobs wait');
  });

  test('is stuck when ready jobs are older than a minute although a worker lives', () => {
    const verdict = healthVerdict(facts({ queues: queueWith(40, minutesAgo(5)) }));
    expect(verdict).toMatchObject({ level: 'broken', since: minutesAgo(5) });
    expect(healthVerdict(facts({ queues: queueWith(40, minutesAgo(0.5)) })).level).toBe('healthy');
  });

  test('is stuck, with the reason, while schedules wait for Crossmark to answer', () => {
    const verdict = healthVerdict(
      facts({
        waiting: [
          {
            kind: 'transient',
            example: 'Crossmark refused the connection.',
            count: 2,
            since: minutesAgo(7),
            nextAttemptAt: AT,
          },
        ],
      }),
    );
    expect(verdict).toMatchObject({ level: 'broken', since: minutesAgo(7) });
    expect(verdict.findings[0]).toMatchObject({
      what: '2 schedules can’t reach Crossmark.',
      why: 'Crossmark refused the connection.',
    });
  });

  test('says nothing of a failure that is younger than a minute, unless it is our sign-in', () => {
    const waiting = (kind: string) =>
      healthVerdict(
        facts({ waiting: [{ kind, example: null, count: 1, since: minutesAgo(0.5), nextAttemptAt: AT }] }),
      );
    expect(waiting('transient').level).toBe('healthy');
    expect(waiting('session').level).toBe('broken');
  });

  test('asks for a person where sync works but dead letters or conflicts are left', () => {
    const verdict = healthVerdict(
      facts({
        deadLetters: [
          { kind: 'rejected', count: 2, since: minutesAgo(20), example: 'Ada Example has no RepID.' },
          { kind: 'transient', count: 1, since: minutesAgo(9), example: 'Crossmark answered 500.' },
        ],
        states: [{ state: 'conflict', count: 2, since: minutesAgo(3) }],
      }),
    );
    expect(verdict).toMatchObject({ level: 'attention', since: minutesAgo(20) });
    expect(verdict.findings.map((finding) => finding.id)).toEqual(['dead', 'conflict']);
    expect(verdict.findings[0]).toMatchObject({
      what: '3 changes did not reach Crossmark and are not retried.',
      why: '2 refused: Ada Example has no RepID. 1 no answer: Crossmark answered 500.',
    });
  });

  test('mentions a refresh that failed, and one that is overdue', () => {
    const failed = { ...refresh, state: 'failed' as const, failureReason: 'Crossmark answered 500.' };
    const late = { ...refresh, finishedAt: minutesAgo(180) };
    const findings = (last: RefreshState) =>
      healthVerdict(facts({ refresh: { current: null, last, recent: [last], question: null, nextAt: null } }))
        .findings;
    expect(findings(failed)[0]?.why).toBe('Crossmark answered 500.');
    expect(findings(late)[0]?.since).toBe(minutesAgo(180));
    const first = { ...refresh, state: 'queued' as const, finishedAt: null, requestedAt: minutesAgo(180) };
    const never = { current: first, last: null, recent: [], question: null, nextAt: null };
    expect(healthVerdict(facts({ refresh: never })).findings).toMatchObject([
      { id: 'refresh', what: 'Crossmark’s list has never been read.', since: minutesAgo(180) },
    ]);
  });

  test('says how many events are missing, and that an admin has to tell whether they are gone', () => {
    const refreshAwaitingAnswer = { ...refresh, state: 'needs_decision' as const };
    const question = { runId: 1, askedAt: minutesAgo(5), count: 150, digest: 'd', rows: [] };
    const verdict = healthVerdict(
      facts({
        refresh: {
          current: null,
          last: refreshAwaitingAnswer,
          recent: [refreshAwaitingAnswer],
          question,
          nextAt: null,
        },
      }),
    );
    expect(verdict).toMatchObject({ level: 'attention', since: question.askedAt });
    expect(verdict.findings).toMatchObject([
      { id: 'missing', what: '150 events are missing from Crossmark’s list: are they gone?' },
    ]);
  });

  test('an event that only waits to be named by a refresh is no outage', () => {
    const verdict = healthVerdict(
      facts({
        waiting: [
          {
            kind: null,
            example: 'Crossmark does not list it yet.',
            count: 1,
            since: null,
            nextAttemptAt: null,
          },
        ],
      }),
    );
    expect(verdict.level).toBe('attention');
  });

  test('says who paused sync, since when and what waits, and doesn’t call that stuck', () => {
    const verdict = healthVerdict(
      facts({
        queues: queueWith(40, minutesAgo(30)),
        paused: [{ task: 'sync_schedule', pausedAt: minutesAgo(31), pausedBy: 'Ada' }],
      }),
    );
    expect(verdict).toMatchObject({
      level: 'attention',
      headline: 'Sync is paused in part: New schedules (1 of 7 tasks)',
      since: minutesAgo(31),
      findings: [{ id: 'paused', why: 'New schedules: by Ada. 40 jobs wait and are safe.' }],
    });
  });

  test('is paused since the pause, whatever else is older, and not for what holds up no schedule', () => {
    const older = {
      states: [{ state: 'failed' as const, count: 1, since: minutesAgo(20) }],
      deadLetters: [{ kind: null, count: 1, since: minutesAgo(20), example: 'No RepID.' }],
    };
    const paused = (task: 'sync_schedule' | 'sync_employee') =>
      healthVerdict(facts({ ...older, paused: [{ task, pausedAt: minutesAgo(2), pausedBy: 'Ada' }] }));
    expect(paused('sync_schedule')).toMatchObject({
      headline: 'Sync is paused in part: New schedules (1 of 7 tasks)',
      since: minutesAgo(2),
    });
    const all = TASKS.map((task) => ({ task, pausedAt: minutesAgo(2), pausedBy: 'Ada' }));
    expect(healthVerdict(facts({ paused: all })).headline).toBe('All of sync is paused (7 tasks)');
    expect(paused('sync_employee').headline).toBe('1 change needs a person');
    expect(paused('sync_employee').findings.map(({ id }) => id)).toEqual(['paused', 'dead']);
  });

  test('tells calls that an admin holds back from an outage', () => {
    const held = {
      ...facts().crossmark,
      state: 'unreachable' as const,
      since: minutesAgo(3),
      waiting: 2,
      lastFailure: 'Ada held back all calls by hand.',
      byHand: true,
    };
    const verdict = healthVerdict(
      facts({
        crossmark: held,
        waiting: [{ kind: 'transient', example: 'x', count: 2, since: minutesAgo(3), nextAttemptAt: null }],
      }),
    );
    expect(verdict).toMatchObject({ level: 'attention', headline: 'Sync is held back by hand' });
    expect(verdict.findings).toMatchObject([{ id: 'held' }]);
  });

  test('says in its headline how many changes need a person, and of the rest where it is', () => {
    const undecided = (states: Facts['states']) => {
      const { headline, rest } = healthVerdict(
        facts({
          states,
          deadLetters: [{ kind: 'rejected', count: 2, since: minutesAgo(5), example: 'Refused.' }],
        }),
      );
      return `${headline}. ${rest}`;
    };
    const states = [
      { state: 'synced' as const, count: 100, since: null },
      { state: 'failed' as const, count: 2, since: minutesAgo(5) },
    ];
    expect(undecided(states)).toBe('2 changes need a person. Everything else is in Crossmark.');
    expect(
      undecided([
        ...states,
        { state: 'conflict', count: 1, since: minutesAgo(4) },
        { state: 'pending', count: 1, since: minutesAgo(1) },
      ]),
    ).toBe('3 changes need a person. 1 more is on its way. Everything else is in Crossmark.');
    expect(healthVerdict(facts({ states: [{ state: 'pending', count: 2, since: null }] })).rest).toBe(
      '2 changes are on their way. Everything else is in Crossmark.',
    );
  });
});
