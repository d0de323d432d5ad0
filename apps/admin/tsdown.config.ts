import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/main.ts',
  outDir: 'dist',
  // The page stands in dist/page already.
  clean: false,
  dts: false,
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  // Our own packages are devDependencies and go in; vite is for development, which never runs the bundle.
  deps: { neverBundle: ['vite'] },
});
