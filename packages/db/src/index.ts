export { CHANGES_CHANNEL, type Change } from './changes.ts';
export {
  connect,
  type Database,
  type Db,
  type Executor,
  memoizeByDb,
  PATIENCE,
  type Patience,
  pipeline,
  sessionSettings,
  type Tx,
  transactById,
  transactLocally,
} from './connect.ts';
export { isConnectionLost, isRolledBack, postgresError } from './errors.ts';
export { feedEnded } from './feed-ended.ts';
export { idList, type JsonRows, jsonRows } from './json-rows.ts';
export { holdLock, LOCKS } from './locks.ts';
export { MigrateError, migrate } from './migrate.ts';
export { onlyRow } from './only-row.ts';
export { type Primary, primaryOf } from './primary.ts';
export { databaseReasons, NEWEST_OF_QUEUE, SCHEMA_BEHIND, schemaIsBehind } from './ready.ts';
export { makeRoles, ROLES, RolesError } from './roles.ts';
export * from './schema/index.ts';
export { findsWords } from './search.ts';
export { postgresAddress } from './tls.ts';
