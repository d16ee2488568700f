/**
 * What happened in a run, gathered from the records of the engine: counts, refusals, liquidations, who paid
 * for the losses, and the moments at which a fund could not pay any more.
 */
import type { Lots, MarkTicks, Minor, Ppm, PriceTicks, TimeMs } from '../base/units.js';
import {
  DEFICIT_CAUSES,
  type DeficitCause,
  type EngineRecord,
  type Event,
  type EventOf,
  pairKey,
  type RejectionCode,
  type State,
} from '../engine/index.js';

export interface Liquidation {
  readonly timeMs: TimeMs;
  readonly takeover: string;
  readonly accountRow: number;
  readonly instrumentRow: number;
  /** Long positive. */
  readonly lots: Lots;
  readonly leveragePpm: Ppm;
  readonly markTicks: MarkTicks;
  /** All the margin that was in the account: what its owner lost. */
  readonly lossMinor: Minor;
  /** Equity at the mark; below zero the margin was not enough. */
  readonly equityMinor: Minor;
}

/** Sums of one pool in one settlement asset, minor units. */
export interface PoolLosses {
  liquidations: number;
  /** Margin that came with the takeovers. */
  collateral: Minor;
  /** What their positions lost while they were unwound, funding included; below zero a gain. */
  unwindingLoss: Minor;
  surplus: Minor;
  readonly deficits: Record<DeficitCause, Minor>;
  covers: Minor;
  topUps: Minor;
  drawDowns: Minor;
  forgone: Minor;
  deleveragedFills: number;
  tornUpFills: number;
  shared: Minor;
}

/** A moment at which a pool's fund could not pay and others had to. */
export interface Exhaustion {
  readonly timeMs: TimeMs;
  readonly poolAssetRow: number;
  readonly fundBefore: Minor;
  /** Instruments whose takeovers were deleveraged or shared, the costliest first once the run is over. */
  readonly instruments: Map<
    number,
    { readonly fromTicks: PriceTicks; readonly toTicks: PriceTicks; cost: Minor }
  >;
  forgone: Minor;
  readonly deleveragedAccounts: Set<number>;
  shared: Minor;
}

/** What the price path says about the batch being played. */
export interface Moment {
  readonly index: number;
  readonly timeMs: TimeMs;
  /** By instrument row: the close of the bar before, and the price now. */
  readonly moves: ReadonlyMap<number, { readonly fromTicks: PriceTicks; readonly toTicks: PriceTicks }>;
  /** By pool asset row, before the batch. */
  readonly funds: readonly Minor[];
}

export interface RunLog {
  readonly commands: Map<string, number>;
  readonly work: Map<string, number>;
  events: number;
  readonly refusals: Map<string, { readonly command: string; readonly code: RejectionCode; count: number }>;
  accountsOpened: number;
  readonly liquidations: Liquidation[];
  readonly pools: Map<number, PoolLosses>;
  readonly exhaustions: Exhaustion[];
  readonly quarantined: string[];
  moment: Moment;
  readonly see: (record: EngineRecord) => void;
}

export function createRunLog(state: State): RunLog {
  const log: RunLog = {
    commands: new Map(),
    work: new Map(),
    events: 0,
    refusals: new Map(),
    accountsOpened: 0,
    liquidations: [],
    pools: new Map(),
    exhaustions: [],
    quarantined: [],
    moment: { index: -1, timeMs: 0, moves: new Map(), funds: [] },
    see(record) {
      const { command, commandId, outcome } = record;
      count(commandId === '' ? log.work : log.commands, command.kind);
      if (outcome.kind === 'rejected') {
        const { code } = outcome.rejection;
        const key = `${command.kind} ${code}`;
        const known = log.refusals.get(key) ?? { command: command.kind, code, count: 0 };
        known.count++;
        log.refusals.set(key, known);
        return;
      }
      log.events += outcome.events.length;
      for (const event of outcome.events) noteEvent(state, log, event, record.timeMs);
    },
  };
  return log;
}

export function poolLosses(log: RunLog, poolAssetRow: number): PoolLosses {
  let losses = log.pools.get(poolAssetRow);
  if (losses === undefined) {
    losses = {
      liquidations: 0,
      collateral: 0n,
      unwindingLoss: 0n,
      surplus: 0n,
      deficits: Object.fromEntries(DEFICIT_CAUSES.map((cause) => [cause, 0n])) as Record<DeficitCause, Minor>,
      covers: 0n,
      topUps: 0n,
      drawDowns: 0n,
      forgone: 0n,
      deleveragedFills: 0,
      tornUpFills: 0,
      shared: 0n,
    };
    log.pools.set(poolAssetRow, losses);
  }
  return losses;
}

function noteEvent(state: State, log: RunLog, event: Event, timeMs: TimeMs): void {
  if ('transfers' in event) noteTransfers(state, log, event);
  if ('deficits' in event) {
    for (const { poolAssetRow, cause, amount } of event.deficits)
      poolLosses(log, poolAssetRow).deficits[cause] += amount;
  }
  switch (event.kind) {
    case 'accountOpened':
      log.accountsOpened++;
      break;
    case 'takenOver':
      noteTakeover(state, log, event, timeMs);
      break;
    case 'deleveraged':
      noteDeleveraging(state, log, event);
      break;
    case 'shared': {
      const poolAssetRow = state.deficits.poolAsset.get(event.deficitRow);
      const exhaustion = exhaustionOf(log, poolAssetRow);
      exhaustion.shared += event.amount;
      const takeoverRow = state.deficits.takeover.get(event.deficitRow);
      const accountRow = state.deficits.account.get(event.deficitRow);
      const instrumentRow =
        takeoverRow >= 0
          ? state.takeovers.instrument.get(takeoverRow)
          : state.accounts.instrument.get(accountRow);
      noteCost(log, exhaustion, instrumentRow, event.amount);
      break;
    }
    case 'poolQuarantined':
      log.quarantined.push(`${state.pools.names.nameOf(event.poolRow)}: ${event.law}`);
      break;
  }
}

function noteTransfers(state: State, log: RunLog, { transfers }: Pick<EventOf<'filled'>, 'transfers'>): void {
  const { ledger } = state;
  for (const { flow, from, to, amount } of transfers) {
    switch (flow) {
      case 'takeOver':
        lossesOfRow(state, log, to).collateral += amount;
        break;
      case 'surplus':
        lossesOfRow(state, log, to).surplus += amount;
        break;
      case 'cover':
        lossesOfRow(state, log, from).covers += amount;
        break;
      case 'share':
        lossesOfRow(state, log, to).shared += amount;
        break;
      case 'fundTopUp':
        lossesOfRow(state, log, to).topUps += amount;
        break;
      case 'fundDrawDown':
        lossesOfRow(state, log, from).drawDowns += amount;
        break;
      case 'realizeLoss':
      case 'fundingPay':
        if (ledger.kindOf(from) === 'liquidation') lossesOfRow(state, log, from).unwindingLoss += amount;
        break;
      case 'realizeGain':
      case 'fundingReceive':
        if (ledger.kindOf(to) === 'liquidation') lossesOfRow(state, log, to).unwindingLoss -= amount;
        break;
    }
  }
}

function noteTakeover(state: State, log: RunLog, event: EventOf<'takenOver'>, timeMs: TimeMs): void {
  const { accountRow, takeover, lots, markTicks, collateral, equity } = event;
  poolLosses(log, poolAssetOfAccount(state, accountRow)).liquidations++;
  log.liquidations.push({
    timeMs,
    takeover,
    accountRow,
    instrumentRow: state.accounts.instrument.get(accountRow),
    lots,
    leveragePpm: state.accounts.leveragePpm.get(accountRow),
    markTicks,
    lossMinor: collateral,
    equityMinor: equity,
  });
}

function noteDeleveraging(state: State, log: RunLog, event: EventOf<'deleveraged'>): void {
  const poolAssetRow = state.instruments.poolAsset.get(event.instrumentRow);
  const losses = poolLosses(log, poolAssetRow);
  losses.forgone += event.forgoneMinor;
  if (event.isTearUp) losses.tornUpFills += event.fills.length;
  else losses.deleveragedFills += event.fills.length;
  const exhaustion = exhaustionOf(log, poolAssetRow);
  exhaustion.forgone += event.forgoneMinor;
  for (const { accountRow } of event.fills) exhaustion.deleveragedAccounts.add(accountRow);
  noteCost(log, exhaustion, event.instrumentRow, event.forgoneMinor);
}

/** The exhaustion of this moment in this pool, begun with the first loss that the fund cannot pay. */
function exhaustionOf(log: RunLog, poolAssetRow: number): Exhaustion {
  const { timeMs, funds } = log.moment;
  const last = log.exhaustions.findLast((one) => one.poolAssetRow === poolAssetRow);
  if (last?.timeMs === timeMs) return last;
  const exhaustion: Exhaustion = {
    timeMs,
    poolAssetRow,
    fundBefore: funds[poolAssetRow] ?? 0n,
    instruments: new Map(),
    forgone: 0n,
    deleveragedAccounts: new Set(),
    shared: 0n,
  };
  log.exhaustions.push(exhaustion);
  return exhaustion;
}

function noteCost(log: RunLog, exhaustion: Exhaustion, instrumentRow: number, cost: Minor): void {
  const move = log.moment.moves.get(instrumentRow) ?? { fromTicks: 0n, toTicks: 0n };
  const known = exhaustion.instruments.get(instrumentRow) ?? { ...move, cost: 0n };
  known.cost += cost;
  exhaustion.instruments.set(instrumentRow, known);
}

function lossesOfRow(state: State, log: RunLog, ledgerRow: number): PoolLosses {
  const key = pairKey(state.ledger.poolOf(ledgerRow), state.ledger.assetOf(ledgerRow));
  return poolLosses(log, state.poolAssetRows.get(key) as number);
}

function poolAssetOfAccount(state: State, accountRow: number): number {
  return state.instruments.poolAsset.get(state.accounts.instrument.get(accountRow));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
