import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A process of ours. It leads its own process group, so that Ctrl-C reaches it through us alone, in our order. */
export interface Running {
  name: string;
  process: ChildProcess;
  /** Resolves when it has ended, however. */
  ended: Promise<void>;
  /** The last lines it printed. */
  output(): string;
  /** Signals the whole group and waits; a group that is still there after `withinMs` is killed. */
  stop(signal?: NodeJS.Signals, withinMs?: number): Promise<void>;
}

/** Ends whatever is still there of what {@link start} started, at once. */
export function killStarted(): void {
  for (const kill of started) kill();
}
const started = new Set<() => void>();

/** Starts a process. `show` passes its output on as it comes; otherwise its last lines are kept for an error message. */
export function start(
  name: string,
  command: string,
  args: string[],
  options: {
    env?: Record<string, string | undefined>;
    /** Nothing of our own environment. */
    onlyEnv?: boolean;
    cwd?: string;
    show?: boolean;
    uid?: number;
    gid?: number;
  } = {},
): Running {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...(options.onlyEnv ? {} : process.env), ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    detached: true,
    stdio: options.show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(text);
      if (lines.length > 200) lines.shift();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      lines.push(error.message);
      resolve();
    });
  });
  const kill = () => signalGroup('SIGKILL');
  started.add(kill);
  void ended.then(() => started.delete(kill));
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  return {
    name,
    process: child,
    ended,
    output: () => lines.join('').split('\n').slice(-40).join('\n'),
    stop: async (signal = 'SIGTERM', withinMs = 30_000) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const cutShort = setTimeout(() => signalGroup('SIGKILL'), withinMs);
      signalGroup(signal);
      await ended;
      clearTimeout(cutShort);
      // Grandchildren that outlived their parent.
      signalGroup('SIGKILL');
    },
  };
}

/** Waits until `check` gives a value. Throws what is wrong, with the process's own words, if it ends or time runs out. */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined | null | false>,
  options: { process?: Running; withinMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + (options.withinMs ?? 60_000);
  let gone = false;
  void options.process?.ended.then(() => {
    gone = true;
  });
  for (;;) {
    const value = await check().catch(() => undefined);
    if (value) return value;
    const output = () => (options.process ? `\n${options.process.output()}` : '');
    if (gone) throw new Error(`${what}: the process ended.${output()}`);
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${(options.withinMs ?? 60_000) / 1000} s.${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether a URL answers with a 2xx status. */
export const answers = (url: string) => async () =>
  (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;

/** A folder for one run's data. Others may pass through it: as root, Postgres runs as a user of its own. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'crossmark-run-'));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
