/** A venue that trades by orders: one pool valued in USDT, BTC-PERP and ETH-PERP, and ways to place and fill. */
import type { CommandOf } from '../engine/command.js';
import type { Recorded } from '../engine/index.js';
import type { MarginMode } from '../margin/index.js';
import { createWorld, linearPerpetual, times, usdt, type World } from './world.js';

export interface OrderWorld extends World {
  open(account: string, client: string, mode: MarginMode, leverage: number, instrument?: string): void;
  order(order: string, account: string, changes: Partial<CommandOf<'placeOrder'>>): CommandOf<'placeOrder'>;
  place(order: string, account: string, changes: Partial<CommandOf<'placeOrder'>>): Recorded;
  /** Fills two orders against each other. */
  match(buy: string, sell: string, priceTicks: bigint, lots: bigint): Recorded;
  left(order: string): bigint;
}

export function orderWorld(): OrderWorld {
  const base = createWorld();
  base.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  base.accept({
    kind: 'openPool',
    admission: 'orders',
    valuationAsset: 'USDT',
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget: 10_000,
  });
  base.accept(linearPerpetual('BTC-PERP', { fillBandPpm: 100_000n }));
  base.accept(linearPerpetual('ETH-PERP', { fillBandPpm: 100_000n }));
  base.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000_000) });
  base.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });

  const { state } = base;
  const accountOf = (order: string) =>
    state.accounts.names.nameOf(state.orders.account.get(state.orders.names.rowOf(order)));
  const legOf = (order: string) =>
    (['net', 'long', 'short'] as const)[state.orders.leg.get(state.orders.names.rowOf(order))] ?? 'net';
  const world: OrderWorld = {
    ...base,
    get timeMs() {
      return base.timeMs;
    },
    set timeMs(value: number) {
      base.timeMs = value;
    },
    open(account, client, marginMode, leverage, instrument = 'BTC-PERP') {
      base.accept({
        kind: 'openAccount',
        account,
        client,
        marginMode,
        instrument: marginMode === 'isolated' ? instrument : null,
        pool: marginMode === 'isolated' ? null : 'main',
        hasLegs: false,
        leveragePpm: times(leverage),
      });
    },
    order: (order, account, changes) => ({
      kind: 'placeOrder',
      order,
      account,
      instrument: 'BTC-PERP',
      leg: 'net',
      side: 'buy',
      priceTicks: 400_000n,
      slippagePpm: null,
      lots: 100n,
      isReduceOnly: false,
      holdWallet: false,
      ...changes,
    }),
    place: (order, account, changes) => base.accept(world.order(order, account, changes)),
    match(buy, sell, priceTicks, lots) {
      const side = (order: string) => ({
        party: 'account' as const,
        id: accountOf(order),
        leg: legOf(order),
        order,
        allocateMinor: 0n,
        allocateInitial: false,
      });
      const instrument = state.instruments.names.nameOf(
        state.orders.instrument.get(state.orders.names.rowOf(buy)),
      );
      return base.accept({
        kind: 'fill',
        instrument,
        priceTicks,
        lots,
        buyer: side(buy),
        seller: side(sell),
        taker: 'buyer',
      });
    },
    left: (order) => state.orders.lots.get(state.orders.names.rowOf(order)),
  };
  return world;
}
