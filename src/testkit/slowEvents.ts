/**
 * Judges one event before it is written into the slow books: recomputes the money where it can be recomputed,
 * holds it against the closed list of flows, and says with a sentence what does not add up.
 */
import { abs, divFloor, max } from '../base/index.js';
import type { Event, EventOf } from '../engine/event.js';
import {
  type AccountView,
  accountEquityFloor,
  accountRequirement,
  initialMarginCeil,
  isAccountLiquidatable,
  removalFloorScaled,
  VALUE_SCALE,
} from '../margin/index.js';
import {
  openPositionsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowHolding,
  type SlowInstrument,
} from './slowBooks.js';
import { judgeApproval, judgeBust, judgeReversal } from './slowCorrections.js';
import { demand, type EventContext } from './slowDemand.js';
import { judgeFill } from './slowFills.js';
import { judgeTransfers } from './slowFlows.js';
import {
  judgeArrival,
  judgeCarving,
  judgeGrandfathered,
  judgeLocked,
  judgeOrdersEnded,
} from './slowLevels.js';
import { judgeNewcomers, judgeNothingOpens, judgePoolStatus } from './slowLifecycle.js';
import { judgeExpiry, judgeFunding, judgeMarks } from './slowMarks.js';
import { judgeInstrumentMove } from './slowMoves.js';
import { judgeAcceptance, judgeFilledOrders, judgeOrdersGone, judgeStanding } from './slowOrders.js';
import { judgeClawback, judgeRelated } from './slowRelated.js';
import { judgeAutoMargin, judgeParameters } from './slowRules.js';
import { judgeScenarios } from './slowScenarios.js';
import { judgeQuoted } from './slowSources.js';
import { judgeSharedTakeover, judgeTakeover } from './slowTakeovers.js';
import { judgeTrade } from './slowTrades.js';
import {
  hasAllLivePrices,
  hasFreshScenarios,
  isPlain,
  isSlowlySound,
  isUsable,
  slowCash,
  slowFunding,
  slowValue,
  slowView,
  slowWholeView,
} from './slowValues.js';
import {
  forgetGains,
  judgeCover,
  judgeDeleveraging,
  judgeRecovery,
  judgeShare,
  judgeSoundness,
} from './slowWaterfall.js';

export function judgeEvent(context: EventContext, event: Event): void {
  judgeTransfers(context, event);
  judgeNewcomers(context, event);
  switch (event.kind) {
    case 'filled':
      judgeNothingOpens(context, event);
      judgeTrade(context, event);
      judgeRelated(context, event);
      judgeFilledOrders(context, event);
      return judgeFill(context, event);
    case 'unwound':
    case 'expirySettled':
      return judgeTrade(context, event);
    case 'deleveraged':
      judgeTrade(context, event);
      return judgeDeleveraging(context, event);
    case 'marked':
      return judgeMarks(context, event);
    case 'quoted':
      return judgeQuoted(context, event);
    case 'fundingApplied':
      return judgeFunding(context, event);
    case 'expired':
      return judgeExpiry(context, event);
    case 'takenOver':
      forgetGains(context, event.accountRow);
      judgeOrdersGone(context, event);
      return judgeTakeover(context, event);
    case 'accountTakenOver':
      forgetGains(context, event.accountRow);
      judgeOrdersGone(context, event);
      return judgeSharedTakeover(context, event);
    case 'recovered':
      return judgeRecovery(context, event);
    case 'covered':
      return judgeCover(context, event);
    case 'shared':
      return judgeShare(context, event);
    case 'clawedBack':
      return judgeClawback(context, event);
    case 'soundnessAssessed':
      return judgeSoundness(context, event);
    case 'released':
      return judgeRelease(context, event);
    case 'scenariosSent':
      return judgeScenarios(context, event);
    case 'parametersApplied':
      return judgeParameters(context, event);
    case 'autoMarginAdded':
      return judgeAutoMargin(context, event);
    case 'orderAccepted':
    case 'orderAmended':
      return judgeAcceptance(context, event);
    case 'facilityDrained':
      return judgeDrain(context, event);
    case 'modeSwitched':
      return judgeSwitch(context, event);
    case 'isolationLevelApplied':
      return judgeOrdersEnded(context.books, event);
    case 'holdersGrandfathered':
      return judgeGrandfathered(context, event);
    case 'positionMoved':
      judgeCarving(context, event);
      judgeStanding(context, event);
      return judgeMove(context, event);
    case 'correctionApproved':
      return judgeApproval(context, event);
    case 'tradeBusted':
      judgeTrade(context, event);
      judgeRelated(context, event);
      return judgeBust(context, event);
    case 'liquidationReversed':
      return judgeReversal(context, event);
    case 'poolStatusSet':
      return judgePoolStatus(context, event);
    case 'instrumentMoved':
      return judgeInstrumentMove(context, event);
    default:
      return;
  }
}

/** Everything the account holds comes along. */
function judgeSwitch(context: EventContext, event: EventOf<'modeSwitched'>): void {
  const { mode: from } = context.books.accounts[event.accountRow] as SlowAccount;
  const instruments = openPositionsOf(context.books, event.accountRow).map(({ instrument }) => instrument);
  judgeArrival(context, { from, to: event.marginMode, instruments });
}

// ---- leaving ----

function judgeRelease(context: EventContext, event: EventOf<'released'>): void {
  const { books, timeMs } = context;
  const account = books.accounts[event.accountRow] as SlowAccount;
  const { asset, netPrincipal } = books.holdings[event.accountAssetRow] as SlowHolding;
  demand(!account.isQueued, () => `MAR-03: ${account.id} is in liquidation`);
  demand(
    event.amount <= slowCash(books, account.pool, asset),
    () => 'ISO-06: more than the pool has in cash',
  );
  if (event.amount > max(0n, netPrincipal)) {
    demand(
      isSlowlySound(books, account.pool, timeMs),
      () => 'ISO-06: more than its principal out of an unsound pool',
    );
  }
  if (openPositionsOf(books, event.accountRow).length === 0) return;
  judgeLocked(books, event.accountRow);
  if (isPlain(books, account)) judgePlainRelease(context, event);
  else judgeSharedRelease(context, event, asset);
}

function judgePlainRelease({ books, timeMs }: EventContext, event: EventOf<'released'>): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const view = slowView(books, account);
  const [position] = openPositionsOf(books, event.accountRow);
  demand(isUsable(instrument, timeMs), () => 'PRC-01: released at an unusable mark');
  const { marginTerms, definition } = instrument.listed;
  const left = { ...view, collateral: view.collateral - event.amount };
  for (const markTicks of [instrument.markTicks, instrument.indexTicks]) {
    const { above, below } = slowValue(instrument, view.lots, markTicks);
    const pnl = divFloor(above, below) - view.cost;
    const counted = pnl < 0n ? pnl : divFloor(pnl * definition.unrealizedProfitSharePpm, 1_000_000n);
    const backing = left.collateral + slowFunding(books, position!) + counted;
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

/**
 * What stays behind a whole account meets initial and order margin and the removal floors, at marks and at indexes. A
 * price that may not decide was moved against the account, so it is judged only where all of them may.
 */
function judgeSharedRelease(
  { books, timeMs }: EventContext,
  event: EventOf<'released'>,
  asset: number,
): void {
  const account = books.accounts[event.accountRow] as SlowAccount;
  demand(
    account.mode !== 'portfolio' || hasFreshScenarios(books, account, { timeMs, more: [] }),
    () => `MAR-10: ${account.id} releases on scenarios that are stale`,
  );
  if (!hasAllLivePrices(books, account, timeMs)) return;
  const leave = (view: AccountView) => ({
    ...view,
    assets: view.assets.map((held) =>
      held.asset === asset ? { ...held, balance: held.balance - event.amount } : held,
    ),
  });
  demand(
    !isAccountLiquidatable(leave(slowWholeView(books, account, 'liquidation'))),
    () => `MAR-03: ${account.id} is liquidatable after a release`,
  );
  const view = leave(slowWholeView(books, account, 'opening'));
  const atIndex = view.legs.map((leg) => (leg.option === null ? { ...leg, markTicks: leg.indexTicks } : leg));
  for (const legs of [view.legs, atIndex]) {
    const left = { ...view, legs };
    const equity = accountEquityFloor(left);
    const { initial, order } = accountRequirement(left);
    const floor = removalFloorScaled(left) / VALUE_SCALE;
    demand(
      equity + 1n >= max(initial, floor) + order,
      () => `MAR-03: ${equity} stays behind ${account.id}, initial ${initial}, floor ${floor}`,
    );
  }
}

/** The facility is the venue's: it takes back no more than the pool has in cash. */
function judgeDrain({ books }: EventContext, { transfers }: EventOf<'facilityDrained'>): void {
  for (const { from, amount } of transfers) {
    const { pool, asset } = (books as SlowBooks).balances[from]!;
    demand(amount <= slowCash(books, pool, asset), () => 'ISO-06: drained beyond the cash of the pool');
  }
}

/** A position changes hands inside a client as it is: lots, cost, premium and funding sum to what they were (LED-05). */
function judgeMove({ books }: EventContext, event: EventOf<'positionMoved'>): void {
  for (const field of ['lots', 'cost', 'premium'] as const) {
    const change = event.positions.reduce(
      (sum, after) => sum + after[field] - (books.positions[after.position]?.[field] as bigint),
      0n,
    );
    demand(change === 0n, () => `LED-05: a move changes ${field} by ${change}`);
  }
  for (const { position, lots, fundingIndex } of event.positions) {
    const before = books.positions[position]!;
    const other = event.positions.find((each) => each.position !== position)!.position;
    const from = before.lots === 0n ? (books.positions[other]?.fundingIndex as bigint) : before.fundingIndex;
    demand(lots === 0n || fundingIndex === from, () => 'LED-05: a move collects funding');
  }
  const [from, to] = [event.fromAccountRow, event.toAccountRow].map((row) => books.accounts[row]!);
  demand(from?.client === to?.client && from?.pool === to?.pool, () => 'ISO-01: a move to another client');
  const instruments = event.positions.map(({ position }) => books.positions[position]!.instrument);
  judgeArrival({ books }, { from: from!.mode, to: to!.mode, instruments });
  const moved = event.transfers.reduce((sum, { amount }) => sum + amount, 0n);
  const principal = event.principals.reduce((sum, { amount }) => sum + amount, 0n);
  demand(moved === event.amount && principal === 0n, () => `LED-05: ${moved} moves, principal ${principal}`);
}
