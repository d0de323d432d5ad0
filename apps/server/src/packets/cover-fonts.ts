import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import fontkit from '@cantoo/fontkit';
import type { PDFDocument, PDFFont } from '@cantoo/pdf-lib';

/** The fonts of a cover. */
export interface CoverFonts {
  plain: PDFFont;
  bold: PDFFont;
}

/** Inter, as the pages have it: with the letters of Latin, Greek and Cyrillic and the accents of Vietnamese. */
const FILES = {
  plain: '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
  bold: '@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf',
} as const;

/** A file of a package, which the bundle finds as the sources do. */
const read = (file: string): Promise<Uint8Array> => readFile(createRequire(import.meta.url).resolve(file));

/** Embeds the cover's fonts in a file, each with the letters that are written with it. */
export async function embedCoverFonts(file: PDFDocument): Promise<CoverFonts> {
  file.registerFontkit(fontkit);
  // Ligatures and alternates would take the place of letters that somebody copies or searches.
  const options = { subset: true, features: { liga: false, calt: false } };
  const [plain, bold] = await Promise.all([read(FILES.plain), read(FILES.bold)]);
  return { plain: await file.embedFont(plain, options), bold: await file.embedFont(bold, options) };
}
