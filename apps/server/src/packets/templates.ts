import { PDFDocument } from '@cantoo/pdf-lib';
import { type Db, onlyRow, paperTemplates, stores, type TemplateLevel, type Tx } from '@scheduler/db';
import { addPages, openPdf, PdfFault } from '@scheduler/pdf';
import { and, asc, eq, gt, gte, lt, lte, max, ne, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { PaperTemplate } from './types.ts';

/** The most templates of a store. */
const MOST_TEMPLATES = 30;
/** The largest file of a template. In base64 it fits into the largest body of a request. */
export const MOST_TEMPLATE_BYTES = 5 * 1024 * 1024;

/** Everything but the file itself. */
const fields = {
  id: paperTemplates.id,
  name: paperTemplates.name,
  level: paperTemplates.level,
  position: paperTemplates.position,
  isActive: paperTemplates.isActive,
  size: paperTemplates.size,
  pages: paperTemplates.pages,
  version: paperTemplates.version,
  uploadedBy: paperTemplates.uploadedBy,
  uploadedAt: paperTemplates.uploadedAt,
};

/** The templates of a store, in their order. */
export async function listTemplates(
  db: Db,
  query: { storeId?: number | undefined },
): Promise<PaperTemplate[]> {
  const { id } = await findStore(db, query.storeId);
  return db
    .select(fields)
    .from(paperTemplates)
    .where(eq(paperTemplates.storeId, id))
    .orderBy(asc(paperTemplates.position));
}

/**
 * Adds a template at the end. Call it in a thread with limits, because it parses the file.
 * @param input.content the file in base64
 */
export async function addTemplate(
  db: Db,
  actor: Actor,
  input: { storeId: number; name: string; level: TemplateLevel; content: string },
): Promise<PaperTemplate> {
  const content = Buffer.from(input.content, 'base64');
  if (content.length > MOST_TEMPLATE_BYTES)
    throw refusedFile(`The file is larger than ${MOST_TEMPLATE_BYTES / 2 ** 20} MB.`);
  const pages = await countPages(content);
  return save(db, async (tx) => {
    await lockStore(tx, input.storeId);
    await assertNameIsFree(tx, input);
    const [last] = await tx
      .select({ position: max(paperTemplates.position), count: sql<number>`count(*)::int` })
      .from(paperTemplates)
      .where(eq(paperTemplates.storeId, input.storeId));
    if ((last?.count ?? 0) >= MOST_TEMPLATES)
      throw new Refusal(`A store has ${MOST_TEMPLATES} templates at most. Delete one first.`, {
        code: 'not_allowed',
      });
    const template = onlyRow(
      await tx
        .insert(paperTemplates)
        .values({
          storeId: input.storeId,
          name: input.name,
          level: input.level,
          position: (last?.position ?? 0) + 1,
          size: content.length,
          pages,
          content,
          uploadedBy: actor.name,
        })
        .returning(fields),
    );
    await audit(tx, actor, [
      {
        action: 'template.add',
        subjectType: 'store',
        subjectId: input.storeId,
        after: { ...inWords(template), pages },
      },
    ]);
    return template;
  });
}

async function countPages(content: Uint8Array): Promise<number> {
  try {
    // As in a packet, so that a file that can't be merged is refused now.
    return (await addPages(await PDFDocument.create(), await openPdf(content))).length;
  } catch (error) {
    if (error instanceof PdfFault) throw refusedFile(error.message);
    throw error;
  }
}

const refusedFile = (message: string) =>
  new Refusal(`${message} Nothing was saved.`, {
    code: 'input',
    fields: [{ path: 'content', message }],
  });

/** Changes name, level or whether a template is printed. */
export async function editTemplate(
  db: Db,
  actor: Actor,
  input: {
    templateId: number;
    version: number;
    name?: string | undefined;
    level?: TemplateLevel | undefined;
    isActive?: boolean | undefined;
  },
): Promise<PaperTemplate> {
  return save(db, async (tx) => {
    const before = await lockTemplate(tx, input);
    if (input.name !== undefined) await assertNameIsFree(tx, { ...before, name: input.name });
    const { name, level, isActive } = input;
    const after = onlyRow(
      await tx
        .update(paperTemplates)
        .set({ name, level, isActive, version: before.version + 1 })
        .where(eq(paperTemplates.id, before.id))
        .returning(fields),
    );
    await audit(tx, actor, [
      {
        action: 'template.edit',
        subjectType: 'store',
        subjectId: before.storeId,
        before: inWords(before),
        after: inWords(after),
      },
    ]);
    return after;
  });
}

/** Moves a template to another place, counted from 1. The others keep their order. */
export async function moveTemplate(
  db: Db,
  actor: Actor,
  input: { templateId: number; version: number; position: number },
): Promise<void> {
  await save(db, async (tx) => {
    const template = await lockTemplate(tx, input);
    const { storeId, position: from } = template;
    const count = await tx.$count(paperTemplates, eq(paperTemplates.storeId, storeId));
    const to = Math.min(input.position, count);
    if (to === from) return;
    const ofStore = eq(paperTemplates.storeId, storeId);
    const isLater = to > from;
    await tx
      .update(paperTemplates)
      .set({ position: isLater ? sql`${paperTemplates.position} - 1` : sql`${paperTemplates.position} + 1` })
      .where(
        isLater
          ? and(ofStore, gt(paperTemplates.position, from), lte(paperTemplates.position, to))
          : and(ofStore, gte(paperTemplates.position, to), lt(paperTemplates.position, from)),
      );
    await tx
      .update(paperTemplates)
      .set({ position: to, version: template.version + 1 })
      .where(eq(paperTemplates.id, template.id));
    await audit(tx, actor, [
      {
        action: 'template.move',
        subjectType: 'store',
        subjectId: storeId,
        before: { template: template.name, place: from },
        after: { template: template.name, place: to },
      },
    ]);
  });
}

/** Removes a template. */
export async function removeTemplate(
  db: Db,
  actor: Actor,
  input: { templateId: number; version: number },
): Promise<void> {
  await save(db, async (tx) => {
    const template = await lockTemplate(tx, input);
    await tx.delete(paperTemplates).where(eq(paperTemplates.id, template.id));
    await tx
      .update(paperTemplates)
      .set({ position: sql`${paperTemplates.position} - 1` })
      .where(
        and(eq(paperTemplates.storeId, template.storeId), gt(paperTemplates.position, template.position)),
      );
    await audit(tx, actor, [
      {
        action: 'template.remove',
        subjectType: 'store',
        subjectId: template.storeId,
        before: inWords(template),
      },
    ]);
  });
}

type Stored = PaperTemplate & { storeId: number };

/** Locks the store, so that templates keep places without gaps and doubles. */
async function lockStore(tx: Tx, storeId: number): Promise<void> {
  const rows = await tx
    .select({ id: stores.id })
    .from(stores)
    .where(eq(stores.id, storeId))
    .for('no key update');
  if (rows.length === 0) throw notFound('store', storeId);
}

/** Locks the store of a template, and returns the template if it still is what the user saw. */
async function lockTemplate(
  tx: Tx,
  { templateId, version }: { templateId: number; version: number },
): Promise<Stored> {
  const read = () =>
    tx
      .select({ ...fields, storeId: paperTemplates.storeId })
      .from(paperTemplates)
      .where(eq(paperTemplates.id, templateId));
  const [seen] = await read();
  if (!seen) throw notFound('template', templateId);
  await lockStore(tx, seen.storeId);
  const [now] = await read();
  if (!now) throw notFound('template', templateId);
  if (now.version !== version)
    throw new Refusal(`Another user has changed “${now.name}” meanwhile. Look at it and try again.`, {
      code: 'stale',
      changes: [],
      currentVersion: now.version,
    });
  return now;
}

async function assertNameIsFree(
  tx: Tx,
  { id, storeId, name }: { id?: number; storeId: number; name: string },
): Promise<void> {
  const [taken] = await tx
    .select({ id: paperTemplates.id })
    .from(paperTemplates)
    .where(
      and(
        eq(paperTemplates.storeId, storeId),
        eq(paperTemplates.name, name),
        id === undefined ? undefined : ne(paperTemplates.id, id),
      ),
    );
  if (!taken) return;
  const message = `There is a template “${name}” already.`;
  throw new Refusal(message, { code: 'taken', fields: [{ path: 'name', message }] });
}

const inWords = ({ name, level, isActive }: Pick<PaperTemplate, 'name' | 'level' | 'isActive'>) => ({
  template: name,
  printed: level === 'event' ? 'for each event' : 'once for the day',
  active: isActive,
});
