import { z } from 'zod';
import { id, workDate } from '../trpc/schemas.ts';

const number = z.coerce.number().pipe(id);

/** The subject of a packet in an address: an event, or a day, of a store. */
export const packetSubject = z.union([
  z.strictObject({ storeId: number, eventId: number }),
  z.strictObject({ storeId: number, day: workDate }),
]);
