/** Judges corrections: two pairs of eyes, each thing once, the right amounts, and nobody pays but fund and venue. */
import { abs, divFloor, max } from '../base/index.js';
import type { Correction } from '../engine/correctionFields.js';
import type { EventOf } from '../engine/event.js';
import { isLiquidatable } from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import {
  holdingOf,
  type SlowAccount,
  type SlowBooks,
  type SlowInstrument,
  type SlowPosition,
  type SlowTakeover,
} from './slowBooks.js';
import { balanceAfter, demand, type EventContext, netOf } from './slowDemand.js';
import { judgeRest } from './slowMoves.js';
import { slowFunding, slowValue, slowValueFloor } from './slowValues.js';

export function judgeApproval({ books, timeMs }: EventContext, event: EventOf<'correctionApproved'>): void {
  const proposal = books.proposals[event.proposalRow]!;
  demand(proposal.status === 'open' && timeMs <= proposal.expiresMs, () => 'approved though it is over');
  demand(proposal.operator !== event.operator, () => 'approved by who proposed it');
  const isTwice = books.proposals.some(
    ({ status, correction }) => status === 'approved' && isSame(correction, proposal.correction),
  );
  demand(!isTwice, () => 'corrected twice');
}

function isSame(a: Correction, b: Correction): boolean {
  if (a.kind === 'reverseLiquidation') return b.kind === a.kind && a.takeover === b.takeover;
  if (b.kind === 'reverseLiquidation' || a.kind !== b.kind) return false;
  return a.sequence === b.sequence && (a.kind === 'bustTrade' || a.instrument === b.instrument);
}

/** Traded back it moves lots at the fill's own price between two accounts, else money to who was hurt by the price. */
export function judgeBust(context: EventContext, event: EventOf<'tradeBusted'>): void {
  const { books } = context;
  const named = books.proposals[event.proposalRow]!.correction;
  demand(named.kind === 'bustTrade', () => 'a bust of nothing');
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const valueAt = (priceTicks: bigint) => {
    const markTicks = priceTicks * instrument.listed.definition.markTicksPerTick;
    const { above, below } = slowValue(instrument, named.lots, markTicks);
    return above < 0n ? -(-above / below) : above / below;
  };
  const value = valueAt(named.priceTicks);
  demand(event.value === value, () => `LIQ-08: the fill was worth ${value}, not ${event.value}`);
  demand(event.deficits.length === 0 && event.takeovers.length === 0, () => 'LIQ-08: a bust leaves a loss');
  const rowOf = (id: string) => books.accounts.findIndex((account) => account.id === id);
  if (event.isTradedBack) {
    const changes = event.positions.map(({ position, lots }) => {
      const before = books.positions[position] as SlowPosition;
      return `${books.accounts[before.account]?.id} ${lots - before.lots}`;
    });
    const due = [`${named.buyer} ${-named.lots}`, `${named.seller} ${named.lots}`];
    return demand(changes.sort().join() === due.sort().join(), () => `traded back: ${changes.join()}`);
  }
  demand(event.positions.length === 0, () => 'a bust in cash moves a position');
  const difference = value - valueAt(named.fairTicks);
  const hurt = rowOf(difference > 0n ? named.buyer : named.seller);
  judgePaid(context, event, { account: hurt, amount: abs(difference), asset: instrument.asset, named });
}

/** What it had of equity by the right mark is there again: in what the takeover held, and in money. */
export function judgeReversal(context: EventContext, event: EventOf<'liquidationReversed'>): void {
  const { books } = context;
  const named = books.proposals[event.proposalRow]!.correction;
  demand(named.kind === 'reverseLiquidation', () => 'a reversal of nothing');
  const {
    account,
    instrument: row,
    position,
    taken,
    isClosed,
  } = books.takeovers[event.takeoverRow] as SlowTakeover;
  const instrument = books.instruments[row] as SlowInstrument;
  demand(taken !== null && account === event.accountRow, () => 'LIQ-03: not of this account');
  const mark = books.proposals.find(({ id }) => id === named.correctedBy)!;
  demand(mark.status === 'approved' && mark.correction.kind === 'correctMark', () => 'no mark was corrected');
  const { rightTicks } = mark.correction;
  const equity = taken.collateral + slowValueFloor(instrument, taken.lots, rightTicks) - taken.cost;
  demand(equity === event.equity, () => `LIQ-08: it had ${equity}, not ${event.equity}`);
  const { leveragePpm: leverage } = books.accounts[account] as SlowAccount;
  demand(
    !isLiquidatable(
      instrument.listed.liquidationTerms,
      { ...taken, fundingPerLot: 0n, leverage },
      rightTicks,
    ),
    () => 'LIQ-03: at the right mark it was due',
  );
  let worth = 0n;
  if (event.lots !== 0n) {
    const held = books.positions[position] as SlowPosition;
    const back = event.positions.find(({ lots }) => lots !== 0n)!;
    demand(
      !isClosed && back.lots === held.lots && back.cost === held.cost,
      () => 'LIQ-03: not what was held',
    );
    worth =
      event.lots === taken.lots
        ? equity
        : event.collateral +
          slowFunding(books, held) +
          slowValueFloor(instrument, held.lots, rightTicks) -
          held.cost;
  }
  const amount = max(0n, equity - worth);
  judgePaid(context, event, { account, amount, asset: instrument.asset, named });
}

/** By the fund only at rest, each within what was named, to the account and through it to the wallet of a closed one. */
function judgePaid(
  context: EventContext,
  { compensations, transfers }: EventOf<'tradeBusted' | 'liquidationReversed'>,
  due: {
    readonly account: number;
    readonly amount: bigint;
    readonly asset: number;
    readonly named: { readonly fundCapMinor: bigint; readonly venueCapMinor: bigint };
  },
): void {
  const { books, timeMs } = context;
  const { account, amount, named } = due;
  const [paid] = compensations;
  const [fund, venue] = [paid?.fundPaidMinor ?? 0n, paid?.venuePaidMinor ?? 0n];
  demand(fund + venue === amount, () => `LIQ-08: ${fund} and ${venue} are paid of ${amount}`);
  demand(fund <= named.fundCapMinor && venue <= named.venueCapMinor, () => 'LIQ-08: more than was allowed');
  if (amount === 0n) return;
  demand(compensations.length === 1 && paid?.accountRow === account, () => 'LIQ-08: somebody else is paid');
  const { pool, isClosed } = books.accounts[account] as SlowAccount;
  if (fund > 0n) judgeRest(books, pool, timeMs);
  const ledger = holdingOf(books, account, due.asset)!.ledger;
  const flows = ['compensateFund', 'compensateVenue'] as const;
  demand(netOf(transfers, ledger, { receive: flows }) === amount, () => 'LIQ-08: not to the account');
  demand(paid?.isSwept === isClosed, () => 'LIQ-08: only what comes for a closed account is swept');
  if (isClosed)
    demand(balanceAfter(books, transfers, ledger) === 0n, () => 'law 3: a closed account holds money');
}

// ---- the books ----

export function applyCorrections(
  books: SlowBooks,
  event: EventOf<
    'correctionProposed' | 'correctionApproved' | 'proposalWithdrawn' | 'liquidationReversed' | 'takenOver'
  >,
): void {
  switch (event.kind) {
    case 'correctionProposed': {
      const { proposal: id, operator, expiresMs, correction } = event;
      books.proposals.push({ id, operator, expiresMs, correction, status: 'open' });
      return;
    }
    case 'correctionApproved':
      books.proposals[event.proposalRow]!.status = 'approved';
      return;
    case 'proposalWithdrawn':
      books.proposals[event.proposalRow]!.status = 'withdrawn';
      return;
    case 'takenOver': {
      const { lots, cost, collateral, fundingIndex } = event;
      const { instrument } = books.accounts[event.accountRow] as SlowAccount;
      const moved = (books.instruments[instrument] as SlowInstrument).fundingIndex - fundingIndex;
      const funding = divFloor(-lots * moved, FUNDING_SCALE);
      const holding = holdingOf(
        books,
        event.accountRow,
        (books.instruments[instrument] as SlowInstrument).asset,
      )!;
      const taken = { lots, cost, collateral: collateral + funding, principal: holding.netPrincipal };
      books.takeovers[books.takeovers.length - 1]!.taken = taken;
      return;
    }
    case 'liquidationReversed': {
      const { principal } = books.takeovers[event.takeoverRow]!.taken!;
      const { asset } = books.instruments[event.instrumentRow] as SlowInstrument;
      const least = principal < event.collateral ? principal : event.collateral;
      if (event.lots !== 0n) holdingOf(books, event.accountRow, asset)!.netPrincipal += max(0n, least);
      return;
    }
  }
}
