/** A number of pages: `1 page`, `3 pages`. */
export const pagesInWords = (pages: number): string => (pages === 1 ? '1 page' : `${pages} pages`);

/** A size for people: `120 kB`, `1.5 MB`. */
export const sizeInWords = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
