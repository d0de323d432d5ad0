import { readEnv, settings } from '@scheduler/runtime';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { z } from 'zod';

export default defineConfig(({ command }) => {
  const env = readEnv({
    HOST: settings.HOST,
    WEB_PORT: settings.port(5173),
    SERVER_URL: z.url().default('http://127.0.0.1:4000').describe('where apps/server listens'),
  });
  return {
    plugins: [react(), tailwindcss()],
    build: { outDir: 'dist/page', emptyOutDir: true, target: 'es2022' },
    ...(command === 'serve' && {
      server: {
        host: env.HOST,
        port: env.WEB_PORT,
        strictPort: true,
        // `/trpc` carries the live subscription too: a stream, which the proxy hands on as it comes.
        proxy: { '/trpc': env.SERVER_URL, '/api': env.SERVER_URL },
      },
    }),
  };
});
