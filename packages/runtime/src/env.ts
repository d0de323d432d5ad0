import { z } from 'zod';
import { urlsOfHosts } from './hosts.ts';
import { isProxyAddress } from './proxies.ts';

/** A missing or invalid setting. The message names each variable, its fault and a valid value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Parses settings from the environment; no other code of a process reads it. An empty string counts
 * as unset. Throws {@link SettingsError} that names every missing or invalid variable, never its
 * value, which may be a secret.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: Record<string, string | undefined> = process.env,
): z.output<z.ZodObject<Shape>> {
  const values = Object.fromEntries(Object.keys(shape).map((key) => [key, source[key] || undefined]));
  const parsed = z.object(shape).safeParse(values);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const field = shape[name] as z.ZodType | undefined;
    const hint = field?.description ? ` (${field.description})` : '';
    return values[name] === undefined
      ? `  ${name} is not set${hint}`
      : `  ${name} is wrong: ${issue.message}${hint}`;
  });
  throw new SettingsError(
    `Cannot start: fix these settings and start again.\n${[...new Set(lines)].join('\n')}`,
  );
}

/** The URLs of a setting's hosts; null if it is no URL. */
function readHosts(url: string): URL[] | null {
  try {
    return urlsOfHosts(url).map((one) => new URL(one));
  } catch {
    return null;
  }
}

const databaseUrl = z
  .string()
  .refine((url) => readHosts(url)?.every(({ protocol }) => /^postgres(ql)?:$/.test(protocol)), 'Invalid URL');

/** One Redis, or the Sentinels of a named one. */
function isRedisUrl(url: string): boolean {
  const [first, ...others] = readHosts(url) ?? [];
  if (/^rediss?\+sentinel:$/.test(first?.protocol ?? ''))
    return first?.hostname !== '' && /^\/[^/]+(\/\d+)?$/.test(first?.pathname ?? '');
  return /^rediss?:$/.test(first?.protocol ?? '') && others.length === 0;
}

/** Settings of more than one app. */
export const settings = {
  DATABASE_URL: databaseUrl.describe(
    'postgres://user:password@host:5432/database. Several hosts, separated by commas, are a primary and its standbys: host-a:5432,host-b:5432. With ?prepared_statements=false statements are not prepared, for a pooler in transaction mode',
  ),
  DATABASE_DIRECT_URL: databaseUrl
    .optional()
    .describe(
      'the database itself, if DATABASE_URL names a pooler in transaction mode: notifications are heard and migrations are locked there',
    ),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'Invalid URL')
    .optional()
    .describe(
      'redis://user:password@host:6379, or with Sentinels redis+sentinel://user:password@host-a:26379,host-b:26379/name?sentinel_password=…; rediss: and rediss+sentinel: with TLS; without it the charts are missing',
    ),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  ADMIN_ORIGIN: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .optional()
    .describe(
      'address at which people open the admin page, such as https://admin.example; default: http://localhost:ADMIN_PORT. The server names it in alerts',
    ),
  AUTH_SECRET: z.string().min(32).describe('at least 32 random characters; signs session cookies'),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine((parts) => parts.every(isProxyAddress), 'a part is neither an address nor a network')
    .describe(
      'addresses or networks of trusted proxies, such as 10.0.0.5 or 10.0.0.0/8, separated by commas; the client address that they report is used. Without it web and admin trust no proxy, and the server trusts those in private networks, such as web',
    ),
  SESSION_IDLE_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(8_760)
    .default(12)
    .describe('hours without use after which a session ends'),
  SESSION_MAX_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(8_760)
    .default(168)
    .describe('hours after which a session ends, even if it is used'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('http://collector:4318, the address to which traces are sent; without it there are no traces'),
  /** A TCP port, for an app that listens. */
  port: (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback),
};
