/**
 * What happened to one margin account, from the journal alone: every record that touched it, what it had
 * afterwards, and for each liquidation the numbers that decided, as they were just before it (OPS-03).
 */
import { assetsOf, hasClosedForm, positionsOf } from '../engine/accountParts.js';
import {
  createEngine,
  type EngineRecord,
  type Event,
  listedInstrument,
  type State,
} from '../engine/index.js';
import { LEGS, type Leg } from '../margin/index.js';
import { type CorrectionTold, concernsAccount, correctionsTold } from './correctionStory.js';
import { eventJson } from './eventView.js';
import type { JsonObject } from './json.js';
import { type LastMark, liquidationDecision } from './liquidationDecision.js';
import { instrumentName } from './names.js';
import { accountAssetScale, assetScale, formatAmount, formatQuantity } from './scale.js';

export interface AccountStory {
  readonly account: string;
  readonly client: string;
  /** Of an isolated account; null for the other modes. */
  readonly instrument: string | null;
  readonly pool: string;
  readonly steps: readonly AccountStep[];
}

export interface AccountStep {
  readonly sequence: number;
  readonly timeMs: number;
  readonly command: string;
  /** Money that moved in or out, by flow. */
  readonly flows: readonly { readonly flow: string; readonly amount: string; readonly asset: string }[];
  /** Of an isolated account: its one balance and position; null where there may be several. */
  readonly balanceAfter: string | null;
  readonly quantityAfter: string | null;
  /** What it holds, and its open positions. */
  readonly balancesAfter: readonly { readonly asset: string; readonly amount: string }[];
  readonly positionsAfter: readonly {
    readonly instrument: string;
    readonly leg: string;
    readonly quantity: string;
  }[];
  /** Corrections that concern it: proposed, withdrawn, approved and what came of it. */
  readonly corrections: readonly CorrectionTold[];
  /** The events in full. */
  readonly events: readonly JsonObject[];
  /** For a liquidation: every input of the decision and the lines of the requirement. */
  readonly decision: JsonObject | null;
}

/** The story of an account; null where the journal does not know it. */
export function explainAccount(records: Iterable<EngineRecord>, account: string): AccountStory | null {
  const engine = createEngine();
  const { state } = engine;
  const steps: AccountStep[] = [];
  const followed: Followed = { accountRow: -1, takeovers: new Set(), deficits: new Set() };
  const lastMarks = new Map<number, LastMark>();
  for (const record of records) {
    const events = record.outcome.kind === 'accepted' ? record.outcome.events : [];
    const takenOver = events.some(
      (event) =>
        (event.kind === 'takenOver' || event.kind === 'accountTakenOver') &&
        event.accountRow === followed.accountRow,
    );
    const decision = takenOver
      ? liquidationDecision(engine, followed.accountRow, { lastMarks, timeMs: record.timeMs })
      : null;
    engine.replay(record);
    noteMarks(lastMarks, events, record.sequence);
    if (followed.accountRow < 0) followed.accountRow = state.accounts.names.rowOf(account);
    if (followed.accountRow < 0) continue;
    const touching = events.filter((event) => touches(state, event, followed));
    if (touching.length > 0) steps.push(stepOf(state, record, { touching, decision, followed }));
  }
  if (followed.accountRow < 0) return null;
  const { accounts, clients, pools } = state;
  return {
    account,
    client: clients.names.nameOf(accounts.client.get(followed.accountRow)),
    instrument: instrumentName(state, accounts.instrument.get(followed.accountRow)),
    pool: pools.names.nameOf(accounts.pool.get(followed.accountRow)),
    steps,
  };
}

/** The account, what was taken over from it, and what it or its takeovers left unpaid. */
interface Followed {
  accountRow: number;
  readonly takeovers: Set<number>;
  readonly deficits: Set<number>;
}

/** The last marks that acted, of every instrument: an account may come to trade any of them. */
function noteMarks(lastMarks: Map<number, LastMark>, events: readonly Event[], sequence: number): void {
  for (const event of events) {
    if (event.kind !== 'marked') continue;
    for (const { instrumentRow, verdict } of event.marks) {
      if (verdict === 'accepted' || verdict === 'confirmed')
        lastMarks.set(instrumentRow, { sequence, sourceTimeMs: event.sourceTimeMs });
    }
  }
}

/** Whether the event moved money, position, takeover or deficit of the account. Remembers what it opens. */
function touches(state: State, event: Event, followed: Followed): boolean {
  const { accountRow, takeovers, deficits } = followed;
  const positionOf = (row: number) =>
    state.positions.account.get(row) === accountRow || takeovers.has(state.positions.takeover.get(row));
  let isTouched = concernsAccount(state, event, followed);
  if (event.kind === 'takenOver' && event.accountRow === accountRow) {
    takeovers.add(state.takeovers.names.rowOf(event.takeover));
    isTouched = true;
  }
  if (event.kind === 'accountTakenOver' && event.accountRow === accountRow) {
    for (const { takeover } of event.parts) takeovers.add(state.takeovers.names.rowOf(takeover));
    isTouched = true;
  }
  if ('accountRow' in event) isTouched ||= event.accountRow === accountRow;
  if (event.kind === 'accountOpened') isTouched ||= state.accounts.names.rowOf(event.account) === accountRow;
  if ('woken' in event) isTouched ||= event.woken.includes(accountRow);
  if ('transfers' in event) {
    isTouched ||= event.transfers.some(({ from, to }) =>
      [from, to].some((row) => state.ledger.accountOf(row) === accountRow),
    );
  }
  if ('positions' in event) isTouched ||= event.positions.some(({ position }) => positionOf(position));
  if ('deficits' in event && event.deficits.some((fact) => fact.accountRow === accountRow)) {
    for (let row = 0; row < state.deficits.table.size; row++) {
      if (state.deficits.account.get(row) === accountRow) deficits.add(row);
    }
    isTouched = true;
  }
  if ('deficitRow' in event) isTouched ||= deficits.has(event.deficitRow);
  return isTouched;
}

function stepOf(
  state: State,
  record: EngineRecord,
  found: {
    readonly touching: readonly Event[];
    readonly decision: JsonObject | null;
    readonly followed: Followed;
  },
): AccountStep {
  const { accountRow } = found.followed;
  const balancesAfter = balancesOf(state, accountRow);
  const positionsAfter = openPositionsOf(state, accountRow);
  const isSingle = hasClosedForm(state, accountRow);
  return {
    sequence: record.sequence,
    timeMs: record.timeMs,
    command: record.command.kind,
    flows: flowsOf(state, accountRow, found.touching),
    balanceAfter: isSingle ? (balancesAfter[0]?.amount ?? '0') : null,
    quantityAfter: isSingle ? (positionsAfter[0]?.quantity ?? '0') : null,
    balancesAfter,
    positionsAfter,
    corrections: correctionsTold(state, found.touching, found.followed),
    events: found.touching.map((event) => eventJson(state, event)),
    decision: found.decision,
  };
}

/** In is positive. */
function flowsOf(state: State, accountRow: number, events: readonly Event[]): AccountStep['flows'] {
  const { ledger } = state;
  const isOwn = (ledgerRow: number) => ledger.accountOf(ledgerRow) === accountRow;
  return events
    .flatMap((event) => ('transfers' in event ? event.transfers : []))
    .filter(({ from, to }) => isOwn(from) || isOwn(to))
    .map(({ flow, from, to, amount }) => {
      const scale = assetScale(state, ledger.assetOf(from));
      return { flow, amount: formatAmount(isOwn(to) ? amount : -amount, scale), asset: scale.asset };
    });
}

function balancesOf(state: State, accountRow: number): AccountStep['balancesAfter'] {
  const { accountAssets, ledger } = state;
  return assetsOf(state, accountRow)
    .reverse()
    .map((row) => {
      const scale = accountAssetScale(state, row);
      return {
        asset: scale.asset,
        amount: formatAmount(ledger.balance(accountAssets.ledgerRow.get(row)), scale),
      };
    });
}

function openPositionsOf(state: State, accountRow: number): AccountStep['positionsAfter'] {
  const { positions } = state;
  return positionsOf(state, accountRow)
    .reverse()
    .filter((row) => positions.lots.get(row) !== 0n)
    .map((row) => {
      const listed = listedInstrument(state, positions.instrument.get(row));
      const leg = LEGS[positions.leg.get(row)] as Leg;
      return {
        instrument: listed.definition.id,
        leg,
        quantity: formatQuantity(positions.lots.get(row), listed),
      };
    });
}
