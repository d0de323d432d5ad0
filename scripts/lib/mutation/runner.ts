import { relative } from 'node:path';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import type { Vitest } from 'vitest/node';
import { type Killed, MODE_OF_ALL, readKilled } from './killed.ts';

const plugin = vitestPlugins[0] as (typeof vitestPlugins)[number];
/** Stryker's runner for Vitest, with the parts that its types don't show. */
type Inner = ReturnType<typeof plugin.factory> & { ctx: Vitest; resetContext(): void };

/**
 * Makes Stryker's runner for Vitest, which starts a thread for each mutant, quicker: right after
 * the first run of all tests, one more run kills most mutants (see each-mutant.ts), and only the
 * others are tested one by one.
 */
const eachMutantRunner: typeof plugin.factory = Object.assign(
  (injector: NonNullable<Parameters<typeof plugin.factory>[0]>) => {
    const inner = plugin.factory(injector) as Inner;
    const dryRun = inner.dryRun.bind(inner);
    const mutantRun = inner.mutantRun.bind(inner);
    let killed: Map<string, Killed> | undefined;

    inner.dryRun = async (options) => {
      const result = await dryRun(options);
      const { ctx } = inner;
      const configs = [ctx.config, ...ctx.projects.map(({ config }) => config)];
      // What a mutant leaves behind in a module must not reach the tests of another file.
      for (const config of configs) Object.assign(config, { isolate: true, bail: 0 });
      ctx.provide('mode' as never, MODE_OF_ALL as never);
      inner.resetContext();
      await ctx.start();
      for (const config of configs) Object.assign(config, { isolate: false, bail: 1 });
      return result;
    };

    inner.mutantRun = async (options) => {
      killed ??= new Map(readKilled().map((one) => [one.mutant, one]));
      const by = killed.get(options.activeMutant.id);
      if (!by) return mutantRun(options);
      const [file = '', ...name] = by.test.split('#');
      const test = `${relative(process.cwd(), file)}#${name.join('#')}`;
      return { status: 'killed', killedBy: [test], failureMessage: by.failure, nrOfTests: 1 } as never;
    };
    return inner;
  },
  { inject: (plugin.factory as unknown as { inject: readonly unknown[] }).inject },
) as never;

/** The plugin, which Stryker's options choose by its name. */
export const strykerPlugins = [{ ...plugin, name: 'each-mutant', factory: eachMutantRunner }];
