/** The host of a URL as a connection wants it: an IPv6 address without its brackets. */
export const hostIn = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** A URL up to its hosts, its hosts, and what follows them. A user or password has no bare `/`, `?` or `#`. */
const PARTS = /^([a-z][a-z\d+.-]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is;

/**
 * Splits the URL of a service with several hosts, such as `postgres://user@a:5432,b:5432/name`,
 * into a URL for each host, in their order. Everything else of the URL applies to each host. A URL
 * with one host is returned as it is.
 * @throws {TypeError} it is no URL
 */
export function urlsOfHosts(url: string): string[] {
  const [, before = '', hosts = '', after = ''] = PARTS.exec(url) ?? [];
  const all = hosts.split(',');
  const urls = all.length > 1 ? all.map((host) => `${before}${host}${after}`) : [url];
  for (const one of urls) {
    // Thrown anew, because the error of the URL's own class repeats it, with its password.
    if (!URL.canParse(one) || (all.length > 1 && !new URL(one).hostname)) throw new TypeError('Invalid URL');
  }
  return urls;
}
