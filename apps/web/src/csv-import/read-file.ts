import { FileUnreadable } from '../lib/problem.ts';

/** As the API takes it at most. */
const LARGEST_FILE_BYTES = 4_000_000;

/**
 * The server tells by its beginning what program made a file that is no text; the rest needn't be
 * sent.
 */
const FIRST_CHARACTERS = 1_000;

/**
 * The text of a CSV file. Crossmark writes UTF-8, but whoever saves the file again in Excel may get
 * UTF-16 or Windows' own encoding: read as UTF-8 their names would come in with question marks.
 * What is neither is taken for Windows-1252, which Excel's plain *CSV* is in America and Western
 * Europe.
 * @throws {FileUnreadable} too large; a folder, or a file that the browser may not read or that is
 * gone
 */
export async function readCsvFile(file: Blob): Promise<string> {
  if (file.size > LARGEST_FILE_BYTES) {
    const size = (file.size / 1_000_000).toFixed(1);
    throw new FileUnreadable(`The file has ${size} MB, and 4 MB is the most. Split it in two or more.`);
  }
  const bytes = await bytesOf(file);
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  const firstCharacters = text.slice(0, FIRST_CHARACTERS);
  const [firstLine = ''] = firstCharacters.split(/[\r\n]/, 1);
  return firstLine.includes('\u0000') ? firstCharacters : text;
}

async function bytesOf(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new FileUnreadable(
      'The browser can’t read this: it is a folder, or a file that was moved, is open in another program or belongs to somebody else. Close it there, save a copy as CSV, and choose that file.',
    );
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // Without a mark, UTF-16 is told by the half of each of its letters that is zero.
  if (first !== 0 && second === 0 && bytes[3] === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && bytes[2] === 0) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
