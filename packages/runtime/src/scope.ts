import { AsyncLocalStorage } from 'node:async_hooks';

/** What is being done, and for which request: ids by name. */
export type Scope = Readonly<Record<string, string | number>>;

const scopes = new AsyncLocalStorage<Scope>();

/** Runs `work` with these ids in every log line written meanwhile, added to those of the work around it. */
export const inScope = <T>(ids: Scope, work: () => T): T =>
  scopes.run({ ...scopes.getStore(), ...ids }, work);

/** The ids of the work under way; undefined outside of any. */
export const currentScope = (): Scope | undefined => scopes.getStore();
