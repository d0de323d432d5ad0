import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'server/main.ts',
  outDir: 'dist',
  // The page stands in dist/page already.
  clean: false,
  dts: false,
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  // node_modules can't hold TypeScript sources, so our own packages go in.
  deps: { alwaysBundle: [/^@scheduler\//] },
});
