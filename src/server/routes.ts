/** Every address of the service on one page. */
import type { IncomingHttpHeaders } from 'node:http';
import { postBatch, postCommand } from './commandRoutes.js';
import type { GuardedHost } from './guardedHost.js';
import {
  getAccount,
  getAssets,
  getClient,
  getExplanation,
  getInstruments,
  getJournal,
  getLive,
  getPools,
  getReady,
  getState,
  getTrialBalance,
} from './queryRoutes.js';
import type { Reply } from './reply.js';
import { getWarning } from './warningRoute.js';
import { postCollateralImpact, postImpact, postLevelImpact, postWhatIf } from './whatIfRoutes.js';

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

export type Handler = (host: GuardedHost, request: RouteRequest) => Promise<Reply>;

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  readonly handler: Handler;
}

export const ROUTES: readonly Route[] = [
  route('POST', '/v1/commands', 'take one command, or only try it', postCommand),
  route('POST', '/v1/commands/batch', 'take commands in order, each with its own answer', postBatch),
  route('POST', '/v1/what-if', 'play commands in order and keep nothing', postWhatIf),
  route('GET', '/v1/assets', 'assets and their decimals', getAssets),
  route('GET', '/v1/instruments', 'instruments, their marks and definitions', getInstruments),
  route('POST', '/v1/instruments/:instrument/impact', 'whom other parameters would concern', postImpact),
  route(
    'POST',
    '/v1/pools/:pool/collateral/:asset/impact',
    'whom it would concern were the asset to count otherwise as collateral',
    postCollateralImpact,
  ),
  route(
    'POST',
    '/v1/instruments/:instrument/level-impact',
    'whom another isolation level would concern',
    postLevelImpact,
  ),
  route('GET', '/v1/pools', 'risk pools: funds, queues, takeovers, collateral, lending', getPools),
  route('GET', '/v1/clients/:id', 'wallet balances and margin accounts of a client', getClient),
  route('GET', '/v1/accounts/:id', 'a margin account, its positions and orders', getAccount),
  route('GET', '/v1/accounts/:id/explain', 'the same with the reasons in sentences', getExplanation),
  route('GET', '/v1/warning', 'how near the venue is to spreading losses', getWarning),
  route('GET', '/v1/trial-balance', 'sums of all books by asset and kind', getTrialBalance),
  route('GET', '/v1/journal', 'records from a sequence on', getJournal),
  route('GET', '/v1/state', 'sequence, time, state hash and health', getState),
  route('GET', '/livez', 'the process answers', getLive),
  route('GET', '/readyz', 'commands can be taken', getReady),
];

/** Methods of the routes that have this path; empty where there is none. */
export function methodsAt(path: string): readonly string[] {
  const methods = ROUTES.filter((known) => matches(known.path, path)).map(({ method }) => method);
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}

function matches(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === found.length &&
    wanted.every((part, at) => (part.startsWith(':') ? found[at] !== '' : part === found[at]))
  );
}

function route(method: Route['method'], path: string, summary: string, handler: Handler): Route {
  return { method, path, summary, handler };
}
