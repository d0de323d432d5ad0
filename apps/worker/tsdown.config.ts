import { defineConfig } from 'tsdown';

// One bundle with our own packages in it (node_modules can't hold TypeScript sources): they are
// devDependencies, which go in, while npm's packages under `dependencies` stay outside.
export default defineConfig({
  entry: ['src/main.ts', 'src/reseal.ts'],
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  dts: false,
  clean: true,
});
