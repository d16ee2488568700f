/**
 * Settles what has expired: holders close in pairs, a long and a short against each other at the settlement mark, so that
 * signed lots stay zero at every step. Options of one series settle together, and what an account pays and gets is one
 * amount: while others of its options are still to settle, one of them carries what is missing, so that no spread is
 * short between its legs. What a loser cannot pay in the end is a deficit of its pool with cause `expiry`.
 */
import { append, lowestRow } from '../../base/append.js';
import { abs, divFloor, max, min } from '../../base/index.js';
import { isAccountLiquidatable, type MarginTerms } from '../../margin/index.js';
import { valueAtMark } from '../../market/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { accountAssetOf, hasClosedForm, positionsOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, draftBalance, draftPosition, finishDraft, newDraft } from '../draft.js';
import type { Event } from '../event.js';
import { openTakeoversOf } from '../evolve.js';
import { pushRepay } from '../lending.js';
import { seriesOf } from '../optionSeries.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument, type State } from '../state.js';
import { tradeAtMark } from './markTrade.js';

/** Holders closed in one step: the rest follows in the next. */
const HOLDERS_MAX = 128;

interface Holding {
  readonly positionRow: number;
  readonly isLong: boolean;
  left: bigint;
  traded: bigint;
  value: bigint;
}

export function decideSettleExpiry(
  situation: Situation,
  { instrumentRow }: CommandOf<'settleExpiry'>,
): Decision {
  const { state } = situation;
  const isSettling = (row: number) => state.instruments.status.get(row) === INSTRUMENT_STATUS.settling;
  if (!isSettling(instrumentRow)) return reject('nothing_to_do');
  const series = seriesOf(situation, instrumentRow).filter(isSettling);
  const closing = pairSeries(situation, series);
  const draft = newDraft();
  if (listedInstrument(state, instrumentRow).option === null) {
    for (const { positionRow, traded, value } of closing.settled)
      tradeAtMark(situation, draft, { positionRow, lots: traded, value, cause: 'expiry' });
  } else settleNet(situation, draft, { series: new Set(series), settled: closing.settled });
  finishDraft(state, draft, state.instruments.poolAsset.get(instrumentRow));
  const woken = leftInDanger(state, draft, new Set(series));
  const events: Event[] = [{ kind: 'expirySettled', instrumentRow, ...draft, woken }];
  for (const row of closing.done) events.push({ kind: 'instrumentSettled', instrumentRow: row });
  return events;
}

/**
 * What each holder closes in this step. Accounts come in the same order in every instrument, each with its part of the
 * step, so that most have all their options settled in one.
 */
function pairSeries(
  situation: Situation,
  series: readonly number[],
): { readonly settled: readonly Holding[]; readonly done: readonly number[] } {
  const most = Math.max(2, Math.floor(HOLDERS_MAX / series.length));
  const settled: Holding[] = [];
  const done: number[] = [];
  for (const instrumentRow of series) {
    if (settled.length >= HOLDERS_MAX) break;
    const longs = holdingsOf(situation, instrumentRow, 'long');
    const shorts = holdingsOf(situation, instrumentRow, 'short');
    append(settled, pairOff(situation.state, instrumentRow, { longs, shorts, most }));
    if ([...longs, ...shorts].every(({ left }) => left === 0n)) done.push(instrumentRow);
  }
  return { settled, done };
}

function pairOff(
  state: State,
  instrumentRow: number,
  of: { readonly longs: readonly Holding[]; readonly shorts: readonly Holding[]; readonly most: number },
): Holding[] {
  const { longs, shorts, most } = of;
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const settlementTicks = state.instruments.settlementTicks.get(instrumentRow);
  const touched = new Set<Holding>();
  let [l, s] = [0, 0];
  while (l < longs.length && s < shorts.length && touched.size < most) {
    const long = longs[l] as Holding;
    const short = shorts[s] as Holding;
    const lots = min(long.left, short.left);
    const value = valueAt(marginTerms, lots, settlementTicks);
    long.traded -= lots;
    long.value -= value;
    short.traded += lots;
    short.value += value;
    long.left -= lots;
    short.left -= lots;
    touched.add(long).add(short);
    if (long.left === 0n) l++;
    if (short.left === 0n) s++;
  }
  return [...touched];
}

/** An option that expires worthless settles at 0, where nothing else has a value. */
function valueAt(terms: MarginTerms, lots: bigint, settlementTicks: bigint): bigint {
  if (settlementTicks === 0n) return 0n;
  const { numerator, denominator } = valueAtMark(terms, lots, settlementTicks);
  return divFloor(numerator, denominator);
}

interface NetSettlement {
  readonly series: ReadonlySet<number>;
  readonly settled: readonly Holding[];
}

/** Longs are paid before shorts pay; what is missing waits for the account's last option, and what is left repays then. */
function settleNet(situation: Situation, draft: Draft, { series, settled }: NetSettlement): void {
  const { state } = situation;
  const { account } = state.positions;
  const inOrder = [...settled.filter(({ isLong }) => isLong), ...settled.filter(({ isLong }) => !isLong)];
  for (const { positionRow, traded, value, left } of inOrder) {
    const waitsOn = left > 0n ? positionRow : otherOpen(state, draft, { positionRow, series });
    const lots = traded;
    tradeAtMark(situation, draft, { positionRow, lots, value, cause: 'expiry', netted: { waitsOn } });
  }
  const accounts = new Set(inOrder.map(({ positionRow }) => account.get(positionRow)));
  for (const accountRow of [...accounts].sort((a, b) => a - b))
    if (accountRow >= 0) repayGain(state, draft, { accountRow, series });
}

/** Accounts that have nothing left in the series and are now at or under maintenance margin: a cover may have gone with it (FND-05). */
function leftInDanger(state: State, draft: Draft, series: ReadonlySet<number>): readonly number[] {
  const { accounts, positions } = state;
  const rows = new Set(draft.positions.map(({ position }) => positions.account.get(position)));
  return [...rows]
    .filter(
      (accountRow) =>
        accountRow >= 0 &&
        !hasClosedForm(state, accountRow) &&
        accounts.isQueued.get(accountRow) === 0 &&
        openInSeries(state, draft, { accountRow, series }).length === 0 &&
        hasAllPrices(state, accountRow) &&
        isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft })),
    )
    .sort((a, b) => a - b);
}

/** Another position of the same account in the series that the draft leaves open; -1 for none. */
function otherOpen(
  state: State,
  draft: Draft,
  { positionRow, series }: { readonly positionRow: number; readonly series: ReadonlySet<number> },
): number {
  const accountRow = state.positions.account.get(positionRow);
  if (accountRow < 0) return -1;
  const rows = openInSeries(state, draft, { accountRow, series }).filter((row) => row !== positionRow);
  return lowestRow(rows);
}

interface InSeries {
  readonly accountRow: number;
  readonly series: ReadonlySet<number>;
}

function openInSeries(state: State, draft: Draft, { accountRow, series }: InSeries): readonly number[] {
  return positionsOf(state, accountRow).filter(
    (row) => series.has(state.positions.instrument.get(row)) && draftPosition(state, draft, row).lots !== 0n,
  );
}

/** What the series has brought in the end repays the debt first, as what any trade brings does. */
function repayGain(state: State, draft: Draft, of: InSeries): void {
  const { accountAssets, instruments, ledger, pools } = state;
  const [instrumentRow] = of.series;
  const isSound = pools.isSound.get(instruments.pool.get(instrumentRow as number)) === 1;
  if (!isSound || openInSeries(state, draft, of).length > 0) return;
  const row = accountAssetOf(state, of.accountRow, instruments.poolAsset.get(instrumentRow as number));
  const ledgerRow = accountAssets.ledgerRow.get(row);
  pushRepay(state, draft, row, max(0n, draftBalance(state, draft, ledgerRow) - ledger.balance(ledgerRow)));
}

/** Accounts, takeovers and the outside on one side: accounts first, in their order. */
function holdingsOf({ state, derived }: Situation, instrumentRow: number, side: 'long' | 'short'): Holding[] {
  const { positions, instruments, takeovers } = state;
  const rows = [...derived.holders(instrumentRow, side)];
  const others = [...openTakeoversOf(state, instruments.pool.get(instrumentRow))]
    .filter((row) => takeovers.instrument.get(row) === instrumentRow)
    .map((row) => takeovers.position.get(row));
  const outside = instruments.counterpartyPosition.get(instrumentRow);
  if (outside >= 0) others.push(outside);
  for (const row of others)
    if (side === 'long' ? positions.lots.get(row) > 0n : positions.lots.get(row) < 0n) rows.push(row);
  const place = (row: number) => {
    const accountRow = positions.account.get(row);
    return accountRow < 0 ? Number.MAX_SAFE_INTEGER : accountRow;
  };
  return rows
    .sort((a, b) => place(a) - place(b) || a - b)
    .map((positionRow) => ({
      positionRow,
      isLong: side === 'long',
      left: abs(positions.lots.get(positionRow)),
      traded: 0n,
      value: 0n,
    }));
}
