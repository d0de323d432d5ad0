import type { Running } from '../process.ts';

export const APPS = ['server', 'worker', 'web', 'admin'] as const;
export type App = (typeof APPS)[number];

/** An app's image, as the checks of `pnpm images` see it. */
export interface Built {
  /** The folder with its files. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  command: string[];
  healthcheck: string[];
  /** The user of its process; null for root. */
  user: string | null;
  /** Runs a command in it, with these variables besides its own; the files can't be changed. */
  run(command: readonly string[], env: Record<string, string>): Running;
  /** Tells the process of {@link Built.run} to stop, as an engine does, and waits for its end. */
  stop(running: Running): Promise<void>;
}

/** Builds images, and removes what it needed for that. */
export interface ImageBuilder {
  build(app: App): Promise<Built>;
  /** The size of each image as people are told of it, and what it consists of. */
  sizes(): Record<string, string>[];
  close(): void;
}
