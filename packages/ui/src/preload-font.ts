import type { Plugin } from 'vite';

/**
 * A Vite plugin that makes a built page request its font with the first requests, before its styles
 * are parsed.
 */
export function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const font = Object.keys(bundle).find(
          (file) => file.includes('inter-latin-wght-normal') && file.endsWith('.woff2'),
        );
        if (!font) throw new Error('The build has no font to preload: see fonts.css.');
        const attrs = { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${font}` };
        return [{ tag: 'link', attrs, injectTo: 'head-prepend' }];
      },
    },
  };
}
