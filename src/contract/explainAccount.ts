/**
 * What happened to one margin account, from the journal alone: every record that touched it, what it had
 * afterwards, and for each liquidation the numbers that decided, as they were just before it (OPS-03).
 */
import {
  createEngine,
  type Engine,
  type EngineRecord,
  type Event,
  listedInstrument,
  type State,
} from '../engine/index.js';
import { accountFigures } from './accountView.js';
import { eventJson } from './eventView.js';
import type { JsonObject } from './json.js';
import {
  formatAmount,
  formatFunding,
  formatMark,
  formatPpm,
  formatQuantity,
  instrumentScale,
  type Scale,
} from './scale.js';

export interface AccountStory {
  readonly account: string;
  readonly client: string;
  readonly instrument: string;
  readonly pool: string;
  readonly steps: readonly AccountStep[];
}

export interface AccountStep {
  readonly sequence: number;
  readonly timeMs: number;
  readonly command: string;
  /** Money that moved in or out, by flow, in the settlement asset. */
  readonly flows: readonly { readonly flow: string; readonly amount: string }[];
  readonly balanceAfter: string;
  readonly quantityAfter: string;
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
  let lastMark: LastMark = { sequence: 0, sourceTimeMs: 0 };
  for (const record of records) {
    const events = record.outcome.kind === 'accepted' ? record.outcome.events : [];
    const takenOver = events.some(
      (event) => event.kind === 'takenOver' && event.accountRow === followed.accountRow,
    );
    const decision = takenOver
      ? liquidationDecision(engine, followed.accountRow, { lastMark, timeMs: record.timeMs })
      : null;
    engine.replay(record);
    if (followed.accountRow < 0) followed.accountRow = state.accounts.names.rowOf(account);
    if (followed.accountRow < 0) continue;
    const instrumentRow = state.accounts.instrument.get(followed.accountRow);
    lastMark = markOf(events, instrumentRow, record.sequence) ?? lastMark;
    const touching = events.filter((event) => touches(state, event, followed));
    if (touching.length > 0) steps.push(stepOf(state, record, { touching, decision, followed }));
  }
  if (followed.accountRow < 0) return null;
  const { accounts, clients, instruments, pools } = state;
  return {
    account,
    client: clients.names.nameOf(accounts.client.get(followed.accountRow)),
    instrument: instruments.names.nameOf(accounts.instrument.get(followed.accountRow)),
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

interface LastMark {
  readonly sequence: number;
  readonly sourceTimeMs: number;
}

function markOf(events: readonly Event[], instrumentRow: number, sequence: number): LastMark | null {
  for (const event of events) {
    if (event.kind !== 'marked') continue;
    const mark = event.marks.find((item) => item.instrumentRow === instrumentRow);
    const hasActed = mark?.verdict === 'accepted' || mark?.verdict === 'confirmed';
    if (hasActed) return { sequence, sourceTimeMs: event.sourceTimeMs };
  }
  return null;
}

/** Whether the event moved money, position, takeover or deficit of the account. Remembers what it opens. */
function touches(state: State, event: Event, followed: Followed): boolean {
  const { accountRow, takeovers, deficits } = followed;
  const positionOf = (row: number) =>
    state.positions.account.get(row) === accountRow || takeovers.has(state.positions.takeover.get(row));
  let isTouched = false;
  if (event.kind === 'takenOver' && event.accountRow === accountRow) {
    takeovers.add(state.takeovers.names.rowOf(event.takeover));
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
  const scale = instrumentScale(state, state.accounts.instrument.get(accountRow));
  const ledgerRow = state.accounts.ledgerRow.get(accountRow);
  const flows = found.touching.flatMap((event) => ('transfers' in event ? event.transfers : []));
  return {
    sequence: record.sequence,
    timeMs: record.timeMs,
    command: record.command.kind,
    flows: flows
      .filter(({ from, to }) => from === ledgerRow || to === ledgerRow)
      .map(({ flow, to, amount }) => ({
        flow,
        amount: formatAmount(to === ledgerRow ? amount : -amount, scale),
      })),
    balanceAfter: formatAmount(state.ledger.balance(ledgerRow), scale),
    quantityAfter: quantityOf(state, accountRow, scale),
    events: found.touching.map((event) => eventJson(state, event)),
    decision: found.decision,
  };
}

function quantityOf(state: State, accountRow: number, scale: Scale): string {
  const lots = state.positions.lots.get(state.accounts.position.get(accountRow));
  return scale.instrument === null ? lots.toString() : formatQuantity(lots, scale.instrument);
}

/** Every input of the predicate, and its answer, from the state just before the liquidation. */
function liquidationDecision(
  { state }: Engine,
  accountRow: number,
  at: { readonly lastMark: LastMark; readonly timeMs: number },
): JsonObject {
  const { accounts, instruments, positions } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  const scale = instrumentScale(state, instrumentRow);
  const listed = listedInstrument(state, instrumentRow);
  const figures = accountFigures(state, accountRow);
  const { view } = figures;
  const entryFundingIndex = positions.fundingIndex.get(accounts.position.get(accountRow));
  return {
    markPrice: formatMark(figures.markTicks, listed),
    markSequence: at.lastMark.sequence,
    markSourceTimeMs: at.lastMark.sourceTimeMs,
    markAgeMs: at.timeMs - instruments.markTimeMs.get(instrumentRow),
    collateral: formatAmount(view.collateral, scale),
    quantity: formatQuantity(view.lots, listed),
    cost: formatAmount(view.cost, scale),
    fundingIndex: formatFunding(instruments.fundingIndex.get(instrumentRow), scale),
    entryFundingIndex: formatFunding(entryFundingIndex, scale),
    leverage: formatPpm(view.leverage),
    maintenanceBasis: listed.definition.maintenanceBasis,
    unrealizedPnl: formatAmount(figures.unrealizedPnl, scale),
    equity: formatAmount(figures.equity, scale),
    initialMargin: formatAmount(figures.initial, scale),
    maintenanceMargin: formatAmount(figures.maintenance, scale),
    lines: figures.lines.map(({ name, amount }) => ({ name, amount: formatAmount(amount, scale) })),
    liquidationPrice: figures.liquidationPrice,
    bankruptcyPrice: figures.bankruptcyPrice,
    liquidatable: figures.isLiquidatable,
  };
}
