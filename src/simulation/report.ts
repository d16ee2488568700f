/** What a run ended in, as plain data: exact values are decimal text, counts and times are numbers. */
import {
  assert,
  formatDecimal,
  formatMinor,
  hashText,
  max,
  min,
  multiplyDecimals,
  parseDecimal,
} from '../base/index.js';
import type { Lots, Minor, PriceTicks, TimeMs } from '../base/units.js';
import {
  checkEverything,
  type DeficitCause,
  type Engine,
  poolLedgerRow,
  type State,
  wholeStateHash,
} from '../engine/index.js';
import { type LedgerKind, trialBalance } from '../ledger/index.js';
import type { NeighbourProof } from './neighbours.js';
import type { SimulationPlan } from './play.js';
import { type Exhaustion, type Liquidation, type PoolLosses, poolLosses, type RunLog } from './runLog.js';

export interface SimulationReport {
  readonly name: string;
  readonly seed: string;
  readonly moves: string;
  /** Days, within those played, on which moves arrive whole. */
  readonly jumpDaysMs: readonly TimeMs[];
  /** Instruments without a bar in the dates played: listed, never traded. */
  readonly leftOut: readonly string[];
  /** First and last bar. */
  readonly fromMs: TimeMs;
  readonly toMs: TimeMs;
  readonly intervalMs: TimeMs;
  readonly instruments: readonly {
    readonly instrument: string;
    readonly pool: string;
    readonly bars: number;
    readonly fromMs: TimeMs;
    readonly firstPrice: string;
    readonly lowPrice: string;
    readonly highPrice: string;
    readonly lastPrice: string;
  }[];
  readonly clients: number;
  readonly marketMakers: number;
  readonly accountsOpened: number;
  /** Mark batches. */
  readonly steps: number;
  readonly commands: number;
  readonly commandsByKind: Readonly<Record<string, number>>;
  /** Steps the engine took by itself. */
  readonly work: number;
  readonly workByKind: Readonly<Record<string, number>>;
  readonly events: number;
  readonly refusals: readonly { readonly command: string; readonly code: string; readonly count: number }[];
  /** Largest loss first within each asset. */
  readonly liquidations: readonly LiquidationView[];
  readonly losses: readonly PoolLossView[];
  readonly funds: readonly FundView[];
  readonly exhaustions: readonly ExhaustionView[];
  readonly neighbours: {
    readonly takeovers: number;
    readonly compared: number;
    readonly changed: readonly string[];
  };
  readonly trialBalance: readonly {
    readonly asset: string;
    readonly byKind: Readonly<Record<LedgerKind, string>>;
    readonly total: string;
  }[];
  readonly stateHash: string;
  /** Everything that must not be; empty after a run that kept every law. */
  readonly faults: readonly string[];
}

export interface LiquidationView {
  readonly timeMs: TimeMs;
  readonly takeover: string;
  readonly client: string;
  readonly account: string;
  readonly instrument: string;
  readonly side: 'long' | 'short';
  /** In contracts. */
  readonly quantity: string;
  readonly leverage: string;
  /** Mark at which the account was taken over. */
  readonly price: string;
  readonly asset: string;
  /** All the margin that was in the account. */
  readonly loss: string;
  /** By how much that was too little at the mark; "0" where it was enough. */
  readonly shortfall: string;
}

/** Who bore the losses of one pool in one asset: loss = the sum of the five payers. */
export interface PoolLossView {
  readonly pool: string;
  readonly asset: string;
  readonly liquidations: number;
  readonly loss: string;
  /** Margin of the liquidated accounts, less what was left over and went to the fund. */
  readonly ownCollateral: string;
  readonly insuranceFund: string;
  /** Profit that winners gave up. */
  readonly deleveraging: string;
  readonly lossSharing: string;
  /** Not paid by anybody yet. */
  readonly open: string;
  readonly deleveragedFills: number;
  readonly tornUpFills: number;
  /** What accounts could not pay themselves, by what made it so; the fund and the gains paid it. */
  readonly deficits: Readonly<Record<DeficitCause, string>>;
}

export interface FundView {
  readonly pool: string;
  readonly asset: string;
  readonly opening: string;
  readonly surplus: string;
  readonly covers: string;
  /** What was above the cap and went to the venue. */
  readonly drawDowns: string;
  readonly closing: string;
}

export interface ExhaustionView {
  readonly timeMs: TimeMs;
  readonly pool: string;
  readonly asset: string;
  readonly fundBefore: string;
  readonly deleveraging: string;
  readonly deleveragedAccounts: number;
  readonly lossSharing: string;
  /** The costliest first: how far prices had moved since the close of the bar before. */
  readonly gaps: readonly {
    readonly instrument: string;
    readonly fromPrice: string;
    readonly toPrice: string;
    /** In percent, two decimals. */
    readonly move: string;
    readonly cost: string;
  }[];
}

export interface FinishedRun {
  readonly engine: Engine;
  readonly plan: SimulationPlan;
  readonly log: RunLog;
  readonly neighbours: NeighbourProof;
  readonly steps: number;
}

export function buildReport(run: FinishedRun): SimulationReport {
  const { engine, plan, log, neighbours, steps } = run;
  const { state } = engine;
  const { venue, market, participants } = plan;
  const bars = market.instruments.flatMap((instrument) => instrument.bars.map(({ timeMs }) => timeMs));
  const [fromMs, toMs] = [bars.reduce((a, b) => Math.min(a, b)), bars.reduce((a, b) => Math.max(a, b))];
  const poolAssets = Array.from({ length: state.poolAssets.table.size }, (_, row) => row);
  const isPlayed = (dayMs: TimeMs) => venue.moves === 'stepped' && dayMs >= fromMs && dayMs <= toMs;
  return {
    name: venue.name,
    seed: venue.seed,
    moves: venue.moves,
    jumpDaysMs: [...venue.jumpDaysMs].filter(isPlayed),
    leftOut: plan.market.leftOut,
    fromMs,
    toMs,
    intervalMs: market.intervalMs,
    instruments: instrumentViews(plan),
    clients: participants.clients.length,
    marketMakers: participants.marketMakers.length,
    accountsOpened: log.accountsOpened,
    steps,
    commands: total(log.commands),
    commandsByKind: Object.fromEntries(log.commands),
    work: total(log.work),
    workByKind: Object.fromEntries(log.work),
    events: log.events,
    refusals: [...log.refusals.values()].map((refusal) => ({ ...refusal })),
    liquidations: ranked(state, log.liquidations).map((one) => liquidationView(state, plan, one)),
    losses: poolAssets.map((row) => lossView(state, row, poolLosses(log, row))),
    funds: poolAssets.map((row) => fundView(state, row, poolLosses(log, row))),
    exhaustions: log.exhaustions.map((one) => exhaustionView(state, plan, one)),
    neighbours: { ...neighbours, changed: [...neighbours.changed] },
    trialBalance: trialBalanceViews(state),
    stateHash: hashText(engine.stateHash()),
    faults: faultsOf(run, poolAssets),
  };
}

/** Books that disagree, laws that broke, neighbours that were touched. */
function faultsOf({ engine, log, neighbours }: FinishedRun, poolAssetRows: readonly number[]): string[] {
  const { state } = engine;
  const faults = log.quarantined.map((law) => `pool halted after a broken law: ${law}`);
  for (const { asset, total: sum } of trialBalanceViews(state)) {
    if (sum !== '0') faults.push(`the trial balance of ${asset} is ${sum}, not zero`);
  }
  for (const name of neighbours.changed) faults.push(`a liquidation touched a neighbour: ${name}`);
  for (const row of poolAssetRows) {
    const name = poolAssetName(state, row);
    const losses = poolLosses(log, row);
    const fund = state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund'));
    if (losses.topUps + losses.surplus - losses.covers - losses.drawDowns !== fund)
      faults.push(`the fund of ${name} does not roll forward`);
    if (lossOf(losses) !== paidFor(state, row, losses))
      faults.push(`the payments of ${name} are not its losses`);
  }
  if (hashText(wholeStateHash(state)) !== hashText(engine.stateHash()))
    faults.push('the running state hash differs from the one computed whole');
  try {
    checkEverything(state);
  } catch (error) {
    faults.push(`a law is broken: ${(error as Error).message}`);
  }
  return faults;
}

/** What positions of takeovers lost while they were unwound, what accounts could not pay themselves, what winners gave up. */
function lossOf(losses: PoolLosses): Minor {
  const { close, funding, expiry } = losses.deficits;
  return losses.unwindingLoss + losses.forgone + close + funding + expiry;
}

function paidFor(state: State, row: number, losses: PoolLosses): Minor {
  const open = state.totals.outstanding.get(row);
  return ownCollateral(state, row, losses) + losses.covers + losses.forgone + losses.shared + open;
}

/** Collateral that came with takeovers, less what was left over, less what open takeovers still hold. */
function ownCollateral(state: State, row: number, losses: PoolLosses): Minor {
  return losses.collateral - losses.surplus - state.totals.takeoverCollateral.get(row);
}

function lossView(state: State, row: number, losses: PoolLosses): PoolLossView {
  const amount = amountText(state, row);
  return {
    ...poolAsset(state, row),
    liquidations: losses.liquidations,
    loss: amount(lossOf(losses)),
    ownCollateral: amount(ownCollateral(state, row, losses)),
    insuranceFund: amount(losses.covers),
    deleveraging: amount(losses.forgone),
    lossSharing: amount(losses.shared),
    open: amount(state.totals.outstanding.get(row)),
    deleveragedFills: losses.deleveragedFills,
    tornUpFills: losses.tornUpFills,
    deficits: Object.fromEntries(
      Object.entries(losses.deficits).map(([cause, minor]) => [cause, amount(minor)]),
    ) as Record<DeficitCause, string>,
  };
}

function fundView(state: State, row: number, losses: PoolLosses): FundView {
  const amount = amountText(state, row);
  return {
    ...poolAsset(state, row),
    opening: amount(losses.topUps),
    surplus: amount(losses.surplus),
    covers: amount(losses.covers),
    drawDowns: amount(losses.drawDowns),
    closing: amount(state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund'))),
  };
}

function exhaustionView(state: State, plan: SimulationPlan, one: Exhaustion): ExhaustionView {
  const amount = amountText(state, one.poolAssetRow);
  const gaps = [...one.instruments].sort(([, a], [, b]) => Number(b.cost - a.cost));
  return {
    timeMs: one.timeMs,
    ...poolAsset(state, one.poolAssetRow),
    fundBefore: amount(one.fundBefore),
    deleveraging: amount(one.forgone),
    deleveragedAccounts: one.deleveragedAccounts.size,
    lossSharing: amount(one.shared),
    gaps: gaps.map(([instrumentRow, { fromTicks, toTicks, cost }]) => {
      const instrument = state.instruments.names.nameOf(instrumentRow);
      return {
        instrument,
        fromPrice: priceText(plan, instrument, fromTicks),
        toPrice: priceText(plan, instrument, toTicks),
        move: fromTicks === 0n ? '0' : formatMinor(((toTicks - fromTicks) * 10_000n) / fromTicks, 2),
        cost: amount(cost),
      };
    }),
  };
}

/** The largest loss first; assets, which cannot be compared, one after the other. */
function ranked(state: State, liquidations: readonly Liquidation[]): Liquidation[] {
  const assetOf = ({ instrumentRow }: Liquidation) =>
    state.poolAssets.asset.get(state.instruments.poolAsset.get(instrumentRow));
  return [...liquidations].sort(
    (a, b) => assetOf(a) - assetOf(b) || Number(b.lossMinor - a.lossMinor) || a.timeMs - b.timeMs,
  );
}

function liquidationView(state: State, plan: SimulationPlan, one: Liquidation): LiquidationView {
  const { accounts, instruments } = state;
  const instrument = instruments.names.nameOf(one.instrumentRow);
  const poolAssetRow = instruments.poolAsset.get(one.instrumentRow);
  const amount = amountText(state, poolAssetRow);
  const { definition } = itemOf(plan, instrument);
  return {
    timeMs: one.timeMs,
    takeover: one.takeover,
    client: state.clients.names.nameOf(accounts.client.get(one.accountRow)),
    account: accounts.names.nameOf(one.accountRow),
    instrument,
    side: one.lots > 0n ? 'long' : 'short',
    quantity: quantityText(plan, instrument, one.lots < 0n ? -one.lots : one.lots),
    leverage: formatMinor(one.leveragePpm, 6),
    price: priceText(plan, instrument, one.markTicks / definition.markTicksPerTick),
    asset: poolAsset(state, poolAssetRow).asset,
    loss: amount(one.lossMinor),
    shortfall: amount(one.equityMinor < 0n ? -one.equityMinor : 0n),
  };
}

function instrumentViews(plan: SimulationPlan): SimulationReport['instruments'] {
  return plan.market.instruments.map(({ instrument, bars }) => {
    const price = (ticks: PriceTicks) => priceText(plan, instrument, ticks);
    const lows = bars.map(({ lowTicks }) => lowTicks).reduce(min);
    const highs = bars.map(({ highTicks }) => highTicks).reduce(max);
    return {
      instrument,
      pool: itemOf(plan, instrument).definition.pool,
      bars: bars.length,
      fromMs: bars[0]!.timeMs,
      firstPrice: price(bars[0]!.openTicks),
      lowPrice: price(lows),
      highPrice: price(highs),
      lastPrice: price(bars.at(-1)!.closeTicks),
    };
  });
}

function trialBalanceViews(state: State): SimulationReport['trialBalance'] {
  return trialBalance(state.ledger).map(({ assetRow, byKind, total: sum }) => {
    const decimals = state.assets.decimals.get(assetRow);
    return {
      asset: state.assets.names.nameOf(assetRow),
      byKind: Object.fromEntries(
        Object.entries(byKind).map(([kind, minor]) => [kind, formatMinor(minor, decimals)]),
      ) as Record<LedgerKind, string>,
      total: formatMinor(sum, decimals),
    };
  });
}

function poolAsset(state: State, row: number) {
  return {
    pool: state.pools.names.nameOf(state.poolAssets.pool.get(row)),
    asset: state.assets.names.nameOf(state.poolAssets.asset.get(row)),
  };
}

function poolAssetName(state: State, row: number): string {
  const { pool, asset } = poolAsset(state, row);
  return `${pool} in ${asset}`;
}

function amountText(state: State, poolAssetRow: number): (minor: Minor) => string {
  const decimals = state.assets.decimals.get(state.poolAssets.asset.get(poolAssetRow));
  return (minor) => formatMinor(minor, decimals);
}

function itemOf(plan: SimulationPlan, instrument: string) {
  return plan.venue.instruments.find(({ definition }) => definition.id === instrument)!;
}

function priceText(plan: SimulationPlan, instrument: string, ticks: PriceTicks): string {
  return formatDecimal(multiplyDecimals({ digits: ticks, scale: 0 }, itemOf(plan, instrument).tickSize));
}

function quantityText(plan: SimulationPlan, instrument: string, lots: Lots): string {
  const lotSize = parseDecimal(itemOf(plan, instrument).definition.lotSize);
  assert(lotSize.ok, 'a listed lot size is a decimal');
  return formatDecimal(multiplyDecimals({ digits: lots, scale: 0 }, lotSize.value));
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
