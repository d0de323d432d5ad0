export * from './cause.ts';
export * from './make-plan.ts';
export * from './plan-for-store.ts';
export * from './plan-input.ts';
export * from './plan-runs.ts';
