import { defineConfig } from 'tsdown';

// One bundle with our own packages in it; node_modules can't hold TypeScript sources.
export default defineConfig({
  entry: ['src/main.ts'],
  platform: 'node',
  target: 'node24',
  deps: { alwaysBundle: [/^@scheduler\//] },
  fixedExtension: false,
  dts: false,
  sourcemap: true,
  clean: true,
});
