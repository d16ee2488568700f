/** The service: HTTP around the route table, every refusal as problem JSON, an orderly end. */
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { problem } from '../contract/index.js';
import type { Host } from '../journal/index.js';
import type { Access } from './access/access.js';
import { ANYBODY, type Principal } from './access/principal.js';
import { assertReaches } from './access/reach.js';
import type { Backups } from './backups.js';
import { BODY_BYTES_MAX, readBody } from './body.js';
import { type GuardedHost, guardHost, HostFailed } from './guardedHost.js';
import { type Logger, SILENT } from './log.js';
import { METRICS_PATH, type Metrics, openMetrics } from './metrics.js';
import { assertOwnName, isOwnMachine } from './ownMachine.js';
import { answerPlainly } from './plainUpgrade.js';
import { JSON_TYPE, problemReply, Refused, type Reply, refuse } from './reply.js';
import { methodsAt, ROUTES, type Route } from './routes.js';
import { recordFeed } from './stream/recordFeed.js';
import { openStream, STREAM_DEFAULTS, type StreamTerms } from './stream/stream.js';
import { NO_TRACES, type Traces } from './traces.js';
import type { Webhooks } from './webhooks/webhooks.js';

export interface ServerOptions {
  readonly host: Host;
  readonly address: string;
  /** 0 for any free one. */
  readonly port: number;
  /** By which marks are fresh or stale. */
  readonly clock?: () => number;
  /** Who may do what; null: nobody is asked who they are. */
  readonly access?: Access | null;
  /** PEM texts; null: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** Take the address of a caller from X-Forwarded-For. */
  readonly trustProxy?: boolean;
  readonly log?: Logger;
  readonly webhooks?: Webhooks | null;
  readonly backups?: Backups | null;
  readonly stream?: Partial<StreamTerms>;
  readonly traces?: Traces;
  /** Whether `/metrics` is for everybody. */
  readonly metricsOpen?: boolean;
  /** Something is wrong with the service itself. */
  readonly onFault?: (error: Error) => void;
  /** Nothing is answered any more: the journal has failed or the engine has stopped. Called once. */
  readonly onFailure?: (error: Error) => void;
}

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Asks without a socket, as who the headers say. */
  ask(request: InnerRequest): Promise<{ readonly status: number; readonly body: string }>;
  /** Takes no more requests, answers those it has, then lets go of its connections. The host stays open. */
  close(): Promise<void>;
}

export interface InnerRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** How long an orderly end waits for connections that do not end. */
const CLOSE_TIMEOUT_MS = 5_000;
const CLOSE_IDLE_EVERY_MS = 50;
/** Ids of 64 characters, each of which may be written as %XX. */
const PARAM_LENGTH_MAX = 200;

/** Resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, clock = Date.now, onFailure = () => undefined } = options;
  const ending = { isEnding: false };
  const metrics = openMetrics();
  const traces = options.traces ?? NO_TRACES;
  const guarded = guardHost(host, { clock, onFailure, onDurable: metrics.durable, traces });
  metrics.follow(guarded);
  const feed = recordFeed(guarded);
  // A page of elsewhere can have its own name lead to this machine: where nobody is asked who they are, names are.
  const onlyOwnNames = (options.access ?? null) === null && isOwnMachine(options.address);
  const shared = {
    onlyOwnNames,
    access: options.access ?? null,
    trustProxy: options.trustProxy ?? false,
    log: options.log ?? SILENT,
    onFault: options.onFault ?? (() => undefined),
    webhooks: options.webhooks ?? null,
    backups: options.backups ?? null,
  };
  const app = createApp(guarded, {
    ...shared,
    ending,
    tls: options.tls ?? null,
    metrics,
    traces,
    metricsOpen: options.metricsOpen ?? false,
    streams: () => stream.size,
  });
  const stream = openStream(app.server, {
    ...shared,
    host: guarded,
    feed,
    terms: { ...STREAM_DEFAULTS, ...options.stream },
    clock,
    isEnding: () => ending.isEnding,
    answerPlainly: (request, connection) => answerPlainly(app, request, connection),
  });
  const { webhooks, onFault } = shared;
  webhooks?.start({ host: guarded, feed, onFault });
  feed.onMore(() => webhooks?.wake());
  await app.listen({ host: options.address, port: options.port });
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const name = options.address.includes(':') ? `[${options.address}]` : options.address;
  return {
    port,
    url: `${options.tls == null ? 'http' : 'https'}://${name}:${port}`,
    async ask({ method, path, headers, body }) {
      const answer = await app.inject({ method, url: path, headers, ...(body === '' ? {} : { body }) });
      return { status: answer.statusCode, body: answer.body };
    },
    async close() {
      ending.isEnding = true;
      // A connection kept open for a next request is of no use any more, also one that falls idle only now.
      const streams = stream.close();
      const idle = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
      const impatient = setTimeout(() => app.server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      await streams;
      await app.close();
      clearInterval(idle);
      clearTimeout(impatient);
      feed.close();
      metrics.close();
    },
  };
}

interface AppParts {
  readonly onlyOwnNames: boolean;
  readonly ending: { readonly isEnding: boolean };
  readonly access: Access | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly trustProxy: boolean;
  readonly log: Logger;
  readonly onFault: (error: Error) => void;
  readonly webhooks: Webhooks | null;
  readonly backups: Backups | null;
  readonly metrics: Metrics;
  readonly traces: Traces;
  readonly metricsOpen: boolean;
  readonly streams: () => number;
}

function createApp(host: GuardedHost, parts: AppParts): FastifyInstance {
  const { ending, onFault, log, metrics } = parts;
  const app = fastify({
    ...(parts.tls === null ? {} : { https: { ...parts.tls, minVersion: 'TLSv1.2' } }),
    trustProxy: parts.trustProxy,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, onFault),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    // Read when it is known who sends it: a signature is of the bytes.
    async (_request: FastifyRequest, bytes: Buffer) => bytes,
  );
  app.addHook('onRequest', async (request) => {
    if (host.failure !== null) throw new HostFailed(host.failure.message);
    if (ending.isEnding) throw refuse('shutting_down');
    if (parts.onlyOwnNames) assertOwnName(request.headers.host);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, ip, routeOptions } = request;
    metrics.answered({
      method,
      route: routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    const took = { ms: Math.round(reply.elapsedTime * 1000) / 1000 };
    log.info(
      { method, route: routeOptions.url ?? null, status: reply.statusCode, address: ip, ...took },
      'answered',
    );
  });
  if (parts.tls !== null) {
    app.addHook('onSend', async (_request, reply, payload) => {
      reply.header('strict-transport-security', 'max-age=31536000');
      return payload;
    });
  }
  app.addHook('onSend', async (_request, reply, payload) => {
    if (ending.isEnding) reply.header('connection', 'close');
    return payload;
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, onFault));
  app.setNotFoundHandler((request, reply) => send(reply, notFound(request)));
  for (const route of ROUTES) addRoute(app, host, route, parts);
  return app;
}

function addRoute(app: FastifyInstance, host: GuardedHost, route: Route, parts: AppParts): void {
  const { metricsOpen, metrics, streams, webhooks, backups, traces } = parts;
  const access = route.path === METRICS_PATH && metricsOpen ? null : parts.access;
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const { params, query, headers, method } = request;
      const bytes = (request.body as Buffer | undefined) ?? NO_BYTES;
      const answer = await traces.request({ method, route: route.path, headers }, async () => {
        const caller = await callerOf(request, bytes, { route, access });
        const body = request.body === undefined ? undefined : readBody(headers['content-type'], bytes);
        return route.handler(host, {
          params: params as Record<string, string>,
          query,
          headers,
          body,
          caller,
          access,
          webhooks,
          backups,
          metrics: () => metrics.read(host, streams()),
        });
      });
      return send(reply, answer);
    },
  });
}

const NO_BYTES = Buffer.alloc(0);

/** Who sends it, and whether the address is for them. */
async function callerOf(
  { method, url, headers, ip }: FastifyRequest,
  body: Uint8Array,
  { route, access }: { readonly route: Route; readonly access: Access | null },
): Promise<Principal> {
  if (access === null || route.scope === null) return ANYBODY;
  const caller = await access.authenticate({ method, path: url, headers, body, address: ip });
  assertReaches(caller, route);
  return caller;
}

/** Nothing of it is kept by others, taken for another type, or shown inside another page. */
const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function send(reply: FastifyReply, { status, body, page, headers = {} }: Reply): FastifyReply {
  return reply
    .code(status)
    .headers({ ...SAFE_HEADERS, 'content-type': JSON_TYPE, ...headers })
    .send(page ?? JSON.stringify(body));
}

function answerError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  onFault: (error: Error) => void,
): FastifyReply {
  if (error instanceof Refused) return send(reply, problemReply(error.problem, {}, error.headers));
  if (error instanceof HostFailed) {
    return send(reply, problemReply(problem('journal_failed', { context: { reason: error.message } })));
  }
  const known = 'code' in error ? PROTOCOL_ERRORS[error.code] : undefined;
  if (known !== undefined) return send(reply, problemReply(known(request)));
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500) {
    return send(reply, problemReply(problem('bad_request', { context: { reason: error.message } })));
  }
  onFault(error);
  return send(reply, problemReply(problem('internal_error')));
}

/** What the protocol layer refuses, in the words of this service. */
const PROTOCOL_ERRORS: Readonly<Record<string, (request: FastifyRequest) => ReturnType<typeof problem>>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => problem('body_too_large', { context: { bytesMax: BODY_BYTES_MAX } }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) =>
    problem('unsupported_media_type', {
      context: { got: (request.headers['content-type'] ?? 'none').slice(0, 80) },
    }),
  FST_ERR_BAD_URL: () => problem('malformed_url'),
  FST_ERR_MAX_PARAM_LENGTH: () => problem('not_found', { context: { idLengthMax: PARAM_LENGTH_MAX } }),
};

function notFound(request: FastifyRequest): Reply {
  const [path = ''] = request.url.split('?');
  const methods = methodsAt(path);
  if (methods.length === 0)
    return problemReply(problem('not_found', { context: { path: path.slice(0, 200) } }));
  const allow = methods.join(', ');
  return problemReply(
    problem('method_not_allowed', { context: { method: request.method, allow } }),
    {},
    { allow },
  );
}
