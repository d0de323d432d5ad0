import { createTRPCReact } from '@trpc/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import type { AdminRouter } from '../src/router.ts';

/** The API as typed hooks. */
export const trpc = createTRPCReact<AdminRouter>();

/** What the API answers. */
export type Outputs = inferRouterOutputs<AdminRouter>;
