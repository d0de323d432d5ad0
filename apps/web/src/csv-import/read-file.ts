import { FileUnreadable } from '../lib/problem.ts';

/** The largest file that the API accepts. */
const LARGEST_FILE_BYTES = 4_000_000;

/**
 * The part that is sent of a file that is not text. The server recognizes its program by the
 * beginning.
 */
const FIRST_CHARACTERS = 1_000;

/**
 * Returns the text of a CSV file. Crossmark writes UTF-8, but Excel may save the file as UTF-16 or
 * in a Windows encoding, whose names would be wrong if read as UTF-8. A file that is neither UTF-8
 * nor UTF-16 is read as Windows-1252, the encoding of Excel's plain *CSV* in America and Western
 * Europe.
 * @throws {FileUnreadable} if the file is too large, is a folder, can't be read by the browser or
 * does not exist any more
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
      'The browser can’t read this. It is a folder, or a file that was moved, is open in another program or belongs to another user. Close it there, save a copy as CSV, and choose that file.',
    );
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // UTF-16 without a byte order mark is recognized by the zero byte in each of its letters.
  if (first !== 0 && second === 0 && bytes[3] === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && bytes[2] === 0) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
