import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from './logger.ts';

/**
 * Headers that close a page to other sites, for every answer of an app.
 * @param options.https whether people open the app by https: it then tells browsers never to try anything else
 * @param options.policy directives of the content security policy that differ from what every answer of ours has: nothing
 * loads but from where it came, nothing frames it, no form leads elsewhere
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

/** What Node found wrong with a request that it can't read, where that isn't 400. */
const STATUS_OF: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Fastify's `clientErrorHandler` for an app: a request that can't be read as HTTP reaches no hook of ours, and its answer has
 * the headers of every other one all the same.
 * @param options.https as in {@link securityHeaders}
 */
export function answerUnreadable(options: {
  https: boolean;
  log: Pick<Logger, 'trace'>;
}): (error: Error & { code?: string }, socket: Socket) => void {
  const closed = securityHeaders({ https: options.https, policy: {} });
  const headers = { ...closed, 'cache-control': 'no-store', connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    options.log.trace({ err: error }, 'client error');
    const status = STATUS_OF[error.code ?? ''] ?? 400;
    const body = JSON.stringify({ message: `${STATUS_CODES[status]}.` });
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, 'content-type: application/json'];
    if (socket.writable) socket.write([...head, `content-length: ${body.length}`, '', body].join('\r\n'));
    socket.destroy(error);
  };
}
