import { gunzipSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';

export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
};

export type HttpAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
};

/** No whole answer came. `sent` is false only where not one byte of the request can have left. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly sent: boolean;

  constructor(sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

/** More than any real answer; a host gone mad must not take the process with it. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * HTTP/1.1 to one host that never repeats and never redirects by itself. Each request has one deadline, from
 * waiting for a connection to the last byte of the answer.
 */
export function createHttp(options: { baseUrl: string; connectMs: number; callMs: number }) {
  const origin = new URL(options.baseUrl).origin;
  // One request at a time per connection, and no HTTP/2: what was written to a socket is then never requeued.
  const agent = new Agent({ connect: { timeout: options.connectMs }, pipelining: 1, allowH2: false });

  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      let sent = false;
      let over: NoAnswerError | undefined;
      let controller: Dispatcher.DispatchController | undefined;
      const chunks: Buffer[] = [];
      let size = 0;
      let status = 0;
      let headers: HttpAnswer['headers'] = {};

      const finish = () => {
        clearTimeout(deadline);
        request.signal?.removeEventListener('abort', cancelled);
      };
      const fail = (message: string, cause?: unknown) => {
        if (over) return;
        over = new NoAnswerError(sent, message, cause);
        finish();
        reject(over);
        controller?.abort(over);
      };
      const cancelled = () => fail('the call was cancelled');
      const deadline = setTimeout(() => fail(`no answer within ${options.callMs} ms`), options.callMs);
      if (request.signal?.aborted) return fail('the call was cancelled before it was sent');
      request.signal?.addEventListener('abort', cancelled);

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(given) {
          controller = given;
          // Called right before the first byte is written: aborting here leaves the request unsent.
          if (over) given.abort(over);
          else sent = true;
        },
        onResponseStart(_controller, statusCode, given) {
          status = statusCode;
          headers = given;
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) fail('the answer was larger than any answer should be');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (over) return;
          try {
            const raw = Buffer.concat(chunks);
            const plain =
              headers['content-encoding'] === 'gzip'
                ? gunzipSync(raw, { maxOutputLength: MAX_BODY_BYTES })
                : raw;
            finish();
            resolve({ status, headers, body: plain.toString('utf8') });
          } catch (error) {
            fail('the answer could not be unpacked', error);
          }
        },
        onResponseError(_controller, error) {
          fail(
            sent ? 'the connection broke before a whole answer came' : 'no connection could be made',
            error,
          );
        },
      };
      agent.dispatch(
        {
          origin,
          path: request.path,
          method: request.method,
          headers: { 'accept-encoding': 'gzip', ...request.headers },
          body: request.body ?? null,
          // The deadline above covers the whole call.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    });

  return { origin, send, close: () => agent.destroy() };
}
