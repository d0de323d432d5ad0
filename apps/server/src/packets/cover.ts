import { type PDFDocument, type PDFFont, type PDFPage, rgb } from '@cantoo/pdf-lib';
import { currentInstant } from '@scheduler/runtime/clock';
import { formatDay, formatTime, formatWhen } from '@scheduler/scheduling';
import { embedCoverFonts } from './cover-fonts.ts';
import type { Packet, PacketEvent } from './types.ts';

/** An event on the cover. */
export type CoverRow = PacketEvent;

/** What the cover says. */
export interface Cover extends Omit<Packet, 'templates'> {
  templates: (Packet['templates'][number] & { fault: string | null })[];
}

/** US Letter, in points. */
const PAGE = { width: 612, height: 792 };
const MARGIN = 54;
const RIGHT = PAGE.width - MARGIN;
const INK = rgb(0.11, 0.12, 0.14);
const FAINT = rgb(0.38, 0.4, 0.44);
const LINE = rgb(0.8, 0.82, 0.85);
const ALERT = rgb(0.7, 0.15, 0.1);
const COLUMNS = { time: MARGIN, event: MARGIN + 66, person: MARGIN + 292, pages: MARGIN + 420 };

/**
 * Inserts the cover before all pages: what the packet is of, each event with its time and person,
 * and everything that is missing, with the reason.
 */
export async function addCover(file: PDFDocument, cover: Cover, made: { by: string }): Promise<void> {
  const { plain, bold } = await embedCoverFonts(file);
  const sheet = new Sheet(file, plain);
  const { store, day, events, templates } = cover;
  const { timeZone } = store;
  const [only] = events;

  file.setTitle(day === null ? `Packet: ${only?.title ?? ''}` : `Packet of ${formatDay(day)}`);
  file.setCreator('Crossmark Scheduler');
  sheet.write(`Store ${store.number}, ${store.name}`, { size: 10, color: FAINT });
  sheet.write(day === null ? 'Packet of an event' : `Packet of ${formatDay(day)}, ${day.slice(0, 4)}`, {
    size: 22,
    font: bold,
    gap: 4,
  });
  sheet.write(`Made ${formatWhen(currentInstant(), timeZone)} by ${made.by}. Times are those of the store.`, {
    size: 9,
    color: FAINT,
  });
  sheet.space(16);

  if (events.length === 0) sheet.write('Nobody is scheduled on this day.', { size: 11 });
  else {
    const head = [
      ['Start', COLUMNS.time],
      ['Event', COLUMNS.event],
      ['Person', COLUMNS.person],
      ['Instructions', COLUMNS.pages],
    ] as const;
    const writeHead = () => {
      sheet.row(
        head.map(([text, x]) => ({ text, x, width: 120, size: 8, color: FAINT })),
        10,
      );
      sheet.line();
    };
    writeHead();
    for (const event of events) {
      sheet.row(
        [
          { text: startOf(event, day, timeZone), x: COLUMNS.time, width: 62, size: 10, font: bold },
          {
            text: event.eventNumber ? `${event.eventNumber}  ${event.title}` : event.title,
            x: COLUMNS.event,
            width: COLUMNS.person - COLUMNS.event - 10,
            size: 10,
          },
          {
            text: event.person ?? 'Nobody yet',
            x: COLUMNS.person,
            width: COLUMNS.pages - COLUMNS.person - 10,
            size: 10,
          },
          event.pages === null
            ? {
                text: 'Missing',
                x: COLUMNS.pages,
                width: RIGHT - COLUMNS.pages,
                size: 10,
                font: bold,
                color: ALERT,
              }
            : { text: pagesInWords(event.pages), x: COLUMNS.pages, width: RIGHT - COLUMNS.pages, size: 10 },
        ],
        13,
        writeHead,
      );
      sheet.line();
    }
  }

  const missing = [
    ...events.flatMap(({ title, eventNumber, pages, reason }) =>
      pages === null ? [{ what: `${eventNumber ?? ''} ${title}`.trim(), reason: reason ?? '' }] : [],
    ),
    ...templates.flatMap(({ name, fault }) => (fault === null ? [] : [{ what: name, reason: fault }])),
  ];
  sheet.list(bold, `Missing in this packet (${missing.length})`, missing, ALERT);
  sheet.list(
    bold,
    'Look before you use these',
    events.flatMap(({ title, eventNumber, pages, reason }) =>
      pages !== null && reason ? [{ what: `${eventNumber ?? ''} ${title}`.trim(), reason }] : [],
    ),
    INK,
  );
  const used = templates.filter(({ fault }) => fault === null);
  sheet.list(
    bold,
    'The store’s own sheets',
    used.map(({ name, level, pages }) => ({
      what: name,
      reason: `${level === 'event' ? 'After each event' : 'At the end'}, ${pagesInWords(pages)}`,
    })),
    INK,
  );
}

const pagesInWords = (pages: number) => (pages === 1 ? '1 page' : `${pages} pages`);

function startOf({ startsAt }: PacketEvent, day: string | null, timeZone: string): string {
  if (startsAt === null) return 'Not scheduled';
  return day === null ? formatWhen(startsAt, timeZone) : formatTime(startsAt, timeZone);
}

interface Style {
  size: number;
  font?: PDFFont;
  color?: ReturnType<typeof rgb>;
}
interface Cell extends Style {
  text: string;
  x: number;
  width: number;
}

/** The pages of the cover, written from top to bottom. */
class Sheet {
  readonly #file: PDFDocument;
  readonly #plain: PDFFont;
  #page: PDFPage;
  #pages = 0;
  #y = 0;

  constructor(file: PDFDocument, plain: PDFFont) {
    this.#file = file;
    this.#plain = plain;
    this.#page = this.#open();
  }

  #open(): PDFPage {
    const page = this.#file.insertPage(this.#pages, [PAGE.width, PAGE.height]);
    this.#pages += 1;
    this.#y = PAGE.height - MARGIN;
    return page;
  }

  /** Continues on another page if the height is not left on this one. */
  #need(height: number, onNewPage?: () => void): void {
    if (this.#y - height >= MARGIN) return;
    this.#page = this.#open();
    onNewPage?.();
  }

  space(height: number): void {
    this.#y -= height;
  }

  line(): void {
    this.#page.drawLine({
      start: { x: MARGIN, y: this.#y },
      end: { x: RIGHT, y: this.#y },
      thickness: 0.5,
      color: LINE,
    });
    this.#y -= 4;
  }

  write(text: string, { gap = 2, ...style }: Style & { gap?: number }): void {
    this.row([{ text, x: MARGIN, width: RIGHT - MARGIN, ...style }], style.size + gap);
  }

  /** Writes cells beside each other, each wrapped in its width. */
  row(cells: readonly Cell[], lineHeight: number, onNewPage?: () => void): void {
    const wrapped = cells.map((cell) => ({ cell, lines: this.#wrap(cell) }));
    const height = Math.max(...wrapped.map(({ lines }) => lines.length)) * lineHeight + 4;
    this.#need(height, onNewPage);
    for (const { cell, lines } of wrapped) {
      for (const [n, line] of lines.entries()) {
        this.#page.drawText(line, {
          x: cell.x,
          y: this.#y - cell.size - n * lineHeight,
          size: cell.size,
          font: cell.font ?? this.#plain,
          color: cell.color ?? INK,
        });
      }
    }
    this.#y -= height;
  }

  /** Writes a heading and what belongs to it; nothing if there is nothing. */
  list(
    bold: PDFFont,
    heading: string,
    items: readonly { what: string; reason: string }[],
    color: ReturnType<typeof rgb>,
  ): void {
    if (items.length === 0) return;
    this.space(14);
    this.#need(48);
    this.write(heading, { size: 12, font: bold, color, gap: 6 });
    for (const { what, reason } of items) {
      const whatLines = this.#wrap({ text: what, x: MARGIN, width: 200, size: 10, font: bold });
      this.row(
        [
          { text: whatLines.join(' '), x: MARGIN, width: 200, size: 10, font: bold },
          { text: reason, x: MARGIN + 212, width: RIGHT - MARGIN - 212, size: 10 },
        ],
        13,
      );
    }
  }

  #wrap({ text, width, size, font = this.#plain }: Cell): string[] {
    const lines: string[] = [];
    let line = '';
    for (const word of printable(text, font).split(' ')) {
      const longer = line ? `${line} ${word}` : word;
      if (font.widthOfTextAtSize(longer, size) <= width) line = longer;
      else {
        if (line) lines.push(line);
        line = word;
        // A word that is wider than its column is cut.
        while (font.widthOfTextAtSize(line, size) > width && line.length > 1) {
          let fits = line.length - 1;
          while (fits > 1 && font.widthOfTextAtSize(line.slice(0, fits), size) > width) fits -= 1;
          lines.push(line.slice(0, fits));
          line = line.slice(fits);
        }
      }
    }
    return [...lines, line];
  }
}

const knownCharacters = new WeakMap<PDFFont, ReadonlySet<number>>();

/**
 * Text with the characters of a font alone. A letter that it lacks loses its accents; what remains
 * becomes a question mark.
 */
function printable(text: string, font: PDFFont): string {
  const known = knownCharacters.get(font) ?? new Set(font.getCharacterSet());
  knownCharacters.set(font, known);
  const isKnown = (character: string) => known.has(character.codePointAt(0) ?? 0);
  return [...text.normalize('NFC').replace(/\s/gu, ' ')]
    .map((character) => {
      if (isKnown(character)) return character;
      const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
      return bare && [...bare].every(isKnown) ? bare : '?';
    })
    .join('');
}
