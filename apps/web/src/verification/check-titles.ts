import type { CheckSeverity, DayCheckCode } from '@scheduler/scheduling';

/** What each check wants of a day. */
export const CHECK_TITLES: Record<DayCheckCode, string> = {
  juicer_staffed: 'Juicer work has a Juicer Barista',
  digital_freeosk_staffed: 'Freeosk and Digital work has a Lead',
  one_core_each: 'Nobody has more than one Core',
  noon_checks: 'Every noon check is at noon',
  core_slots: 'Cores are spread over their slots',
  leads: 'A Lead opens and a Lead closes',
  by_rotation: 'Juicer and Lead by rotation',
  nobody_off: 'Nobody who is off works',
  due_scheduled: 'No unscheduled work has its last day',
  no_juicer_core_clash: 'No Core beside Juicer work',
  no_seventh_day: 'Nobody works all seven days',
};

/** The word for each severity, and its color. */
export const SEVERITY_LOOKS: Record<CheckSeverity, { word: string; text: string }> = {
  critical: { word: 'Critical', text: 'text-failed' },
  warning: { word: 'Warning', text: 'text-waiting' },
};
