import type { Instant, Reason } from '@scheduler/scheduling';
import { TRPCError } from '@trpc/server';

/** One change after the version on which a stale edit was based. */
export interface ForeignChange {
  at: Instant;
  by: string;
  /** Such as `moved it from Mon Jan 5 10:45 AM to Tue Jan 6 11:15 AM`. */
  what: string;
}

/**
 * The code of a refusal, on which callers switch. Every error of ours carries one as `data.reason`.
 */
export interface RefusalReason {
  /**
   * `rules` hard reasons, which nobody can override · `needs_reason` only soft reasons, saved with
   * an `overrideReason` · `stale` another change came first · `input` invalid fields · the others
   * are named for what they mean.
   */
  code:
    | 'rules'
    | 'needs_reason'
    | 'stale'
    | 'input'
    | 'not_found'
    | 'taken'
    | 'not_allowed'
    | 'signed_out'
    | 'forbidden'
    | 'origin'
    | 'updating'
    | 'internal';
  /** The reasons of the rules; for a trade, those of each side. */
  reasons?: Reason[];
  /** `input`, `taken`: a sentence for each invalid field. */
  fields?: { path: string; message: string }[];
  /** `stale`: the changes since then, oldest first. */
  changes?: ForeignChange[];
  /** `stale`: the current version; null if the object is gone. */
  currentVersion?: number | null;
}

const HTTP_CODES = {
  rules: 'UNPROCESSABLE_CONTENT',
  needs_reason: 'UNPROCESSABLE_CONTENT',
  stale: 'CONFLICT',
  input: 'BAD_REQUEST',
  not_found: 'NOT_FOUND',
  taken: 'CONFLICT',
  not_allowed: 'UNPROCESSABLE_CONTENT',
  signed_out: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  origin: 'FORBIDDEN',
  updating: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<RefusalReason['code'], TRPCError['code']>;

/**
 * A refusal with a sentence for a person. Thrown inside a transaction, it rolls the transaction
 * back.
 */
export class Refusal extends TRPCError {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(message: string, reason: RefusalReason) {
    super({ code: HTTP_CODES[reason.code], message });
    this.reason = reason;
  }
}

/** The refusal of an unknown id. */
export function notFound(
  thing:
    | 'event'
    | 'schedule'
    | 'person'
    | 'store'
    | 'refresh'
    | 'holiday'
    | 'proposal'
    | 'line'
    | 'approval'
    | 'template',
  id: number,
): Refusal {
  return new Refusal(`There is no ${thing} ${id}. It may have been removed; reload and choose again.`, {
    code: 'not_found',
  });
}
