import { gunzipSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';

export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** The answer is kept as bytes, at most so many. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
};

export type HttpAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body as text; only its beginning if the bytes are kept. */
  body: string;
  /** The body of a request with `maxBytes`; null if it is larger. */
  bytes?: Buffer | null;
};

/**
 * The failure of a request without a complete answer. `sent` is false only if no byte of the
 * request can have been sent.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly sent: boolean;

  constructor(sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

/** Larger than any real answer. Limits the memory that a faulty host can make this process use. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** The part of kept bytes that is also given as text: more than a login page or a refusal has. */
const BEGINNING_BYTES = 64 * 1024;

/**
 * HTTP/1.1 to one host, without automatic retries and redirects. Each request has one deadline,
 * which includes the wait for a connection and ends with the last byte of the answer.
 */
export function createHttp(options: { baseUrl: string; connectMs: number; callMs: number }) {
  const origin = new URL(options.baseUrl).origin;
  // One request at a time per connection and no HTTP/2, so that a request once written to a socket
  // is never sent again.
  const agent = new Agent({ connect: { timeout: options.connectMs }, pipelining: 1, allowH2: false });

  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      let sent = false;
      let isCut = false;
      let failure: NoAnswerError | undefined;
      let controller: Dispatcher.DispatchController | undefined;
      const chunks: Buffer[] = [];
      let size = 0;
      let status = 0;
      let headers: HttpAnswer['headers'] = {};

      const finish = () => {
        clearTimeout(deadline);
        request.signal?.removeEventListener('abort', onAbort);
      };
      const fail = (message: string, cause?: unknown) => {
        if (failure) return;
        failure = new NoAnswerError(sent, message, cause);
        finish();
        reject(failure);
        controller?.abort(failure);
      };
      const onAbort = () => fail('the call was cancelled');
      const deadline = setTimeout(() => fail(`no answer within ${options.callMs} ms`), options.callMs);
      if (request.signal?.aborted) return fail('the call was cancelled before it was sent');
      request.signal?.addEventListener('abort', onAbort);

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          controller = started;
          // undici calls this right before it writes the first byte, so an abort here sends
          // nothing.
          if (failure) started.abort(failure);
          else sent = true;
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          headers = responseHeaders;
        },
        onResponseData(_controller, chunk) {
          if (failure || isCut) return;
          size += chunk.length;
          if (request.maxBytes !== undefined && size > request.maxBytes) {
            isCut = true;
            finish();
            resolve({ status, headers, body: '', bytes: null });
            controller?.abort(new Error('the rest of the answer is not needed'));
          } else if (size > MAX_BODY_BYTES) fail('the answer was larger than 64 MB');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (failure || isCut) return;
          try {
            const raw = Buffer.concat(chunks);
            const unpacked =
              headers['content-encoding'] === 'gzip'
                ? gunzipSync(raw, { maxOutputLength: request.maxBytes ?? MAX_BODY_BYTES })
                : raw;
            finish();
            resolve(
              request.maxBytes === undefined
                ? { status, headers, body: unpacked.toString('utf8') }
                : {
                    status,
                    headers,
                    body: unpacked.toString('utf8', 0, BEGINNING_BYTES),
                    bytes: unpacked,
                  },
            );
          } catch (error) {
            fail('the answer could not be unpacked', error);
          }
        },
        onResponseError(_controller, error) {
          if (isCut) return;
          fail(
            sent ? 'the connection closed before the answer was complete' : 'no connection could be made',
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
          // The deadline above limits the whole call.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    });

  return { origin, send, close: () => agent.destroy() };
}
