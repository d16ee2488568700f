/** What a random history knows while it is played, and how it sends a command. */
import { max, min } from '../base/index.js';
import { type Random, seededRandom } from '../base/random.js';
import type { CommandOf } from '../engine/command.js';
import { createEngine, type Engine, type ExternalCommand, type Recorded } from '../engine/index.js';
import { ACCOUNT_STATUS, clientLedgerRow, INSTRUMENT_STATUS, type State } from '../engine/state.js';

/** A command as it came in at the door. */
export interface Step {
  readonly commandId: string;
  readonly command: ExternalCommand;
  readonly clockMs: number;
}

export interface HistoryOptions {
  /** Random commands after the venue is set up. */
  readonly commands: number;
  /** Looks at the engine after every command, the set-up included. */
  readonly observe?: (engine: Engine, step: Step, recorded: Recorded) => void;
  /** Money near the end of what the columns hold, and gaps of a thousand times. */
  readonly isHuge?: boolean;
  /** The same for every pool; else each has its own, some of them tiny. */
  readonly workBudget?: number;
  /**
   * Leaves fees, rebates and venue money alone and fills every wallet: what is common to all pools then never decides
   * (law 4).
   */
  readonly isSeparable?: boolean;
  /** Pools liquidate by orders, and halts, breakers, groups, waterfalls and recoveries come in between. */
  readonly isContained?: boolean;
  /** Instruments go from pool to pool. */
  readonly isMoving?: boolean;
  /** Pools are wound down, closed and opened again. */
  readonly isEnding?: boolean;
  /** Fills are busted, marks corrected and liquidations reversed. */
  readonly isCorrecting?: boolean;
  /** Isolation levels rise and come down. */
  readonly isLevelled?: boolean;
  /** Prices of collateral and indexes are made of several sources, by rules that change. */
  readonly isSourced?: boolean;
}

/** What the generator knows of an instrument beside the engine's state. */
export interface Market {
  readonly id: string;
  pool: string;
  readonly isDesk: boolean;
  definition: CommandOf<'listInstrument'>;
  /** Where its price wanders, in ticks; of an option it follows its underlying's. */
  price: number;
}

/** The price of an underlying of options, in its ticks. */
export interface Spot {
  price: number;
}

/** Collateral of a pool, with where its price wanders: as the engine counts it. */
export interface Collateral {
  readonly pool: string;
  readonly asset: string;
  readonly confirmations: number;
  price: number;
}

export interface PoolFacts {
  readonly pool: string;
  readonly isDesk: boolean;
  /** Whether its accounts trade by accepted orders only. */
  readonly needsOrders: boolean;
  /** Whether it takes cross and portfolio accounts. */
  readonly isShared: boolean;
}

export interface Player {
  readonly random: Random;
  readonly engine: Engine;
  readonly state: State;
  readonly steps: Step[];
  readonly recorded: Recorded[];
  readonly options: HistoryOptions;
  readonly assets: { readonly id: string; readonly decimals: number }[];
  readonly pools: PoolFacts[];
  readonly markets: Market[];
  readonly spots: Map<string, Spot>;
  readonly collateral: Collateral[];
  /** The set of scenarios each pool was given last. */
  readonly scenarioSets: Map<string, { readonly id: string; readonly shocksPpm: readonly bigint[] }>;
  readonly clients: string[];
  readonly accounts: string[];
  readonly deposits: string[];
  readonly withdrawals: string[];
  readonly orders: string[];
  /** A usual wallet of an asset, in minor units. */
  readonly wealth: Map<string, bigint>;
  /** Prices that are still to come one after another: the confirmations of a jump. */
  readonly coming: (() => void)[];
  timeMs: number;
  count: number;
}

export function createPlayer(seed: string, options: HistoryOptions): Player {
  const engine = createEngine();
  return {
    random: seededRandom(seed),
    engine,
    state: engine.state,
    steps: [],
    recorded: [],
    options,
    assets: [],
    pools: [],
    markets: [],
    spots: new Map(),
    collateral: [],
    scenarioSets: new Map(),
    clients: [],
    accounts: [],
    deposits: [],
    withdrawals: [],
    orders: [],
    wealth: new Map(),
    coming: [],
    timeMs: 1_700_000_000_000,
    count: 0,
  };
}

export function send(player: Player, command: ExternalCommand): Recorded {
  const step: Step = { commandId: `c${player.steps.length + 1}`, command, clockMs: player.timeMs };
  player.steps.push(step);
  const submission = player.engine.submit(step.commandId, command, step.clockMs);
  if (submission.kind !== 'recorded') throw new Error(`${step.commandId} was a ${submission.kind}`);
  player.recorded.push(submission);
  player.options.observe?.(player.engine, step, submission);
  return submission;
}

export function isAccepted({ record }: Recorded): boolean {
  return record.outcome.kind === 'accepted';
}

export function wealthOf(player: Player, asset: string): bigint {
  return player.wealth.get(asset) as bigint;
}

export function portion(random: Random, amount: bigint): bigint {
  return (amount * BigInt(random.between(0, 1_000))) / 1_000n;
}

/** Mostly one that trades. */
export function anyMarket(player: Player): Market {
  const { random, state, markets } = player;
  const trading = markets.filter(({ id }) => hasStatus(state, id, 'trading'));
  return random.pick(trading.length > 0 && random.unit() < 0.95 ? trading : markets);
}

export function hasStatus(state: State, instrument: string, status: keyof typeof INSTRUMENT_STATUS): boolean {
  return (
    state.instruments.status.get(state.instruments.names.rowOf(instrument)) === INSTRUMENT_STATUS[status]
  );
}

/** Accounts that may trade the market: its isolated ones, and the shared ones of its pool. */
export function accountsOf(player: Player, { id, pool }: Market): string[] {
  const { accounts, instruments, pools } = player.state;
  const row = instruments.names.rowOf(id);
  const poolRow = pools.names.rowOf(pool);
  const withClosed = player.random.unit() < 0.03;
  return player.accounts.filter((account) => {
    const accountRow = accounts.names.rowOf(account);
    const isOpen = accounts.status.get(accountRow) === ACCOUNT_STATUS.open;
    const instrument = accounts.instrument.get(accountRow);
    const fits = instrument < 0 ? accounts.pool.get(accountRow) === poolRow : instrument === row;
    return fits && (isOpen || withClosed);
  });
}

export function anyAccount(player: Player): { readonly account: string; readonly row: number } {
  const account = player.random.pick(player.accounts);
  return { account, row: player.state.accounts.names.rowOf(account) };
}

/** Whether the account is of several instruments. */
export function isShared(state: State, accountRow: number): boolean {
  return state.accounts.instrument.get(accountRow) < 0;
}

/** What the account's client has in an asset, at most a few usual wallets: some have more than they will ever need. */
export function walletOf(player: Player, accountRow: number, asset: string): bigint {
  const { state } = player;
  const at = { clientRow: state.accounts.client.get(accountRow), assetRow: state.assets.names.rowOf(asset) };
  const row = clientLedgerRow(state, at, 'wallet');
  return row < 0 ? 0n : min(3n * wealthOf(player, asset), state.ledger.balance(row));
}

export function atLeastOne(amount: bigint): bigint {
  return max(1n, amount);
}
