import { TEMPLATE_LEVELS } from '@scheduler/db';
import { z } from 'zod';
import { adminProcedure, dispatcherProcedure, router, viewerProcedure } from '../trpc/procedures.ts';
import { id, text, version, workDate } from '../trpc/schemas.ts';
import { fetchAgain, instructionsOf, readPacket } from './packet.ts';
import {
  addTemplate,
  editTemplate,
  listTemplates,
  MOST_TEMPLATE_BYTES,
  moveTemplate,
  removeTemplate,
} from './templates.ts';
import type { Packet } from './types.ts';

const level = z.enum(TEMPLATE_LEVELS);
const template = { templateId: id, version };

export const packetsRouter = router({
  /** What the packet of an event, or of a day, consists of. */
  get: viewerProcedure
    .input(
      z.union([z.strictObject({ storeId: id, eventId: id }), z.strictObject({ storeId: id, day: workDate })]),
    )
    .query(async ({ ctx, input }): Promise<Packet> => {
      const { events, ...packet } = await readPacket(ctx.backend.db, input);
      return { ...packet, events: events.map(({ fileHash: _, ...event }) => event) };
    }),

  /** How far the file of an event's instructions has been fetched. */
  instructions: viewerProcedure
    .input(z.strictObject({ eventId: id }))
    .query(({ ctx, input }) => instructionsOf(ctx.backend.db, input.eventId)),

  /** Has the file of an event's instructions fetched again. */
  fetchInstructions: dispatcherProcedure
    .input(z.strictObject({ eventId: id }))
    .mutation(({ ctx, input }) => fetchAgain(ctx.backend.db, ctx.actor, input.eventId)),

  /** The templates of a store, in their order. */
  templates: viewerProcedure
    .input(z.strictObject({ storeId: id.optional() }).default({}))
    .query(({ ctx, input }) => listTemplates(ctx.backend.db, input)),

  /** Adds a template at the end. `content` is a PDF in base64. */
  addTemplate: adminProcedure
    .input(
      z.strictObject({
        storeId: id,
        name: text(80),
        level,
        content: z
          .string('must be a PDF in base64')
          .max(
            Math.ceil(MOST_TEMPLATE_BYTES / 3) * 4 + 4,
            `is too large: ${MOST_TEMPLATE_BYTES / 2 ** 20} MB is the most`,
          )
          .refine((content) => /^[A-Za-z0-9+/]+={0,2}$/.test(content), 'must be a PDF in base64'),
      }),
    )
    .mutation(({ ctx, input }) => addTemplate(ctx.backend.db, ctx.actor, input)),

  /** Changes name, level or whether a template is printed. */
  editTemplate: adminProcedure
    .input(
      z.strictObject({
        ...template,
        name: text(80).optional(),
        level: level.optional(),
        isActive: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input }) => editTemplate(ctx.backend.db, ctx.actor, input)),

  /** Moves a template to a place, counted from 1. */
  moveTemplate: adminProcedure
    .input(z.strictObject({ ...template, position: id }))
    .mutation(({ ctx, input }) => moveTemplate(ctx.backend.db, ctx.actor, input)),

  removeTemplate: adminProcedure
    .input(z.strictObject(template))
    .mutation(({ ctx, input }) => removeTemplate(ctx.backend.db, ctx.actor, input)),
});
