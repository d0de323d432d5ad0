/** Whether a request's method is read-only. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a change was sent by one of our pages, at a configured address. Browsers send the page's
 * address in `Origin`, and scripts of other sites cannot forge it; a request without it does not
 * come from a page. `Host` is not compared: proxies rewrite it, and a site whose name resolves to
 * this machine sends its own name in both headers.
 */
export const isFromOwnPage = (origin: string | undefined, origins: readonly string[]): boolean =>
  origin !== undefined && origins.includes(origin);
