import { describe, expect, it } from 'vitest';
import { EVENT_RULES_VERSION, ruledAgain } from './event-rules.ts';

const NAME = '610123-Alderbrook-Oat Clusters (123456789012)  - V2-SUPE';
const event = {
  name: NAME,
  type: 'Other',
  typeByHand: false,
  durationMinutes: 60,
  durationSource: 'rules',
} as const;

describe('an event that older rules judged', () => {
  it('takes the type that its name has now, and that type’s minutes', () => {
    expect(ruledAgain(event, {})).toEqual({
      type: 'Supervisor',
      eventNumber: '610123',
      durationMinutes: 5,
      rulesVersion: EVENT_RULES_VERSION,
    });
    expect(ruledAgain(event, { Supervisor: 10 })).toMatchObject({ durationMinutes: 10 });
  });

  it('keeps what a person chose and what a file said', () => {
    const chosen = { ...event, type: 'Core', typeByHand: true } as const;
    expect(ruledAgain(chosen, {})).toMatchObject({ type: 'Core', durationMinutes: 390 });
    const told = { ...event, durationMinutes: 7, durationSource: 'file' } as const;
    expect(ruledAgain(told, {})).toMatchObject({ type: 'Supervisor', durationMinutes: 7 });
    const shortened = { ...event, name: 'x  - V2-CORE', type: 'Core', durationMinutes: 360 } as const;
    expect(ruledAgain({ ...shortened, durationSource: 'file_worked' }, {})).toMatchObject({
      durationMinutes: 360,
    });
  });

  it('keeps its minutes where its store set others since: those count for what comes from then on', () => {
    const core = { ...event, name: 'x  - V2-CORE', type: 'Core', durationMinutes: 390 } as const;
    expect(ruledAgain(core, { Core: 420 })).toMatchObject({ durationMinutes: 390 });
    const freeosk = {
      ...event,
      name: 'Wk12-Cold Brew (1)  - V1.9 Freeosk Troubleshooting',
      type: 'Freeosk',
    } as const;
    expect(ruledAgain(freeosk, { Freeosk: 20 })).toMatchObject({ durationMinutes: 15 });
  });

  it('follows a new name', () => {
    const nineHours = '01-05 9HR-ES1-JUICER-PRODUCTION-SPCLTY (1)  - ES1';
    const juicer = { ...event, name: nineHours, type: 'Juicer Production', durationMinutes: 480 } as const;
    const before = nineHours.replace('9HR', '8HR');
    expect(ruledAgain(juicer, { 'Juicer Production': 600 }, before)).toMatchObject({ durationMinutes: 600 });
    const shorter = { ...juicer, name: before, durationMinutes: 540 };
    expect(ruledAgain(shorter, { 'Juicer Production': 600 }, nineHours)).toMatchObject({
      durationMinutes: 480,
    });
  });
});
