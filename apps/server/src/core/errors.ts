import type { Instant, Reason } from '@scheduler/scheduling';
import { TRPCError } from '@trpc/server';

/** One change that somebody made after the version that a stale edit was based on. */
export interface ForeignChange {
  at: Instant;
  by: string;
  /** Such as `moved it from Mon Jan 5 10:45 AM to Tue Jan 6 11:15 AM`. */
  what: string;
}

/** Why a request was refused, for the caller to switch on; every error of ours carries one as `data.reason`. */
export interface RefusalReason {
  /**
   * `rules` hard reasons, nobody may · `needs_reason` soft reasons only, an `overrideReason` saves it · `stale` somebody
   * changed it first · `input` fields that can't be read · the rest speak for themselves.
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
  /** What the rules say of it: of each side where a trade has two. */
  reasons?: Reason[];
  /** `input`, `taken`: a sentence for each field at fault. */
  fields?: { path: string; message: string }[];
  /** `stale`: what was changed since, oldest first. */
  changes?: ForeignChange[];
  /** `stale`: the version that counts now; null where the thing is gone. */
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

/** A request that is refused with a sentence for a person. Thrown inside a transaction it undoes all of it. */
export class Refusal extends TRPCError {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(message: string, reason: RefusalReason) {
    super({ code: HTTP_CODES[reason.code], message });
    this.reason = reason;
  }
}

/** For an id that names nothing. */
export function notFound(
  thing: 'event' | 'schedule' | 'person' | 'store' | 'refresh' | 'holiday' | 'proposal',
  id: number,
): Refusal {
  return new Refusal(`There is no ${thing} ${id}. It may have been removed; reload and choose again.`, {
    code: 'not_found',
  });
}
