import { LONG_WORK, ROLES, type RoleLimit } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';

export type Work = Settings['types'][number];

export const limitsRoles = ({ roles }: Work): boolean => roles.length < ROLES.length;

/** Whether people have lunch during this work. */
export const hasLunch = ({ type }: Work): boolean => LONG_WORK.includes(type);

export const LIMIT_WORDS: Record<RoleLimit, string> = {
  hard: 'Only these roles',
  soft: 'Others too, with a recorded reason',
};
