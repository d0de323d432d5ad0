import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsdown';

// One bundle with our own packages in it (node_modules can't hold TypeScript sources): they are
// devDependencies, which go in, while npm's packages under `dependencies` stay outside: highs too,
// which finds its WebAssembly beside itself.
export default defineConfig({
  entry: {
    'inspect-thread': fileURLToPath(import.meta.resolve('@scheduler/pdf/inspect-thread')),
    main: 'src/main.ts',
    reseal: 'src/reseal.ts',
    'plan-thread': fileURLToPath(import.meta.resolve('@scheduler/plans/plan-thread')),
  },
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  dts: false,
  clean: true,
});
