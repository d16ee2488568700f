/**
 * Whose liquidation threshold a mark crosses, without a scan, of isolated accounts: per instrument and side an index over
 * thresholds in values of one lot. Funding moves every threshold a little; instead of re-keying anybody, the
 * index keeps a drift that is never less than any position's own movement. A key may therefore wake early,
 * never late, and the true predicate decides. An account looked at for nothing is re-keyed, and exact again.
 */
import { append } from '../base/append.js';
import { abs, divCeil, divFloor, mulDivCeil, mulDivFloor } from '../base/index.js';
import type { ChangedRows } from '../base/table.js';
import { createThresholdIndex, type ThresholdIndex } from '../liquidation/index.js';
import { isFullyCovered, liquidationUnitValue, type MarginTerms } from '../margin/index.js';
import { FUNDING_SCALE, unitValue } from '../market/index.js';
import { hasClosedForm } from './accountParts.js';
import { accountView } from './marginView.js';
import { listedInstrument, type State } from './state.js';

interface InstrumentTriggers {
  readonly longs: ThresholdIndex;
  readonly shorts: ThresholdIndex;
  /** On the basis of entry, accounts whose loss is covered whatever the price: only funding can change that. */
  readonly covered: Set<number>;
  /** Slot to account and the slots that are free. */
  readonly accountOfSlot: number[];
  readonly freeSlots: number[];
  fundingSeen: bigint;
  driftLong: bigint;
  driftShort: bigint;
}

export interface Triggers {
  /** Visits every account of the instrument that might be liquidatable at this mark and funding index. */
  collect(
    at: { instrumentRow: number; markTicks: bigint; fundingIndex: bigint },
    visit: (accountRow: number) => void,
  ): void;
  /** Puts changed accounts where they belong now. */
  refresh(accountRows: readonly number[]): void;
  /** An account woken for nothing: key it anew. */
  rekey(accountRow: number): void;
  /** The instrument has other terms now: every key of it is made anew. */
  rebuild(instrumentRow: number, holders: Iterable<number>): void;
}

export function createTriggers(
  state: State,
  /** By which an account of the instrument is keyed; null: it is not. */
  termsOf: (instrumentRow: number) => MarginTerms | null = (instrumentRow) =>
    listedInstrument(state, instrumentRow).liquidationTerms,
): Triggers {
  const byInstrument: InstrumentTriggers[] = [];
  /** Account to its slot, -1 without one. */
  const slotOf: number[] = [];
  /** Account to the instrument under which it was placed. */
  const placedIn: number[] = [];
  const woken: number[] = [];

  function triggersOf(instrumentRow: number): InstrumentTriggers {
    let triggers = byInstrument[instrumentRow];
    if (triggers === undefined) {
      triggers = {
        longs: createThresholdIndex({ fires: 'atOrAbove' }),
        shorts: createThresholdIndex({ fires: 'atOrBelow' }),
        covered: new Set(),
        accountOfSlot: [],
        freeSlots: [],
        fundingSeen: state.instruments.fundingIndex.get(instrumentRow),
        driftLong: 0n,
        driftShort: 0n,
      };
      byInstrument[instrumentRow] = triggers;
    }
    return triggers;
  }

  /** Drifts as they would be at a funding index. */
  function driftsAt(triggers: InstrumentTriggers, terms: MarginTerms, fundingIndex: bigint) {
    const change = fundingIndex - triggers.fundingSeen;
    if (change === 0n) return { long: triggers.driftLong, short: triggers.driftShort };
    const { slow, fast } = driftBounds(terms);
    // A long's threshold rises with funding at most fast and falls at least slow; a short's the other way round.
    const most = mulDivCeil(abs(change), fast.numerator, fast.denominator);
    const least = mulDivFloor(abs(change), slow.numerator, slow.denominator);
    return change > 0n
      ? { long: triggers.driftLong + most, short: triggers.driftShort + least }
      : { long: triggers.driftLong - least, short: triggers.driftShort - most };
  }

  function settleFunding(instrumentRow: number): InstrumentTriggers {
    const triggers = triggersOf(instrumentRow);
    const fundingIndex = state.instruments.fundingIndex.get(instrumentRow);
    if (fundingIndex === triggers.fundingSeen) return triggers;
    const terms = termsOf(instrumentRow);
    if (terms === null) return triggers;
    const drifts = driftsAt(triggers, terms, fundingIndex);
    triggers.driftLong = drifts.long;
    triggers.driftShort = drifts.short;
    triggers.fundingSeen = fundingIndex;
    for (const accountRow of [...triggers.covered]) place(accountRow);
    return triggers;
  }

  /** Takes the account out, also one whose opening was taken back. */
  function remove(accountRow: number): void {
    const instrumentRow = placedIn[accountRow] ?? -1;
    if (instrumentRow < 0) return;
    placedIn[accountRow] = -1;
    const triggers = triggersOf(instrumentRow);
    triggers.covered.delete(accountRow);
    const slot = slotOf[accountRow] ?? -1;
    if (slot < 0) return;
    triggers.longs.remove(slot);
    triggers.shorts.remove(slot);
    triggers.freeSlots.push(slot);
    slotOf[accountRow] = -1;
  }

  function place(accountRow: number): void {
    remove(accountRow);
    if (accountRow >= state.accounts.table.size || !hasClosedForm(state, accountRow)) return;
    const instrumentRow = state.accounts.instrument.get(accountRow);
    const triggers = settleFunding(instrumentRow);
    const view = accountView(state, accountRow);
    if (view.lots === 0n) return;
    placedIn[accountRow] = instrumentRow;
    if (state.accounts.isQueued.get(accountRow) === 1) return;
    const marginTerms = termsOf(instrumentRow);
    if (marginTerms === null) return;
    if (marginTerms.maintenanceBasis === 'entry' && isFullyCovered(marginTerms, view)) {
      triggers.covered.add(accountRow);
      return;
    }
    const { numerator, denominator } = liquidationUnitValue(marginTerms, view);
    const slot = triggers.freeSlots.pop() ?? triggers.accountOfSlot.length;
    triggers.accountOfSlot[slot] = accountRow;
    slotOf[accountRow] = slot;
    if (view.lots > 0n)
      triggers.longs.set(slot, divCeil(numerator * FUNDING_SCALE, denominator) - triggers.driftLong);
    else triggers.shorts.set(slot, divFloor(numerator * FUNDING_SCALE, denominator) - triggers.driftShort);
  }

  return {
    collect({ instrumentRow, markTicks, fundingIndex }, visit) {
      const triggers = settleFunding(instrumentRow);
      const marginTerms = termsOf(instrumentRow);
      if (marginTerms === null) return;
      const drifts = driftsAt(triggers, marginTerms, fundingIndex);
      const { numerator, denominator } = unitValue(marginTerms, markTicks);
      const visitSlot = (slot: number) => woken.push(triggers.accountOfSlot[slot] as number);
      triggers.longs.collect(divFloor(numerator * FUNDING_SCALE, denominator) - drifts.long, visitSlot);
      triggers.shorts.collect(divCeil(numerator * FUNDING_SCALE, denominator) - drifts.short, visitSlot);
      if (fundingIndex !== triggers.fundingSeen) append(woken, triggers.covered);
      for (const accountRow of woken.splice(0)) visit(accountRow);
    },
    refresh(accountRows) {
      for (const accountRow of accountRows) place(accountRow);
    },
    rekey: place,
    rebuild(instrumentRow, holders) {
      const before = byInstrument[instrumentRow];
      delete byInstrument[instrumentRow];
      // Slots of the index that is gone are forgotten with it.
      for (const accountRow of before?.accountOfSlot ?? []) {
        slotOf[accountRow] = -1;
        placedIn[accountRow] = -1;
      }
      for (const accountRow of before?.covered ?? []) placedIn[accountRow] = -1;
      for (const accountRow of holders) place(accountRow);
    },
  };
}

/**
 * Bounds of how far a threshold moves for each unit of funding index: the threshold solves
 * value x (1 -+ rate) = ... + funding x (1 +- closing fee), so the factor lies between these for every bracket.
 */
function driftBounds(terms: MarginTerms) {
  const last = terms.brackets[terms.brackets.length - 1];
  const fee = terms.closeFee === 'none' ? 0n : terms.takerFeeRate;
  const rate = (last?.maintenanceMarginRate ?? 0n) + (terms.closeFee === 'inRate' ? fee : 0n);
  const { rateScale } = terms;
  return {
    slow: { numerator: rateScale - fee, denominator: rateScale + rate },
    fast: { numerator: rateScale + fee, denominator: rateScale - rate },
  };
}

/** Accounts behind changed rows of the ledger, of accounts and of positions. */
export function changedAccounts(
  state: State,
  changed: { readonly ledger: ChangedRows; readonly accounts: ChangedRows; readonly positions: ChangedRows },
): number[] {
  const rows = new Set<number>();
  const add = (accountRow: number) => {
    if (accountRow >= 0) rows.add(accountRow);
  };
  for (const row of changed.ledger.take())
    if (row < state.ledger.table.size) add(state.ledger.accountOf(row));
  for (const row of changed.accounts.take()) add(row);
  for (const row of changed.positions.take()) {
    if (row < state.positions.table.size) add(state.positions.account.get(row));
  }
  return [...rows];
}
