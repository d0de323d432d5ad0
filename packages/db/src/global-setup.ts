export { startTestPostgres as default } from './testing.ts';
