import { addDays, type EventType, type WorkDate } from '@scheduler/scheduling';
import { ALLOWABLE, type Allowable, type PlanOptions } from './input.ts';

/** A store's settings of plans: the defaults of the plan button, and the automatic plans. */
export interface PlanSettings {
  /** Types of work to plan; null means all, including new ones. */
  types: EventType[] | null;
  /** Days that are planned. */
  horizonDays: number;
  /** The number of days from today to the earliest day of a line; 1 means tomorrow. */
  earliestInDays: number;
  /** Soft rules that may be broken. */
  allow: Allowable[];
  /** Whether a plan is proposed after an import or a refresh has added open events. */
  afterImport: boolean;
  /** The time at which a plan is proposed each night, `HH:mm` of the store; null means never. */
  nightlyAt: string | null;
}

export const DEFAULT_PLAN_SETTINGS: PlanSettings = {
  types: null,
  horizonDays: 7,
  earliestInDays: 1,
  allow: [],
  afterImport: false,
  nightlyAt: null,
};

/** The most days that are planned at once. */
export const MOST_PLANNED_DAYS = 28;
/** The most days from today to the earliest one. */
export const MOST_DAYS_AHEAD = 14;

/** Returns the settings of a store. Only differences from the defaults are stored. */
export function planSettingsOf(kept: Readonly<Record<string, unknown>>): PlanSettings {
  return { ...DEFAULT_PLAN_SETTINGS, ...(kept as Partial<PlanSettings>) };
}

/** Returns the settings that differ from the defaults. */
export function planSettingsToKeep(settings: PlanSettings): Partial<PlanSettings> {
  const sorted = { ...settings, allow: ALLOWABLE.filter((code) => settings.allow.includes(code)) };
  return Object.fromEntries(
    Object.entries(sorted).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(DEFAULT_PLAN_SETTINGS[name as keyof PlanSettings]),
    ),
  );
}

/** Returns the options of a plan from a store's settings. */
export function planOptionsOf(settings: PlanSettings, today: WorkDate): PlanOptions {
  const { types, earliestInDays, allow } = settings;
  return { earliestDay: addDays(today, earliestInDays), ...(types && { types }), allow };
}

/** Returns the days of an automatic plan. */
export function plannedDaysOf(
  settings: PlanSettings,
  today: WorkDate,
): { fromDay: WorkDate; toDay: WorkDate } {
  const fromDay = addDays(today, settings.earliestInDays);
  return { fromDay, toDay: addDays(fromDay, settings.horizonDays - 1) };
}
