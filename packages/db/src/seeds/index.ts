export { crossmarkState } from './crossmark-state.ts';
export { type DemoEvent, type DemoPerson, type DemoScenario, demoScenario } from './demo.ts';
export { largeScenario } from './large.ts';
export { seedScenario } from './seed.ts';
