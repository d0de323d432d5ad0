import { z } from 'zod';
import { linkProcedure, router } from '../trpc/procedures.ts';
import { email, password, text, timeZone } from '../trpc/schemas.ts';
import { acceptLink, openLink, setUp } from './access-links.ts';

const token = z.string('must be text').min(20).max(100);

/**
 * Procedures for holders of a one-time link. All are mutations, because a token in a URL would
 * appear in the logs of proxies.
 */
export const accessRouter = router({
  /** Returns what a link is for, without consuming it. */
  open: linkProcedure
    .input(z.strictObject({ token }))
    .mutation(({ ctx, input }) => openLink(ctx.backend.db, input.token)),

  /** Consumes an invitation or a reset link. */
  accept: linkProcedure.input(z.strictObject({ token, password })).mutation(async ({ ctx, input }) => {
    const accepted = await acceptLink(ctx.backend.db, ctx.requestId, input);
    ctx.rememberDevice(accepted.email);
    return accepted;
  }),

  /** Creates the first admin and the first store. */
  setUp: linkProcedure
    .input(
      z.strictObject({
        token,
        email,
        name: text(120),
        password,
        store: z
          .strictObject({
            crossmarkStoreId: z
              .string('must be text')
              .trim()
              .regex(/^\d{1,12}$/, 'must be Crossmark’s id of the store, figures alone'),
            number: text(20),
            name: text(120),
            timeZone,
          })
          .nullable(),
      }),
    )
    .mutation(({ ctx, input }) => setUp(ctx.backend.db, ctx.requestId, input)),
});
