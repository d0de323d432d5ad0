export * from './read-days.ts';
export * from './turns.ts';
export * from './verify-days.ts';
