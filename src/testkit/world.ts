/** A small venue to write scenarios in: one engine with short names for what tests do most. */

import { balanceOf, positionOf } from '../engine/accountParts.js';
import type { CommandOf } from '../engine/command.js';
import {
  type Command,
  createEngine,
  type Engine,
  type EngineRecord,
  type Event,
  type EventKind,
  type EventOf,
  type ExternalCommand,
  type Recorded,
  type RejectionCode,
} from '../engine/index.js';
import { clientLedgerRow, pairKey, poolLedgerRow, type State } from '../engine/state.js';
import type { Leg } from '../margin/index.js';

/** USDT counts 10^-6; BTC 10^-8. */
export const usdt = (amount: number) => BigInt(Math.round(amount * 1e6));
export const coins = (amount: number) => BigInt(Math.round(amount * 1e8));
export const times = (leverage: number) => BigInt(Math.round(leverage * 1e6));

export const HOUR_MS = 3_600_000;

/** A linear perpetual: tick 0.1 USDT, lot 0.001 of the base, so that a lot at price p ticks is worth p x 100 minor units. */
export function linearPerpetual(
  id: string,
  changes: Partial<CommandOf<'listInstrument'>> = {},
): CommandOf<'listInstrument'> {
  return {
    kind: 'listInstrument',
    id,
    pool: 'main',
    instrumentKind: 'perpetual',
    payoff: 'linear',
    base: id.replace('-PERP', ''),
    quote: 'USDT',
    settle: 'USDT',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.001',
    markTicksPerTick: 10n,
    makerFeePpm: 0n,
    takerFeePpm: 0n,
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'none',
    unrealizedProfitSharePpm: 0n,
    removalFloorPpm: 100_000n,
    markMaxAgeMs: HOUR_MS,
    markMaxJumpPpm: 500_000n,
    markConfirmations: 2,
    fillBandPpm: 1_000_000n,
    fundingRateMaxPpm: 10_000n,
    expiryMs: null,
    option: null,
    positionCapLots: null,
    openInterestCapLots: null,
    concentration: null,
    feeTiers: [],
    brackets: [
      {
        notionalCapMinor: usdt(50_000),
        initialMarginRatePpm: 10_000n,
        maintenanceMarginRatePpm: 5_000n,
        leverageMaxPpm: times(100),
      },
      {
        notionalCapMinor: usdt(250_000),
        initialMarginRatePpm: 20_000n,
        maintenanceMarginRatePpm: 10_000n,
        leverageMaxPpm: times(50),
      },
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 50_000n,
        maintenanceMarginRatePpm: 25_000n,
        leverageMaxPpm: times(20),
      },
    ],
    ...changes,
  };
}

/** An inverse perpetual of 100-dollar contracts, settled in BTC. */
export function inversePerpetual(
  id: string,
  changes: Partial<CommandOf<'listInstrument'>> = {},
): CommandOf<'listInstrument'> {
  return linearPerpetual(id, {
    payoff: 'inverse',
    base: 'BTC',
    quote: 'USD',
    settle: 'BTC',
    contractSize: '100',
    tickSize: '0.5',
    lotSize: '1',
    brackets: [
      {
        notionalCapMinor: coins(5),
        initialMarginRatePpm: 10_000n,
        maintenanceMarginRatePpm: 5_000n,
        leverageMaxPpm: times(100),
      },
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 20_000n,
        maintenanceMarginRatePpm: 10_000n,
        leverageMaxPpm: times(50),
      },
    ],
    ...changes,
  });
}

export interface World {
  readonly engine: Engine;
  readonly state: State;
  readonly records: EngineRecord[];
  timeMs: number;
  /** Submits and returns what was recorded, whatever became of it. */
  send(command: ExternalCommand): Recorded;
  /** Submits and fails the test if it is refused. */
  accept(command: ExternalCommand): Recorded;
  /** Submits and returns the code of the refusal, or 'accepted'. */
  refuse(command: ExternalCommand): RejectionCode | 'accepted';
  /** A client with money in its wallet. */
  client(client: string, amounts: Record<string, bigint>): void;
  account(account: string, client: string, instrument: string, leverage: number): void;
  /** A fill between two accounts, each bringing the initial margin it needs, or what is stated. */
  trade(fill: {
    buyer: string;
    seller: string;
    instrument: string;
    priceTicks: bigint;
    lots: bigint;
    margin?: bigint;
  }): Recorded;
  /** Marks, in ticks. */
  mark(ticks: Record<string, bigint>): Recorded;
  wallet(client: string, asset?: string): bigint;
  /** What the account holds in an asset; of an isolated one its only balance. */
  balance(account: string, asset?: string): bigint;
  /** A position of the account; of an isolated one its only position. */
  position(account: string, instrument?: string, leg?: Leg): { lots: bigint; cost: bigint };
  fund(pool: string, asset?: string): bigint;
  row(account: string): number;
}

export function createWorld(): World {
  const engine = createEngine();
  const { state } = engine;
  const records: EngineRecord[] = [];
  let count = 0;

  const world: World = {
    engine,
    state,
    records,
    timeMs: 1_700_000_000_000,
    send(command) {
      const submission = engine.submit(`c${++count}`, command, world.timeMs);
      if (submission.kind !== 'recorded') throw new Error(submission.kind);
      records.push(submission.record, ...submission.work);
      return submission;
    },
    accept(command) {
      const recorded = world.send(command);
      const { outcome } = recorded.record;
      if (outcome.kind === 'rejected') {
        throw new Error(
          `${command.kind} was refused: ${outcome.rejection.code} ${show(outcome.rejection.context)}`,
        );
      }
      return recorded;
    },
    refuse(command) {
      const { outcome } = world.send(command).record;
      return outcome.kind === 'rejected' ? outcome.rejection.code : 'accepted';
    },
    client(client, amounts) {
      world.accept({ kind: 'openClient', client });
      for (const [asset, amountMinor] of Object.entries(amounts)) {
        const deposit = `${client}-${asset}`;
        world.accept({ kind: 'announceDeposit', deposit, client, asset, amountMinor });
        world.accept({ kind: 'finalizeDeposit', deposit });
      }
    },
    account(account, client, instrument, leverage) {
      world.accept({
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account,
        client,
        instrument,
        leveragePpm: times(leverage),
      });
    },
    trade({ buyer, seller, margin, ...fill }) {
      const side = (id: string) => ({
        party: 'account' as const,
        id,
        leg: 'net' as const,
        order: '',
        allocateMinor: margin ?? 0n,
        allocateInitial: margin === undefined,
      });
      return world.accept({
        kind: 'fill',
        ...fill,
        buyer: side(buyer),
        seller: side(seller),
        taker: 'buyer',
      });
    },
    mark(ticks) {
      const marks = Object.entries(ticks).map(([instrument, price]) => {
        const row = state.instruments.names.rowOf(instrument);
        const scale = state.instruments.listed[row]?.definition.markTicksPerTick ?? 1n;
        return { instrument, markTicks: price * scale, indexTicks: price * scale };
      });
      return world.accept({ kind: 'mark', assetPrices: [], sourceTimeMs: world.timeMs, marks });
    },
    wallet(client, asset = 'USDT') {
      const at = { clientRow: state.clients.names.rowOf(client), assetRow: state.assets.names.rowOf(asset) };
      const row = clientLedgerRow(state, at, 'wallet');
      return row < 0 ? 0n : state.ledger.balance(row);
    },
    balance(account, asset) {
      const accountRow = world.row(account);
      if (asset === undefined) {
        const row = state.accounts.firstAsset.get(accountRow);
        return state.ledger.balance(state.accountAssets.ledgerRow.get(row));
      }
      const key = pairKey(state.accounts.pool.get(accountRow), state.assets.names.rowOf(asset));
      return balanceOf(state, accountRow, state.poolAssetRows.get(key) ?? -1);
    },
    position(account, instrument, leg = 'net') {
      const accountRow = world.row(account);
      const row =
        instrument === undefined
          ? state.accounts.firstPosition.get(accountRow)
          : positionOf(state, {
              accountRow,
              instrumentRow: state.instruments.names.rowOf(instrument),
              leg,
            });
      if (row < 0) return { lots: 0n, cost: 0n };
      return { lots: state.positions.lots.get(row), cost: state.positions.cost.get(row) };
    },
    fund(pool, asset = 'USDT') {
      const key = pairKey(state.pools.names.rowOf(pool), state.assets.names.rowOf(asset));
      return state.ledger.balance(
        poolLedgerRow(state, state.poolAssetRows.get(key) as number, 'insuranceFund'),
      );
    },
    row: (account) => state.accounts.names.rowOf(account),
  };
  return world;
}

/** USDT and BTC, one pool `main` with a fund, and BTC-PERP marked at 40,000. */
export function standardWorld(fundMinor = usdt(1_000)): World {
  const world = createWorld();
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget: 10_000,
  });
  world.accept(linearPerpetual('BTC-PERP'));
  if (fundMinor > 0n) {
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: fundMinor });
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: fundMinor });
  }
  world.mark({ 'BTC-PERP': 400_000n });
  return world;
}

/** All events of one kind, in order. */
export function eventsOf<K extends EventKind>(records: readonly EngineRecord[], kind: K): EventOf<K>[] {
  return records
    .flatMap(({ outcome }): readonly Event[] => (outcome.kind === 'accepted' ? outcome.events : []))
    .filter((event): event is EventOf<K> => event.kind === kind);
}

export function commandKinds(records: readonly EngineRecord[]): Command['kind'][] {
  return records.map(({ command }) => command.kind);
}

/** Plain data as text, bigint included. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `${item}` : item));
}
