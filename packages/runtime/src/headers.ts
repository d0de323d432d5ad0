import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from './logger.ts';

/**
 * Security headers for every answer of an app.
 * @param options.https whether people open the app by https; browsers are then told to use only
 * https
 * @param options.policy directives of the content security policy that are added to, or replace,
 * those of every answer: nothing is loaded or framed, and forms are sent to the own origin only
 */
export function securityHeaders(options: {
  https: boolean;
  policy: Record<string, string>;
}): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'object-src': "'none'",
    ...options.policy,
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(options.https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  };
}

/** The statuses of Node's parser errors other than 400. */
const STATUS_OF: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** How long a client may take to read the answer and close its connection. */
const LINGER_MS = 1_000;

/**
 * Creates Fastify's `clientErrorHandler`. A request that isn't valid HTTP reaches no hook, so this
 * handler adds the security headers to its answer.
 * @param options.https as in {@link securityHeaders}
 */
export function answerUnreadable(options: {
  https: boolean;
  log: Pick<Logger, 'trace'>;
}): (error: Error & { code?: string }, socket: Socket) => void {
  const security = securityHeaders({ https: options.https, policy: {} });
  const headers = { ...security, 'cache-control': 'no-store', connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const answered = new WeakSet<Socket>();
  return (error, socket) => {
    // Bytes that arrive after the answer are read and dropped. Closing with unread bytes would
    // reset the connection, and the client's system might then discard the answer.
    if (error.code === 'ECONNRESET' || socket.destroyed || answered.has(socket)) return;
    answered.add(socket);
    options.log.trace({ err: error }, 'client error');
    const status = STATUS_OF[error.code ?? ''] ?? 400;
    const body = JSON.stringify({ message: `${STATUS_CODES[status]}.` });
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, 'content-type: application/json'];
    if (socket.writable) socket.end([...head, `content-length: ${body.length}`, '', body].join('\r\n'));
    const late = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(late));
  };
}

/**
 * Refuses requests without the `Host` header that HTTP/1.1 requires. Node would refuse them before
 * any hook, without the security headers, so the app is created with `requireHostHeader: false`.
 * Call this after the hook that adds the headers.
 */
export function requireHost(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.host !== undefined || request.raw.httpVersion === '1.0') return;
    return reply.status(400).send({ message: 'The request names no Host.' });
  });
}
