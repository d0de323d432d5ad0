import { CSRF_COOKIE, CSRF_HEADER } from '@scheduler/auth/cookies';
import { createTRPCReact } from '@trpc/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import type { AdminRouter } from '../src/router.ts';

/** The API as typed hooks. */
export const trpc = createTRPCReact<AdminRouter>();

/** The types of the API's answers. */
export type Outputs = inferRouterOutputs<AdminRouter>;

/**
 * Returns the header with the session's token, which every change must have. The server has set the
 * token in a cookie.
 */
export function csrfHeader(): Record<string, string> {
  const start = `${CSRF_COOKIE}=`;
  const cookie = document.cookie.split('; ').find((one) => one.startsWith(start));
  return cookie ? { [CSRF_HEADER]: cookie.slice(start.length) } : {};
}

export type Overview = Outputs['overview'];

export type OverviewFacts = Overview['facts'];

export type Viewer = Outputs['me'];

export type Task = OverviewFacts['queues'][number]['task'];
