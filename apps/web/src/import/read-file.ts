/** As the API takes it at most. */
const LARGEST_FILE_BYTES = 4_000_000;

/** A file that can't be sent; the message says why and what to do. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
}

/**
 * The text of a CSV file. Crossmark writes UTF-8, but whoever saves the file again in Excel may get UTF-16 or Windows'
 * own encoding: read as UTF-8 their names would come in with question marks.
 * @throws {FileUnreadable} too large
 */
export async function readCsvFile(file: Blob): Promise<string> {
  if (file.size > LARGEST_FILE_BYTES) {
    const size = (file.size / 1_000_000).toFixed(1);
    throw new FileUnreadable(`The file has ${size} MB, and 4 MB is the most. Split it in two or more.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
