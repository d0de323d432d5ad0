import { lookup as lookupHost } from 'node:dns';
import type { LookupFunction } from 'node:net';
import {
  type CrossmarkClient,
  CrossmarkError,
  DEFAULT_USER_AGENT,
  type FileAnswer,
} from '@scheduler/crossmark';
import { Agent, request } from 'undici';
import { hostOf, isPublicAddress, routeOf, type UrlPolicy } from './url-policy.ts';

/** The largest file of instructions. */
export const MOST_FILE_BYTES = 20 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const CONNECT_MS = 5_000;
/** From the connection to the last byte. */
const WHOLE_MS = 30_000;

/** The file can't be fetched, and another attempt would end the same way. The message is a sentence. */
export class FileRefusedError extends Error {
  override readonly name = 'FileRefusedError';
}

/** The file can't be fetched now. The message is a sentence. */
export class FileUnavailableError extends Error {
  override readonly name = 'FileUnavailableError';
}

/** A host whose name leads to an address that may not be connected to. */
class AddressRefusedError extends Error {}

/** Fetches files of instructions. */
export interface Downloads {
  /**
   * Fetches the file behind a link. Each redirect is checked as the link itself is.
   * @throws {FileRefusedError} it may not be fetched, is not there, or is too large
   * @throws {FileUnavailableError} its host did not answer as it should
   * @throws {CrossmarkError} Crossmark did not answer as it should
   */
  read(link: string, signal: AbortSignal): Promise<Buffer>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** Connects to nothing until the first file is fetched. Tests replace what `options` names. */
export function createDownloads(
  crossmark: Pick<CrossmarkClient, 'origin' | 'file'>,
  options: Pick<UrlPolicy, 'allowedHosts'> & {
    isAllowedAddress?: UrlPolicy['isAllowedAddress'];
    userAgent?: string;
    lookup?: typeof lookupHost;
    /** Certificates to trust besides those of Node. */
    ca?: string;
    wholeMs?: number;
  },
): Downloads {
  const { isAllowedAddress = isPublicAddress, wholeMs = WHOLE_MS } = options;
  const policy = { crossmark: crossmark.origin, allowedHosts: options.allowedHosts, isAllowedAddress };
  // The address that is checked is the one that is connected to: a second look-up could have another
  // answer.
  const agent = new Agent({
    connect: {
      timeout: CONNECT_MS,
      lookup: checkedLookup(options.lookup ?? lookupHost, isAllowedAddress),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
    pipelining: 1,
    allowH2: false,
  });

  /** Reads from another host than Crossmark's, with no cookie and nothing else that is secret. */
  async function readOther(url: URL, signal: AbortSignal): Promise<FileAnswer> {
    const late = AbortSignal.timeout(wholeMs);
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: agent,
        signal: AbortSignal.any([signal, late]),
        headers: {
          accept: 'application/pdf, */*;q=0.1',
          // A compressed answer could unpack to any size.
          'accept-encoding': 'identity',
          'user-agent': options.userAgent ?? DEFAULT_USER_AGENT,
        },
      });
      if (statusCode !== 200) {
        body.on('error', () => {}).destroy();
        const location = [headers.location].flat()[0];
        return statusCode >= 300 && statusCode < 400 && location
          ? { kind: 'redirect', location }
          : { kind: 'none', status: statusCode };
      }
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        // Leaving the loop closes the connection.
        if (size > MOST_FILE_BYTES) return { kind: 'tooLarge' };
        chunks.push(chunk);
      }
      return { kind: 'file', bytes: Buffer.concat(chunks) };
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(hostOf(url), late.aborted, error);
    }
  }

  return {
    async read(link, signal) {
      let next = link;
      for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
        const route = routeOf(next, policy);
        if (route.kind === 'refused')
          throw new FileRefusedError(
            redirects === 0 ? route.reason : `The link redirects to another one. ${route.reason}`,
          );
        const { url } = route;
        const answer =
          route.kind === 'crossmark'
            ? await crossmark.file({ url: url.href, maxBytes: MOST_FILE_BYTES, signal }).catch(throwRefused)
            : await readOther(url, signal);
        if (answer.kind === 'file') return answer.bytes;
        if (answer.kind === 'tooLarge')
          throw new FileRefusedError(`The file is larger than ${MOST_FILE_BYTES / 2 ** 20} MB.`);
        if (answer.kind === 'none') throw noFile(hostOf(url), answer.status);
        next = URL.canParse(answer.location, url) ? new URL(answer.location, url).href : answer.location;
      }
      throw new FileRefusedError(`The link redirects more than ${MOST_REDIRECTS} times.`);
    },
    close: () => agent.destroy(),
  };
}

/** Looks a host up, and fails if one of its addresses may not be connected to. */
function checkedLookup(lookup: typeof lookupHost, isAllowed: (address: string) => boolean): LookupFunction {
  return (host, { all, ...options }, done) =>
    lookup(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return done(error ?? new Error('no address'), '', 0);
      if (!addresses.every(({ address }) => isAllowed(address)))
        return done(new AddressRefusedError(), '', 0);
      if (all) done(null, addresses);
      else done(null, first.address, first.family);
    });
}

/** Crossmark's refusals are final; other failures of its calls are not. */
function throwRefused(error: unknown): never {
  if (error instanceof CrossmarkError && error.kind === 'rejected') throw new FileRefusedError(error.message);
  throw error;
}

function noFile(host: string, status: number): Error {
  return status === 429 || status === 408 || status >= 500
    ? new FileUnavailableError(`${host} could not give the file (${status}).`)
    : new FileRefusedError(`${host} does not give the file to this server (${status}).`);
}

function failureOf(host: string, isLate: boolean, error: unknown): Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AddressRefusedError)
      return new FileRefusedError(`${host} is inside of a network, where no files are fetched from.`);
    const code = 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOTFOUND') return new FileUnavailableError(`${host} can’t be found.`, { cause: error });
    if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code))
      return new FileUnavailableError(`${host} could not prove its identity.`, { cause: error });
  }
  const what = isLate ? 'took too long to give the file' : 'did not answer';
  return new FileUnavailableError(`${host} ${what}.`, { cause: error });
}
