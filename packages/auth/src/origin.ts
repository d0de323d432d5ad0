/** Whether a request's method promises to change nothing. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a request that changes something was sent by a page of ours, at an address that is configured. Browsers name the
 * page in `Origin`, and scripts of other sites can't forge it; a request without one doesn't come from a page. `Host` doesn't count:
 * proxies rewrite it, and a site whose name leads to this machine sends its own in both.
 */
export const isFromOwnPage = (origin: string | undefined, origins: readonly string[]): boolean =>
  origin !== undefined && origins.includes(origin);
