import type { Db } from '@scheduler/db';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { Refusal } from '../core/errors.ts';
import type { LongAnswer, LongCall } from '../http/long-calls.ts';
import { packetSubject } from './packet-subject.ts';
import type { PacketGap } from './types.ts';
import { writePacket } from './write-packet.ts';

/** Answers a call for a packet, in the thread of long calls. */
export async function answerPacket(db: Db, { url, user }: LongCall): Promise<LongAnswer> {
  try {
    const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
    const { bytes, fileName, gaps } = await writePacket(db, packetSubject.parse(query), { by: user.name });
    return {
      status: 200,
      headers: [
        ['content-type', 'application/pdf'],
        ['content-disposition', `attachment; filename="${fileName}"`],
        ['x-packet-gaps', asciiOf(gaps)],
      ],
      body: new Uint8Array(bytes),
      failures: [],
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      status: getHTTPStatusCodeFromError(error),
      headers: [['content-type', 'application/json; charset=utf-8']],
      body: new Uint8Array(Buffer.from(JSON.stringify({ message: error.message }))),
      failures: [],
    };
  }
}

/**
 * The gaps of a packet as JSON that a header may hold: characters outside of ASCII are escaped. It
 * has ids, and each reason once, because proxies allow a few kilobytes for all headers of an answer.
 */
const asciiOf = (gaps: readonly PacketGap[]): string =>
  JSON.stringify(gaps).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
