import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../apps/web/dist/page/', import.meta.url));

/** The most JavaScript that a page may load before it is shown. */
export const JS_BUDGET_BYTES = 180_000;

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

/**
 * Lists the JavaScript that a page of the built scheduler needs before it is shown: the entry, the
 * page's module, all their imports, and the other scripts in index.html. The sizes are
 * those of the gzipped files.
 * @param page the page's module, such as `src/board/board-page.tsx`
 */
export function initialScripts(page: string): { file: string; gzipBytes: number }[] {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(`${PAGE}.vite/manifest.json`, 'utf8'));
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry);
  const files = new Set<string>();
  const add = (key: string | undefined) => {
    const chunk = key === undefined ? undefined : manifest[key];
    if (!chunk) throw new Error(`The build knows no ${key}.`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const imported of chunk.imports ?? []) add(imported);
  };
  for (const key of [entry, page]) add(key);
  const html = readFileSync(`${PAGE}index.html`, 'utf8');
  for (const [, file] of html.matchAll(/<script[^>]* src="\/([^"]+)"/g)) if (file) files.add(file);
  return [...files].map((file) => ({ file, gzipBytes: readFileSync(`${PAGE}${file}.gz`).length }));
}
