export { CHANGES_CHANNEL, type Change } from './changes.ts';
export { connect, type Database, type Db, type Executor, type Tx } from './connect.ts';
export { migrate } from './migrate.ts';
export { databaseReasons } from './ready.ts';
export * from './schema/index.ts';
