import type { UserRole } from '@scheduler/db';
import { cleanText, inScope, traced } from '@scheduler/runtime';
import { type AnyTRPCRouter, initTRPC } from '@trpc/server';
import { ZodError, type z } from 'zod';
import { Refusal, type RefusalReason } from '../core/errors.ts';
import { assertWithin, withOwnStore } from '../core/store-access.ts';
import { savedNothing } from '../core/transaction.ts';
import type { Actor, Context } from './context.ts';

/**
 * The interval of pings on an idle stream. They keep proxies from closing it and detect dead
 * connections.
 */
const PING_EVERY_MS = 15_000;
/** The longest life of a stream. The session is only checked when a stream opens. */
const STREAM_FOR_MS = 30 * 60_000;

const t = initTRPC
  .context<Context>()
  .meta<{ role: UserRole | 'anyone'; everyStore?: true }>()
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

/**
 * Converts an error to the answer for the caller. The cause of an unexpected error stays in the
 * log, because it may contain SQL.
 */
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
  // The parser's message quotes the input.
  if (error.code === 'PARSE_ERROR') {
    return { message: 'The request can’t be read: it is not JSON.', reason: { code: 'input' } };
  }
  const code = error.code === 'NOT_FOUND' ? 'not_found' : 'input';
  return { message: error.message, reason: { code } };
}

/**
 * States that nothing was saved only if that is certain, because the answer to a commit may be
 * lost. `isMutation`: the call ran at least in part.
 */
function internalErrorMessage(error: unknown, isMutation: boolean): string {
  if (!isMutation) return 'Something went wrong here. Try again in a moment.';
  if (savedNothing(error)) return 'Something went wrong here, and nothing was saved. Try again in a moment.';
  return 'Something went wrong here. What you were saving may have been saved: look before you try again.';
}

/** The most invalid fields and unknown names in an answer; a request may have any number. */
const MOST_NAMED = 10;

/**
 * Describes an invalid input: one text, and a sentence for each of the first ten invalid fields.
 */
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

/**
 * A sentence for an invalid field. Our own messages continue the field's name: `must be a whole
 * number`.
 */
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

/** Throws a {@link Refusal} for a user with a lower role. */
export function assertRole(user: { role: UserRole }, role: UserRole): void {
  if (RANK[user.role] >= RANK[role]) return;
  throw new Refusal(
    `Your role is ${user.role}: only ${role === 'admin' ? 'an' : 'a'} ${role} may ${MAY[role]}. Ask an admin for that role.`,
    { code: 'forbidden' },
  );
}

/** Throws a {@link Refusal} for a user of some stores. */
function assertAllStores(user: { storeIds: readonly number[] | null }): void {
  if (user.storeIds === null) return;
  throw new Refusal(
    'This concerns every store, and you work in some of them: only a user with all stores may do it. Ask one of them, or an admin.',
    { code: 'forbidden' },
  );
}

/**
 * Builds a procedure that requires at least this role. Every procedure has a required role.
 * @param options.everyStore whether it concerns every store, so that it also requires all stores
 */
function procedureForRole(role: UserRole, options: { everyStore?: true } = {}) {
  return t.procedure.meta({ role, ...options }).use(({ ctx, next, path, type }) => {
    if (!ctx.user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
    assertRole(ctx.user, role);
    if (options.everyStore) assertAllStores(ctx.user);
    const { user } = ctx;
    const { id, name, storeIds } = user;
    const actor: Actor = { id, name, requestId: ctx.requestId, storeIds };
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

/**
 * Builds a procedure as {@link procedureForRole} does, for which the stores of its user count: what its
 * input names must be within them.
 * @param options.ofAllStores whether an input without a store means all stores of the user, to which
 * the procedure itself limits its answer, instead of the first of them
 */
function procedureFor(
  role: UserRole,
  { ofAllStores, ...options }: { everyStore?: true; ofAllStores?: true } = {},
) {
  return procedureForRole(role, options).use(async ({ ctx, next, path, getRawInput }) => {
    const { storeIds } = ctx.user;
    if (storeIds === null) return next();
    const { db } = ctx.backend;
    const sent = await getRawInput();
    const input = ofAllStores
      ? sent
      : await withOwnStore(db, storeIds, { input: sent, schema: ctx.schemaOf(path) });
    await assertWithin(db, storeIds, input);
    return next({ getRawInput: async () => input });
  });
}

/** Requires viewer or higher. */
export const viewerProcedure = procedureFor('viewer');
/**
 * Requires viewer or higher. Without a store in its input, it is about all stores of its user, and
 * has to limit its answer to them.
 */
export const allStoresProcedure = procedureFor('viewer', { ofAllStores: true });
/** Requires dispatcher or higher: all writes except settings. */
export const dispatcherProcedure = procedureFor('dispatcher');
/** Requires dispatcher or higher, and all stores: what concerns every store. */
export const everyStoreProcedure = procedureFor('dispatcher', { everyStore: true });
/** Requires admin: settings and access. An admin has all stores. */
export const adminProcedure = procedureFor('admin');
/** For holders of a one-time link. There is no session yet; the token decides what is allowed. */
export const linkProcedure = t.procedure
  .meta({ role: 'anyone' })
  .use(({ ctx, next }) => ctx.inTurn(() => next()));

export const router = t.router;

/** Returns the schema of each procedure's input by the procedure's path. */
export function schemasOf(routerOf: AnyTRPCRouter): Context['schemaOf'] {
  // tRPC's type has the nested routers, its value the paths.
  const procedures: Record<string, { _def: { inputs: z.ZodType[] } } | undefined> = routerOf._def.procedures;
  return (path) => procedures[path]?._def.inputs[0];
}
