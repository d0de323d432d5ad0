import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** The font that the styles name first, see fonts.css. */
const FONT = '../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';

/**
 * A Vite plugin that makes a page request its font with the first requests, before its styles are
 * parsed: as it is built, and in development.
 */
export function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle, server }) => {
        const built = Object.keys(bundle ?? {}).find(
          (file) => file.includes('inter-latin-wght-normal') && file.endsWith('.woff2'),
        );
        // The address at which Vite’s server has the file, as the styles name it there.
        const source = `/@fs${realpathSync(fileURLToPath(new URL(FONT, import.meta.url)))}`;
        const font = server ? source : built && `/${built}`;
        if (!font) throw new Error('The build has no font to preload: see fonts.css.');
        const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: font };
        return [{ tag: 'link', attrs, injectTo: 'head-prepend' }];
      },
    },
  };
}
