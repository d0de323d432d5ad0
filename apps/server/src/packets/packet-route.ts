import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitToFile } from '../http/admit-to-file.ts';
import { whenClosed } from '../http/connection.ts';
import { type LongCalls, PACKET_CALL } from '../http/long-calls.ts';
import type { ServerParts } from '../http/parts.ts';
import type { Places } from '../http/places.ts';
import { packetSubject } from './packet-subject.ts';

/**
 * Adds the routes of packets: PDF files of an event, and of a day, of a store. They are made in the
 * thread of long calls, one at a time for all users.
 */
export function addPacketRoutes(
  app: FastifyInstance,
  parts: ServerParts,
  { longCalls, exports }: { longCalls: LongCalls; exports: Places },
): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const user = await admitToFile(request, parts);
    const subject = packetSubject.safeParse(request.params);
    if (!subject.success)
      return reply
        .status(400)
        .send({ message: 'Ask for a store by number, and an event by number or a day.' });
    exports.take(reply, user.id);
    const query = new URLSearchParams(
      Object.entries(subject.data).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const leave = new AbortController();
    whenClosed(reply, () => leave.abort());
    const made = await longCalls.answer(
      { method: 'GET', url: `${PACKET_CALL}?${query}`, body: null, user, requestId: request.id },
      leave.signal,
    );
    return (
      reply
        .status(made.status)
        .headers(Object.fromEntries(made.headers))
        // Its parts come from elsewhere: as a document of its own it may do nothing.
        .header('content-security-policy', "sandbox; default-src 'none'")
        .send(Buffer.from(made.body.buffer))
    );
  };
  app.get('/api/stores/:storeId/packets/events/:eventId', answer);
  app.get('/api/stores/:storeId/packets/days/:day', answer);
}
