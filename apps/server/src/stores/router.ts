import { router, viewerProcedure } from '../trpc/procedures.ts';
import { listStores } from './stores.ts';

export const storesRouter = router({
  /** The stores of the user. */
  list: viewerProcedure.query(({ ctx }) => listStores(ctx.backend.db, ctx.user.storeIds)),
});
