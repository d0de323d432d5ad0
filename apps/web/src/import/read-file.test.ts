import { describe, expect, it } from 'vitest';
import { FileUnreadable, readCsvFile } from './read-file.ts';

const read = (...bytes: number[]) => readCsvFile(new Blob([new Uint8Array(bytes)]));

describe('a chosen file', () => {
  it('is read as it was written: UTF-8, what Excel calls Unicode text, or the encoding of Windows', async () => {
    expect(await readCsvFile(new Blob(['Café “Oats”']))).toBe('Café “Oats”');
    expect(await read(0xff, 0xfe, 0x43, 0, 0xe9, 0)).toBe('Cé');
    expect(await read(0x43, 0x61, 0x66, 0xe9)).toBe('Café');
  });

  it('that is too large is refused before it is sent', async () => {
    await expect(readCsvFile(new Blob(['x'.repeat(4_000_001)]))).rejects.toThrow(FileUnreadable);
    await expect(readCsvFile(new Blob(['x'.repeat(4_000_001)]))).rejects.toThrow(/4 MB is the most/);
  });
});
