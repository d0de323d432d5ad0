/** The thread in which long calls run; started by long-calls.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from '@scheduler/db';
import { assertShallowJson, BodyRefused, RUN_SETTINGS, readEnv, startTracing } from '@scheduler/runtime';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { ChangeFeed } from '../core/change-feed.ts';
import { Refusal } from '../core/errors.ts';
import { csvRouter } from '../csv/router.ts';
import { answerPacket } from '../packets/answer-packet.ts';
import { packetsRouter } from '../packets/router.ts';
import type { Context } from '../trpc/context.ts';
import { router, schemasOf } from '../trpc/procedures.ts';
import { type LongAnswer, type LongCall, PACKET_CALL, STOP, type ThreadData } from './long-calls.ts';

const longRouter = router({ csv: csvRouter, packets: packetsRouter });
const schemaOf = schemasOf(longRouter);

if (!parentPort) throw new Error('Long calls run in a thread of the server, not in a process of their own.');
const port = parentPort;
const { databaseUrl } = workerData as ThreadData;
const stopTracing = await startTracing('server', readEnv(RUN_SETTINGS).OTEL_EXPORTER_OTLP_ENDPOINT);
const database = connect(databaseUrl, { max: 1, applicationName: 'scheduler-server' });

port.on('message', (message: LongCall | typeof STOP) => {
  void (message === STOP ? stop() : run(message));
});

/** An uncaught error ends the thread, and its call fails. */
async function run(call: LongCall): Promise<void> {
  const answer = call.url.startsWith(PACKET_CALL)
    ? await answerPacket(database.db, call)
    : await answerCall(call);
  port.postMessage(answer, [answer.body.buffer]);
}

async function answerCall({ method, url, body, user, requestId }: LongCall): Promise<LongAnswer> {
  const failures: LongAnswer['failures'] = [];
  const text = body && Buffer.from(body.buffer).toString();
  const req = new Request(
    // The main thread has checked the host; only path and query are used here.
    new URL(url, 'http://localhost'),
    { method, headers: { 'content-type': 'application/json' } },
  );
  // A body of the Request would be copied three more times.
  if (text !== null) Object.assign(req, { json: async () => JSON.parse(text) });
  const answer = await fetchRequestHandler({
    endpoint: '/trpc',
    router: longRouter,
    req,
    createContext: (): Context => {
      if (text !== null) refuseDeepJson(text);
      return {
        user,
        whoNow: async () => user,
        rememberDevice: () => {},
        requestId,
        // The call has already waited for its turn.
        inTurn: (work) => work(),
        schemaOf,
        backend: { db: database.db, changes: NO_CHANGES },
      };
    },
    onError: ({ error, path }) => failures.push({ path, code: error.code, error }),
  });
  return {
    status: answer.status,
    headers: [...answer.headers],
    body: new Uint8Array(await answer.arrayBuffer()),
    failures,
  };
}

function refuseDeepJson(text: string): void {
  try {
    assertShallowJson(text);
  } catch (error) {
    if (error instanceof BodyRefused) throw new Refusal(error.message, { code: 'input' });
    throw error;
  }
}

/** Long calls don't listen to changes. */
const NO_CHANGES: ChangeFeed = {
  since: () => {
    throw new Error('Changes are heard in the main thread alone.');
  },
  hears: () => false,
  close: async () => {},
};

async function stop(): Promise<void> {
  await database.close();
  await stopTracing();
  port.close();
}
