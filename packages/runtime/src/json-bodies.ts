import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The largest body of a request in bytes, by kind of request. */
export const MAX_BODY_BYTES = {
  /** Sign-ins and one-time links, which anonymous clients can send. */
  access: 16 * 1024,
  /** Any other call; the largest has 500 schedules in about 45 kB. */
  call: 64 * 1024,
  /** A CSV file of 4 MB; JSON doubles its quotes and line ends. */
  file: 8 * 1024 * 1024,
} as const;

/** No procedure takes JSON with more than five levels. */
const MAX_DEPTH = 32;
/** The import of a CSV file has at most 30,000 rows. */
const MAX_VALUES = 40_000;

const METHODS_WITHOUT_BODY = ['GET', 'HEAD', 'OPTIONS'];

/** A request that is refused because of its body; the message is for the sender. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly statusCode: 400 | 413;

  constructor(statusCode: 400 | 413, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/**
 * Makes an app accept only JSON bodies within limits. Other types are answered with 415. A body
 * that is too long is answered with 413 and not kept in memory. A body that is nested too deeply or
 * has too many values is answered with 400 before it is parsed.
 * @param options.maxBytes called with the request's headers; an error that it throws refuses the
 * request
 * @param options.keep the form of `request.body`: the parsed value, the text, or the bytes in
 * separate memory, which can be transferred to another thread. Only the length of bytes is limited
 */
export function readJsonBodies(
  app: FastifyInstance,
  options: {
    maxBytes: (request: FastifyRequest, reply: FastifyReply) => number | Promise<number>;
    keep: 'value' | 'text' | ((request: FastifyRequest) => 'text' | 'bytes');
  },
): void {
  const limits = new WeakMap<FastifyRequest, number>();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', async (request, reply, body) => {
    if (METHODS_WITHOUT_BODY.includes(request.method)) return body;
    limits.set(request, await options.maxBytes(request, reply));
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

/**
 * Reads a body to its end, so that the sender gets the answer, but keeps only a body within the
 * limit.
 */
async function readBytes(body: IncomingMessage, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const tooLong = () => new BodyRefused(413, `The request is too long: ${maxBytes} bytes are the most here.`);
  const { 'content-length': declared } = body.headers;
  if (Number(declared) > MAX_BODY_BYTES.file) throw tooLong();
  const whole = declared !== undefined && Number(declared) <= maxBytes ? ownMemory(Number(declared)) : null;
  let chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // Each chunk is copied to its place on arrival, so that a file is in memory only once.
      if (whole) chunk.copy(whole, bytes);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES.file) break;
      if (bytes > maxBytes) chunks = [];
      else if (!whole) chunks.push(chunk);
    }
  } catch {
    throw new BodyRefused(400, 'The request ended before its body did.');
  }
  if (bytes > maxBytes) throw tooLong();
  if (whole) {
    // Node checks the length already. Unfilled memory could hold another request's data.
    if (bytes !== whole.length) throw new BodyRefused(400, 'The request is not as long as it says.');
    return whole;
  }
  const joined = ownMemory(bytes);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(joined, at);
  return joined;
}

/**
 * Allocates memory that no other buffer shares, so that it can be transferred to another thread.
 */
const ownMemory = (bytes: number): Buffer<ArrayBuffer> => Buffer.allocUnsafeSlow(bytes);

/**
 * Throws {@link BodyRefused} for a JSON text with more levels or values than any valid request.
 * Counts only brackets and commas outside strings, so it does not check that the text is JSON.
 */
export function assertShallowJson(text: string): void {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else if (character === ',') values++;
    if (depth > MAX_DEPTH)
      throw new BodyRefused(400, `The request is nested more than ${MAX_DEPTH} levels deep.`);
    if (values > MAX_VALUES) throw new BodyRefused(400, `The request holds more than ${MAX_VALUES} values.`);
  }
}

/** The position of the quote that closes a string; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
