import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The most bytes of a request's body, by what the request is. */
export const MOST_BYTES = {
  /** Signing in and one-time links: strangers send these. */
  access: 16 * 1024,
  /** Any other call: the largest holds 500 schedules in some 45 kB. */
  call: 64 * 1024,
  /** A CSV file of 4 MB, whose quotes and line ends take two characters each in JSON. */
  file: 8 * 1024 * 1024,
} as const;

/** The deepest JSON that any procedure takes has five levels. */
const DEEPEST = 32;
/** The import of a CSV file names 30,000 rows at most. */
const MOST_VALUES = 40_000;

const WITHOUT_BODY = ['GET', 'HEAD', 'OPTIONS'];

/** A request that is refused for its body; the message is for the sender. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly statusCode: 400 | 413;

  constructor(statusCode: 400 | 413, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/**
 * Has an app read JSON bodies within limits, and no bodies of other types: those get 415. A body that is too long gets 413
 * and is not kept in memory; one that is nested too deeply or holds too many values gets 400 before it is parsed.
 * @param options.mostBytes asked when a request's headers are there; what it throws refuses the request
 * @param options.keep what `request.body` is: the value, the text, or the bytes for whoever reads them elsewhere. Bytes are
 * bounded in length alone
 */
export function readJsonBodies(
  app: FastifyInstance,
  options: {
    mostBytes: (request: FastifyRequest, reply: FastifyReply) => number | Promise<number>;
    keep: 'value' | 'text' | ((request: FastifyRequest) => 'text' | 'bytes');
  },
): void {
  const limits = new WeakMap<FastifyRequest, number>();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', async (request, reply, body) => {
    if (WITHOUT_BODY.includes(request.method)) return body;
    limits.set(request, await options.mostBytes(request, reply));
    return body;
  });
  app.addContentTypeParser('application/json', async (request: FastifyRequest, body: IncomingMessage) => {
    const bytes = await readBytes(body, limits.get(request) ?? 0);
    const keep = typeof options.keep === 'function' ? options.keep(request) : options.keep;
    if (keep === 'bytes') return bytes;
    const text = bytes.toString();
    assertShallowJson(text);
    if (keep === 'text') return text;
    return new Promise((resolve, reject) => {
      parse(request, text, (error, value) => (error ? reject(error) : resolve(value)));
    });
  });
}

/** Reads a body to its end, so that the sender hears the answer, but keeps it only while it is within the limit. */
async function readBytes(body: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const tooLong = new BodyRefused(413, `The request is too long: ${mostBytes} bytes are the most here.`);
  if (Number(body.headers['content-length']) > MOST_BYTES.file) throw tooLong;
  let chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES.file) break;
      if (bytes > mostBytes) chunks = [];
      else chunks.push(chunk);
    }
  } catch {
    throw new BodyRefused(400, 'The request ended before its body did.');
  }
  if (bytes > mostBytes) throw tooLong;
  return Buffer.concat(chunks);
}

/**
 * Throws {@link BodyRefused} for a JSON text that is nested more deeply, or holds more values, than any request of ours.
 * It only counts brackets and commas outside strings, so it says nothing of whether the text is JSON.
 */
export function assertShallowJson(text: string): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
    else if (sign === ',') values++;
    if (depth > DEEPEST)
      throw new BodyRefused(400, `The request is nested more than ${DEEPEST} levels deep.`);
    if (values > MOST_VALUES)
      throw new BodyRefused(400, `The request holds more than ${MOST_VALUES} values.`);
  }
}

/** Where the string ends that begins at a quote; the end of the text where it doesn't. */
function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}
