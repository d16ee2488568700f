/** Judges the movements of one event: the closed list of flows, whose money it is, and what was converted or seized. */
import { max } from '../base/index.js';
import type { Event } from '../engine/event.js';
import type { FlowName, Transfer } from '../isolation/index.js';
import { type LedgerKind, NEVER_NEGATIVE } from '../ledger/index.js';
import { poolAssetOf, type SlowBalance, type SlowBooks, type SlowPoolAsset } from './slowBooks.js';
import { demand, type EventContext } from './slowDemand.js';
import { isPriceUsable, slowPrice } from './slowValues.js';

const HOLDERS = 'margin liquidation counterparty';

/** The closed list once more, written apart from the engine's: flow to "from > to", and what both ends share. */
const LISTED: Readonly<
  Record<FlowName, readonly [from: string, to: string, bond: 'client' | 'pool' | 'both' | 'otherPool' | '']>
> = {
  depositAnnounce: ['external', 'pendingDeposit', ''],
  depositFinal: ['pendingDeposit', 'wallet', 'client'],
  depositReturn: ['pendingDeposit', 'external', ''],
  withdrawRequest: ['wallet', 'pendingWithdrawal', 'client'],
  withdrawSettle: ['pendingWithdrawal', 'external', ''],
  withdrawReturn: ['pendingWithdrawal', 'wallet', 'client'],
  allocate: ['wallet', 'margin', 'client'],
  release: ['margin', 'wallet', 'client'],
  sweep: ['margin', 'wallet', 'client'],
  realizeGain: ['settlement', HOLDERS, 'pool'],
  realizeLoss: [HOLDERS, 'settlement', 'pool'],
  fundingReceive: ['funding', HOLDERS, 'pool'],
  fundingPay: [HOLDERS, 'funding', 'pool'],
  fee: ['margin', 'fees', ''],
  rebate: ['fees', 'margin', ''],
  takeOver: ['margin', 'liquidation', 'pool'],
  surplus: ['liquidation', 'insuranceFund', 'pool'],
  recognise: ['receivable', 'margin liquidation', 'pool'],
  cover: ['insuranceFund', 'receivable', 'pool'],
  share: ['margin', 'receivable', 'pool'],
  clawBack: ['margin', 'receivable', 'pool'],
  fundTopUp: ['capital', 'insuranceFund', ''],
  recover: ['capital', 'receivable wallet lending insuranceFund', ''],
  fundDrawDown: ['insuranceFund', 'capital', ''],
  capitalInject: ['external', 'capital', ''],
  feesToCapital: ['fees', 'capital', ''],
  counterpartyPay: ['external', 'counterparty', ''],
  counterpartyReceive: ['counterparty', 'external', ''],
  roundUp: ['funding', 'rounding', 'pool'],
  premiumPay: [HOLDERS, 'settlement', 'pool'],
  premiumReceive: ['settlement', HOLDERS, 'pool'],
  convertOut: ['margin', 'facility', 'pool'],
  convertIn: ['facility', 'margin', 'pool'],
  seize: ['margin', 'insuranceFund', 'pool'],
  borrow: ['lending', 'margin', 'pool'],
  repay: ['margin', 'lending', 'pool'],
  lend: ['wallet', 'lending', ''],
  reclaim: ['lending', 'wallet', ''],
  lenderLoss: ['lending', 'receivable', 'pool'],
  facilityFund: ['capital', 'facility', ''],
  facilityDrain: ['facility', 'capital', ''],
  carve: ['margin', 'margin', 'both'],
  lendingReserve: ['lending', 'insuranceFund', 'pool'],
  spotPay: ['margin', 'settlement', 'pool'],
  spotReceive: ['settlement', 'margin', 'pool'],
  liquidationFee: ['margin', 'insuranceFund', 'pool'],
  fundConvertOut: ['insuranceFund', 'facility', 'pool'],
  fundConvertIn: ['facility', 'insuranceFund', 'pool'],
  moveSettlement: ['settlement', 'settlement', 'otherPool'],
  moveFunding: ['funding', 'funding', 'otherPool'],
  moveFund: ['insuranceFund', 'insuranceFund', 'otherPool'],
  compensateFund: ['insuranceFund', 'margin', 'pool'],
  compensateVenue: ['capital', 'margin', ''],
  giveBack: ['liquidation', 'margin', 'pool'],
};

const CLIENT_MONEY: ReadonlySet<LedgerKind> = new Set(['wallet', 'pendingDeposit', 'pendingWithdrawal']);

export function judgeTransfers(context: EventContext, event: Event): void {
  if (!('transfers' in event)) return;
  const { books, isInternal } = context;
  const running = new Map<number, bigint>();
  for (const { flow, from, to, amount } of event.transfers) {
    const [source, target] = [books.balances[from]!, books.balances[to]!];
    const [kinds, toKinds, bond] = LISTED[flow];
    demand(amount > 0n, () => `LED-05: ${flow} moves ${amount}`);
    demand(source.asset === target.asset, () => `law 1: ${flow} changes the asset`);
    demand(
      kinds.split(' ').includes(source.kind) && toKinds.split(' ').includes(target.kind),
      () => `LED-01: ${flow} from ${source.kind} to ${target.kind}`,
    );
    judgeBond(flow, bond, source, target);
    // What a client has agreed to is its own doing.
    if (isInternal && event.kind !== 'autoMarginAdded') {
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
  judgeBystanders(context, event, event.transfers);
  judgeConversions(context, event, event.transfers);
}

function judgeBond(
  flow: FlowName,
  bond: (typeof LISTED)[FlowName][2],
  source: SlowBalance,
  target: SlowBalance,
): void {
  if (bond === 'otherPool') {
    const isCrossing = source.pool >= 0 && target.pool >= 0 && source.pool !== target.pool;
    return demand(isCrossing, () => `LED-01: ${flow} stays in a pool`);
  }
  const shared = bond === '' ? [] : bond === 'both' ? (['client', 'pool'] as const) : [bond];
  for (const each of shared)
    demand(source[each] === target[each] && source[each] >= 0, () => `LED-01: ${flow} crosses a ${each}`);
}

/** Only the accounts an event is about are touched by it: nobody else in the pool, and no wallet of anybody else. */
function judgeBystanders(
  { books, command }: EventContext,
  event: Event,
  transfers: readonly Transfer[],
): void {
  const meant = accountsMeant(books, event, command);
  if (meant === null) return;
  const clients = new Set([...meant].map((row) => books.accounts[row]?.client));
  for (const { flow, from, to } of transfers) {
    for (const row of [from, to]) {
      const { kind, account, client } = books.balances[row]!;
      demand(
        kind !== 'margin' || meant.has(account),
        () => `ISO-01: ${event.kind} moves ${flow} of a bystander, ${books.accounts[account]?.id}`,
      );
      demand(kind !== 'wallet' || clients.has(client), () => `ISO-01: ${event.kind} draws on another wallet`);
    }
  }
}

/** The accounts an event names; null where it names none. */
function accountsMeant(
  books: SlowBooks,
  event: Event,
  command: EventContext['command'],
): ReadonlySet<number> | null {
  switch (event.kind) {
    case 'filled': {
      if (command.kind !== 'fill') return null;
      const ids = [command.buyer, command.seller].filter(({ party }) => party === 'account');
      return new Set(ids.map(({ id }) => books.accounts.findIndex((account) => account.id === id)));
    }
    case 'allocated':
    case 'released':
    case 'autoMarginAdded':
    case 'accountClosed':
    case 'takenOver':
    case 'accountTakenOver':
      return new Set([event.accountRow]);
    case 'positionMoved':
      return new Set([event.fromAccountRow, event.toAccountRow]);
    case 'liquidationReversed':
      return new Set([event.accountRow]);
    case 'tradeBusted':
      return new Set([
        ...event.compensations.map(({ accountRow }) => accountRow),
        ...event.positions.map(({ position }) => books.positions[position]?.account as number),
      ]);
    case 'deleveraged':
      return new Set(event.fills.map(({ accountRow }) => accountRow));
    case 'shared':
    case 'clawedBack':
      return new Set(event.payers.map(({ accountRow }) => accountRow));
    case 'expirySettled':
      return new Set(event.positions.map(({ position }) => books.positions[position]?.account as number));
    case 'unwound':
    case 'covered':
    case 'outsidePaid':
      return new Set();
    default:
      return null;
  }
}

// ---- conversion ----

/** What a facility gives it gets back at the guarded price, rounded its way, and never a unit more than that (LED-03). */
function judgeConversions(
  { books, timeMs }: EventContext,
  event: Event,
  transfers: readonly Transfer[],
): void {
  for (const [at, given] of transfers.entries()) {
    if (given.flow === 'convertIn')
      demand(transfers[at - 1]?.flow === 'convertOut', () => 'LED-03: a conversion out of nothing');
    if (given.flow !== 'convertOut') continue;
    const received = transfers[at + 1];
    demand(received?.flow === 'convertIn', () => 'LED-03: collateral is given for nothing');
    const [from, to] = [books.balances[given.from]!, books.balances[received.to]!];
    demand(
      from.account === to.account && from.asset !== to.asset,
      () => 'ISO-01: a conversion between two accounts',
    );
    const [sold, bought] = [from, to].map(
      ({ pool, asset }) => poolAssetOf(books, pool, asset) as SlowPoolAsset,
    ) as [SlowPoolAsset, SlowPoolAsset];
    demand(
      isPriceUsable(books, sold, timeMs) && isPriceUsable(books, bought, timeMs),
      () => 'PRC-04: a conversion at a price that may not decide',
    );
    const kept = 1_000_000n - (sold.collateral?.conversionSpreadPpm ?? 0n);
    const worth = (amount: bigint) => amount * slowPrice(books, sold) * kept;
    const paid = received.amount * slowPrice(books, bought) * 1_000_000n;
    demand(
      worth(given.amount) >= paid,
      () => `LED-03: the facility gives ${received.amount} for ${given.amount}`,
    );
    demand(
      worth(given.amount - 1n) < paid,
      () => `LED-03: ${given.amount} is given for ${received.amount}, a unit too much`,
    );
  }
  if (event.kind !== 'accountTakenOver') judgeSeizures(books, event, transfers, timeMs);
}

/** Collateral is taken in kind for what the pool took on: at most a unit more than that is worth, and after conversion only. */
function judgeSeizures(books: SlowBooks, event: Event, transfers: readonly Transfer[], timeMs: number): void {
  const seized = transfers.filter(({ flow }) => flow === 'seize');
  if (seized.length === 0) return;
  demand('deficits' in event, () => 'ISO-02: collateral is seized for no deficit');
  const accounts = new Set(seized.map(({ from }) => books.balances[from]?.account as number));
  for (const account of accounts) {
    const own = event.deficits.filter((fact) => fact.accountRow === account && fact.takeoverRow < 0);
    const claimed = own.reduce((sum, fact) => {
      const at = books.poolAssets[fact.poolAssetRow] as SlowPoolAsset;
      return sum + fact.amount * slowPrice(books, at);
    }, 0n);
    let taken = 0n;
    let room = 0n;
    // Rounding has a unit of what is claimed for all, and for each seizure a unit of either asset.
    const unit = own
      .map((fact) => slowPrice(books, books.poolAssets[fact.poolAssetRow] as SlowPoolAsset))
      .reduce((most, price) => max(most, price), 0n);
    room += unit;
    for (const { from, amount } of seized) {
      const { account: of, pool, asset } = books.balances[from]!;
      if (of !== account) continue;
      const at = poolAssetOf(books, pool, asset) as SlowPoolAsset;
      demand(isPriceUsable(books, at, timeMs), () => 'PRC-04: seized at a price that may not decide');
      const { haircutPpm = 0n, conversionSpreadPpm = 0n } = at.collateral ?? {};
      const kept = 1_000_000n - max(haircutPpm, conversionSpreadPpm);
      room += unit + (slowPrice(books, at) * kept) / 1_000_000n + 1n;
      taken += (amount * slowPrice(books, at) * kept) / 1_000_000n;
    }
    demand(taken <= claimed + room, () => `ISO-02: ${taken} is seized for a claim of ${claimed}`);
  }
}
