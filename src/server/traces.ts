/**
 * Traces by OpenTelemetry, where its API is installed beside this package: a span for each request, which goes on the trace of whoever
 * sends it, and one in it for each command until it is on disk. Whoever runs the service registers an SDK, or nothing is recorded.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type * as OpenTelemetry from '@opentelemetry/api';
import { Refused } from './reply.js';

export interface Traces {
  request<T extends { readonly status: number }>(
    about: { readonly method: string; readonly route: string; readonly headers: IncomingHttpHeaders },
    work: () => Promise<T>,
  ): Promise<T>;
  command<T extends { readonly kind: string }>(
    about: { readonly kind: string },
    work: () => Promise<T>,
  ): Promise<T>;
}

export const NO_TRACES: Traces = { request: (_about, work) => work(), command: (_about, work) => work() };

/** Null where the API is not installed. */
export async function openTraces(version: string): Promise<Traces | null> {
  const api = await loadApi();
  if (api === null) return null;
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const tracer = trace.getTracer('bulkhead', version);

  return {
    request({ method, route, headers }, work) {
      const attributes = { 'http.request.method': method, 'http.route': route };
      const parent = propagation.extract(context.active(), headers);
      const options = { kind: SpanKind.SERVER, attributes };
      return tracer.startActiveSpan(`${method} ${route}`, options, parent, async (span) => {
        try {
          const answer = await work();
          span.setAttribute('http.response.status_code', answer.status);
          if (answer.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          return answer;
        } catch (error) {
          const status = error instanceof Refused ? error.problem.status : 500;
          span.setAttribute('http.response.status_code', status);
          if (status >= 500)
            span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    command({ kind }, work) {
      const attributes = { 'bulkhead.command.kind': kind };
      return tracer.startActiveSpan('command', { attributes }, async (span) => {
        try {
          const answer = await work();
          span.setAttribute('bulkhead.command.answer', answer.kind);
          return answer;
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      });
    },
  };
}

async function loadApi(): Promise<typeof OpenTelemetry | null> {
  // A name in a variable: the compiler must not look for what may not be there.
  const name = '@opentelemetry/api';
  try {
    return (await import(name)) as typeof OpenTelemetry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return null;
  }
}
