import { listStores } from '../stores.ts';
import { router, viewerProcedure } from '../trpc.ts';

export const storesRouter = router({
  list: viewerProcedure.query(({ ctx }) => listStores(ctx.backend.db)),
});
