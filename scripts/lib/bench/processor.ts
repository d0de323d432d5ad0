import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Infrastructure } from '../infrastructure.ts';

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** A process as Linux lists it in `/proc/PID/stat`. */
interface Listed {
  pid: number;
  parent: number;
  group: number;
  /** Processor time, also of ended children. */
  ms: number;
}

function processes(): Listed[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name of the program is in parentheses and may contain any character.
      const [, parent, group, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const ticks = rest.slice(8, 12).reduce((sum, value) => sum + Number(value), 0);
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), ms: ticks * TICK_MS }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/**
 * Returns the processor time, in milliseconds, that the processes of a started program have used so
 * far; 0 on systems other than Linux.
 */
export function processorMsOf(pids: readonly (number | undefined)[]): number {
  if (process.platform !== 'linux') return 0;
  return processes()
    .filter(({ pid, group }) => pids.includes(pid) || pids.includes(group))
    .reduce((sum, { ms }) => sum + ms, 0);
}

/** The processes that a process has started and that still run. */
export const childrenOf = (pid: number): number[] =>
  processes()
    .filter(({ parent }) => parent === pid)
    .map((one) => one.pid);

/** The first process of the embedded Postgres; null if there is none, or on systems other than Linux. */
export function postmasterOf({ databaseDirectory }: Infrastructure): number | null {
  if (process.platform !== 'linux' || !databaseDirectory) return null;
  const [line] = readFileSync(join(databaseDirectory, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
  return Number(line);
}

/** Like {@link processorMsOf}, of the embedded Postgres with all its connections. */
export function processorMsOfPostgres(infrastructure: Infrastructure): number {
  const postmaster = postmasterOf(infrastructure);
  if (postmaster === null) return 0;
  return processes()
    .filter(({ pid, parent }) => pid === postmaster || parent === postmaster)
    .reduce((sum, { ms }) => sum + ms, 0);
}
