/** The orders that pools send to the market in a stress run, and the fills that answer them. */
import type { CommandOf } from '../engine/command.js';
import type { EngineRecord, State } from '../engine/index.js';
import { unwindingLeft } from '../engine/unwinding.js';
import type { Execution } from './impact.js';
import type { StressMarket } from './stressMarket.js';

interface PoolOrder {
  readonly order: string;
  readonly instrument: string;
  readonly isBuy: boolean;
  readonly limitTicks: bigint;
  readonly party:
    | { readonly kind: 'account'; readonly id: string; readonly leg: 'net' | 'long' | 'short' }
    | { readonly kind: 'takeover'; readonly id: string; readonly row: number };
}

export interface StressOrders {
  /** Takes note of what the records sent. */
  note(records: readonly EngineRecord[]): void;
  /** How many are out. */
  open(): number;
  /** Trades what is out against the market, once each, in the order in which they were sent. */
  execute(
    market: StressMarket,
    maker: (instrument: string) => string,
    send: (fill: CommandOf<'fill'>, execution: Execution) => void,
  ): void;
}

export function createStressOrders(state: State): StressOrders {
  const sent = new Map<string, PoolOrder>();

  /** By whom an order was sent: the latest takes the place of the one before. */
  const latest = new Map<string, string>();

  function add(key: string, order: PoolOrder): void {
    const before = latest.get(key);
    if (before !== undefined) sent.delete(before);
    latest.set(key, order.order);
    sent.set(order.order, order);
  }

  function leftOf({ order, party }: PoolOrder): bigint {
    if (party.kind === 'takeover') return unwindingLeft(state, party.row);
    return state.orders.lots.get(state.orders.names.rowOf(order));
  }

  function drop(): void {
    for (const [order, details] of sent) if (leftOf(details) === 0n) sent.delete(order);
  }

  return {
    note(records) {
      for (const { outcome } of records) {
        if (outcome.kind !== 'accepted') continue;
        for (const event of outcome.events) {
          if (event.kind === 'reductionOrdered') {
            const id = state.accounts.names.nameOf(event.accountRow);
            add(`account/${id}`, { ...common(state, event), party: { kind: 'account', id, leg: event.leg } });
          }
          if (event.kind === 'unwindingOrdered') {
            const id = state.takeovers.names.nameOf(event.takeoverRow);
            const party = { kind: 'takeover', id, row: event.takeoverRow } as const;
            add(`takeover/${id}`, { ...common(state, event), party });
          }
        }
      }
    },
    open() {
      drop();
      return sent.size;
    },
    execute(market, maker, send) {
      for (const details of [...sent.values()]) {
        const lots = leftOf(details);
        if (lots === 0n) continue;
        const { instrument, isBuy, limitTicks } = details;
        const side = isBuy ? 'buy' : 'sell';
        const execution = market.trade({ instrument, side, lots, limitTicks });
        if (execution.filledLots > 0n) send(fillOf(details, maker(instrument), execution), execution);
      }
      drop();
    },
  };
}

function common(
  state: State,
  event: {
    readonly order: string;
    readonly instrumentRow: number;
    readonly isBuy: boolean;
    readonly priceTicks: bigint;
  },
) {
  return {
    order: event.order,
    instrument: state.instruments.names.nameOf(event.instrumentRow),
    isBuy: event.isBuy,
    limitTicks: event.priceTicks,
  };
}

function fillOf(
  { order, instrument, isBuy, party }: PoolOrder,
  maker: string,
  { filledLots, averageTicks }: Execution,
): CommandOf<'fill'> {
  const liquidated = {
    party: party.kind === 'account' ? ('account' as const) : ('liquidation' as const),
    id: party.id,
    leg: party.kind === 'account' ? party.leg : ('net' as const),
    order,
    allocateMinor: 0n,
    allocateInitial: false,
  };
  const market = {
    party: 'account' as const,
    id: maker,
    leg: 'net' as const,
    order: '',
    allocateMinor: 0n,
    allocateInitial: true,
  };
  return {
    kind: 'fill',
    instrument,
    priceTicks: averageTicks,
    lots: filledLots,
    buyer: isBuy ? liquidated : market,
    seller: isBuy ? market : liquidated,
    taker: isBuy ? 'buyer' : 'seller',
  };
}
