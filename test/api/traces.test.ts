import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTraces, type Traces } from '../../src/server/index.js';
import { type Service, startService } from './service.js';

const exporter = new InMemorySpanExporter();
let service: Service;
beforeEach(async () => {
  exporter.reset();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  service = await startService(null, {}, { traces: (await openTraces('1.2.3')) as Traces });
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
  for (const one of [trace, context, propagation]) one.disable();
});

it('goes on the trace of whoever sends a command, down to the disk', async () => {
  const traceId = 'a'.repeat(32);
  const headers = { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` };
  const command = { kind: 'openClient', client: 'ada' };
  expect((await service.post('/v1/commands', { id: '1', command }, headers)).status).toBe(200);
  const [inner, outer] = exporter.getFinishedSpans();
  expect(outer).toMatchObject({
    name: 'POST /v1/commands',
    attributes: { 'http.route': '/v1/commands', 'http.response.status_code': 200 },
  });
  expect(outer?.spanContext().traceId).toBe(traceId);
  expect(inner).toMatchObject({
    name: 'command',
    attributes: { 'bulkhead.command.kind': 'openClient', 'bulkhead.command.answer': 'recorded' },
  });
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

it('tells what was refused, and nothing that was sent', async () => {
  await service.post('/v1/commands', { id: '1', command: { kind: 'openClient', client: 'secret name' } });
  await service.get('/v1/accounts/hidden');
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual([
    ['POST /v1/commands', 400],
    ['GET /v1/accounts/:id', 404],
  ]);
  const told = JSON.stringify(spans.map(({ name, attributes }) => [name, attributes]));
  expect(told).not.toMatch(/secret|hidden/);
});
