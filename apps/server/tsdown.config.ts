import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsdown';

// One bundle with our own packages in it (node_modules can't hold TypeScript sources): they are devDependencies, which
// go in, while npm's packages under `dependencies` stay outside: highs too, which finds its WebAssembly beside itself.
export default defineConfig({
  entry: {
    main: 'src/main.ts',
    'long-call-thread': 'src/http/long-call-thread.ts',
    'plan-thread': fileURLToPath(import.meta.resolve('@scheduler/plans/plan-thread')),
    migrate: 'src/migrate.ts',
    roles: 'src/roles.ts',
    users: 'src/cli/users.ts',
  },
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  dts: false,
  clean: true,
});
