/**
 * Whether an address was encoded twice: tRPC decodes once more what Fastify has decoded, and takes what it can't decode for a
 * fault of its own. No procedure is called so.
 */
export const isEncodedTwice = (url: string): boolean => url.split('?')[0]?.includes('%25') ?? false;
