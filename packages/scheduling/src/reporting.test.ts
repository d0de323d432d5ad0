import { describe, expect, it } from 'vitest';
import { defaultReissueExpiry, isUnreported } from './reporting.ts';
import { CONDITIONS } from './vocabulary.ts';

describe('isUnreported', () => {
  const today = '2027-03-15';
  it('covers the last 14 days before today', () => {
    const on = (workDate: string) => isUnreported({ workDate, condition: 'Scheduled' }, today);
    expect(['2027-02-28', '2027-03-01', '2027-03-14', '2027-03-15'].map(on)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
  it('asks for Scheduled, Staffed, In Progress or Paused', () => {
    expect(
      CONDITIONS.filter((condition) => isUnreported({ workDate: '2027-03-10', condition }, today)),
    ).toEqual(['Scheduled', 'Staffed', 'In Progress', 'Paused']);
  });
});

describe('defaultReissueExpiry', () => {
  it('is the day after it was due, or after the work where that is later', () => {
    expect(defaultReissueExpiry('2027-03-10', '2027-03-08')).toBe('2027-03-11');
    expect(defaultReissueExpiry('2027-03-10', '2027-03-10')).toBe('2027-03-11');
    expect(defaultReissueExpiry('2027-03-10', '2027-03-20')).toBe('2027-03-21');
  });
});
