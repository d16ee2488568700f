/** Judges how a pool works off what it is short of: cover, deleveraging, tear-up, sharing, and whether it is sound. */
import { abs, max, min, sign } from '../base/index.js';
import type { EventOf, PositionChange } from '../engine/event.js';
import { LEVEL_EFFECTS } from '../isolation/index.js';
import {
  holdingOf,
  openPositionsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowDeficit,
  type SlowHolding,
  type SlowInstrument,
  type SlowPosition,
  settleAssetOf,
} from './slowBooks.js';
import { demand, type EventContext, netOf } from './slowDemand.js';
import { judgeClawedFirst } from './slowRelated.js';
import { memoryOf } from './slowTrades.js';
import {
  isPlain,
  isSlowlyLiquidatable,
  isSlowlySound,
  isUsable,
  slowEquity,
  slowExposure,
  slowFund,
  slowFunding,
  slowOutstanding,
  slowValue,
  slowValueFloor,
} from './slowValues.js';

export function judgeRecovery({ books }: EventContext, event: EventOf<'recovered'>): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  demand(account.isQueued, () => 'an account recovers that was not queued');
  demand(!isSlowlyLiquidatable(books, account), () => `MAR-02: ${account.id} recovers and is liquidatable`);
}

export function judgeCover({ books }: EventContext, event: EventOf<'covered'>): void {
  const deficit = books.deficits[event.deficitRow] as SlowDeficit;
  const fund = slowFund(books, deficit.pool, deficit.asset);
  const open = (row: number) => {
    const { amount, clawedBack, covered, shared } = books.deficits[row] as SlowDeficit;
    return amount - clawedBack - covered - shared;
  };
  const most = min(fund, open(event.deficitRow));
  demand(
    event.amount === most || (event.amount < most && hasLimitingLevel(books, deficit)),
    () => `LIQ-05: the fund pays ${event.amount} of ${fund}`,
  );
  judgeClawedFirst(books, event.deficitRow);
  if (hasLimitingLevel(books, deficit)) return;
  for (const [row, other] of books.deficits.entries()) {
    if (row >= event.deficitRow || other.pool !== deficit.pool || other.asset !== deficit.asset) continue;
    demand(open(row) === 0n, () => 'LIQ-05: a younger deficit is covered before an older one');
  }
}

/** Whether a level limits what losses of some instrument of the pool may have of the fund. */
function hasLimitingLevel(
  { instruments }: SlowBooks,
  of: { readonly pool: number; readonly asset: number },
): boolean {
  return instruments.some(({ pool, asset, isolation }) => {
    const { fundCapPpm, deleveragingAbovePpm } = LEVEL_EFFECTS[isolation.ofLiquidation];
    const isLimited = fundCapPpm < 1_000_000n || deleveragingAbovePpm < 1_000_000n;
    return isLimited && pool === of.pool && asset === of.asset;
  });
}

// ---- deleveraging ----

export function judgeDeleveraging({ books, timeMs }: EventContext, event: EventOf<'deleveraged'>): void {
  const takeover = books.takeovers[event.takeoverRow]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const held = books.positions[takeover.position] as SlowPosition;
  const fund = slowFund(books, takeover.pool, instrument.asset);
  demand(isUsable(instrument, timeMs), () => 'PRC-01: deleveraging at an unusable mark');
  const isLimited = hasLimitingLevel(books, { pool: takeover.pool, asset: instrument.asset });
  demand(
    isLimited || slowExposure(books, takeover.pool, instrument.asset) > fund,
    () => 'LIQ-05: deleveraging what the fund can cover',
  );
  demand(
    isLimited || fund === 0n || slowOutstanding(books, takeover.pool, instrument.asset) === 0n,
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
    const change = changeOf(books, event, fill, seen);
    seen.add(change.position);
    const position = books.positions[change.position] as SlowPosition;
    demand(
      position.instrument === takeover.instrument && sign(position.lots) === -sign(held.lots),
      () => 'LIQ-06: a candidate on the same side',
    );
    demand(fill.lots <= abs(position.lots), () => 'LIQ-06: more lots than the candidate has');
    if (event.isTearUp) continue;
    const value = slowValue(instrument, position.lots, instrument.markTicks);
    const paid = position.cost + position.premium;
    demand(value.above > paid * value.below, () => `LIQ-06: ${account.id} has no profit at the mark`);
    const realized = change.cost + change.premium - paid - fill.value;
    demand(realized >= 0n, () => `LIQ-06: ${account.id} loses ${realized} by being deleveraged`);
    demand(fill.forgoneMinor >= 0n, () => `LIQ-06: ${account.id} gains by being deleveraged`);
  }
  if (event.isTearUp) judgeTearUp(books, event);
}

type Fill = EventOf<'deleveraged'>['fills'][number];

/** The position of the account that gives up the lots of a fill; each is one fill's. */
function changeOf(
  books: SlowBooks,
  event: EventOf<'deleveraged'>,
  { accountRow, lots }: Fill,
  seen: ReadonlySet<number>,
): PositionChange {
  const change = event.positions.find(({ position, lots: after }) => {
    const before = books.positions[position] as SlowPosition;
    return before.account === accountRow && !seen.has(position) && abs(after - before.lots) === lots;
  });
  demand(change !== undefined, () => 'LIQ-06: a fill without a position, or one position in two fills');
  return change;
}

/** Nobody could have been closed whole at the price where the takeover has nothing left, with a profit. */
function judgeTearUp(books: SlowBooks, event: EventOf<'deleveraged'>): void {
  const takeover = books.takeovers[event.takeoverRow]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const held = books.positions[takeover.position] as SlowPosition;
  const collateral = takeover.collateral + slowFunding(books, held);
  for (const position of books.positions) {
    const account = books.accounts[position.account];
    if (account === undefined || !isPlain(books, account)) continue;
    if (position.instrument !== takeover.instrument || sign(position.lots) !== -sign(held.lots)) continue;
    if (abs(position.lots) > event.neededLots) continue;
    const atMark = slowValue(instrument, position.lots, instrument.markTicks);
    const isWinning = atMark.above > (position.cost + 1n) * atMark.below;
    // The account takes its lots at (cost - collateral) / lots of the takeover; two units of room for rounding.
    const gain = abs(position.lots) * (collateral - held.cost) - (position.cost + 2n) * abs(held.lots);
    const { ledger } = holdingOf(books, position.account, instrument.asset) as SlowHolding;
    const stays = books.balances[ledger]!.balance + slowFunding(books, position) >= 0n;
    const hasEquity = slowEquity(books, account).above > 0n;
    demand(
      !(isWinning && gain >= 0n && stays && hasEquity),
      () => `LIQ-07: torn up although ${account.id} was eligible`,
    );
  }
}

// ---- sharing ----

export function judgeShare(context: EventContext, event: EventOf<'shared'>): void {
  const { books } = context;
  const deficit = books.deficits[event.deficitRow] as SlowDeficit;
  demand(
    slowFund(books, deficit.pool, deficit.asset) === 0n || hasLimitingLevel(books, deficit),
    () => 'LIQ-05: gains are shared before the fund is empty',
  );
  const open = deficit.amount - deficit.clawedBack - deficit.covered - deficit.shared;
  const sum = event.payers.reduce((total, { paysMinor }) => total + paysMinor, 0n);
  demand(sum === event.amount && sum > 0n && sum <= open, () => `LIQ-07: ${sum} is paid of ${open}`);
  for (const payer of event.payers) judgePayer(context, event, deficit, payer);
}

/** Realized gains pay first; the rest is taken out of positions whose gain it is, netted, at marks that may decide. */
function judgePayer(
  { books, shares, timeMs }: EventContext,
  event: EventOf<'shared'>,
  deficit: SlowDeficit,
  { accountRow, paysMinor }: EventOf<'shared'>['payers'][number],
): void {
  const account = books.accounts[accountRow] as SlowAccount;
  const holding = holdingOf(books, accountRow, deficit.asset);
  demand(account.pool === deficit.pool && holding !== undefined, () => 'law 5: another pool pays');
  const memory = memoryOf(shares, books.holdings.indexOf(holding));
  const held = openPositionsOf(books, accountRow).filter(
    (position) => settleAssetOf(books, position) === deficit.asset,
  );
  for (const { instrument } of held) {
    const isLive = isUsable(books.instruments[instrument] as SlowInstrument, timeMs);
    demand(isLive, () => 'PRC-01: a gain at an unusable mark is shared');
  }
  const unrealized = max(
    0n,
    held.reduce((sum, position) => sum + profitOf(books, position), 0n),
  );
  const changes = event.positions.filter(({ position }) => books.positions[position]?.account === accountRow);
  let fromPositions = 0n;
  for (const change of changes) {
    const before = books.positions[change.position] as SlowPosition;
    const part = change.cost - before.cost;
    demand(change.lots === before.lots, () => 'LIQ-07: sharing closes lots');
    demand(
      part > 0n && part <= profitOf(books, before),
      () => `LIQ-07: ${part} shared of a position that gains less`,
    );
    demand(settleAssetOf(books, before) === deficit.asset, () => 'law 5: a gain in another asset pays');
    fromPositions += part;
  }
  const fromRealized = paysMinor - fromPositions;
  demand(
    netOf(event.transfers, holding.ledger, { receive: ['realizeGain'] }) === fromPositions,
    () => 'LIQ-07: a share out of nothing',
  );
  demand(fromPositions <= unrealized, () => `LIQ-07: ${fromPositions} shared of ${unrealized} unrealized`);
  demand(
    fromRealized >= 0n && fromRealized <= max(0n, memory.realized),
    () => `LIQ-07: ${account.id} shares ${fromRealized} of its principal, realized ${memory.realized}`,
  );
  memory.realized -= fromRealized;
  judgeHealthAfter(books, account, { ledger: holding.ledger, fromRealized, changes });
}

function profitOf(books: SlowBooks, { instrument, lots, cost, premium }: SlowPosition): bigint {
  const of = books.instruments[instrument] as SlowInstrument;
  return slowValueFloor(of, lots, of.markTicks) - cost - premium;
}

/** Nobody is brought under maintenance margin by a share. */
function judgeHealthAfter(
  books: SlowBooks,
  account: SlowAccount,
  paid: {
    readonly ledger: number;
    readonly fromRealized: bigint;
    readonly changes: readonly PositionChange[];
  },
): void {
  const wasHealthy = !isSlowlyLiquidatable(books, account);
  const balance = books.balances[paid.ledger]!;
  const costs = paid.changes.map(({ position }) => (books.positions[position] as SlowPosition).cost);
  balance.balance -= paid.fromRealized;
  for (const { position, cost } of paid.changes) (books.positions[position] as SlowPosition).cost = cost;
  const isHealthy = !isSlowlyLiquidatable(books, account);
  balance.balance += paid.fromRealized;
  for (const [at, { position }] of paid.changes.entries())
    (books.positions[position] as SlowPosition).cost = costs[at] as bigint;
  demand(isHealthy || !wasHealthy, () => `LIQ-07: sharing makes ${account.id} liquidatable`);
}

export function judgeSoundness(
  { books, shares, timeMs }: EventContext,
  event: EventOf<'soundnessAssessed'>,
): void {
  const isSound = isSlowlySound(books, event.poolRow, timeMs);
  demand(event.isSound === isSound, () => `law 8: pool ${event.poolRow} is sound: ${isSound}`);
  if (!isSound) return;
  for (const [row, { account }] of books.holdings.entries())
    if (books.accounts[account]?.pool === event.poolRow) shares.delete(row);
}

/** What a liquidated account had gained is the pool's with all else. */
export function forgetGains({ books, shares }: EventContext, accountRow: number): void {
  for (const [row, { account }] of books.holdings.entries()) if (account === accountRow) shares.delete(row);
}
