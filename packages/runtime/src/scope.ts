import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids of the current work and its request, by name. */
export type Scope = Readonly<Record<string, string | number>>;

const scopes = new AsyncLocalStorage<Scope>();

/** Runs `work` with these ids in its log lines, in addition to the ids of the surrounding work. */
export const inScope = <T>(ids: Scope, work: () => T): T =>
  scopes.run({ ...scopes.getStore(), ...ids }, work);

/** The ids of the current work; undefined outside of any. */
export const currentScope = (): Scope | undefined => scopes.getStore();
