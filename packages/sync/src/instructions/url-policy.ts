import { isIP } from 'node:net';
import { hostIn } from '@scheduler/runtime';
import ipaddr from 'ipaddr.js';

/** A host from which files may be fetched. */
export interface AllowedHost {
  name: string;
  port: number;
  /** The host's subdomains are allowed, and the host itself is not. */
  isSubdomains: boolean;
}

/** What may be fetched, and from where. */
export interface UrlPolicy {
  /** Crossmark's own scheme, host and port. */
  crossmark: string;
  allowedHosts: readonly AllowedHost[];
  /** Whether an address may be connected to; {@link isPublicAddress} outside of tests. */
  isAllowedAddress: (address: string) => boolean;
}

/**
 * How a file is fetched: from Crossmark with its session, from another allowed host without any
 * secret, or not at all, with the reason as a sentence.
 */
export type Route =
  | { kind: 'crossmark'; url: URL }
  | { kind: 'other'; url: URL }
  | { kind: 'refused'; reason: string };

const HTTPS_PORT = 443;
const HOST =
  /^(\*\.)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::(\d{1,5}))?$/;

/**
 * Parses a host of the setting: `files.example.com`, with `:8443` for another port, or
 * `*.example.com` for the subdomains of a host. Returns null for anything else, also for an address
 * in numbers.
 */
export function parseAllowedHost(text: string): AllowedHost | null {
  const [, wildcard, name = '', port] = HOST.exec(text.toLowerCase()) ?? [];
  if (!name || isIP(name) || /^[\d.]+$/.test(name)) return null;
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) return null;
  return { name, port: Number(port ?? HTTPS_PORT), isSubdomains: wildcard !== undefined };
}

/** Decides how the file behind a link is fetched. Nothing is connected to. */
export function routeOf(link: string, policy: UrlPolicy): Route {
  const refused = (reason: string): Route => ({ kind: 'refused', reason });
  if (!URL.canParse(link)) return refused('The link is not an address.');
  const url = new URL(link);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused('The link does not lead to a website.');
  if (url.username || url.password) return refused('The link contains a user name or a password.');
  const host = hostOf(url);
  if (url.origin === policy.crossmark && (url.protocol === 'https:' || isThisMachine(host)))
    return { kind: 'crossmark', url };
  if (url.protocol === 'http:') return refused('The link is not encrypted: it begins with http.');
  if (isIP(host) && !policy.isAllowedAddress(host))
    return refused('The link leads to an address inside of a network.');
  if (!policy.allowedHosts.some((allowed) => matches(allowed, host, Number(url.port || HTTPS_PORT))))
    return refused(
      `The link leads to ${host}${url.port ? `:${url.port}` : ''}, which is not among the hosts that this installation allows.`,
    );
  return { kind: 'other', url };
}

/** A URL's host without the brackets of an IPv6 address and without a final dot. */
export const hostOf = (url: URL): string => hostIn(url).replace(/\.$/, '');

const isThisMachine = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '::1';

function matches({ name, port, isSubdomains }: AllowedHost, host: string, hostPort: number): boolean {
  if (port !== hostPort) return false;
  return isSubdomains ? host.endsWith(`.${name}`) : host === name;
}

const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the internet, and none of this machine, of a private network, or of
 * one that leads to another address, such as 6to4. IPv4 in the form of IPv6 counts as IPv4.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_V6);
}
