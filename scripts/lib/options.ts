import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads the options of a command. `--help` prints the usage and ends the process with 0; an option
 * that the command does not know ends it with 2, the reason and the usage.
 */
export function readOptions<T extends ParseArgsConfig>(usage: string, config: T) {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}
