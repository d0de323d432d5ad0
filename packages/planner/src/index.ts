export * from './baselines.ts';
export * from './fairness.ts';
export * from './input.ts';
export * from './program.ts';
export * from './proposal.ts';
export * from './propose.ts';
export * from './rank.ts';
export * from './review.ts';
