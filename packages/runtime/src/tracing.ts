import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { currentScope } from './scope.ts';

/** Longest wait for the collector when the process stops. */
const MAX_FLUSH_MS = 3_000;

/** The request and trace that caused some work. Its job carries it, to connect logs and traces. */
export type Origin = { requestId?: string; traceparent?: string };

let isTracing = false;

/**
 * Starts sending traces to an OTLP collector (`http://collector:4318`). Without an endpoint, loads
 * and measures nothing. Returns a function that sends the remaining traces and stops.
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
  isTracing = true;
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MAX_FLUSH_MS);
    });
    // An unreachable collector loses its traces and does no other harm.
    await Promise.race([provider.shutdown().catch(() => {}), timeout]);
    clearTimeout(timer);
  };
}

const tracer = () => trace.getTracer('crossmark-scheduler');

/** Kinds of spans: a request that is served, or a job that runs. */
const SPAN_KINDS = { request: SpanKind.SERVER, job: SpanKind.CONSUMER } as const;

/**
 * Runs `work` in a span whose parent is `traceparent` or, without it, the current span. `failed`
 * marks results that stand for a failure. Error messages are not sent, because they may contain
 * what people typed.
 */
export async function traced<T>(
  span: {
    name: string;
    kind: keyof typeof SPAN_KINDS;
    attributes?: Record<string, string | number | undefined>;
    traceparent?: string | undefined;
    failed?: (result: T) => boolean;
  },
  work: () => Promise<T>,
): Promise<T> {
  if (!isTracing) return work();
  const active = context.active();
  const parent = span.traceparent ? propagation.extract(active, { traceparent: span.traceparent }) : active;
  const options = { kind: SPAN_KINDS[span.kind], attributes: span.attributes ?? {} };
  return tracer().startActiveSpan(span.name, options, parent, async (current) => {
    try {
      const result = await work();
      if (span.failed?.(result)) current.setStatus({ code: SpanStatusCode.ERROR });
      return result;
    } catch (error) {
      markFailed(current, error instanceof Error ? error.name : 'error');
      throw error;
    } finally {
      current.end();
    }
  });
}

function markFailed(span: Span, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}

/** Adds an outgoing call that has just ended to the current span. */
export function traceCall(call: { name: string; durationMs: number; failure?: string | undefined }): void {
  if (!isTracing) return;
  const endedAt = performance.timeOrigin + performance.now();
  const span = tracer().startSpan(call.name, { kind: SpanKind.CLIENT, startTime: endedAt - call.durationMs });
  if (call.failure) markFailed(span, call.failure);
  span.end(endedAt);
}

/** The origin of the current work; empty outside of any. */
export function currentOrigin(): Origin {
  const origin: Origin = {};
  const requestId = currentScope()?.requestId;
  if (typeof requestId === 'string') origin.requestId = requestId;
  if (isTracing) propagation.inject(context.active(), origin);
  return origin;
}

/** The id of the current trace, for log lines; undefined if there is none. */
export const currentTraceId = (): string | undefined =>
  isTracing ? trace.getActiveSpan()?.spanContext().traceId : undefined;
