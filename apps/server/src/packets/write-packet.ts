import { type PDFDocument, type PDFPage, PDFDocument as Pdf } from '@cantoo/pdf-lib';
import { type Db, instructionFiles, paperTemplates } from '@scheduler/db';
import { addPages, openPdf, PdfFault, repeatPages } from '@scheduler/pdf';
import { and, eq } from 'drizzle-orm';
import { addCover, type CoverRow } from './cover.ts';
import { type PacketSubject, readPacket } from './packet.ts';
import type { PacketGap } from './types.ts';

/** The most bytes of a packet's files. The thread's memory holds the parts and the result. */
const MOST_BYTES = 40 * 1024 * 1024;
const MOST_PACKET_PAGES = 2_000;

/** A packet that is ready to be printed. */
export interface WrittenPacket {
  bytes: Uint8Array;
  fileName: string;
  /** What the file lacks, as its cover says. */
  gaps: PacketGap[];
}

/**
 * Merges a packet into one PDF: a cover, the instructions of each event followed by the templates of
 * events, and then those of the day. What is missing is named on the cover. Call it in a thread with
 * limits, because it parses files from elsewhere.
 */
export async function writePacket(
  db: Db,
  subject: PacketSubject,
  made: { by: string },
): Promise<WrittenPacket> {
  const packet = await readPacket(db, subject);
  const { store } = packet;
  const merged = new Merged(await Pdf.create());
  const fileOf = async (hash: string) => {
    const [file] = await db
      .select({ content: instructionFiles.content })
      .from(instructionFiles)
      .where(and(eq(instructionFiles.storeId, store.id), eq(instructionFiles.hash, hash)));
    return file?.content;
  };
  const templateOf = async (id: number) => {
    const [file] = await db
      .select({ content: paperTemplates.content })
      .from(paperTemplates)
      .where(eq(paperTemplates.id, id));
    return file?.content;
  };
  const gaps = new Gaps();
  const faultyTemplates = new Map<number, string>();
  const addTemplates = async (level: 'event' | 'day') => {
    for (const { id, level: own } of packet.templates) {
      if (own !== level || faultyTemplates.has(id)) continue;
      const addition = await merged.add(`template ${id}`, () => templateOf(id));
      if (!('fault' in addition)) continue;
      faultyTemplates.set(id, addition.fault);
      gaps.of(addition.fault).templateIds.push(id);
    }
  };

  const rows: CoverRow[] = [];
  for (const { fileHash, ...event } of packet.events) {
    const addition =
      fileHash === null ? { fault: null } : await merged.add(`file ${fileHash}`, () => fileOf(fileHash));
    if ('fault' in addition) {
      rows.push({ ...event, pages: null, reason: addition.fault ?? event.reason });
      gaps.of(addition.fault).eventIds.push(event.eventId);
    } else rows.push({ ...event, pages: addition.pages });
    await addTemplates('event');
  }
  if (packet.day !== null) await addTemplates('day');
  const templates = packet.templates.map((template) => ({
    ...template,
    fault: faultyTemplates.get(template.id) ?? null,
  }));
  await addCover(merged.file, { ...packet, events: rows, templates }, made);
  return {
    bytes: await merged.file.save({ updateFieldAppearances: false }),
    fileName: nameOf(subject),
    gaps: gaps.all,
  };
}

const nameOf = (subject: PacketSubject): string =>
  'day' in subject ? `packet-${subject.day}.pdf` : `packet-event-${subject.eventId}.pdf`;

/** What a file lacks, gathered by reason. */
class Gaps {
  readonly all: PacketGap[] = [];

  of(reason: string | null): PacketGap {
    const known = this.all.find((gap) => gap.reason === reason);
    if (known) return known;
    const gap: PacketGap = { reason, eventIds: [], templateIds: [] };
    this.all.push(gap);
    return gap;
  }
}

/** The pages of a file that was added, or why it is left out, as a sentence. */
type Addition = { pages: number } | { fault: string };

/** A PDF that grows by files, up to limits. */
class Merged {
  readonly file: PDFDocument;
  #bytes = 0;
  #pages = 0;
  /** The pages of each file that was added: templates of events come again and again. */
  readonly #added = new Map<string, PDFPage[]>();

  constructor(file: PDFDocument) {
    this.file = file;
  }

  /**
   * Appends a file; returns its pages, or why it is left out, as a sentence. A file that was added
   * before takes no more bytes, because its pages share what they show.
   */
  async add(key: string, read: () => Promise<Uint8Array | undefined>): Promise<Addition> {
    try {
      const before = this.#added.get(key);
      if (before) {
        this.#assertRoomFor(before.length);
        repeatPages(this.file, before);
        this.#pages += before.length;
        return { pages: before.length };
      }
      const source = await this.#open(read);
      this.#assertRoomFor(source.getPageCount());
      const pages = await addPages(this.file, source);
      this.#added.set(key, pages);
      this.#pages += pages.length;
      return { pages: pages.length };
    } catch (error) {
      if (error instanceof PdfFault) return { fault: error.message };
      throw error;
    }
  }

  #assertRoomFor(pages: number): void {
    if (this.#pages + pages > MOST_PACKET_PAGES)
      throw new PdfFault(`The packet is full: it has ${MOST_PACKET_PAGES} pages at most.`);
  }

  async #open(read: () => Promise<Uint8Array | undefined>): Promise<PDFDocument> {
    const bytes = await read();
    if (!bytes) throw new PdfFault('The file was removed a moment ago.');
    if (this.#bytes + bytes.length > MOST_BYTES)
      throw new PdfFault(
        `The packet is full: its files may have ${MOST_BYTES / 2 ** 20} MB together. Print this event’s packet by itself.`,
      );
    this.#bytes += bytes.length;
    return openPdf(bytes);
  }
}
