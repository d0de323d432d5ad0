import { isIP } from 'node:net';

/** Fastify's names for networks that outsiders cannot reach. */
const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/** Whether a text is an address, a network such as `10.0.0.0/8`, or a name of networks. */
export function isProxyAddress(text: string): boolean {
  if (NETWORK_NAMES.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** A log line for the start of an app: the addresses by which failed sign-ins are counted. */
export function describeClientAddresses(trustedProxies: readonly string[]): string {
  if (trustedProxies.length === 0)
    return 'requests are counted by the address that they come from: TRUSTED_PROXIES names no proxy, so everybody behind one counts as one';
  return `requests from ${trustedProxies.join(', ')} (TRUSTED_PROXIES) are counted by the address that these say they come from, all others by their own`;
}
