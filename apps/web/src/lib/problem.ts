import type { Reason } from '@scheduler/scheduling';
import type { RefusalReason } from '@scheduler/server/router';
import { TRPCClientError } from '@trpc/client';

/** Nothing was sent, so nothing was saved. The message is for a person. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

/** A problem, with the API's message if the API answered. */
export interface Problem {
  message: string;
  /** The API's code; undefined if there was no answer. */
  code: RefusalReason['code'] | undefined;
  /** The rules that forbid it. */
  reasons: Reason[];
  /** Whether it can be saved with an override reason. */
  needsReason: boolean;
  /** The current version, if somebody else's change came first. */
  currentVersion: number | undefined;
  /** Sentences by the invalid field. */
  fields: Record<string, string>;
}

const NO_ANSWER =
  'The scheduling server did not answer. What you were saving may have been saved: look before you try again.';

/**
 * Returns the sentence about data that can't be shown. It is {@link problemOf}'s sentence, except
 * for a query without an answer, because a query saves nothing.
 */
export function readingProblemOf(error: unknown): string {
  const { message } = problemOf(error);
  return message === NO_ANSWER
    ? 'The scheduling server did not answer. If other pages load, something on this computer may block this one, such as an ad blocker.'
    : message;
}

/** Describes any error of a call. */
export function problemOf(error: unknown): Problem {
  const empty = { code: undefined, reasons: [], needsReason: false, currentVersion: undefined, fields: {} };
  if (error instanceof FileUnreadable) return { ...empty, message: error.message };
  if (error instanceof TRPCClientError && error.cause instanceof OfflineError) {
    return { ...empty, message: error.message };
  }
  if (!(error instanceof TRPCClientError)) {
    return { ...empty, message: 'Something went wrong in this page. Reload it and try again.' };
  }
  const reason: RefusalReason | undefined = error.data?.reason;
  if (!reason) return { ...empty, message: NO_ANSWER };
  return {
    message: error.message,
    code: reason.code,
    reasons: reason.reasons ?? [],
    needsReason: reason.code === 'needs_reason',
    currentVersion: reason.currentVersion ?? undefined,
    fields: Object.fromEntries(
      (reason.fields ?? []).map(({ path, message }) => [path.split('.').at(-1), message]),
    ),
  };
}

/** A file that can't be sent; the message says why and what to do. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
}
