import type { ChangesQuery } from '../src/changes.ts';

/** The states that the list of changes can show, each with its title. */
export const STATES = [
  ['failed', 'Dead letters'],
  ['waiting', 'Waiting'],
  ['pending', 'Pending'],
  ['conflict', 'In conflict'],
  ['synced', 'Synced'],
] as const satisfies readonly (readonly [ChangesQuery['filter']['state'], string])[];
