import { router, viewerProcedure } from '../trpc/procedures.ts';
import { listStores } from './stores.ts';

export const storesRouter = router({
  list: viewerProcedure.query(({ ctx }) => listStores(ctx.backend.db)),
});
