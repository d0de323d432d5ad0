import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/main.ts',
  outDir: 'dist',
  // dist/page already contains the page.
  clean: false,
  dts: false,
  platform: 'node',
  target: 'node26',
  fixedExtension: false,
  // Our own packages are devDependencies and go in; vite is for development, which never runs the bundle.
  deps: { neverBundle: ['vite'] },
});
