import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { hostIn, SettingsError, urlsOfHosts } from '@scheduler/runtime';

/**
 * The modes of libpq with one meaning: `prefer` and `allow` would continue without TLS, and
 * `verify-ca` without checking the name.
 */
const MODES = ['disable', 'require', 'verify-full'] as const;

/**
 * How the connections to a database are encrypted and used, and its URL in the form that each driver
 * expects, because drivers write TLS settings differently. Of several hosts, the URLs name the
 * first; see primary.ts for the one to connect to.
 */
interface PostgresAddress {
  /** For postgres.js, together with `ssl`. */
  url: string;
  ssl: false | ConnectionOptions;
  /** For pg, and so for graphile-worker. */
  pgUrl: string;
  /** Whether statements may be prepared: false if connections share sessions of a pooler. */
  prepare: boolean;
}

/**
 * Reads `sslmode`, `sslrootcert` and `prepared_statements` of a database's URL. Without `sslmode` nothing is encrypted.
 * `require` encrypts without checking who answers. `verify-full` also checks the certificate and
 * the name in it, against the authorities in the file `sslrootcert` or, without such a file,
 * against Node's own.
 * @throws {SettingsError} the URL asks for something else, or the file can't be read
 */
export function postgresAddress(address: string): PostgresAddress {
  const [url, ...others] = urlsOfHosts(address).map((one) => new URL(one)) as [URL, ...URL[]];
  const prepare = url.searchParams.get('prepared_statements') ?? 'true';
  url.searchParams.delete('prepared_statements');
  const requested = url.searchParams.get('sslmode') ?? 'disable';
  const file = url.searchParams.get('sslrootcert');
  const parameters = [...url.searchParams.keys()].filter((name) => name.startsWith('ssl'));
  for (const name of parameters) url.searchParams.delete(name);
  const unknown = parameters.find((name) => !['sslmode', 'sslrootcert'].includes(name));
  const mode = MODES.find((one) => one === requested);
  if (!mode) throw wrong('sslmode must be disable, require or verify-full');
  if (unknown) throw wrong(`${unknown} is not known`);
  if (file !== null && mode !== 'verify-full') throw wrong('sslrootcert needs sslmode=verify-full');
  if (!['true', 'false'].includes(prepare)) throw wrong('prepared_statements must be true or false');
  const isNumber = (url: URL) => isIP(hostIn(url)) > 0;
  if (mode === 'verify-full' && [url, ...others].some(isNumber))
    throw wrong('sslmode=verify-full needs the server’s name in place of its address');
  const forPg = new URL(url);
  forPg.searchParams.set('sslmode', mode === 'require' ? 'no-verify' : mode);
  if (file !== null) forPg.searchParams.set('sslrootcert', file);
  return { url: url.href, ssl: tlsOf(mode, file), pgUrl: forPg.href, prepare: prepare === 'true' };
}

function tlsOf(mode: (typeof MODES)[number], file: string | null): false | ConnectionOptions {
  if (mode === 'disable') return false;
  if (mode === 'require') return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, ...(file !== null && { ca: read(file) }) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw wrong('the file that sslrootcert names can’t be read');
  }
}

const wrong = (reason: string) =>
  new SettingsError(
    `Cannot start: fix these settings and start again.\n  DATABASE_URL or DATABASE_DIRECT_URL is wrong: ${reason}`,
  );
