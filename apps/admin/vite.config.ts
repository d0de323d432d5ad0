import { preloadFont } from '@scheduler/ui/preload-font';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('./page', import.meta.url).pathname,
  plugins: [react(), tailwindcss(), preloadFont()],
  build: { outDir: '../dist/page', emptyOutDir: true, target: 'es2022' },
});
