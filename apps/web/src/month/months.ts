import { addDays } from '../lib/time.ts';

export const monthBefore = (month: string): string => addDays(`${month}-01`, -1).slice(0, 7);

export const monthAfter = (month: string): string => addDays(`${month}-01`, 31).slice(0, 7);
