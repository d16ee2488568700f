/**
 * Which shared accounts (cross, portfolio, isolated with options or in a spot pair) a change of prices or of what they
 * owe may bring to maintenance margin, without looking at those it cannot: each account is registered with a box of inputs inside which it is provably safe
 * (safeBox.ts), and a change visits only whose box it leaves. Boxes may be left early, never late; the true predicate
 * decides, and an account visited for nothing gets a new box around where it then stands.
 */
import { createIntervalIndex } from '../liquidation/index.js';
import type { AccountView } from '../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { assetsOf, hasClosedForm, hasRisk, positionsOf } from './accountParts.js';
import type { PriceChange } from './priceChange.js';
import { type InputKind, inputOf, type SafeInterval, safeIntervals } from './safeBox.js';
import type { State } from './state.js';

export interface SharedTriggers {
  /** Visits every shared account that might be liquidatable at the changed prices, each once, in order of rows. */
  collect(change: PriceChange, visit: (accountRow: number) => void): void;
  /** Takes note that these accounts have changed. */
  refresh(accountRows: readonly number[]): void;
}

export function createSharedTriggers(
  state: State,
  /** As what an account is watched, in place of what it is; null: it is not watched. */
  watchedAs: (view: AccountView, accountRow: number) => AccountView | null = (view) => view,
): SharedTriggers {
  const index = createIntervalIndex();
  /** Accounts whose box has to be made anew before the next change. */
  const outdated = new Set<number>();

  function place(accountRow: number): void {
    const intervals = isWatched(accountRow) ? intervalsOf(accountRow) : [];
    if (intervals.length > 0) index.set(accountRow, intervals);
    else index.remove(accountRow);
  }

  /** Accounts with a closed form have a trigger of their own; those in the queue are found already. */
  function isWatched(accountRow: number): boolean {
    const { accounts } = state;
    const isShared = accountRow < accounts.table.size && !hasClosedForm(state, accountRow);
    return isShared && accounts.isQueued.get(accountRow) === 0 && hasRisk(state, accountRow);
  }

  function intervalsOf(accountRow: number): readonly SafeInterval[] {
    return hasAllPrices(state, accountRow) ? boxOf(accountRow) : pointsOf(accountRow);
  }

  function boxOf(accountRow: number): readonly SafeInterval[] {
    const { accountAssets, instruments, poolAssets } = state;
    const held = assetsOf(state, accountRow).map((row) => accountAssets.poolAsset.get(row));
    const view = watchedAs(
      wholeAccountView(state, accountRow, { prices: LAST_GOOD, orders: [] }),
      accountRow,
    );
    if (view === null) return [];
    return safeIntervals(view, {
      instruments: view.legs.map(({ instrument }) => instrument),
      poolAssets: held,
      fundingIndexes: view.legs.map(({ instrument }) => instruments.fundingIndex.get(instrument)),
      borrowIndexes: held.map((row) => poolAssets.borrowIndex.get(row)),
    });
  }

  /** An account that lacks a price is looked at whenever any of its inputs changes. */
  function pointsOf(accountRow: number): readonly SafeInterval[] {
    const { accountAssets, instruments, poolAssets, positions } = state;
    const point = (kind: InputKind, row: number, value: bigint): SafeInterval => {
      return { input: inputOf(kind, row), low: value, high: value };
    };
    const open = positionsOf(state, accountRow).filter((row) => positions.lots.get(row) !== 0n);
    const rows = [...new Set(open.map((row) => positions.instrument.get(row)))];
    return [
      ...rows.flatMap((row) => [
        point('mark', row, instruments.markTicks.get(row)),
        point('index', row, instruments.indexTicks.get(row)),
        point('funding', row, instruments.fundingIndex.get(row)),
      ]),
      ...assetsOf(state, accountRow)
        .map((row) => accountAssets.poolAsset.get(row))
        .flatMap((row) => [
          point('assetPrice', row, poolAssets.price.get(row)),
          point('borrowIndex', row, poolAssets.borrowIndex.get(row)),
        ]),
    ];
  }

  function catchUp(): void {
    for (const accountRow of outdated) place(accountRow);
    outdated.clear();
  }

  return {
    collect(change, visit) {
      catchUp();
      const found = new Set<number>();
      const add = (accountRow: number) => found.add(accountRow);
      for (const [row, { markTicks, indexTicks }] of change.marks) {
        index.collect(inputOf('mark', row), markTicks, add);
        index.collect(inputOf('index', row), indexTicks, add);
      }
      for (const [row, fundingIndex] of change.fundingIndexes)
        index.collect(inputOf('funding', row), fundingIndex, add);
      for (const [row, price] of change.assetPrices) index.collect(inputOf('assetPrice', row), price, add);
      for (const [row, borrowIndex] of change.borrowIndexes)
        index.collect(inputOf('borrowIndex', row), borrowIndex, add);
      for (const accountRow of [...found].sort((a, b) => a - b)) {
        outdated.add(accountRow);
        visit(accountRow);
      }
    },
    refresh(accountRows) {
      for (const accountRow of accountRows) outdated.add(accountRow);
    },
  };
}
