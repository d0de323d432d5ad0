import type { Instant } from '@scheduler/scheduling';
import { z } from 'zod';

/** Postgres integers end at 2^31. */
const positiveInteger = () =>
  z
    .int('must be a whole number')
    .positive('must be positive')
    .max(2_147_483_647, 'must be smaller than 2147483648');

/** A row's id. */
export const id = positiveInteger();

/** The version that an edit was based on. */
export const version = positiveInteger();

/** A local day of a store. */
export const workDate = z.iso
  .date('must be a day such as 2026-01-05')
  .refine((day) => day >= '2000-01-01' && day < '2100-01-01', 'must be between 2000 and 2099');

/** A point in time, made canonical; whole minutes, for nobody starts work at a second. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-05T15:45:00.000Z' })
  .transform((text): Instant => new Date(text).toISOString())
  .refine((text) => text >= '2000' && text < '2100', 'must be between 2000 and 2099')
  .refine((text) => text.endsWith(':00.000Z'), 'must be on a full minute');

/** One line of text for people, without what Postgres or a page would choke on. */
export const text = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .min(1, 'must not be empty')
    .max(longest, `must be ${longest} characters at most`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');

/** Why a soft conflict is accepted. */
export const overrideReason = text(300);
