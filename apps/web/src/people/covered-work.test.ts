import { expect, test } from 'vitest';
import { whyNotCovered } from './covered-work.ts';

test.each([
  { workDate: '2026-01-06', isInOwnStore: true, why: null },
  { workDate: '2026-03-08', isInOwnStore: true, why: null },
  { workDate: '2026-03-09', isInOwnStore: true, why: 'more than 62 days later: nobody is looked for yet' },
  { workDate: '2026-01-06', isInOwnStore: false, why: 'in another store: nobody is looked for' },
  { workDate: '2026-03-09', isInOwnStore: false, why: 'in another store: nobody is looked for' },
  { workDate: '2026-01-05', isInOwnStore: true, why: 'lasts from their last day: nobody is looked for' },
])(
  'of who leaves after Jan 5, work on $workDate (in the own store: $isInOwnStore) is told as: $why',
  (work) => {
    expect(whyNotCovered(work, '2026-01-05')).toBe(work.why);
  },
);
