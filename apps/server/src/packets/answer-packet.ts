import type { Db } from '@scheduler/db';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { Refusal } from '../core/errors.ts';
import type { LongAnswer, LongCall } from '../http/long-calls.ts';
import { packetSubject } from './packet-subject.ts';
import { writePacket } from './write-packet.ts';

/** Answers a call for a packet, in the thread of long calls. */
export async function answerPacket(db: Db, { url, user }: LongCall): Promise<LongAnswer> {
  try {
    const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
    const { bytes, fileName } = await writePacket(db, packetSubject.parse(query), { by: user.name });
    return {
      status: 200,
      headers: [
        ['content-type', 'application/pdf'],
        ['content-disposition', `attachment; filename="${fileName}"`],
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
