import type { UserRole } from '@scheduler/db';
import { cleanText, inScope, traced } from '@scheduler/runtime';
import { initTRPC } from '@trpc/server';
import { ZodError, type z } from 'zod';
import { Refusal, type RefusalReason } from '../core/errors.ts';
import { savedNothing } from '../core/transaction.ts';
import type { Actor, Context } from './context.ts';

/** Sent on an idle stream, so that proxies keep it open and a dead one is noticed. */
const PING_EVERY_MS = 15_000;
/** A stream's sign-in is checked when it opens: it is opened anew this often. */
const STREAM_FOR_MS = 30 * 60_000;

const t = initTRPC
  .context<Context>()
  .meta<{ role: UserRole | 'anyone' }>()
  .create({
    sse: {
      maxDurationMs: STREAM_FOR_MS,
      ping: { enabled: true, intervalMs: PING_EVERY_MS },
      client: { reconnectAfterInactivityMs: 3 * PING_EVERY_MS },
    },
    errorFormatter: ({ shape, error, ctx, type }) => {
      const { stack: _, ...data } = shape.data;
      const said = describe(error, ctx?.requestId, type === 'mutation' && ctx !== undefined);
      return { ...shape, message: said.message, data: { ...data, reason: said.reason } };
    },
  });

/** What a caller is told. The cause of anything unexpected stays in the log: it may hold SQL. */
function describe(
  error: { code: string; message: string; cause?: unknown },
  requestId: string | undefined,
  isMutation: boolean,
): { message: string; reason: RefusalReason } {
  if (error instanceof Refusal) return { message: error.message, reason: error.reason };
  if (error.cause instanceof ZodError) {
    const { message, fields } = inWords(error.cause);
    return { message, reason: { code: 'input', fields } };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    const where = requestId ? ` It is in the log as request ${requestId}.` : '';
    return { message: `${internalErrorMessage(error, isMutation)}${where}`, reason: { code: 'internal' } };
  }
  // The parser's own words quote what was sent.
  if (error.code === 'PARSE_ERROR') {
    return { message: 'The request can’t be read: it is not JSON.', reason: { code: 'input' } };
  }
  const code = error.code === 'NOT_FOUND' ? 'not_found' : 'input';
  return { message: error.message, reason: { code } };
}

/** Says that nothing was saved only where that is known: the answer to a commit may be lost. `isMutation`: it was carried out at least in part. */
function internalErrorMessage(error: unknown, isMutation: boolean): string {
  if (!isMutation) return 'Something went wrong here. Try again in a moment.';
  if (savedNothing(error)) return 'Something went wrong here, and nothing was saved. Try again in a moment.';
  return 'Something went wrong here. What you were saving may have been saved: look before you try again.';
}

/** Fields at fault, and unknown names, that an answer tells; there may be as many as fit into a request. */
const MOST_NAMED = 10;

/** What is wrong with an input: all in one text, and a sentence for each field at fault, of the first ten. */
export function inWords(error: ZodError): { message: string; fields: { path: string; message: string }[] } {
  const fields = error.issues.slice(0, MOST_NAMED).map((issue) => ({
    path: pathOf(issue),
    message: cleanText(sentenceOf(issue), 1_000),
  }));
  const more = error.issues.length - fields.length;
  const sentences = fields.map((field) => field.message);
  if (more > 0) sentences.push(`And ${more} more.`);
  return { message: sentences.join(' '), fields };
}

const pathOf = (issue: z.core.$ZodIssue) => cleanText(issue.path.join('.'), 200);

/** A sentence for a field at fault. Our own messages go on from the field's name: `must be a whole number`. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  const field = pathOf(issue) || 'The input';
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, MOST_NAMED).map((key) => cleanText(key, 40));
    const more = issue.keys.length - names.length;
    return `${field} must not have the fields ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
  }
  const said = issue.message
    .replace(/^Invalid input: expected .*received undefined$/, 'is missing')
    .replace(/^Invalid (input|option): expected/, 'must be');
  return /^(must|is) /.test(said) ? `${field} ${said}.` : `${field} is wrong: ${said}.`;
}

const RANK: Record<UserRole, number> = { viewer: 0, dispatcher: 1, admin: 2 };
const MAY: Record<UserRole, string> = {
  viewer: 'look',
  dispatcher: 'plan and change things',
  admin: 'do this',
};

/** Throws a {@link Refusal} for somebody of a lesser role. */
export function assertRole(user: { role: UserRole }, role: UserRole): void {
  if (RANK[user.role] >= RANK[role]) return;
  throw new Refusal(
    `Your role is ${user.role}: only ${role === 'admin' ? 'an' : 'a'} ${role} may ${MAY[role]}. Ask an admin for that role.`,
    { code: 'forbidden' },
  );
}

/** Builds a procedure that only people of at least this role may call. There is no procedure without a role. */
function procedureFor(role: UserRole) {
  return t.procedure.meta({ role }).use(({ ctx, next, path, type }) => {
    if (!ctx.user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
    assertRole(ctx.user, role);
    const actor: Actor = { id: ctx.user.id, name: ctx.user.name, requestId: ctx.requestId };
    const { user } = ctx;
    const span = {
      name: `${type} ${path}`,
      kind: 'request',
      attributes: { requestId: ctx.requestId },
    } as const;
    const run = () =>
      traced({ ...span, failed: (result) => !result.ok }, () => next({ ctx: { user, actor } }));
    return ctx.inTurn(() => inScope({ requestId: ctx.requestId }, run));
  });
}

/** For whoever may look. */
export const viewerProcedure = procedureFor('viewer');
/** For whoever may plan: everything that writes but settings. */
export const dispatcherProcedure = procedureFor('dispatcher');
/** For who answers for the club's settings and people's access. */
export const adminProcedure = procedureFor('admin');
/** For whoever holds a one-time link: nobody is signed in yet, the link's token says what may be done. */
export const linkProcedure = t.procedure
  .meta({ role: 'anyone' })
  .use(({ ctx, next }) => ctx.inTurn(() => next()));

export const router = t.router;
