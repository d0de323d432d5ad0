export * from './availability.ts';
export * from './event-type.ts';
export * from './pairing.ts';
export * from './reporting.ts';
export * from './rules.ts';
export * from './time.ts';
export * from './vocabulary.ts';
