import { ROLES, type RoleLimit } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';

export type Work = Settings['types'][number];

export const limitsRoles = ({ roles }: Work): boolean => roles.length < ROLES.length;

export const LIMIT_WORDS: Record<RoleLimit, string> = {
  hard: 'These roles alone',
  soft: 'Others too, with a reason that is kept',
};
