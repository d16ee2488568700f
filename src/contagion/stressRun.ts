/**
 * One run of a crisis over a book under one policy, on an engine of its own: after each step of the crisis marks go out,
 * the engine liquidates, its orders trade against what depth there is, the price moves, and marks go out again, until
 * nothing more happens. The engine is the one that runs venues; the run only plays the market.
 */
import { assert, err, hashText, ok, type Result } from '../base/index.js';
import type { CommandOf } from '../engine/command.js';
import {
  createEngine,
  type Engine,
  type EngineRecord,
  type ExternalCommand,
  type Rejection,
  type State,
} from '../engine/index.js';
import type { Book } from './book.js';
import { type BookPlanFault, bookCommands } from './bookCommands.js';
import type { Crisis } from './crisis.js';
import { takesCollateral } from './policy.js';
import { type ActOutcome, createActs, type StressAct } from './stressActs.js';
import { makerOf, marketCommands } from './stressMaker.js';
import { createStressMarket, type StressMarket } from './stressMarket.js';
import { closedMarkets, feedsNow, vaultFunds } from './stressMechanisms.js';
import { createStressOrders } from './stressOrders.js';
import type { StressPolicy, StressSettings } from './stressSettings.js';
import { type PoolStanding, standingOfPools } from './stressStanding.js';
import { createStressTally, type Liquidated, type PoolLosses } from './stressTally.js';
import { type OwnerWorth, worthOfOwners } from './stressWorth.js';

export interface StressRun {
  readonly policy: StressPolicy;
  readonly rounds: readonly StressRound[];
  readonly pools: readonly PoolLosses[];
  readonly liquidated: readonly Liquidated[];
  /** By account: what its gains gave to losses of others. */
  readonly paid: ReadonlyMap<string, bigint>;
  /** Owner by margin account. */
  readonly owners: ReadonlyMap<string, string>;
  readonly before: OwnerWorth;
  readonly after: OwnerWorth;
  /** What the pools began and ended with. */
  readonly poolsBefore: readonly PoolStanding[];
  readonly poolsAfter: readonly PoolStanding[];
  readonly acts: readonly ActOutcome[];
  /** Fills the engine refused: none, or the run is not to be trusted. */
  readonly refused: readonly Rejection[];
  /** State hash of the engine with the book on it, and at the end: the same inputs lead to the same two. */
  readonly startHash: string;
  readonly endHash: string;
}

/** One batch of marks and what came of it. */
export interface StressRound {
  readonly step: number;
  readonly round: number;
  readonly minute: number;
  readonly liquidationsBegun: number;
  readonly takeovers: number;
  readonly ordersFilled: number;
  readonly ordersOpen: number;
  /** Largest distance of a mark from its index, ppm, and whose it is. */
  readonly dislocationPpm: bigint;
  readonly dislocated: string | null;
  /** Sums over the run so far, valuation minor units where all pools have one asset. */
  readonly deficitMinor: bigint;
  readonly paidByFundMinor: bigint;
  readonly paidByGainsMinor: bigint;
  readonly openMinor: bigint;
}

export interface StressInput {
  readonly book: Book;
  readonly crisis: Crisis;
  readonly policy: StressPolicy;
  readonly settings: StressSettings;
  /** What people do beside; default: nothing. */
  readonly acts?: readonly StressAct[];
  /** Sees the state at the end of every round; must leave it as it is. */
  readonly inspect?: (state: State, at: { readonly step: number; readonly round: number }) => void;
}

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

export function runStress({
  book,
  crisis,
  policy,
  settings,
  acts = [],
  inspect = () => {},
}: StressInput): Result<StressRun, BookPlanFault> {
  const funds = [...book.funds, ...vaultFunds(book, crisis)];
  const planned = bookCommands({ ...book, funds }, policy, { timeMs: START_MS });
  if (!planned.ok) return err(planned.error);
  const plan = planned.value;
  const engine = createEngine();
  for (const command of [...plan.commands, ...marketCommands(book, plan)]) send(engine, command, START_MS);

  const { state } = engine;
  const startHash = hashText(engine.stateHash());
  const market = createStressMarket(book, crisis, settings.impact);
  const orders = createStressOrders(state);
  const tally = createStressTally(state);
  const before = worthOfOwners(state, book, market, plan);
  const poolsBefore = standingOfPools(state);
  const player = createActs(state, { book, policy, acts });
  const rounds: StressRound[] = [];
  const refused: Rejection[] = [];
  const pools = plan.pools.map(({ id }) => id).filter((pool) => isValued(engine, pool));

  for (const [step, { minute }] of crisis.steps.entries()) {
    market.goTo(step);
    for (let round = 0; round < settings.roundsMax; round++) {
      const timeMs =
        START_MS + minute * MINUTE_MS + (step * settings.roundsMax + round + 1) * settings.roundMs;
      const { collateralPrice, markPrice = 'ownBook' } = policy;
      market.close(closedMarkets(crisis, policy, minute));
      const batch = market.marks({
        timeMs,
        pools,
        collateralPrice,
        markPrice,
        isTaken: (pool, asset) => takesCollateral(policy, pool, asset),
        ...feedsNow(crisis, policy, minute),
      });
      const records = batch.marks.length + batch.assetPrices.length === 0 ? [] : send(engine, batch, timeMs);
      const at = { step, round };
      const note = (found: readonly EngineRecord[]) => {
        orders.note(found);
        tally.note(found, at);
      };
      note(records);
      const priceOf = (asset: string) => market.assetPrice(asset, 'ownBook');
      const act = (command: ExternalCommand) => {
        const submitted = submit(engine, command, timeMs);
        note([submitted.record, ...submitted.work]);
        const { outcome } = submitted.record;
        return outcome.kind === 'rejected' ? outcome.rejection.code : null;
      };
      player.play(minute, { send: act, priceOf });
      const begun = countOf(records, ['reductionOrdered', 'takenOver', 'accountTakenOver', 'debtLiquidated']);
      let filled = 0;
      let takeovers = countOf(records, ['takenOver', 'accountTakenOver']);
      orders.execute(market, makerOf, (fill) => {
        const submitted = submit(engine, fill, timeMs);
        const { outcome } = submitted.record;
        if (outcome.kind === 'rejected') refused.push(outcome.rejection);
        else filled++;
        const found = [submitted.record, ...submitted.work];
        takeovers += countOf(found, ['takenOver', 'accountTakenOver']);
        note(found);
      });
      rounds.push({
        ...at,
        minute,
        liquidationsBegun: begun,
        takeovers,
        ordersFilled: filled,
        ordersOpen: orders.open(),
        ...dislocation(book, market),
        ...sumsOf(tally.pools()),
      });
      inspect(state, at);
      // A venue that waits for a jump to be confirmed hears the same prices again, as it would.
      if (isHeld(state, batch)) continue;
      if (begun === 0 && filled === 0 && (orders.open() === 0 || round >= settings.roundsMax / 2)) break;
    }
  }
  return ok({
    policy,
    rounds,
    pools: tally.pools(),
    liquidated: tally.liquidated(),
    paid: tally.paid(),
    owners: new Map(plan.accounts.map(({ id, owner }) => [id, owner])),
    before,
    after: worthOfOwners(state, book, market, plan),
    poolsBefore,
    poolsAfter: standingOfPools(state),
    acts: player.outcomes(),
    refused,
    startHash,
    endHash: hashText(engine.stateHash()),
  });
}

/** Ids by place in the run's own history, so that the same run ends in the same state hash. */
function submit(engine: Engine, command: ExternalCommand, timeMs: number) {
  const submission = engine.submit(`s${engine.state.clock.sequence}`, command, timeMs);
  assert(submission.kind === 'recorded', 'ids of a run are its own');
  return submission;
}

function send(engine: Engine, command: ExternalCommand, timeMs: number): readonly EngineRecord[] {
  const { record, work } = submit(engine, command, timeMs);
  const { outcome } = record;
  assert(
    outcome.kind === 'accepted',
    () =>
      `a stress run's ${command.kind} was refused: ${outcome.kind === 'rejected' ? outcome.rejection.code : ''}`,
  );
  return [record, ...work];
}

/** Whether a price of the batch is a jump that its guard holds until more prices agree (PRC-01). */
function isHeld({ instruments, poolAssets, assets }: State, batch: CommandOf<'mark'>): boolean {
  if (
    batch.marks.some(
      ({ instrument }) => instruments.pendingTicks.get(instruments.names.rowOf(instrument)) > 0n,
    )
  )
    return true;
  const priced = new Set(batch.assetPrices.map(({ asset }) => assets.names.rowOf(asset)));
  for (let row = 0; row < poolAssets.table.size; row++)
    if (poolAssets.pendingPrice.get(row) > 0n && priced.has(poolAssets.asset.get(row))) return true;
  return false;
}

function isValued({ state }: Engine, pool: string): boolean {
  return state.pools.valuationAsset.get(state.pools.names.rowOf(pool)) >= 0;
}

function countOf(records: readonly EngineRecord[], kinds: readonly string[]): number {
  let count = 0;
  for (const { outcome } of records)
    if (outcome.kind === 'accepted')
      count += outcome.events.filter(({ kind }) => kinds.includes(kind)).length;
  return count;
}

function dislocation(book: Book, market: StressMarket) {
  let dislocationPpm = 0n;
  let dislocated: string | null = null;
  for (const { definition } of book.instruments) {
    const index = market.indexTicks(definition.id);
    const distance = market.markTicks(definition.id) - index;
    const found = ((distance < 0n ? -distance : distance) * 1_000_000n) / index;
    if (found <= dislocationPpm) continue;
    dislocationPpm = found;
    dislocated = definition.id;
  }
  return { dislocationPpm, dislocated };
}

function sumsOf(pools: readonly PoolLosses[]) {
  const sum = (of: (losses: PoolLosses) => bigint) => pools.reduce((total, losses) => total + of(losses), 0n);
  return {
    deficitMinor: sum(({ deficitMinor }) => deficitMinor),
    paidByFundMinor: sum(({ paidMinor }) => paidMinor.insuranceFund + paidMinor.venueCapital),
    paidByGainsMinor: sum(
      ({ paidMinor: { clawback, deleveraging, lossSharing } }) => clawback + deleveraging + lossSharing,
    ),
    openMinor: sum(({ paidMinor }) => paidMinor.open),
  };
}
