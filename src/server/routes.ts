/** Every address of the service on one page: the door, the OpenAPI document, the reference and the tests follow from this table. */
import type { IncomingHttpHeaders } from 'node:http';
import type Type from 'typebox';
import {
  AccountsQuery,
  type AnswerName,
  BatchRequest,
  ChangeQuery,
  CollateralImpactRequest,
  CommandRequest,
  EventsQuery,
  HoldingsQuery,
  JournalQuery,
  KeyRequest,
  LevelImpactRequest,
  PageQuery,
  type Scope,
  TrailQuery,
  WalletsQuery,
  WarningAnswer,
  WebhookRequest,
  WhatIfRequest,
  WireInstrument,
} from '../contract/index.js';
import type { Access } from './access/access.js';
import type { Principal } from './access/principal.js';
import { getBackups, postBackup } from './backupRoutes.js';
import type { Backups } from './backups.js';
import { postBatch, postCommand } from './commandRoutes.js';
import { getDocs, getOpenApi } from './docsRoutes.js';
import { getFills, getFunding, getLiquidationEvents } from './eventRoutes.js';
import type { GuardedHost } from './guardedHost.js';
import {
  getApprovals,
  getAudit,
  getKeys,
  postApprove,
  postKey,
  postKeyRevoke,
  postKeyRotate,
  postReject,
} from './keyRoutes.js';
import {
  getAccounts,
  getAssets,
  getClients,
  getCollateral,
  getInstruments,
  getInsuranceFunds,
  getLevels,
  getLiquidations,
  getMarks,
  getOrders,
  getPools,
  getPositions,
  getRiskParameters,
  getWallets,
} from './listRoutes.js';
import { METRICS_PATH, type MetricsText } from './metrics.js';
import {
  getAccount,
  getClient,
  getExplanation,
  getInstrument,
  getJournal,
  getLive,
  getMetrics,
  getPool,
  getReady,
  getState,
  getTrialBalance,
} from './queryRoutes.js';
import { type Reply, refuse } from './reply.js';
import { getWarning } from './warningRoute.js';
import { getWebhooks, postWebhook, postWebhookRemove, postWebhookResume } from './webhookRoutes.js';
import type { Webhooks } from './webhooks/webhooks.js';
import { postCollateralImpact, postImpact, postLevelImpact, postWhatIf } from './whatIfRoutes.js';

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  readonly caller: Principal;
  /** Null where nobody is asked who they are. */
  readonly access: Access | null;
  /** Null where there is no place to keep them. */
  readonly webhooks: Webhooks | null;
  /** Null where there is no place for them. */
  readonly backups: Backups | null;
  /** What `/metrics` says now. */
  readonly metrics: () => Promise<MetricsText>;
}

export type Handler = (host: GuardedHost, request: RouteRequest) => Promise<Reply>;

/**
 * Who may see what an address tells: anybody allowed to read; only callers that are bound to no client and no pool; callers bound to
 * clients, of these; callers bound to clients or pools, of the accounts inside both.
 */
export const REACHES = ['public', 'venue', 'clients', 'accounts'] as const;
export type Reach = (typeof REACHES)[number];

export const TAGS = {
  commands: 'Commands: everything that changes the venue, and what would become of it.',
  venue: 'Assets, instruments, pools and what they ask for.',
  clients: 'Clients, wallets, margin accounts, positions and orders.',
  containment: 'Liquidations, insurance funds, isolation levels, early warning.',
  books: 'The journal, events out of it, and the sums of all books.',
  access: 'Keys, what waits for approval, the audit. Not there with `--auth none`.',
  webhooks: 'Margin calls and liquidations, posted to where they are waited for.',
  service: 'The service itself.',
} as const;
export type Tag = keyof typeof TAGS;

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly tag: Tag;
  /** What a caller must be allowed to do; each: what each command asks for; null: nobody is asked who they are. */
  readonly scope: Scope | 'each' | null;
  readonly reach: Reach;
  readonly summary: string;
  /** More of it, in sentences. */
  readonly detail?: string;
  /** Left out where the address takes nothing after a question mark. */
  readonly query?: Type.TObject;
  readonly body?: Type.TSchema;
  /** By name, of `answers.ts`; a schema; a page; or the stream, which is no answer of HTTP. */
  readonly answer: AnswerName | Type.TSchema | 'page' | 'stream';
  /** Whether `Idempotency-Key` may carry the id of a command. */
  readonly takesKey?: true;
  readonly handler: Handler;
}

const venue = { tag: 'venue', scope: 'read', reach: 'public' } as const;
const clients = { tag: 'clients', scope: 'read', reach: 'accounts' } as const;
const containment = { tag: 'containment', scope: 'read', reach: 'venue' } as const;
const books = { tag: 'books', scope: 'read', reach: 'venue' } as const;
const service = { tag: 'service', scope: null, reach: 'public' } as const;
const commands = { tag: 'commands', scope: 'each', reach: 'accounts' } as const;
const access = { tag: 'access', scope: 'admin', reach: 'venue' } as const;

const backups = { tag: 'books', scope: 'admin', reach: 'venue' } as const;
const webhooks = { tag: 'webhooks', scope: 'admin', reach: 'venue' } as const;

export const ROUTES: readonly Route[] = [
  post('/v1/commands', 'take one command, or only try it', {
    ...commands,
    body: CommandRequest,
    answer: 'Command',
    takesKey: true,
    handler: postCommand,
  }),
  post('/v1/commands/batch', 'take commands in order, each with its own answer', {
    ...commands,
    body: BatchRequest,
    answer: 'Batch',
    handler: postBatch,
  }),
  post('/v1/what-if', 'play commands in order and keep nothing', {
    ...commands,
    scope: 'read',
    body: WhatIfRequest,
    detail:
      'Up to 100 commands, each seeing what those before it did. `accounts` are those touched and those named, before and after.',
    answer: 'WhatIf',
    handler: postWhatIf,
  }),
  get('/v1/assets', 'assets and their decimals', {
    ...venue,
    query: PageQuery,
    answer: 'Assets',
    handler: getAssets,
  }),
  get('/v1/instruments', 'instruments, their marks and definitions', {
    ...venue,
    query: PageQuery,
    answer: 'Instruments',
    handler: getInstruments,
  }),
  get('/v1/instruments/:instrument', 'one instrument', {
    ...venue,
    answer: 'Instrument',
    handler: getInstrument,
  }),
  post('/v1/instruments/:instrument/impact', 'whom other parameters would concern', {
    ...venue,
    scope: 'risk',
    reach: 'venue',
    body: WireInstrument,
    detail:
      'Each account that another definition would leave short of margin, with its amounts, at the last good prices. Nothing is changed.',
    answer: 'Impact',
    handler: postImpact,
  }),
  post('/v1/instruments/:instrument/level-impact', 'whom another isolation level would concern', {
    ...containment,
    scope: 'risk',
    reach: 'venue',
    body: LevelImpactRequest,
    detail:
      'Positions that would be carved out, or grandfathered and why; accounts whose orders would be blocked, or whose margin locked.',
    answer: 'LevelImpact',
    handler: postLevelImpact,
  }),
  get('/v1/marks', 'the mark of each instrument, and whether it may decide', {
    ...venue,
    query: PageQuery,
    answer: 'Marks',
    handler: getMarks,
  }),
  get('/v1/pools', 'risk pools: funds, queues, takeovers, collateral, lending', {
    ...venue,
    reach: 'venue',
    query: PageQuery,
    answer: 'Pools',
    handler: getPools,
  }),
  get('/v1/pools/:pool', 'one risk pool', { ...venue, reach: 'venue', answer: 'Pool', handler: getPool }),
  post(
    '/v1/pools/:pool/collateral/:asset/impact',
    'whom it would concern were the asset to count otherwise as collateral',
    {
      ...venue,
      scope: 'risk',
      reach: 'venue',
      body: CollateralImpactRequest,
      detail: 'Each account that another haircut and counted cap would leave short of margin.',
      answer: 'CollateralImpact',
      handler: postCollateralImpact,
    },
  ),
  get('/v1/risk-parameters', 'brackets and rates of each instrument, with its isolation level', {
    ...venue,
    query: PageQuery,
    answer: 'RiskParameters',
    handler: getRiskParameters,
  }),
  get('/v1/collateral', 'what counts as collateral in each pool, and how', {
    ...venue,
    query: PageQuery,
    answer: 'Collateral',
    handler: getCollateral,
  }),
  get('/v1/clients', 'clients', {
    ...clients,
    reach: 'clients',
    query: PageQuery,
    answer: 'Clients',
    handler: getClients,
  }),
  get('/v1/clients/:id', 'wallet balances and margin accounts of a client', {
    ...clients,
    reach: 'clients',
    answer: 'Client',
    handler: getClient,
  }),
  get('/v1/wallets', 'wallets, in the words of CCXT', {
    ...clients,
    reach: 'clients',
    query: WalletsQuery,
    answer: 'Wallets',
    handler: getWallets,
  }),
  get('/v1/accounts', 'margin accounts', {
    ...clients,
    query: AccountsQuery,
    answer: 'Accounts',
    handler: getAccounts,
  }),
  get('/v1/accounts/:id', 'a margin account, its positions and orders', {
    ...clients,
    detail:
      'Of an isolated account its position; of one that is judged whole its collateral and positions. Lines named after a total sum to it.',
    answer: 'Account',
    handler: getAccount,
  }),
  get('/v1/accounts/:id/explain', 'the same with the reasons in sentences', {
    ...clients,
    answer: 'Explanation',
    handler: getExplanation,
  }),
  get('/v1/positions', 'open positions, in the words of CCXT', {
    ...clients,
    query: HoldingsQuery,
    answer: 'Positions',
    handler: getPositions,
  }),
  get('/v1/orders', 'open orders', {
    ...clients,
    query: HoldingsQuery,
    answer: 'Orders',
    handler: getOrders,
  }),
  get('/v1/fills', 'fills, also of deleveraging and against the outside', {
    ...books,
    query: EventsQuery,
    detail:
      'In order, 100 at a time; a long stretch of the journal without one is gone through page by page, so that a page may be empty and `next` not null.',
    answer: 'Events',
    handler: getFills,
  }),
  get('/v1/funding', 'funding that was applied', {
    ...books,
    query: EventsQuery,
    answer: 'Events',
    handler: getFunding,
  }),
  get('/v1/liquidations', 'what each pool is liquidating now', {
    ...containment,
    query: PageQuery,
    answer: 'Liquidations',
    handler: getLiquidations,
  }),
  get('/v1/liquidations/events', 'notices, reductions, takeovers and who bore their losses', {
    ...containment,
    query: EventsQuery,
    answer: 'Events',
    handler: getLiquidationEvents,
  }),
  get('/v1/insurance-funds', 'insurance funds with what came in and went out', {
    ...containment,
    reach: 'public',
    query: PageQuery,
    answer: 'InsuranceFunds',
    handler: getInsuranceFunds,
  }),
  get('/v1/levels', 'the isolation level of each instrument, since when, and why', {
    ...containment,
    reach: 'public',
    query: PageQuery,
    answer: 'Levels',
    handler: getLevels,
  }),
  get('/v1/warning', 'how near the venue is to spreading losses', {
    ...containment,
    scope: 'risk',
    reach: 'venue',
    detail:
      'Made at most every 10 seconds, of up to 5,000 accounts; `sequence` and `timeMs` are those of the state it is of.',
    answer: WarningAnswer,
    handler: getWarning,
  }),
  get('/v1/trial-balance', 'sums of all books by asset and kind', {
    ...books,
    detail: 'Each total is zero, or the books are broken.',
    answer: 'TrialBalance',
    handler: getTrialBalance,
  }),
  get('/v1/journal', 'records from a sequence on', {
    ...books,
    query: JournalQuery,
    answer: 'Journal',
    handler: getJournal,
  }),
  get('/v1/state', 'sequence, time, state hash and health', { ...books, answer: 'State', handler: getState }),
  get('/v1/stream', 'the WebSocket: subscriptions and commands', {
    ...clients,
    detail:
      'Opened with the headers of any other request. What is said over it is in the reference of the stream.',
    answer: 'stream',
    handler: async () => {
      throw refuse('upgrade_required');
    },
  }),
  get('/v1/keys', 'API keys, without their secrets', { ...access, answer: 'Keys', handler: getKeys }),
  post('/v1/keys', 'make a key; its secret is shown this once', {
    ...access,
    body: KeyRequest,
    answer: 'KeySecret',
    query: ChangeQuery,
    handler: postKey,
  }),
  post('/v1/keys/:key/rotate', 'give a key another secret, shown this once; the one before is void', {
    ...access,
    answer: 'KeySecret',
    query: ChangeQuery,
    handler: postKeyRotate,
  }),
  post('/v1/keys/:key/revoke', 'take a key back, for good', {
    ...access,
    answer: 'Key',
    query: ChangeQuery,
    handler: postKeyRevoke,
  }),
  get('/v1/approvals', 'commands that wait for a second pair of eyes, and those decided', {
    ...access,
    scope: 'read',
    detail: 'Those one has asked for, and those whose scope one has.',
    answer: 'Approvals',
    handler: getApprovals,
  }),
  post('/v1/approvals/:approval/approve', 'approve a command: it is sent, and answered', {
    ...access,
    scope: 'read',
    detail: "Whoever approves must have the command's scope and be another than who asked.",
    answer: 'Command',
    query: ChangeQuery,
    handler: postApprove,
  }),
  post('/v1/approvals/:approval/reject', 'reject a command, or take it back', {
    ...access,
    scope: 'read',
    answer: 'Approval',
    query: ChangeQuery,
    handler: postReject,
  }),
  get('/v1/audit', "who sent which command that is not of the day's business, and what became of it", {
    ...access,
    query: TrailQuery,
    detail:
      'In order, each entry with the digest of all before it in `access/audit.jsonl`; how many requests were refused at the door, once a minute.',
    answer: 'Audit',
    handler: getAudit,
  }),
  get('/v1/webhooks', 'where margin calls and liquidations are posted to', {
    ...webhooks,
    answer: 'Webhooks',
    handler: getWebhooks,
  }),
  post('/v1/webhooks', 'make a webhook; its secret is shown this once', {
    ...webhooks,
    body: WebhookRequest,
    answer: 'WebhookSecret',
    query: ChangeQuery,
    handler: postWebhook,
  }),
  post('/v1/webhooks/:webhook/resume', 'try a webhook that was stopped again, from where it was', {
    ...webhooks,
    answer: 'Webhook',
    query: ChangeQuery,
    handler: postWebhookResume,
  }),
  post('/v1/webhooks/:webhook/remove', 'remove a webhook', {
    ...webhooks,
    answer: 'Webhook',
    query: ChangeQuery,
    handler: postWebhookRemove,
  }),
  get('/v1/backups', 'backups there are', { ...backups, answer: 'Backups', handler: getBackups }),
  post('/v1/backups', 'make a backup while commands go on', {
    ...backups,
    detail:
      'In the folder of the setting `backup.directory`, on the machine of the service. The master key is not in it.',
    answer: 'Backup',
    query: ChangeQuery,
    handler: postBackup,
  }),
  get('/livez', 'the process answers', { ...service, answer: 'Live', handler: getLive }),
  get('/readyz', 'commands can be taken', { ...service, answer: 'Ready', handler: getReady }),
  get(METRICS_PATH, 'what Prometheus reads', {
    ...service,
    scope: 'read',
    reach: 'venue',
    detail: 'For everybody where `metrics.open` says so, or nobody is asked who they are.',
    answer: 'page',
    handler: getMetrics,
  }),
  get('/openapi.json', 'this table as an OpenAPI 3.1 document', {
    ...service,
    answer: 'page',
    handler: getOpenApi,
  }),
  get('/docs', 'the same to read and to try', { ...service, answer: 'page', handler: getDocs }),
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

type Rest = Omit<Route, 'method' | 'path' | 'summary'>;

function get(path: string, summary: string, rest: Rest): Route {
  return { method: 'GET', path, summary, ...rest };
}

function post(path: string, summary: string, rest: Rest): Route {
  return { method: 'POST', path, summary, ...rest };
}
