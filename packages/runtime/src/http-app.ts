import { randomUUID } from 'node:crypto';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { answerUnreadable } from './headers.ts';
import { answerInTurn } from './in-turn.ts';
import type { Logger } from './logger.ts';
import { describeClientAddresses } from './proxies.ts';

/** The longest time for a request to arrive. Answers may take any time. */
const LONGEST_REQUEST_MS = 30_000;

/** Starts an app that is reached by HTTP. It takes no body: the routes that do add their own parsers. */
export function createHttpApp(options: {
  log: Logger;
  /** Whether people open it by https. */
  https: boolean;
  /** The proxies in front, which name the client's address. */
  trustedProxies: readonly string[];
  /** Whether running calls may finish when it closes. */
  finishesCalls?: boolean;
}): FastifyInstance {
  const { log, https, trustedProxies, finishesCalls = false } = options;
  log.info({ trustedProxies }, describeClientAddresses(trustedProxies));
  const logger: FastifyBaseLogger = log;
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    // A line per request would hide the important ones, or contain typed text of its query string:
    // each app logs by hooks of its own.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // The audit log stores this id, so it is unique across restarts and several processes.
    genReqId: () => randomUUID(),
    forceCloseConnections: finishesCalls ? 'idle' : true,
    requestTimeout: LONGEST_REQUEST_MS,
    // Node swaps headersTimeout and requestTimeout if the first is longer, as by default, and checks
    // them every 30 s, so a body could take more than a minute.
    http: {
      headersTimeout: LONGEST_REQUEST_MS,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 5_000 },
    clientErrorHandler: answerUnreadable({ https, log }),
    trustProxy: [...trustedProxies],
  });
  answerInTurn(app);
  app.removeAllContentTypeParsers();
  return app;
}
