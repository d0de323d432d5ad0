import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { currentInstant } from '@scheduler/runtime/clock';
import { workDateOf } from '@scheduler/scheduling';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeSlot, signIn } from './lib/api.ts';
import { startApp } from './lib/apps.ts';
import { type Infrastructure, startInfrastructure } from './lib/infrastructure.ts';
import { answers, type Running, temporaryDirectory, waitFor } from './lib/process.ts';

/** A span as OTLP's JSON has it, with its app's name. */
interface Span {
  app: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

const spans: Span[] = [];
let collector: Server;
let infrastructure: Infrastructure;
let server: Running;
let worker: Running;
const data = temporaryDirectory();

beforeAll(async () => {
  for (const name of ['DATABASE_URL', 'REDIS_URL']) delete process.env[name];
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  infrastructure = await startInfrastructure({ dataDirectory: data.path, anyPorts: true });
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    LOG_LEVEL: 'debug',
    WORKER_PORT: '0',
  };
  server = startApp(infrastructure, 'server', 'src/main.ts', settings);
  worker = startApp(infrastructure, 'worker', 'src/main.ts', settings);
});
afterAll(async () => {
  await Promise.all([server?.stop(), worker?.stop()]);
  await infrastructure?.stop();
  collector?.close();
  data.remove();
});

function spansOf(body: {
  resourceSpans: {
    resource: { attributes: Span['attributes'] };
    scopeSpans: { spans: Span[] }[];
  }[];
}): Span[] {
  return body.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const app = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, app })));
  });
}

const linesOf = (process: Running) =>
  process
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line)] : []));

test('one request id and one trace lead from a click to the call to Crossmark', async () => {
  const url = `http://127.0.0.1:${infrastructure.ports.server}`;
  await waitFor('The server', answers(`${url}/readyz`), { process: server });
  const api = await signIn(url, String(infrastructure.env.WEB_ORIGIN));
  const [store] = await api.stores.list.query();
  const today = workDateOf(currentInstant(), String(store?.timeZone));
  const { event, one, startsAt } = await freeSlot(api, 'Core', today);
  const { eventId } = event;
  await api.schedules.create.mutate({ eventId, employeeId: one.employeeId, startsAt, withSupervisor: false });

  const job = await waitFor('The job', async () =>
    linesOf(worker).find((line) => line.eventId === eventId && line.outcome === 'done'),
  );
  const request = await waitFor('The request', async () =>
    linesOf(server).find((line) => line.path === '/trpc/schedules.create'),
  );
  const call = linesOf(worker).find((line) => line.call === 'scheduleMplanEvent');
  expect(job).toMatchObject({ requestId: request.requestId, scheduleId: expect.any(Number) });
  expect(call).toMatchObject({ requestId: request.requestId, job: job.job, eventId, traceId: job.traceId });

  // The rest of the traces is sent when a process stops.
  await Promise.all([server.stop(), worker.stop()]);
  const trace = spans.filter((span) => span.traceId === job.traceId);
  const named = (name: string) => trace.find((span) => span.name === name);
  const click = named('mutation schedules.create');
  const task = named('sync_schedule');
  const booking = named('crossmark scheduleMplanEvent');
  expect(click).toMatchObject({ app: 'crossmark-server' });
  expect(task).toMatchObject({ app: 'crossmark-worker', parentSpanId: click?.spanId });
  expect(booking).toMatchObject({ app: 'crossmark-worker', parentSpanId: task?.spanId });
  expect(click?.attributes).toContainEqual({ key: 'requestId', value: { stringValue: request.requestId } });
});
