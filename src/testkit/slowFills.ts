/** Judges a fill: its value, its fees, what it draws on wallets, and the margin of what it opens. */
import { abs, divCeil, divFloor, max, min, sign } from '../base/index.js';
import type { FillSide } from '../engine/command.js';
import type { EventOf } from '../engine/event.js';
import {
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  initialMarginCeil,
  isAccountLiquidatable,
} from '../margin/index.js';
import {
  holdingOf,
  positionRowsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowHolding,
  type SlowInstrument,
  type SlowPosition,
} from './slowBooks.js';
import { balanceAfter, Disagreement, demand, type EventContext, netOf } from './slowDemand.js';
import { judgeLevelOpening } from './slowLevels.js';
import { applySlowly } from './slowModel.js';
import { copyOf } from './slowRules.js';
import {
  hasAllLivePrices,
  hasFreshScenarios,
  isPlain,
  isUsable,
  slowCash,
  slowWholeView,
} from './slowValues.js';

type Filled = EventOf<'filled'>;

export function judgeFill(context: EventContext, event: Filled): void {
  const { books, command } = context;
  if (command.kind !== 'fill') throw new Disagreement('a fill out of nothing');
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const { definition, terms, option } = instrument.listed;
  demand(instrument.status === 'trading', () => 'FND-06: a fill in an instrument that does not trade');
  const isLinear = definition.payoff === 'linear' || option !== null;
  const size = isLinear
    ? event.lots * event.priceTicks * terms.unit
    : (event.lots * terms.unit) / event.priceTicks;
  demand(abs(event.value) === size, () => `a fill is worth ${event.value}, not ${size}`);
  if (option !== null) judgePremiums(event);

  let taken = 0n;
  const roles = command.taker === 'buyer' ? (['buyer', 'seller'] as const) : (['seller', 'buyer'] as const);
  for (const role of roles) {
    const side = command[role];
    if (side.party !== 'account') continue;
    const isTaker = role === command.taker;
    const fee = judgeFee(context, event, { side, size, isTaker, taken });
    if (isTaker) taken = fee;
    judgeOpening(context, event, side);
  }
}

/** What one side of an option pays the other gets, but for what losses of either were carried. */
function judgePremiums({ transfers }: Filled): void {
  const sum = (flows: readonly string[]) =>
    transfers.reduce((total, { flow, amount }) => total + (flows.includes(flow) ? amount : 0n), 0n);
  const [paid, received] = [sum(['premiumPay']), sum(['premiumReceive'])];
  demand(
    sum(['realizeLoss']) === 0n && (sum(['realizeGain']) > 0n || paid >= received),
    () => `FND-05: ${received} of premium is received, ${paid} is paid`,
  );
}

/** Asked in full where there is anything left, never more; a rebate out of what the taker paid. */
function judgeFee(
  { books }: EventContext,
  event: Filled,
  of: {
    readonly side: FillSide;
    readonly size: bigint;
    readonly isTaker: boolean;
    readonly taken: bigint;
  },
): bigint {
  const { side, size, isTaker, taken } = of;
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const { definition } = instrument.listed;
  const { client } = books.accounts[accountRowOf(books, side)] as SlowAccount;
  const { feeTier } = books.clients[client] as SlowBooks['clients'][number];
  const tiers = [definition, ...definition.feeTiers];
  const rates = tiers[Math.min(feeTier, definition.feeTiers.length)] as (typeof tiers)[number];
  const ratePpm = isTaker ? rates.takerFeePpm : rates.makerFeePpm;
  const row = ledgerOf(books, event, side);
  const fee = -netOf(event.transfers, row, { receive: ['rebate'], pay: ['fee'] });
  if (ratePpm < 0n) {
    const offered = divFloor(size * -ratePpm, 1_000_000n);
    demand(
      -fee === min(offered, max(0n, taken)),
      () => `a rebate of ${-fee}, offered ${offered}, taken ${taken}`,
    );
    return fee;
  }
  const asked = divCeil(size * ratePpm, 1_000_000n);
  demand(fee >= 0n && fee <= asked, () => `LED-03: a fee of ${fee}, asked ${asked}`);
  const cash = slowCash(books, instrument.pool, instrument.asset);
  const left = balanceAfter(books, event.transfers, row);
  demand(
    fee === asked || left === 0n || cash < 2n * asked,
    () => `a fee of ${fee} of ${asked} with ${left} left`,
  );
  return fee;
}

function accountRowOf(books: SlowBooks, { id }: FillSide): number {
  return books.accounts.findIndex((account) => account.id === id);
}

function ledgerOf(books: SlowBooks, event: Filled, side: FillSide): number {
  const { asset } = books.instruments[event.instrumentRow] as SlowInstrument;
  return (holdingOf(books, accountRowOf(books, side), asset) as SlowHolding).ledger;
}

/** What opens has its initial margin; what only reduces draws nothing on a wallet that was not stated. */
function judgeOpening(context: EventContext, event: Filled, side: FillSide): void {
  const { books, timeMs } = context;
  const accountRow = accountRowOf(books, side);
  const account = books.accounts[accountRow] as SlowAccount;
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const position = positionRowsOf(books, accountRow).find((row) => {
    const { instrument: of, leg } = books.positions[row] as SlowPosition;
    return of === event.instrumentRow && leg === side.leg;
  }) as number;
  const before = books.positions[position] as SlowPosition;
  const after = event.positions.findLast((change) => change.position === position)!;
  const allocated = netOf(event.transfers, ledgerOf(books, event, side), { receive: ['allocate'] });
  // An accepted order was tested when it came: its fill is a fact.
  if (side.order !== '') return;
  const isOpening =
    after.lots !== 0n && (sign(before.lots) !== sign(after.lots) || abs(after.lots) > abs(before.lots));
  if (!isOpening) {
    const laid = isPlain(books, account) ? false : laysBare(context, event, accountRow);
    if (laid) return judgeSharedOpening(context, event, accountRow);
    demand(
      laid === null || allocated === side.allocateMinor,
      () => `ORD-03: a reducing fill draws ${allocated} on the wallet`,
    );
    return;
  }
  demand(isUsable(instrument, timeMs), () => 'PRC-01: a position is opened without a usable mark');
  judgeLevelOpening(books, accountRow, event.instrumentRow);
  judgeCaps(context, event, { client: account.client, isLong: after.lots > 0n });
  const owed = event.deficits.filter((fact) => fact.accountRow === accountRow && fact.takeoverRow < 0);
  demand(owed.length === 0, () => `MAR-01: ${account.id} opens a position and leaves ${owed[0]?.amount}`);
  if (!isPlain(books, account)) return judgeSharedOpening(context, event, accountRow);
  const { marginTerms, definition } = instrument.listed;
  const view = {
    collateral: balanceAfter(books, event.transfers, ledgerOf(books, event, side)),
    lots: after.lots,
    cost: after.cost,
    fundingPerLot: 0n,
    leverage: account.leveragePpm,
  };
  const equity = equityFloor(marginTerms, view, instrument.markTicks);
  const required = initialMarginCeil(marginTerms, view, instrument.markTicks);
  demand(
    equity >= required,
    () =>
      `MAR-01: opened with equity ${equity}, initial margin ${required} (${definition.payoff} ${after.lots > 0n ? 'long' : 'short'}, ${definition.closeFee}, ${definition.initialBasis}, ${side.allocateInitial})`,
  );
}

/** Nothing opens beyond what a client may hold on a side, or beyond the open interest of the instrument (MAR-07). */
function judgeCaps(
  { books }: EventContext,
  event: Filled,
  { client, isLong }: { readonly client: number; readonly isLong: boolean },
): void {
  const { listed, isReduceOnly } = books.instruments[event.instrumentRow] as SlowInstrument;
  demand(!isReduceOnly, () => 'MAR-07: a position is opened where positions may only be reduced');
  const { positionCapLots, openInterestCapLots, concentration } = listed.definition;
  let [own, longs, longsBefore] = [0n, 0n, 0n];
  for (const [row, position] of books.positions.entries()) {
    if (position.instrument !== event.instrumentRow) continue;
    const lots = event.positions.findLast((change) => change.position === row)?.lots ?? position.lots;
    longs += max(0n, lots);
    longsBefore += max(0n, position.lots);
    const isOwn = books.accounts[position.account]?.client === client;
    if (isOwn && lots > 0n === isLong) own += abs(lots);
  }
  demand(
    positionCapLots === null || own <= positionCapLots,
    () => `MAR-07: a client holds ${own}, the cap is ${positionCapLots}`,
  );
  demand(
    concentration === null ||
      own <= concentration.freeLots ||
      own * 1_000_000n <= longsBefore * concentration.sharePpm,
    () => `MAR-07: a client holds ${own} of an open interest of ${longsBefore}`,
  );
  demand(
    openInterestCapLots === null || longs <= openInterestCapLots || longs <= longsBefore,
    () => `MAR-07: open interest of ${longs}, the cap is ${openInterestCapLots}`,
  );
}

/** Whether a close asks for more than there was: it took a hedge away. Null where a price may not decide. */
function laysBare({ books, timeMs }: EventContext, event: Filled, accountRow: number): boolean | null {
  const account = books.accounts[accountRow] as SlowAccount;
  if (!hasAllLivePrices(books, account, timeMs)) return null;
  const after = copyOf(books);
  applySlowly(after, event);
  const initialOf = (of: SlowBooks) =>
    accountRequirement(slowWholeView(of, of.accounts[accountRow] as SlowAccount, 'opening')).initial;
  return initialOf(after) > initialOf(books);
}

/** The whole account as it is afterwards, where every price may decide; where one may not, it was judged more harshly. */
function judgeSharedOpening({ books, timeMs }: EventContext, event: Filled, accountRow: number): void {
  const after = copyOf(books);
  applySlowly(after, event);
  const account = after.accounts[accountRow] as SlowAccount;
  demand(
    account.mode !== 'portfolio' ||
      hasFreshScenarios(after, account, { timeMs, more: [event.instrumentRow] }),
    () => `MAR-10: ${account.id} opens on scenarios that are stale`,
  );
  if (!hasAllLivePrices(after, account, timeMs)) return;
  const view = slowWholeView(after, account, 'opening');
  const equity = accountEquityFloor(view);
  const { initial, order } = accountRequirement(view);
  demand(
    equity >= initial + order,
    () => `MAR-01: ${account.id} opens with equity ${equity}, initial margin ${initial}, orders ${order}`,
  );
  const byLiquidation = slowWholeView(after, account, 'liquidation');
  demand(!isAccountLiquidatable(byLiquidation), () => `MAR-01: ${account.id} opens what is liquidatable`);
}
