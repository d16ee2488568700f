/**
 * What each route answers, as types: the schemas of the OpenAPI document are generated from them (`answerSchemas.ts`), descriptions
 * and all, so that what is documented is what the compiler checks.
 */

import type { IsolationLevel } from '../isolation/index.js';
import type { ExplainedAccount } from './accountReasons.js';
import type { AccountView } from './accountView.js';
import type { CollateralTermsView } from './collateralTermsView.js';
import type { Scope } from './commandAccess.js';
import type { CollateralImpactView, ImpactView } from './impactView.js';
import type { IsolatedPositionView } from './isolatedAccountView.js';
import type { IsolationView } from './isolationView.js';
import type { Json, JsonObject } from './json.js';
import type { LevelImpactView } from './levelImpactView.js';
import type { FundStatementView, PoolStatus, PoolView, TakeoverView } from './poolView.js';
import type { AccountStatus, OrderJson } from './positionParts.js';
import type { Problem } from './problem.js';
import type { AssetView, ClientView, InstrumentView, TrialBalanceView, VenueHealth } from './venueViews.js';
import type { WebhookChannel } from './webhookRequests.js';
import type { WhatIfResult } from './whatIf.js';
import type { WholePositionView } from './wholePositionViews.js';

/** Of which state an answer is. */
export interface AsOf {
  /** Last record of the journal that the answer knows. */
  readonly sequence: number;
  readonly timeMs: number;
}

/** A list that may go on. */
export interface Paged extends AsOf {
  /** For `cursor`, to go on; null at the end. */
  readonly next: string | null;
}

export interface AssetsAnswer extends Paged {
  readonly assets: readonly AssetView[];
}

export interface InstrumentsAnswer extends Paged {
  readonly instruments: readonly InstrumentView[];
}

export interface InstrumentAnswer extends AsOf, InstrumentView {}

export interface PoolsAnswer extends Paged {
  readonly pools: readonly PoolView[];
}

export interface PoolAnswer extends AsOf, PoolView {}

export interface ClientRow {
  readonly client: string;
  readonly feeTier: number;
  /** For limits on size and for fills between its members; null: none. */
  readonly group: string | null;
  readonly accounts: number;
}

export interface ClientsAnswer extends Paged {
  readonly clients: readonly ClientRow[];
}

export interface ClientAnswer extends AsOf, ClientView {}

/** A wallet in CCXT's words: `free` may be used, `used` is margin and what is on its way in or out. */
export interface WalletRow {
  readonly client: string;
  readonly asset: string;
  readonly free: string;
  readonly used: string;
  readonly total: string;
  readonly pendingDeposit: string;
  readonly pendingWithdrawal: string;
  /** Balances of the client's margin accounts. */
  readonly margin: string;
}

export interface WalletsAnswer extends Paged {
  readonly wallets: readonly WalletRow[];
}

export interface AccountSummary {
  readonly account: string;
  readonly client: string;
  readonly mode: 'isolated' | 'cross' | 'portfolio';
  readonly instrument: string | null;
  readonly pool: string;
  readonly status: AccountStatus;
}

export interface AccountsAnswer extends Paged {
  readonly accounts: readonly AccountSummary[];
}

export type AccountAnswer = AsOf & AccountView;
export type ExplanationAnswer = AsOf & ExplainedAccount;

/** An open position, named as in CCXT, with the account it is in. */
export type PositionRow = (IsolatedPositionView | WholePositionView) & {
  readonly account: string;
  readonly client: string;
  readonly pool: string;
};

export interface PositionsAnswer extends Paged {
  readonly positions: readonly PositionRow[];
}

export interface OrderRow extends OrderJson {
  readonly account: string;
  readonly client: string;
}

export interface OrdersAnswer extends Paged {
  readonly orders: readonly OrderRow[];
}

export interface MarkRow {
  readonly instrument: string;
  readonly markPrice: string | null;
  readonly indexPrice: string | null;
  readonly markTimeMs: number | null;
  readonly markAgeMs: number | null;
  readonly markUsable: boolean;
  readonly pendingPrice: string | null;
  readonly suspect: boolean;
}

export interface MarksAnswer extends Paged {
  readonly marks: readonly MarkRow[];
}

/** What a pool is liquidating: accounts that wait, orders that are out, and what it has taken over. */
export interface LiquidationsRow {
  readonly pool: string;
  readonly status: PoolStatus;
  readonly sound: boolean;
  readonly queue: readonly string[];
  readonly takeovers: readonly TakeoverView[];
}

export interface LiquidationsAnswer extends Paged {
  readonly liquidations: readonly LiquidationsRow[];
}

export interface InsuranceFundRow {
  readonly pool: string;
  readonly asset: string;
  readonly balance: string;
  /** Fund less what takeovers are short of, open deficits and what the queued are short of. */
  readonly surplus: string;
  readonly reservedCapital: string;
  readonly coolDownMs: number;
  readonly restsUntilMs: number;
  readonly statement: FundStatementView;
}

export interface InsuranceFundsAnswer extends Paged {
  readonly insuranceFunds: readonly InsuranceFundRow[];
}

export interface LevelRow {
  readonly instrument: string;
  readonly pool: string;
  readonly isolation: IsolationView;
}

export interface LevelsAnswer extends Paged {
  readonly levels: readonly LevelRow[];
}

/** What an instrument and the collateral of its pool ask for. */
export interface RiskParametersRow {
  readonly instrument: string;
  readonly pool: string;
  readonly level: IsolationLevel;
  /** Brackets of notional, with their rates; empty for options and spot pairs. */
  readonly tiers: readonly JsonObject[];
}

export interface CollateralRow extends CollateralTermsView {
  readonly pool: string;
  readonly asset: string;
}

export interface RiskParametersAnswer extends Paged {
  readonly riskParameters: readonly RiskParametersRow[];
}

export interface CollateralAnswer extends Paged {
  readonly collateral: readonly CollateralRow[];
}

/** A record of the journal as the journal's reference describes it. */
export interface JournalAnswer {
  readonly sequence: number;
  readonly records: readonly JsonObject[];
  /** First sequence that was not given; null at the end. */
  readonly next: number | null;
}

/** Events of some kinds, each with the record it stands in. */
export interface EventsAnswer extends AsOf {
  readonly events: readonly (JsonObject & {
    readonly sequence: number;
    readonly timeMs: number;
    readonly kind: string;
  })[];
  /** First sequence that was not looked at; null at the end. */
  readonly next: number | null;
}

export interface TrialBalanceAnswer extends AsOf {
  readonly trialBalance: readonly TrialBalanceView[];
}

export interface StateAnswer extends VenueHealth {
  readonly stateHash: string;
}

export interface CommandAnswer {
  readonly id: string;
  readonly sequence: number;
  readonly timeMs: number;
  readonly outcome: JsonObject;
  /** Steps the engine took by itself afterwards; null where there were none. */
  readonly work: {
    readonly records: number;
    readonly fromSequence: number;
    readonly toSequence: number;
  } | null;
}

/** What a command would do now: nothing was kept. */
export interface DryRunAnswer {
  readonly dryRun: true;
  readonly outcome: JsonObject;
  readonly work: readonly JsonObject[];
  readonly accounts: readonly AccountView[];
  readonly accountsOmitted: number;
}

export type CommandOrDryRunAnswer = CommandAnswer | DryRunAnswer;

/** The command waits until somebody else approves it; it is not done. Status 202. */
export interface HeldAnswer {
  readonly awaitingApproval: true;
  readonly approval: string;
  readonly expiresMs: number;
}

/** What a command of a tried batch would have done after those before it. */
export interface TriedAnswer {
  readonly dryRun: true;
  readonly outcome: JsonObject;
}

export interface BatchAnswer {
  readonly answers: readonly {
    readonly status: number;
    /** Whether it was answered before, under the same id. */
    readonly replayed: boolean;
    readonly answer: CommandAnswer | TriedAnswer | HeldAnswer | RefusalAnswer;
  }[];
}

/** A refusal: problem JSON (RFC 9457); with `id`, `sequence` and `timeMs` where it is recorded. */
export interface RefusalAnswer extends Problem {
  readonly id?: string;
  readonly sequence?: number;
  readonly timeMs?: number;
  readonly dryRun?: true;
}

export interface WhatIfAnswer extends AsOf {
  readonly results: readonly WhatIfResult[];
  readonly accounts: readonly {
    readonly account: string;
    readonly before: AccountView | null;
    readonly after: AccountView;
  }[];
  readonly accountsOmitted: number;
}

export interface ImpactAnswer extends AsOf, ImpactView {}
export interface CollateralImpactAnswer extends AsOf, CollateralImpactView {}
export interface LevelImpactAnswer extends AsOf, LevelImpactView {}

export interface LiveAnswer {
  readonly status: 'live';
}

export interface ReadyAnswer {
  readonly status: 'ready';
  readonly sequence: number;
}

/** Every answer by the name its schema has. */
export interface Answers {
  readonly Assets: AssetsAnswer;
  readonly Instruments: InstrumentsAnswer;
  readonly Instrument: InstrumentAnswer;
  readonly Pools: PoolsAnswer;
  readonly Pool: PoolAnswer;
  readonly Clients: ClientsAnswer;
  readonly Client: ClientAnswer;
  readonly Wallets: WalletsAnswer;
  readonly Accounts: AccountsAnswer;
  readonly Account: AccountAnswer;
  readonly Explanation: ExplanationAnswer;
  readonly Positions: PositionsAnswer;
  readonly Orders: OrdersAnswer;
  readonly Marks: MarksAnswer;
  readonly Liquidations: LiquidationsAnswer;
  readonly InsuranceFunds: InsuranceFundsAnswer;
  readonly Levels: LevelsAnswer;
  readonly RiskParameters: RiskParametersAnswer;
  readonly Collateral: CollateralAnswer;
  readonly Journal: JournalAnswer;
  readonly Events: EventsAnswer;
  readonly TrialBalance: TrialBalanceAnswer;
  readonly State: StateAnswer;
  readonly Command: CommandOrDryRunAnswer;
  readonly Batch: BatchAnswer;
  readonly Refusal: RefusalAnswer;
  readonly WhatIf: WhatIfAnswer;
  readonly Impact: ImpactAnswer;
  readonly CollateralImpact: CollateralImpactAnswer;
  readonly LevelImpact: LevelImpactAnswer;
  readonly Live: LiveAnswer;
  readonly Ready: ReadyAnswer;
  readonly Held: HeldAnswer;
  readonly Keys: KeysAnswer;
  readonly Key: KeyRow;
  readonly KeySecret: KeySecretAnswer;
  readonly Approvals: ApprovalsAnswer;
  readonly Approval: ApprovalRow;
  readonly Audit: AuditAnswer;
  readonly Backups: BackupsAnswer;
  readonly Backup: BackupRow;
  readonly WouldChange: WouldChangeAnswer;
  readonly Webhooks: WebhooksAnswer;
  readonly Webhook: WebhookRow;
  readonly WebhookSecret: WebhookSecretAnswer;
}

export type AnswerName = keyof Answers;

/** An API key. Its secret is shown once, when it is made or rotated. */
export interface KeyRow {
  readonly key: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Null: all. */
  readonly clients: readonly string[] | null;
  /** Null: all. */
  readonly pools: readonly string[] | null;
  /** Null: as the service is configured. */
  readonly requestsPerSecond: number | null;
  readonly createdMs: number;
  /** From 1 on; each has a secret of its own, and only the last is good. */
  readonly version: number;
  readonly rotatedMs: number | null;
  readonly revokedMs: number | null;
}

export interface KeysAnswer {
  readonly keys: readonly KeyRow[];
}

export interface KeySecretAnswer extends KeyRow {
  readonly secret: string;
}

export interface ApprovalRow {
  readonly approval: string;
  /** Who asked. */
  readonly by: string;
  readonly scope: Scope;
  /** Of the command. */
  readonly id: string;
  readonly command: Json;
  readonly askedMs: number;
  readonly expiresMs: number;
  readonly status: 'waiting' | 'approved' | 'rejected' | 'expired';
  readonly decision: 'approved' | 'rejected' | null;
  readonly decidedBy: string | null;
  readonly decidedMs: number | null;
}

export interface ApprovalsAnswer {
  readonly approvals: readonly ApprovalRow[];
}

export interface AuditAnswer {
  readonly entries: readonly JsonObject[];
  /** For `from`, to go on; null at the end. */
  readonly next: number | null;
}

/** Where margin calls and liquidations are posted to. */
export interface WebhookRow {
  readonly webhook: string;
  readonly url: string;
  readonly channels: readonly WebhookChannel[];
  /** Null: of all clients. */
  readonly clients: readonly string[] | null;
  readonly createdMs: number;
  /** First sequence that it has not been told of. */
  readonly next: number;
  /** Why nothing is sent to it any more; null while it is. */
  readonly stopped: string | null;
  /** How often in a row the delivery that is under way was tried in vain. */
  readonly failures: number;
  /** What came of the last of these tries. */
  readonly lastFailure: string | null;
}

export interface WebhooksAnswer {
  readonly webhooks: readonly WebhookRow[];
}

export interface WebhookSecretAnswer extends WebhookRow {
  readonly secret: string;
}

/** A copy of the books. */
export interface BackupRow {
  /** Its folder's name, in the folder of the setting `backup.directory`. */
  readonly backup: string;
  /** Last record in it. */
  readonly sequence: number;
  readonly timeMs: number;
}

export interface BackupsAnswer {
  /** Oldest first. */
  readonly backups: readonly BackupRow[];
}

/** Nothing was changed: it would have been. */
export interface WouldChangeAnswer {
  readonly dryRun: true;
  /** What would have been done, to what. */
  readonly change: string;
}
