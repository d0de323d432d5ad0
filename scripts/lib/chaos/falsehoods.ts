import { ODD_ROWS, ODD_TEXTS, type SettingsPatch } from '@scheduler/crossmark/simulator';
import type { Random } from './random.ts';
import type { Switchboard } from './switchboard.ts';

/** Returns the odd behavior of Crossmark during a whole storm. */
export function oddHabits(random: Random): SettingsPatch {
  return {
    goneLocation: random.pick(['error', 'emptyObject', 'emptyBody', 'Unstaffed'] as const) ?? 'error',
    clockSkewMs: random.pick([0, 600_000, -600_000, 86_400_000]) ?? 0,
  };
}

/** Makes plans and people at Crossmark odd; {@link clear} restores them. */
export class OddWorld {
  private readonly switchboard: Switchboard;
  private readonly random: Random;
  /** The plans as they were before they were made odd. */
  private readonly plans = new Map<string, object>();
  /** The original first names, by employee number because RepIDs change. */
  private readonly people = new Map<string, string>();

  /** Plans that were gone for a while. */
  private readonly vanished = new Set<string>();
  private readonly onChange: (key: string) => void;

  constructor(switchboard: Switchboard, random: Random, onChange: (key: string) => void) {
    this.switchboard = switchboard;
    this.random = random;
    this.onChange = onChange;
  }

  /** Makes one odd change. Returns a text about it. */
  async one(): Promise<string | null> {
    const { random, switchboard } = this;
    const state = await switchboard.state();
    const kind = random.weighted({ row: 4, gone: 3, unsearchable: 1, person: 2 });
    const text = random.pick(ODD_TEXTS) ?? '';
    if (kind === 'person') {
      const rep = random.pick(state.reps);
      if (!rep) return null;
      if (!this.people.has(rep.employeeNumber)) this.people.set(rep.employeeNumber, rep.firstName);
      await switchboard.putRep({ ...rep, firstName: text });
      return `rep ${rep.repId} gets an odd name`;
    }
    const plan = random.pick(state.plans);
    if (!plan) return null;
    // The condition is left out, because it may change meanwhile.
    const { mplanId, storeId, name, startsOn, dueOn } = plan;
    const same = { mplanId, storeId, name, startsOn, dueOn };
    const key = `${mplanId}_${storeId}`;
    if (kind === 'unsearchable') {
      await switchboard.addFaults([
        { kind: 'status', status: 500, call: 'getPlanningMplans', reading: 'search', mplanId, times: null },
      ]);
      return `searches for plan ${mplanId} fail from here on`;
    }
    this.plans.set(key, same);
    if (kind === 'gone') {
      const gone = !plan.gone;
      await switchboard.putPlan({ ...same, gone });
      this.vanished.add(key);
      this.onChange(key);
      return `plan ${key} ${gone ? 'is gone' : 'comes back'}`;
    }
    const what = random.pick(Object.keys(ODD_ROWS)) ?? '';
    await switchboard.putPlan({ ...same, row: ODD_ROWS[what]?.(text) ?? {} });
    return `plan ${key} has ${what} that is odd`;
  }

  /** Restores everything. */
  async clear(): Promise<void> {
    for (const plan of this.plans.values()) await this.switchboard.putPlan({ ...plan, gone: false, row: {} });
    for (const key of this.vanished) this.onChange(key);
    const { reps } = await this.switchboard.state();
    for (const rep of reps) {
      const firstName = this.people.get(rep.employeeNumber);
      if (firstName !== undefined) await this.switchboard.putRep({ ...rep, firstName });
    }
  }
}
