import { DEFAULT_USER_AGENT } from '@scheduler/crossmark';
import { readEnv, settings } from '@scheduler/runtime';
import {
  type BreakerPolicy,
  DEFAULT_BREAKER_POLICY,
  DEFAULT_CONFIRM_AFTER_MS,
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
    '32 random bytes in base64, the same for all workers: openssl rand -base64 32; while it is replaced, the new one, a comma, the old one',
  );

/** Settings of this app. */
export const SETTINGS = {
  DATABASE_URL: settings.DATABASE_URL,
  CROSSMARK_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('where Crossmark is, such as https://crossmark.example.com; the simulator in development'),
  CROSSMARK_USER_ID: z.string().describe('user id of the account that books in Crossmark'),
  CROSSMARK_PASSWORD: z.string().describe('its password'),
  CROSSMARK_SESSION_KEY: sessionKeys,
  CROSSMARK_USER_AGENT: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/, 'not 1 to 200 visible ASCII characters')
    .default(DEFAULT_USER_AGENT)
    .describe('what every call to Crossmark says it comes from (User-Agent)'),
  REDIS_URL: settings.REDIS_URL,
  HOST: settings.HOST,
  WORKER_PORT: settings.port(4200).describe('where /healthz and /readyz are'),
  LOG_LEVEL: settings.LOG_LEVEL,
  CROSSMARK_CALL_SECONDS: seconds(30).describe('the longest that one call to Crossmark may take'),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(10).describe('jobs run at once'),
  WORKER_SILENT_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(SILENT_AFTER_SECONDS)
    .describe('without a sign of life for so long, a worker is taken for dead; the same for all workers'),
  SYNC_LEASE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(120)
    .describe('how long a worker owns an event from its last step; at least four calls long'),
  SYNC_CONFIRM_SECONDS: seconds(DEFAULT_CONFIRM_AFTER_MS / 1_000).describe(
    'from a refresh that lacks an event or a booking, or shows one that is over, to the one that confirms it, at least',
  ),
  SYNC_OUTBOUND_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('calls to Crossmark that this worker has under way at once'),
  SYNC_OUTBOUND_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('calls to Crossmark that this worker begins in any one second'),
  SYNC_BREAKER_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_BREAKER_POLICY.failures)
    .describe('failed calls in a row, of all workers, after which Crossmark is left alone'),
  SYNC_BREAKER_PROBE_SECONDS: seconds(DEFAULT_BREAKER_POLICY.probeMs / 1_000).describe(
    'until a probe asks whether Crossmark answers again',
  ),
  RETAIN_RECORDS_DAYS: days(90).describe(
    'how long attempts, readings of Crossmark’s list and the journal of settled events are kept; 0 is for ever',
  ),
  RETAIN_AUDIT_DAYS: days(730)
    .refine((kept) => kept === 0 || kept >= 30, 'neither 0 nor 30 or more')
    .describe('how long it is kept who did what; 0 is for ever, and 30 days the least'),
  SYNC_RETRY_BLIP_SECONDS: seconds(5).describe('before the first retry, which is not counted'),
  SYNC_RETRY_BASE_SECONDS: seconds(60).describe('before the next retry; doubles from there on'),
  SYNC_RETRY_CAP_SECONDS: seconds(3_600).describe('longest wait between attempts'),
  SYNC_RETRY_BUDGET_SECONDS: seconds(86_400).describe('from the first failure to the dead letter'),
  SYNC_RETRY_MAX: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000)
    .describe('hard maximum of retries after the first; the older system had 3'),
};

/** What `reseal` needs; throws a SettingsError naming what is missing or wrong. */
export const readResealSettings = () =>
  readEnv({ DATABASE_URL: settings.DATABASE_URL, CROSSMARK_SESSION_KEY: sessionKeys });

/** The worker's settings; throws a SettingsError naming each that is missing or wrong. */
export function readSettings(source?: Record<string, string | undefined>) {
  const env = readEnv(SETTINGS, source);
  const retry: RetryPolicy = {
    blipMs: env.SYNC_RETRY_BLIP_SECONDS * 1_000,
    baseMs: env.SYNC_RETRY_BASE_SECONDS * 1_000,
    capMs: env.SYNC_RETRY_CAP_SECONDS * 1_000,
    budgetMs: env.SYNC_RETRY_BUDGET_SECONDS * 1_000,
    maxRetries: env.SYNC_RETRY_MAX,
  };
  // A sign-in is two calls; a probe is a call, after a sign-in where it needs one and that goes
  // quickly.
  const twoCallsMs = env.CROSSMARK_CALL_SECONDS * 2_000;
  const breaker: BreakerPolicy = {
    ...DEFAULT_BREAKER_POLICY,
    failures: env.SYNC_BREAKER_FAILURES,
    probeMs: env.SYNC_BREAKER_PROBE_SECONDS * 1_000,
    probeLeaseMs: twoCallsMs,
  };
  const retention = { recordsDays: env.RETAIN_RECORDS_DAYS, auditDays: env.RETAIN_AUDIT_DAYS };
  return { ...env, retry, retention, breaker, signInLeaseMs: twoCallsMs };
}
