import { DEFAULT_USER_AGENT } from '@scheduler/crossmark';
import { MAIL_SETTINGS, mailServerAt } from '@scheduler/mail';
import { readEnv, SettingsError, settings } from '@scheduler/runtime';
import {
  type AllowedHost,
  type BreakerPolicy,
  DEFAULT_BREAKER_POLICY,
  DEFAULT_CONFIRM_AFTER_MS,
  parseAllowedHost,
  type RetryPolicy,
  SILENT_AFTER_SECONDS,
} from '@scheduler/sync';
import { z } from 'zod';

const seconds = (fallback: number) => z.coerce.number().min(0).max(604_800).default(fallback);
const days = (fallback: number) => z.coerce.number().int().min(0).max(36_500).default(fallback);

const sessionKey = z
  .base64()
  .or(z.base64url())
  .transform((text): Uint8Array => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32, { error: 'not 32 bytes' });
const sessionKeys = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.tuple([sessionKey], sessionKey))
  .describe(
    '32 random bytes in base64, the same for all workers: openssl rand -base64 32; to replace it, set the new key, a comma and the old key',
  );

/** Settings of this app. */
export const SETTINGS = {
  DATABASE_URL: settings.DATABASE_URL,
  DATABASE_DIRECT_URL: settings.DATABASE_DIRECT_URL,
  CROSSMARK_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('address of Crossmark, such as https://crossmark.example.com; in development the simulator'),
  CROSSMARK_USER_ID: z.string().describe('user id of the Crossmark account that books'),
  CROSSMARK_PASSWORD: z.string().describe('password of that account'),
  CROSSMARK_SESSION_KEY: sessionKeys,
  CROSSMARK_USER_AGENT: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/, 'not 1 to 200 visible ASCII characters')
    .default(DEFAULT_USER_AGENT)
    .describe('User-Agent of every call to Crossmark'),
  INSTRUCTION_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .transform((parts) => parts.map(parseAllowedHost))
    .refine((hosts): hosts is AllowedHost[] => !hosts.includes(null), 'a part is not the name of a host')
    .describe(
      'hosts besides Crossmark’s own from which PDF files of instructions are fetched, such as files.example.com or *.example.com, separated by commas',
    ),
  REDIS_URL: settings.REDIS_URL,
  ...MAIL_SETTINGS,
  WEB_ORIGIN: z
    .string()
    .transform((text) => text.split(',')[0]?.trim())
    .pipe(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin))
    .optional()
    .describe('address at which people open the scheduler; links of digests lead to it'),
  HOST: settings.HOST,
  WORKER_PORT: settings.port(4200).describe('port of /healthz and /readyz'),
  LOG_LEVEL: settings.LOG_LEVEL,
  CROSSMARK_CALL_SECONDS: seconds(30).describe('longest duration of one call to Crossmark'),
  WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('number of jobs that run at the same time'),
  WORKER_SILENT_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(SILENT_AFTER_SECONDS)
    .describe('a worker without a heartbeat for this time counts as dead; the same for all workers'),
  SYNC_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(120)
    .describe('time for which a worker owns an event after its last step; at least as long as four calls'),
  SYNC_CONFIRM_SECONDS: seconds(DEFAULT_CONFIRM_AFTER_MS / 1_000).describe(
    'least time from a refresh that lacks an event or a booking, or shows one that has ended, to the refresh that confirms it',
  ),
  SYNC_OUTBOUND_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('most calls to Crossmark at the same time, by this worker'),
  SYNC_OUTBOUND_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('most calls to Crossmark within any second, by this worker'),
  SYNC_BREAKER_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_BREAKER_POLICY.failures)
    .describe('number of failed calls in a row, by all workers, after which calls are held back'),
  SYNC_BREAKER_PROBE_SECONDS: seconds(DEFAULT_BREAKER_POLICY.probeMs / 1_000).describe(
    'time between probes of whether Crossmark answers again',
  ),
  RETAIN_RECORDS_DAYS: days(90).describe(
    'days for which attempts, refreshes and the journal of settled events are kept; 0 is forever',
  ),
  RETAIN_AUDIT_DAYS: days(730)
    .refine((kept) => kept === 0 || kept >= 30, 'neither 0 nor 30 or more')
    .describe('days for which the audit log is kept; 0 is forever, otherwise at least 30'),
  RETAIN_ATTENDANCE_DAYS: days(730).describe(
    'days for which the attendance of people is kept, counted from the day itself; 0 is forever',
  ),
  SYNC_RETRY_BLIP_SECONDS: seconds(5).describe('wait before the first retry, which is not counted'),
  SYNC_RETRY_BASE_SECONDS: seconds(60).describe('wait before the second retry; doubles for each further one'),
  SYNC_RETRY_CAP_SECONDS: seconds(3_600).describe('longest wait between attempts'),
  SYNC_RETRY_BUDGET_SECONDS: seconds(86_400).describe('time from the first failure to the dead letter'),
  SYNC_RETRY_MAX: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000)
    .describe('most retries after the first; the older system had 3'),
};

/** Reads the settings of `reseal`. Throws a SettingsError that names each invalid variable. */
export const readResealSettings = () =>
  readEnv({ DATABASE_URL: settings.DATABASE_URL, CROSSMARK_SESSION_KEY: sessionKeys });

/** Reads the worker's settings. Throws a SettingsError that names each invalid variable. */
export function readSettings(source?: Record<string, string | undefined>) {
  const env = readEnv(SETTINGS, source);
  const retry: RetryPolicy = {
    blipMs: env.SYNC_RETRY_BLIP_SECONDS * 1_000,
    baseMs: env.SYNC_RETRY_BASE_SECONDS * 1_000,
    capMs: env.SYNC_RETRY_CAP_SECONDS * 1_000,
    budgetMs: env.SYNC_RETRY_BUDGET_SECONDS * 1_000,
    maxRetries: env.SYNC_RETRY_MAX,
  };
  // A sign-in makes two calls. A probe makes one call, after a sign-in if it needs one.
  const twoCallsMs = env.CROSSMARK_CALL_SECONDS * 2_000;
  const breaker: BreakerPolicy = {
    ...DEFAULT_BREAKER_POLICY,
    failures: env.SYNC_BREAKER_FAILURES,
    probeMs: env.SYNC_BREAKER_PROBE_SECONDS * 1_000,
    probeLeaseMs: twoCallsMs,
  };
  const retention = {
    recordsDays: env.RETAIN_RECORDS_DAYS,
    auditDays: env.RETAIN_AUDIT_DAYS,
    attendanceDays: env.RETAIN_ATTENDANCE_DAYS,
  };
  return { ...env, retry, retention, breaker, signInLeaseMs: twoCallsMs, digests: digestsOf(env) };
}

/** Returns how digests are sent; undefined without a mail server. */
function digestsOf({
  SMTP_URL,
  SMTP_FROM,
  WEB_ORIGIN,
}: Pick<z.output<z.ZodObject<typeof SETTINGS>>, 'SMTP_URL' | 'SMTP_FROM' | 'WEB_ORIGIN'>) {
  if (!SMTP_URL) return undefined;
  if (!SMTP_FROM || !WEB_ORIGIN) {
    const missing = [...(SMTP_FROM ? [] : ['SMTP_FROM']), ...(WEB_ORIGIN ? [] : ['WEB_ORIGIN'])];
    throw new SettingsError(
      `Cannot start: SMTP_URL is set, and with it digests need ${missing.join(' and ')}. Set ${missing.join(' and ')}, or unset SMTP_URL.`,
    );
  }
  return { mail: mailServerAt(SMTP_URL, SMTP_FROM), origin: WEB_ORIGIN };
}
