import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/main.ts',
  outDir: 'dist',
  // The page stands in dist/page already.
  clean: false,
  dts: false,
  platform: 'node',
  target: 'node24',
  fixedExtension: false,
  // Workspace packages are TypeScript and go in; vite is for development, which never runs the bundle.
  deps: { alwaysBundle: [/^@scheduler\//, 'bull-board-graphile'], neverBundle: ['vite'] },
});
