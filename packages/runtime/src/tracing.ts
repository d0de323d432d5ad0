import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { currentScope } from './scope.ts';

/** Longest wait for the collector when the process stops. */
const FLUSH_WITHIN_MS = 3_000;

/** Where a piece of work came from; carried by its job, so that logs and traces join up. */
export type Origin = { requestId?: string; traceparent?: string };

let on = false;

/**
 * Sends traces to an OTLP collector (`http://collector:4318`) from now on. Without an endpoint nothing is loaded and
 * nothing is measured. Returns what sends the rest and ends it.
 */
export async function startTracing(app: string, endpoint: string | undefined): Promise<() => Promise<void>> {
  if (!endpoint) return async () => {};
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }, { AsyncLocalStorageContextManager }, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `crossmark-${app}` }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  on = true;
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_WITHIN_MS);
    });
    // A collector that is away costs its traces, nothing else.
    await Promise.race([provider.shutdown().catch(() => {}), late]);
    clearTimeout(timer);
  };
}

const tracer = () => trace.getTracer('crossmark-scheduler');

/** What kind of work a span is: a request served, or a job run. */
const KINDS = { request: SpanKind.SERVER, job: SpanKind.CONSUMER } as const;

/**
 * Runs `work` as a span, below the one under way or below `traceparent`. `failed` tells of results that stand for a
 * failure. Words of errors stay out of the trace: they may hold what people typed.
 */
export async function traced<T>(
  span: {
    name: string;
    kind: keyof typeof KINDS;
    attributes?: Record<string, string | number | undefined>;
    traceparent?: string | undefined;
    failed?: (result: T) => boolean;
  },
  work: () => Promise<T>,
): Promise<T> {
  if (!on) return work();
  const active = context.active();
  const parent = span.traceparent ? propagation.extract(active, { traceparent: span.traceparent }) : active;
  const options = { kind: KINDS[span.kind], attributes: span.attributes ?? {} };
  return tracer().startActiveSpan(span.name, options, parent, async (begun) => {
    try {
      const result = await work();
      if (span.failed?.(result)) begun.setStatus({ code: SpanStatusCode.ERROR });
      return result;
    } catch (error) {
      markFailed(begun, error instanceof Error ? error.name : 'error');
      throw error;
    } finally {
      begun.end();
    }
  });
}

function markFailed(span: Span, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}

/** Adds a call to somebody else that is over now to the span under way. */
export function traceCall(call: { name: string; durationMs: number; failure?: string | undefined }): void {
  if (!on) return;
  const endedAt = performance.timeOrigin + performance.now();
  const span = tracer().startSpan(call.name, { kind: SpanKind.CLIENT, startTime: endedAt - call.durationMs });
  if (call.failure) markFailed(span, call.failure);
  span.end(endedAt);
}

/** Where the work under way came from; empty outside of any. */
export function currentOrigin(): Origin {
  const origin: Origin = {};
  const requestId = currentScope()?.requestId;
  if (typeof requestId === 'string') origin.requestId = requestId;
  if (on) propagation.inject(context.active(), origin);
  return origin;
}

/** The trace under way, for log lines; undefined where there is none. */
export const currentTraceId = (): string | undefined =>
  on ? trace.getActiveSpan()?.spanContext().traceId : undefined;
