import { createHash } from 'node:crypto';
import { AtOnce, beginSecretAddress, networkOf, TooEarly } from '@scheduler/auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerParts } from '../http/parts.ts';
import { writeCalendar } from './calendar.ts';
import { personFeed, storeFeed } from './entries.ts';
import { feedTokenHash, isFeedToken, noteReading, type OpenedFeed, openFeed } from './feeds.ts';

/** The route of feeds. The log has it in place of the address, which is a secret. */
export const FEED_ROUTE = '/api/feeds/:file';

/** Feeds that this server remembers to have answered, and calendars whose tags it remembers. */
const MOST_KNOWN = 5_000;

/**
 * Adds the route of calendar feeds. The address is the only thing that calendars can be given, so it
 * alone decides. An address that opens nothing gets the answer of one that never was. It is counted
 * before it is looked up, by network, as sign-ins are. The feeds that this server answered before
 * are not counted, so a network whose guesses have to wait still reads the calendars that it follows.
 */
export function addFeedRoute(app: FastifyInstance, parts: ServerParts): void {
  const known = new Set<string>();
  const atOnce = new AtOnce();
  /** Tags by what a calendar says, so that one that hasn't changed isn't written again. */
  const tags = new Map<string, string>();
  const { db } = parts.database;

  const open = async (hash: string, address: string): Promise<OpenedFeed | null> => {
    if (known.has(hash)) {
      const feed = await openFeed(db, hash);
      if (!feed) known.delete(hash);
      return feed;
    }
    const attempt = await atOnce.run({ address }, () => beginSecretAddress(db, address));
    const feed = await openFeed(db, hash);
    if (!feed) return null;
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(hash);
    await attempt.succeeded();
    return feed;
  };

  app.get(FEED_ROUTE, { onRequest: refuseOtherForms }, async (request, reply) => {
    const hash = feedTokenHash(tokenOf(request) ?? '');
    const who = known.has(hash) ? `feed ${hash}` : `network ${networkOf(request.ip)}`;
    await parts.shares.begin(who, reply.raw);
    let feed: OpenedFeed | null;
    try {
      feed = await open(hash, request.ip);
    } catch (error) {
      if (!(error instanceof TooEarly)) throw error;
      const message = `Too many addresses that open nothing were tried from here. Wait for ${error.waitS} s.`;
      return reply.status(429).header('retry-after', error.waitS).send({ message });
    }
    if (!feed) return reply.callNotFound();
    const { person, store, scope } = feed;
    const calendar = await (person ? personFeed(db, person, store, scope) : storeFeed(db, store));
    // A database that takes no writes still has calendars to read.
    await noteReading(db, feed.id).catch((error: unknown) => {
      request.log.warn({ err: error }, 'the reading of a calendar was not noted');
    });
    reply.header('cache-control', 'private, no-cache');
    const content = hashOf(JSON.stringify(calendar));
    const tagBefore = tags.get(content);
    const seen = request.headers['if-none-match'];
    if (tagBefore !== undefined && isSame(seen, tagBefore)) {
      return reply.header('etag', tagBefore).status(304).send();
    }
    const text = writeCalendar(calendar, { kind: 'feed' });
    const tag = `"${hashOf(text)}"`;
    if (tags.size >= MOST_KNOWN) tags.clear();
    tags.set(content, tag);
    reply.header('etag', tag);
    if (isSame(seen, tag)) return reply.status(304).send();
    return reply
      .header('content-type', 'text/calendar; charset=utf-8')
      .header('content-disposition', 'inline; filename="work.ics"')
      .send(text);
  });
}

/** The token that a request's address ends with; null for any other address. */
function tokenOf(request: FastifyRequest): string | null {
  const { file } = request.params as { file: string };
  const token = file.endsWith('.ics') ? file.slice(0, -'.ics'.length) : '';
  return isFeedToken(token) ? token : null;
}

/** Answers an address of another form before anything is asked of the database. */
async function refuseOtherForms(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return tokenOf(request) === null ? reply.callNotFound() : undefined;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Whether a request names the version that it would get (RFC 9110, 13.1.2, compared weakly). */
function isSame(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}
