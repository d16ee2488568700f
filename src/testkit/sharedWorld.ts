/** A venue of whole accounts: one pool that values in USDT, BTC as collateral, futures of both payoffs, options. */
import type { CommandOf, FillSide } from '../engine/command.js';
import type { ExternalCommand, Recorded } from '../engine/index.js';
import type { Leg, LegRule } from '../margin/index.js';
import { coins, createWorld, HOUR_MS, linearPerpetual, times, usdt, type World } from './world.js';

/** Price of a BTC in whole USDT as the engine takes it: USDT minor units x 10^9 per BTC minor unit. */
export const btcPrice = (price: number) => BigInt(Math.round(price * 1e7));

/** 10% kept back of BTC, 1% when it is converted; its price may jump by half and is confirmed by a second. */
export function btcCollateral(
  changes: Partial<CommandOf<'listCollateral'>> = {},
): CommandOf<'listCollateral'> {
  return {
    kind: 'listCollateral',
    pool: 'main',
    asset: 'BTC',
    haircutPpm: 100_000n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 1,
    conversionSpreadPpm: 10_000n,
    priceMaxAgeMs: HOUR_MS,
    priceMaxJumpPpm: 500_000n,
    priceConfirmations: 2,
    ...changes,
  };
}

/** A European option on BTC: contract 1, lot 0.01, premium and underlying in steps of 1 USDT; expires in a day. */
export function option(
  id: string,
  terms: { readonly optionType: 'call' | 'put'; readonly strike: number },
  changes: Partial<CommandOf<'listInstrument'>> = {},
): CommandOf<'listInstrument'> {
  return linearPerpetual(id, {
    instrumentKind: 'option',
    base: 'BTC',
    contractSize: '1',
    tickSize: '1',
    lotSize: '0.01',
    markTicksPerTick: 1n,
    markMaxJumpPpm: 100_000_000n,
    fillBandPpm: 100_000_000n,
    markConfirmations: 1,
    expiryMs: 1_700_000_000_000 + 24 * HOUR_MS,
    option: {
      optionType: terms.optionType,
      underlying: 'BTC',
      underlyingTickSize: '1',
      strike: `${terms.strike}`,
      initialRatePpm: 150_000n,
      initialFloorRatePpm: 100_000n,
      maintenanceRatePpm: 75_000n,
    },
    brackets: [],
    ...changes,
  });
}

export interface SharedWorld extends World {
  cross(
    account: string,
    balances: Record<string, bigint>,
    of?: { readonly client?: string; readonly hasLegs?: boolean; readonly leverage?: number },
  ): void;
  /** A fill at a price in whole ticks; what is not said of a side is nothing. */
  fill(
    instrument: string,
    of: { readonly priceTicks: bigint; readonly lots: bigint; readonly buyer: Side; readonly seller: Side },
  ): CommandOf<'fill'>;
  /** Prices of BTC as collateral, in whole USDT. */
  priceBtc(price: number): Recorded;
  /** Marks of options: premium and underlying, in whole USDT. */
  markOptions(spot: number, premiums: Record<string, number>): Recorded;
  facility(asset: string): bigint;
}

export type Side = string | (Partial<FillSide> & { readonly id: string });

/** BTC-PERP at 40,000 and ETH-PERP at 2,000; dan stands on the other side of everything. */
export function sharedWorld({
  legRule = 'larger',
  workBudget = 10_000,
  collateral = {},
  fundMinor = 0n,
}: {
  readonly legRule?: LegRule;
  readonly workBudget?: number;
  readonly collateral?: Partial<CommandOf<'listCollateral'>>;
  readonly fundMinor?: bigint;
} = {}): SharedWorld {
  const plain = createWorld();
  const { state } = plain;
  const world: SharedWorld = Object.assign(plain, {
    cross(account: string, balances: Record<string, bigint>, of: Parameters<SharedWorld['cross']>[2] = {}) {
      plain.accept({
        kind: 'openAccount',
        account,
        client: of.client ?? account,
        marginMode: 'cross',
        instrument: null,
        pool: 'main',
        hasLegs: of.hasLegs ?? false,
        leveragePpm: times(of.leverage ?? 10),
      });
      for (const [asset, amountMinor] of Object.entries(balances))
        plain.accept({ kind: 'allocate', account, asset, amountMinor });
    },
    fill(instrument: string, { buyer, seller, ...of }: Parameters<SharedWorld['fill']>[1]) {
      return {
        kind: 'fill' as const,
        instrument,
        ...of,
        buyer: sideOf(buyer),
        seller: sideOf(seller),
        taker: 'buyer' as const,
      };
    },
    priceBtc(price: number) {
      const assetPrices = [{ pool: 'main', asset: 'BTC', price: btcPrice(price) }];
      return plain.accept({ kind: 'mark', sourceTimeMs: plain.timeMs, marks: [], assetPrices });
    },
    markOptions(spot: number, premiums: Record<string, number>) {
      const marks = Object.entries(premiums).map(([instrument, premium]) => ({
        instrument,
        markTicks: BigInt(premium),
        indexTicks: BigInt(spot),
      }));
      return plain.accept({ kind: 'mark', sourceTimeMs: plain.timeMs, marks, assetPrices: [] });
    },
    facility(asset: string) {
      const row = state.assets.names.rowOf(asset);
      let sum = 0n;
      for (let at = 0; at < state.ledger.table.size; at++)
        if (state.ledger.kindOf(at) === 'facility' && state.ledger.assetOf(at) === row)
          sum += state.ledger.balance(at);
      return sum;
    },
  });
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  world.accept({
    kind: 'openPool',
    pool: 'main',
    isDesk: false,
    workBudget,
    admission: 'fills',
    valuationAsset: 'USDT',
    legRule,
  });
  world.accept(btcCollateral(collateral));
  for (const id of ['BTC-PERP', 'ETH-PERP']) world.accept(linearPerpetual(id));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000_000) });
  world.accept({ kind: 'injectCapital', asset: 'BTC', amountMinor: coins(100) });
  if (fundMinor > 0n)
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: fundMinor });
  world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
  world.priceBtc(40_000);
  for (const client of ['ada', 'bob', 'dan'])
    world.client(client, { USDT: usdt(1_000_000), BTC: coins(100) });
  world.cross('dan', { USDT: usdt(500_000), BTC: coins(50) });
  return world;
}

function sideOf(side: Side): FillSide {
  const given = typeof side === 'string' ? { id: side } : side;
  return { party: 'account', leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false, ...given };
}

/** One leg of an account that keeps legs apart. */
export function leg(id: string, of: Leg): Side {
  return { id, leg: of };
}

/** The amount a refusal names, in minor units. */
export function refusedAmount(world: World, command: ExternalCommand, field: string): bigint {
  const { outcome } = world.send(command).record;
  if (outcome.kind !== 'rejected') throw new Error(`${command.kind} was accepted`);
  const value = outcome.rejection.context[field];
  if (typeof value !== 'object') throw new Error(`${outcome.rejection.code} names no ${field}`);
  return value.minor;
}
