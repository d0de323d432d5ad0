import { readEnv, runApp, SettingsError, settings } from '@scheduler/runtime';
import { z } from 'zod';
import { createSimulator, DEMO_USER, type Simulator } from './index.ts';

const DEFAULT_PORT = 4300;
/** Further ports to check if the configured one is in use. */
const EXTRA_PORTS = 20;

/** Listens on the configured port, or on the next free one with a message that says so. */
async function listen(simulator: Simulator, port: number, host: string): Promise<void> {
  for (let candidate = port; ; candidate++) {
    try {
      await simulator.listen(candidate, host);
      if (candidate !== port)
        process.stdout.write(`crossmark simulator: port ${port} is in use, so it took ${candidate}\n`);
      return;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || port === 0) throw error;
      if (candidate >= port + EXTRA_PORTS) {
        throw new SettingsError(
          `SIMULATOR_PORT: ports ${port} to ${candidate} are all in use; name a free one.`,
        );
      }
    }
  }
}

function openSimulator(env: {
  SIMULATOR_STATE_FILE?: string | undefined;
  SIMULATOR_SEED: number;
}): Simulator {
  const { SIMULATOR_STATE_FILE: stateFile, SIMULATOR_SEED: seed } = env;
  try {
    return createSimulator({ stateFile, settings: { seed } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(
      `Cannot start: SIMULATOR_STATE_FILE names ${stateFile}, which cannot be used.\n  ${reason}\nMove it away to start without bookings.`,
    );
  }
}

await runApp('crossmark simulator', async () => {
  const env = readEnv({
    SIMULATOR_PORT: settings.port(DEFAULT_PORT),
    HOST: settings.HOST,
    SIMULATOR_STATE_FILE: z.string().optional().describe('keeps bookings across restarts'),
    SIMULATOR_SEED: z.coerce
      .number()
      .int()
      .default(1)
      .describe('a whole number; the same seed repeats the same random choices'),
  });
  const simulator = openSimulator(env);
  await listen(simulator, env.SIMULATOR_PORT, env.HOST);
  process.stdout.write(
    `crossmark simulator: ${simulator.url} (sign in as ${DEMO_USER.userId}; switchboard at ${simulator.url}/__sim/state)\n`,
  );
  return () => simulator.close();
});
