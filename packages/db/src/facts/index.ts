export * from './records.ts';
export * from './replaced-work.ts';
export * from './rule-inputs.ts';
export * from './store-work.ts';
