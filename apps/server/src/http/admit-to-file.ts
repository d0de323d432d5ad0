import type { SessionUser } from '@scheduler/auth';
import type { UserRole } from '@scheduler/db';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';
import { assertWithin } from '../core/store-access.ts';
import { assertRole } from '../trpc/procedures.ts';
import { headersOf } from './connection.ts';
import type { ServerParts } from './parts.ts';

/**
 * Returns the user of a request for a file. Throws a {@link Refusal} if nobody is signed in, if the
 * user's role is too low, or if the address names something outside of the user's stores. Procedures
 * refuse the same.
 */
export async function admitToFile(
  request: FastifyRequest,
  parts: ServerParts,
  role: UserRole = 'viewer',
): Promise<SessionUser> {
  const user = await parts.auth.userOf(headersOf(request));
  if (!user) throw new Refusal('You are signed out. Sign in and try again.', { code: 'signed_out' });
  parts.userIds.set(request, user.id);
  assertRole(user, role);
  if (user.storeIds) {
    const texts = { ...(request.query as object), ...(request.params as object) };
    const named = Object.entries(texts).map(([field, text]) => ({ [field]: Number(text) }));
    await assertWithin(parts.database.db, user.storeIds, named);
  }
  return user;
}
