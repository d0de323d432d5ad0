import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * A started process. It leads its own process group, so that Ctrl-C does not reach it directly, and
 * this script can stop processes in its own order.
 */
export interface Running {
  name: string;
  process: ChildProcess;
  /** Resolves when the process has ended, for any reason. */
  ended: Promise<void>;
  /** Returns the last lines of its output. */
  output(): string;
  /**
   * Sends a signal to the whole group and waits for its end. Kills the group if it still runs after
   * `withinMs`.
   */
  stop(signal?: NodeJS.Signals, withinMs?: number): Promise<void>;
}

/** Kills all processes that {@link start} started and that still run. */
export function killStarted(): void {
  for (const kill of started) kill();
}
const started = new Set<() => void>();

/**
 * Starts a process. With `show` its output is passed on; otherwise its last lines are kept for an
 * error message.
 */
export function start(
  name: string,
  command: string,
  args: string[],
  options: {
    env?: Record<string, string | undefined>;
    /** Pass nothing of this process' environment. */
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
      // The group has already ended.
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
      // Ends grandchildren that outlive their parent.
      signalGroup('SIGKILL');
    },
  };
}

/**
 * Waits until `check` returns a value. Throws with the process's output if the process ends or the
 * time runs out.
 */
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

/**
 * Creates a folder for the data of one run. Other users may enter it, because under root the
 * embedded Postgres runs as another user.
 */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'crossmark-run-'));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
