import { z } from 'zod';
import { linkProcedure, router } from '../trpc/procedures.ts';
import { email, password, text, timeZone } from '../trpc/schemas.ts';
import { acceptLink, openLink, setUp } from './access-links.ts';

const token = z.string('must be text').min(20).max(100);

/** What one-time links open. Mutations all: a token in an address would be in the logs of what stands in between. */
export const accessRouter = router({
  /** What a link is for; it is not used up. */
  open: linkProcedure
    .input(z.strictObject({ token }))
    .mutation(({ ctx, input }) => openLink(ctx.backend.db, input.token)),

  /** Uses an invitation or a reset link. */
  accept: linkProcedure.input(z.strictObject({ token, password })).mutation(async ({ ctx, input }) => {
    const accepted = await acceptLink(ctx.backend.db, ctx.requestId, input);
    ctx.rememberDevice(accepted.email);
    return accepted;
  }),

  /** Makes the first admin and the first store. */
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
