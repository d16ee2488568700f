/**
 * Judges one event before it is written into the slow books: recomputes the money where it can be recomputed,
 * holds it against the closed list of flows, and says with a sentence what does not add up.
 */
import { abs, divCeil, divFloor, max, min, sign } from '../base/index.js';
import type { Command } from '../engine/command.js';
import type { Event, EventOf } from '../engine/event.js';
import type { FlowName, Transfer } from '../isolation/index.js';
import { type LedgerKind, NEVER_NEGATIVE } from '../ledger/index.js';
import { equityFloor, initialMarginCeil } from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import type { SlowAccount, SlowBooks, SlowDeficit, SlowInstrument, SlowPosition } from './slowModel.js';
import {
  isSlowlyLiquidatable,
  isSlowlySound,
  isUsable,
  isWithin,
  slowCash,
  slowEquity,
  slowExposure,
  slowFund,
  slowFunding,
  slowOutstanding,
  slowValue,
  slowView,
} from './slowValues.js';

export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

export function demand(isRight: boolean, sentence: () => string): asserts isRight {
  if (!isRight) throw new Disagreement(sentence());
}

export interface EventContext {
  readonly books: SlowBooks;
  readonly command: Command;
  readonly isInternal: boolean;
  readonly timeMs: number;
  /** What each account has realized, and not shared, since its pool was last sound. */
  readonly shares: Map<number, { realized: bigint }>;
}

export function judgeEvent(context: EventContext, event: Event): void {
  if ('transfers' in event) judgeTransfers(context, event.transfers);
  if ('positions' in event && event.kind !== 'takenOver' && event.kind !== 'shared')
    judgePositions(context, event);
  switch (event.kind) {
    case 'filled':
      return judgeFill(context, event);
    case 'marked':
      return judgeMarks(context, event);
    case 'fundingApplied':
      return judgeFunding(context, event);
    case 'takenOver':
      context.shares.delete(event.accountRow);
      return judgeTakeover(context, event);
    case 'recovered':
      return judgeRecovery(context, event);
    case 'covered':
      return judgeCover(context, event);
    case 'deleveraged':
      return judgeDeleveraging(context, event);
    case 'shared':
      return judgeShare(context, event);
    case 'soundnessAssessed':
      return judgeSoundness(context, event);
    case 'released':
      return judgeRelease(context, event);
    default:
      return;
  }
}

// ---- flows ----

/** The closed list once more, written apart from the engine's: flow to "from > to", and what both ends share. */
const LISTED: Readonly<Record<FlowName, readonly [from: string, to: string, bond: 'client' | 'pool' | '']>> =
  {
    depositAnnounce: ['external', 'pendingDeposit', ''],
    depositFinal: ['pendingDeposit', 'wallet', 'client'],
    depositReturn: ['pendingDeposit', 'external', ''],
    withdrawRequest: ['wallet', 'pendingWithdrawal', 'client'],
    withdrawSettle: ['pendingWithdrawal', 'external', ''],
    withdrawReturn: ['pendingWithdrawal', 'wallet', 'client'],
    allocate: ['wallet', 'margin', 'client'],
    release: ['margin', 'wallet', 'client'],
    sweep: ['margin', 'wallet', 'client'],
    realizeGain: ['settlement', 'margin liquidation counterparty', 'pool'],
    realizeLoss: ['margin liquidation counterparty', 'settlement', 'pool'],
    fundingReceive: ['funding', 'margin liquidation counterparty', 'pool'],
    fundingPay: ['margin liquidation counterparty', 'funding', 'pool'],
    fee: ['margin', 'fees', ''],
    rebate: ['fees', 'margin', ''],
    takeOver: ['margin', 'liquidation', 'pool'],
    surplus: ['liquidation', 'insuranceFund', 'pool'],
    recognise: ['receivable', 'margin liquidation', 'pool'],
    cover: ['insuranceFund', 'receivable', 'pool'],
    share: ['margin', 'receivable', 'pool'],
    fundTopUp: ['capital', 'insuranceFund', ''],
    fundDrawDown: ['insuranceFund', 'capital', ''],
    capitalInject: ['external', 'capital', ''],
    feesToCapital: ['fees', 'capital', ''],
    counterpartyPay: ['external', 'counterparty', ''],
    counterpartyReceive: ['counterparty', 'external', ''],
    roundUp: ['funding', 'rounding', 'pool'],
  };

const CLIENT_MONEY: ReadonlySet<LedgerKind> = new Set(['wallet', 'pendingDeposit', 'pendingWithdrawal']);

function judgeTransfers({ books, isInternal }: EventContext, transfers: readonly Transfer[]): void {
  const running = new Map<number, bigint>();
  for (const { flow, from, to, amount } of transfers) {
    const [source, target] = [books.balances[from]!, books.balances[to]!];
    const [kinds, toKinds, bond] = LISTED[flow];
    demand(amount > 0n, () => `LED-05: ${flow} moves ${amount}`);
    demand(source.asset === target.asset, () => `law 1: ${flow} changes the asset`);
    demand(
      kinds.split(' ').includes(source.kind) && toKinds.split(' ').includes(target.kind),
      () => `LED-01: ${flow} from ${source.kind} to ${target.kind}`,
    );
    if (bond !== '') {
      demand(source[bond] === target[bond] && source[bond] >= 0, () => `LED-01: ${flow} crosses a ${bond}`);
    }
    if (isInternal) {
      demand(
        !CLIENT_MONEY.has(source.kind) && !CLIENT_MONEY.has(target.kind),
        () => `ISO-01: internal work moves ${flow} through a wallet`,
      );
    }
    running.set(from, (running.get(from) ?? source.balance) - amount);
    running.set(to, (running.get(to) ?? target.balance) + amount);
    demand(
      running.get(from)! >= 0n || !NEVER_NEGATIVE.has(source.kind),
      () => `law 3: ${flow} leaves ${source.kind} ${from} below zero`,
    );
  }
}

// ---- positions ----

type TradeEvent = Extract<Event, { positions: unknown; deficits: unknown }>;

/** Net movement of one ledger account in an event by the flows named. */
function netOf(transfers: readonly Transfer[], row: number, receive: FlowName, pay?: FlowName): bigint {
  let net = 0n;
  for (const { flow, from, to, amount } of transfers) {
    if (flow === receive && to === row) net += amount;
    if (flow === pay && from === row) net -= amount;
  }
  return net;
}

/**
 * Signed value that each holder takes in the event, where the event says it. Settled expiries do not: there a
 * value follows from the settlement mark within a unit for each pair.
 */
function tradeValues({ books }: EventContext, event: TradeEvent): Map<number, bigint> | null {
  const values = new Map<number, bigint>();
  const lotsBefore = (row: number) => (books.positions[row] as SlowPosition).lots;
  switch (event.kind) {
    case 'filled':
      for (const { position, lots } of event.positions)
        values.set(position, lots > lotsBefore(position) ? event.value : -event.value);
      return values;
    case 'unwound':
      for (const { position, lots } of event.positions)
        values.set(position, lots - lotsBefore(position) === event.lots ? event.value : -event.value);
      return values;
    case 'deleveraged': {
      let sum = 0n;
      for (const { accountRow, value } of event.fills) {
        values.set((books.accounts[accountRow] as SlowAccount).position, value);
        sum += value;
      }
      return values.set(books.takeovers[event.takeoverRow]!.position, -sum);
    }
    case 'expirySettled':
      return null;
  }
}

function judgePositions(
  context: EventContext,
  event: Event & { positions: EventOf<'filled'>['positions'] },
): void {
  const { books } = context;
  const trade = event as TradeEvent;
  const values = tradeValues(context, trade);
  const instrument = books.instruments[trade.instrumentRow] as SlowInstrument;
  let lotsSum = 0n;
  const seen = new Set<number>();
  for (const change of trade.positions) {
    const before = books.positions[change.position] as SlowPosition;
    demand(!seen.has(change.position), () => `position ${change.position} changes twice in one event`);
    seen.add(change.position);
    demand(before.instrument === trade.instrumentRow, () => `a trade in another instrument's position`);
    demand(
      change.fundingIndex === instrument.fundingIndex,
      () => 'FND-02: funding is collected to the index',
    );
    lotsSum += change.lots - before.lots;
    judgeHolder(context, trade, {
      position: change.position,
      before,
      change,
      value: values?.get(change.position) ?? null,
    });
  }
  demand(lotsSum === 0n, () => `law 2: a trade changes the sum of lots by ${lotsSum}`);
  judgeLiquidationAccount(context, trade);
}

interface Holder {
  readonly position: number;
  readonly before: SlowPosition;
  readonly change: EventOf<'filled'>['positions'][number];
  readonly value: bigint | null;
}

function judgeHolder(context: EventContext, event: TradeEvent, holder: Holder): void {
  const { books } = context;
  const { before, change } = holder;
  const instrument = books.instruments[before.instrument] as SlowInstrument;
  const traded = change.lots - before.lots;
  const closed = sign(before.lots) * sign(traded) < 0n ? min(abs(before.lots), abs(traded)) : 0n;
  const value = holder.value ?? settlementValue(context, event, holder);
  // Cost after = cost before + value + what was realized: no other split is possible.
  const realized = change.cost - before.cost - value;
  const below = closed === 0n ? 1n : abs(traded) * abs(before.lots);
  const above = closed === 0n ? 0n : -value * closed * abs(before.lots) - before.cost * closed * abs(traded);
  if (closed === abs(before.lots) && closed === abs(traded)) {
    demand(change.cost === 0n, () => `a closed position keeps a cost of ${change.cost}`);
  }
  const goesOn = sign(before.lots) * sign(change.lots) > 0n;
  if (!isWithin(realized, { above, below }, closed === 0n ? 1n : 2n)) {
    // Only what an account that goes on could not pay at all may be carried in its cost.
    const left = before.account < 0 ? -1n : balanceAfter(books, event.transfers, before.account, 'rebate');
    demand(
      goesOn && left === 0n && realized * below > above,
      () => `realized ${realized}, exactly ${above}/${below}`,
    );
  }
  if (before.account < 0) return;
  const account = books.accounts[before.account] as SlowAccount;
  const row = account.ledger;
  const paid = netOf(event.transfers, row, 'realizeGain', 'realizeLoss');
  demand(paid === realized, () => `account ${account.id} is paid ${paid} for ${realized} realized`);
  const funding = netOf(event.transfers, row, 'fundingReceive', 'fundingPay');
  const accrued = slowFunding(books, before);
  demand(
    funding === accrued,
    () => `FND-01: account ${account.id} collects ${funding} of ${accrued} accrued`,
  );
  const recognised = netOf(event.transfers, row, 'recognise');
  const deficits = event.deficits.filter(
    ({ accountRow, takeoverRow }) => accountRow === before.account && takeoverRow < 0,
  );
  const facts = deficits.reduce((sum, { amount }) => sum + amount, 0n);
  demand(facts === recognised, () => `ISO-02: ${recognised} recognised, ${facts} with a cause`);
  rememberRealized(context, before.account, event, realized);
  if (event.kind === 'filled') return;
  const outcome = netOf(event.transfers, row, 'fee', 'fee') + netOf(event.transfers, row, 'allocate');
  demand(outcome === 0n, () => `${event.kind} charges a fee or draws on a wallet`);
  void instrument;
}

/** What an account holds once the transfers are done, those of one flow left out. */
function balanceAfter(
  books: SlowBooks,
  transfers: readonly Transfer[],
  accountRow: number,
  without: FlowName,
): bigint {
  const { ledger } = books.accounts[accountRow] as SlowAccount;
  let balance = books.balances[ledger]!.balance;
  for (const { flow, from, to, amount } of transfers) {
    if (flow === without) continue;
    balance += to === ledger ? amount : from === ledger ? -amount : 0n;
  }
  return balance;
}

/** From the settlement mark, as far as the cost allows to tell: a unit for each pair it was settled with. */
function settlementValue({ books }: EventContext, event: TradeEvent, { before, change }: Holder): bigint {
  const instrument = books.instruments[before.instrument] as SlowInstrument;
  const traded = change.lots - before.lots;
  const exact = slowValue(instrument, traded, instrument.settlementTicks);
  const row = before.account >= 0 ? (books.accounts[before.account] as SlowAccount).ledger : -1;
  if (row < 0) return divFloor(exact.above, exact.below);
  const realized = netOf(event.transfers, row, 'realizeGain', 'realizeLoss');
  const value = change.cost - before.cost - realized;
  const pairs = BigInt(event.positions.length);
  demand(
    isWithin(value, exact, pairs + 1n),
    () => `FND-06: settled at ${value}, the mark says ${exact.above}/${exact.below}`,
  );
  return value;
}

/** The liquidation account moves by what its takeovers realize, collect and are recognised. */
function judgeLiquidationAccount({ books }: EventContext, event: TradeEvent): void {
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const row = books.balances.findIndex(
    ({ kind, pool, asset }) =>
      kind === 'liquidation' && pool === instrument.pool && asset === instrument.asset,
  );
  let moved = 0n;
  for (const { from, to, amount } of event.transfers)
    moved += to === row ? amount : from === row ? -amount : 0n;
  let collateral = 0n;
  for (const change of event.takeovers) {
    const before = books.takeovers[change.takeoverRow]!;
    demand(!before.isClosed, () => `takeover ${before.id} was closed already`);
    collateral += change.collateral - before.collateral;
    const lots = event.positions.find(({ position }) => position === before.position)?.lots;
    demand(change.isClosed === (lots === 0n), () => `takeover ${before.id} is closed with ${lots} lots`);
    demand(!change.isClosed || change.collateral === 0n, () => 'a closed takeover keeps collateral');
  }
  demand(
    moved === collateral,
    () => `law 2: the liquidation account moves by ${moved}, its takeovers by ${collateral}`,
  );
}

// ---- fills ----

function judgeFill(context: EventContext, event: EventOf<'filled'>): void {
  const { books, command, timeMs } = context;
  if (command.kind !== 'fill') throw new Disagreement('a fill out of nothing');
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const { definition, terms, marginTerms } = instrument.listed;
  demand(instrument.status === 'trading', () => 'FND-06: a fill in an instrument that does not trade');
  const size =
    definition.payoff === 'linear'
      ? event.lots * event.priceTicks * terms.unit
      : (event.lots * terms.unit) / event.priceTicks;
  demand(abs(event.value) === size, () => `a fill is worth ${event.value}, not ${size}`);

  let taken = 0n;
  for (const role of command.taker === 'buyer'
    ? (['buyer', 'seller'] as const)
    : (['seller', 'buyer'] as const)) {
    const side = command[role];
    if (side.party !== 'account') continue;
    const row = books.accounts.findIndex(({ id }) => id === side.id);
    const account = books.accounts[row] as SlowAccount;
    const before = books.positions[account.position] as SlowPosition;
    const after = event.positions.find(({ position }) => position === account.position)!;
    const ratePpm = role === command.taker ? definition.takerFeePpm : definition.makerFeePpm;
    let fee = 0n;
    for (const { flow, from, to, amount } of event.transfers) {
      if (flow === 'fee' && from === account.ledger) fee += amount;
      if (flow === 'rebate' && to === account.ledger) fee -= amount;
    }
    let balance = books.balances[account.ledger]!.balance;
    for (const { from, to, amount } of event.transfers)
      balance += to === account.ledger ? amount : from === account.ledger ? -amount : 0n;
    if (ratePpm >= 0n) {
      const asked = divCeil(size * ratePpm, 1_000_000n);
      demand(fee >= 0n && fee <= asked, () => `LED-03: a fee of ${fee}, asked ${asked}`);
      const cash = slowCash(books, instrument.pool, instrument.asset);
      demand(
        fee === asked || balance === 0n || cash < 2n * asked,
        () => `a fee of ${fee} of ${asked} with ${balance} left`,
      );
    } else {
      const offered = divFloor(size * -ratePpm, 1_000_000n);
      demand(
        -fee === min(offered, max(0n, taken)),
        () => `a rebate of ${-fee}, offered ${offered}, taken ${taken}`,
      );
    }
    if (role === command.taker) taken = fee;
    const allocated = netOf(event.transfers, account.ledger, 'allocate');
    const isOpening =
      after.lots !== 0n && (sign(before.lots) !== sign(after.lots) || abs(after.lots) > abs(before.lots));
    if (!isOpening) {
      demand(
        allocated === side.allocateMinor,
        () => `ORD-03: a reducing fill draws ${allocated} on the wallet`,
      );
      continue;
    }
    demand(isUsable(instrument, timeMs), () => 'PRC-01: a position is opened without a usable mark');
    const view = {
      collateral: balance,
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
}

// ---- marks and funding ----

function judgeMarks(context: EventContext, event: EventOf<'marked'>): void {
  const { books, command, timeMs } = context;
  if (command.kind !== 'mark') throw new Disagreement('a mark out of nothing');
  const due = new Set<number>();
  for (const mark of event.marks) {
    const instrument = books.instruments[mark.instrumentRow] as SlowInstrument;
    const sent = command.marks.find(({ instrument: id }) => id === instrument.listed.definition.id)!;
    const verdict = expectedVerdict(instrument, sent.markTicks, event.sourceTimeMs, timeMs);
    demand(
      mark.verdict === verdict,
      () => `PRC-01: a mark of ${sent.markTicks} is ${mark.verdict}, not ${verdict}`,
    );
    const hasActed = verdict === 'accepted' || verdict === 'confirmed';
    demand(
      mark.markTicks === (hasActed ? sent.markTicks : instrument.markTicks),
      () => 'PRC-01: a mark that does not act changes the price',
    );
    if (!hasActed) continue;
    for (const [row, account] of books.accounts.entries()) {
      if (account.instrument !== mark.instrumentRow || account.isQueued) continue;
      if (isSlowlyLiquidatable(books, account, sent.markTicks)) due.add(row);
    }
  }
  demandSame(event.woken, due, 'woken by marks');
}

function expectedVerdict(
  instrument: SlowInstrument,
  markTicks: bigint,
  sourceTimeMs: number,
  nowMs: number,
): EventOf<'marked'>['marks'][number]['verdict'] {
  const { definition, terms } = instrument.listed;
  if (sourceTimeMs < instrument.sourceTimeMs) return 'ignoredOld';
  if (sourceTimeMs < nowMs - definition.markMaxAgeMs) return 'ignoredStale';
  if (markTicks < 1n || markTicks > terms.markTicksMax) return 'ignoredBad';
  const isNear = (to: bigint) => abs(markTicks - to) * 1_000_000n <= to * definition.markMaxJumpPpm;
  if (instrument.markTicks === 0n || isNear(instrument.markTicks)) return 'accepted';
  const agrees = instrument.pendingTicks > 0n && isNear(instrument.pendingTicks);
  const count = agrees ? instrument.pendingCount + (sourceTimeMs > instrument.sourceTimeMs ? 1 : 0) : 1;
  return count < definition.markConfirmations ? 'heldJump' : 'confirmed';
}

function judgeFunding(context: EventContext, event: EventOf<'fundingApplied'>): void {
  const { books, command, timeMs } = context;
  if (command.kind !== 'applyFunding') throw new Disagreement('funding out of nothing');
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  demand(isUsable(instrument, timeMs), () => 'PRC-01: funding at an unusable mark');
  const { above, below } = slowValue(instrument, 1n, instrument.markTicks);
  const step = event.fundingIndex - instrument.fundingIndex;
  const exact = { above: abs(above) * command.ratePpm * FUNDING_SCALE, below: below * 1_000_000n };
  demand(
    isWithin(step, exact, 1n),
    () => `FND-02: the index moves by ${step}, exactly ${exact.above}/${exact.below}`,
  );
  const due = new Set<number>();
  const before = instrument.fundingIndex;
  instrument.fundingIndex = event.fundingIndex;
  for (const [row, account] of books.accounts.entries()) {
    if (account.instrument !== event.instrumentRow || account.isQueued) continue;
    if (isSlowlyLiquidatable(books, account)) due.add(row);
  }
  instrument.fundingIndex = before;
  demandSame(event.woken, due, 'woken by funding');
}

function demandSame(rows: readonly number[], due: ReadonlySet<number>, what: string): void {
  const expected = [...due].sort((a, b) => a - b);
  demand(
    rows.join() === expected.join(),
    () => `LIQ-11: ${what}: ${rows.join()}, a full scan finds ${expected.join()}`,
  );
}

// ---- liquidation and waterfall ----

function judgeTakeover({ books, timeMs }: EventContext, event: EventOf<'takenOver'>): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const position = books.positions[account.position] as SlowPosition;
  const balance = books.balances[account.ledger]!.balance;
  demand(
    account.isQueued && isUsable(instrument, timeMs),
    () => 'PRC-01: a takeover without a queue or a usable mark',
  );
  demand(isSlowlyLiquidatable(books, account), () => `LIQ-11: ${account.id} is taken over and healthy`);
  const moved = event.transfers.reduce((sum, { amount }) => sum + amount, 0n);
  demand(
    moved === balance && event.collateral === balance,
    () => `LIQ-03: ${moved} of ${balance} is taken over`,
  );
  const [left, taken] = event.positions;
  demand(left?.lots === 0n && left.cost === 0n, () => 'LIQ-03: the account is not flat after a takeover');
  demand(
    taken?.lots === position.lots &&
      taken.cost === position.cost &&
      taken.fundingIndex === position.fundingIndex,
    () => 'LIQ-03: the takeover does not hold what the account held',
  );
  const own = slowEquity(books, account);
  const ownFloor = divFloor(own.above, own.below);
  for (const other of books.accounts) {
    const { lots } = books.positions[other.position] as SlowPosition;
    if (!other.isQueued || other.pool !== account.pool || lots === 0n) continue;
    if (!isUsable(books.instruments[other.instrument] as SlowInstrument, timeMs)) continue;
    const equity = slowEquity(books, other);
    demand(
      ownFloor <= divFloor(equity.above, equity.below),
      () => `LIQ-04: ${other.id} is deeper under water than ${account.id}`,
    );
  }
}

function judgeRecovery({ books }: EventContext, event: EventOf<'recovered'>): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  demand(account.isQueued, () => 'an account recovers that was not queued');
  demand(!isSlowlyLiquidatable(books, account), () => `MAR-02: ${account.id} recovers and is liquidatable`);
}

function judgeCover({ books }: EventContext, event: EventOf<'covered'>): void {
  const deficit = books.deficits[event.deficitRow] as SlowDeficit;
  const fund = slowFund(books, deficit.pool, deficit.asset);
  const open = (row: number) => {
    const { amount, covered, shared } = books.deficits[row] as SlowDeficit;
    return amount - covered - shared;
  };
  demand(
    event.amount === min(fund, open(event.deficitRow)),
    () => `LIQ-05: the fund pays ${event.amount} of ${fund}`,
  );
  for (const [row, other] of books.deficits.entries()) {
    if (row >= event.deficitRow || other.pool !== deficit.pool || other.asset !== deficit.asset) continue;
    demand(open(row) === 0n, () => 'LIQ-05: a younger deficit is covered before an older one');
  }
}

function judgeDeleveraging({ books, timeMs }: EventContext, event: EventOf<'deleveraged'>): void {
  const takeover = books.takeovers[event.takeoverRow]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const held = books.positions[takeover.position] as SlowPosition;
  const fund = slowFund(books, takeover.pool, instrument.asset);
  demand(isUsable(instrument, timeMs), () => 'PRC-01: deleveraging at an unusable mark');
  demand(
    slowExposure(books, takeover.pool, instrument.asset) > fund,
    () => 'LIQ-05: deleveraging what the fund can cover',
  );
  demand(
    fund === 0n || slowOutstanding(books, takeover.pool, instrument.asset) === 0n,
    () => 'LIQ-05: deleveraging before the fund has paid what is open',
  );
  const lots = event.fills.reduce((sum, fill) => sum + fill.lots, 0n);
  demand(
    lots > 0n && lots <= event.neededLots && event.neededLots <= abs(held.lots),
    () => `LIQ-06: ${lots} of ${event.neededLots} needed of ${held.lots}`,
  );
  const seen = new Set<number>();
  for (const fill of event.fills) {
    const account = books.accounts[fill.accountRow] as SlowAccount;
    const position = books.positions[account.position] as SlowPosition;
    demand(!seen.has(fill.accountRow), () => 'an account is deleveraged twice in one event');
    seen.add(fill.accountRow);
    demand(
      account.instrument === takeover.instrument && sign(position.lots) === -sign(held.lots),
      () => 'LIQ-06: a candidate on the same side',
    );
    demand(fill.lots <= abs(position.lots), () => 'LIQ-06: more lots than the candidate has');
    if (event.isTearUp) continue;
    const value = slowValue(instrument, position.lots, instrument.markTicks);
    demand(
      value.above > position.cost * value.below,
      () => `LIQ-06: ${account.id} has no profit at the mark`,
    );
    const after = event.positions.find((change) => change.position === account.position)!;
    const realized = after.cost - position.cost - fill.value;
    demand(realized >= 0n, () => `LIQ-06: ${account.id} loses ${realized} by being deleveraged`);
    demand(fill.forgoneMinor >= 0n, () => `LIQ-06: ${account.id} gains by being deleveraged`);
  }
  if (event.isTearUp) judgeTearUp(books, event);
}

/** Nobody could have been closed whole at the price where the takeover has nothing left, with a profit. */
function judgeTearUp(books: SlowBooks, event: EventOf<'deleveraged'>): void {
  const takeover = books.takeovers[event.takeoverRow]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const held = books.positions[takeover.position] as SlowPosition;
  const collateral = takeover.collateral + slowFunding(books, held);
  for (const account of books.accounts) {
    const position = books.positions[account.position] as SlowPosition;
    if (account.instrument !== takeover.instrument || sign(position.lots) !== -sign(held.lots)) continue;
    if (abs(position.lots) > event.neededLots) continue;
    const atMark = slowValue(instrument, position.lots, instrument.markTicks);
    const isWinning = atMark.above > (position.cost + 1n) * atMark.below;
    // The account takes its lots at (cost - collateral) / lots of the takeover; two units of room for rounding.
    const gain = abs(position.lots) * (collateral - held.cost) - (position.cost + 2n) * abs(held.lots);
    const funding = slowFunding(books, position);
    const stays = books.balances[account.ledger]!.balance + funding >= 0n;
    const hasEquity = slowEquity(books, account).above > 0n;
    demand(
      !(isWinning && gain >= 0n && stays && hasEquity),
      () => `LIQ-07: torn up although ${account.id} was eligible`,
    );
  }
}

function judgeShare(context: EventContext, event: EventOf<'shared'>): void {
  const { books, shares, timeMs } = context;
  const deficit = books.deficits[event.deficitRow] as SlowDeficit;
  demand(
    slowFund(books, deficit.pool, deficit.asset) === 0n,
    () => 'LIQ-05: gains are shared before the fund is empty',
  );
  const open = deficit.amount - deficit.covered - deficit.shared;
  const sum = event.payers.reduce((total, { paysMinor }) => total + paysMinor, 0n);
  demand(sum === event.amount && sum > 0n && sum <= open, () => `LIQ-07: ${sum} is paid of ${open}`);
  for (const { accountRow, paysMinor } of event.payers) {
    const account = books.accounts[accountRow] as SlowAccount;
    const instrument = books.instruments[account.instrument] as SlowInstrument;
    demand(
      account.pool === deficit.pool && instrument.asset === deficit.asset,
      () => 'law 5: another pool pays',
    );
    const position = books.positions[account.position] as SlowPosition;
    const memory = memoryOf(shares, accountRow);
    let unrealized = 0n;
    if (position.lots !== 0n) {
      demand(isUsable(instrument, timeMs), () => 'PRC-01: a gain at an unusable mark is shared');
      const { above, below } = slowValue(instrument, position.lots, instrument.markTicks);
      unrealized = max(0n, divFloor(above, below) - position.cost);
    }
    const change = event.positions.find(({ position: row }) => row === account.position);
    const fromPosition = change === undefined ? 0n : change.cost - position.cost;
    const fromRealized = paysMinor - fromPosition;
    demand(change === undefined || change.lots === position.lots, () => 'LIQ-07: sharing closes lots');
    demand(
      netOf(event.transfers, account.ledger, 'realizeGain') === fromPosition,
      () => 'LIQ-07: a share out of nothing',
    );
    demand(
      fromPosition >= 0n && fromPosition <= unrealized,
      () => `LIQ-07: ${fromPosition} shared of ${unrealized} unrealized`,
    );
    demand(
      fromRealized >= 0n && fromRealized <= max(0n, memory.realized),
      () => `LIQ-07: ${account.id} shares ${fromRealized} of its principal, realized ${memory.realized}`,
    );
    memory.realized -= fromRealized;
    const [paid, before] = [books.balances[account.ledger]!, position.cost];
    const wasHealthy = !isSlowlyLiquidatable(books, account);
    paid.balance -= fromRealized;
    position.cost += fromPosition;
    const isHealthy = !isSlowlyLiquidatable(books, account);
    paid.balance += fromRealized;
    position.cost = before;
    demand(isHealthy || !wasHealthy, () => `LIQ-07: sharing makes ${account.id} liquidatable`);
  }
}

function memoryOf(shares: EventContext['shares'], accountRow: number) {
  let memory = shares.get(accountRow);
  if (memory === undefined) {
    memory = { realized: 0n };
    shares.set(accountRow, memory);
  }
  return memory;
}

/** Gains are kept in mind while the pool is not sound, or where the event that realized them left a deficit. */
function rememberRealized(
  { shares, books }: EventContext,
  accountRow: number,
  event: TradeEvent,
  realized: bigint,
): void {
  const isSound = books.pools[(books.accounts[accountRow] as SlowAccount).pool]?.isSound === true;
  if (!isSound || event.deficits.length > 0) memoryOf(shares, accountRow).realized += realized;
}

function judgeSoundness({ books, shares, timeMs }: EventContext, event: EventOf<'soundnessAssessed'>): void {
  const isSound = isSlowlySound(books, event.poolRow, timeMs);
  demand(event.isSound === isSound, () => `law 8: pool ${event.poolRow} is sound: ${isSound}`);
  if (!isSound) return;
  for (const [row, { pool }] of books.accounts.entries()) if (pool === event.poolRow) shares.delete(row);
}

// ---- leaving ----

function judgeRelease({ books, timeMs }: EventContext, event: EventOf<'released'>): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const view = slowView(books, account);
  demand(!account.isQueued, () => `MAR-03: ${account.id} is in liquidation`);
  demand(
    event.amount <= slowCash(books, account.pool, instrument.asset),
    () => 'ISO-06: more than the pool has in cash',
  );
  if (event.amount > max(0n, account.netPrincipal)) {
    demand(
      isSlowlySound(books, account.pool, timeMs),
      () => 'ISO-06: more than its principal out of an unsound pool',
    );
  }
  if (view.lots === 0n) return;
  demand(isUsable(instrument, timeMs), () => 'PRC-01: released at an unusable mark');
  const { marginTerms, definition } = instrument.listed;
  const left = { ...view, collateral: view.collateral - event.amount };
  for (const markTicks of [instrument.markTicks, instrument.indexTicks]) {
    const { above, below } = slowValue(instrument, view.lots, markTicks);
    const pnl = divFloor(above, below) - view.cost;
    const counted = pnl < 0n ? pnl : divFloor(pnl * definition.unrealizedProfitSharePpm, 1_000_000n);
    const backing =
      left.collateral + slowFunding(books, books.positions[account.position] as SlowPosition) + counted;
    const floor = max(
      initialMarginCeil(marginTerms, view, markTicks),
      divFloor(abs(above) * definition.removalFloorPpm, below * 1_000_000n),
    );
    demand(
      backing + 2n >= floor,
      () => `MAR-03: ${backing} stays behind ${account.id}, the floor is ${floor}`,
    );
  }
}
