import { isIP } from 'node:net';

/** Names that stand for networks where nobody from outside can be, as Fastify knows them. */
const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/** Whether a proxy's address can be told by this: an address, a network such as `10.0.0.0/8`, or a name of some. */
export function isProxyAddress(text: string): boolean {
  if (NAMED.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** For the log of an app that starts: by which address a request is counted where somebody tries to get in. */
export function countedBy(trustedProxies: readonly string[]): string {
  if (trustedProxies.length === 0)
    return 'requests are counted by the address that they come from: TRUSTED_PROXIES names no proxy, so everybody behind one counts as one';
  return `requests from ${trustedProxies.join(', ')} (TRUSTED_PROXIES) are counted by the address that these say they come from, all others by their own`;
}
