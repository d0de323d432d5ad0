/**
 * Whether an address was percent-encoded twice. tRPC decodes again what Fastify has decoded, and
 * reports an address that it can't decode as an internal error. No procedure has such an address.
 */
export const isEncodedTwice = (url: string): boolean => url.split('?')[0]?.includes('%25') ?? false;
