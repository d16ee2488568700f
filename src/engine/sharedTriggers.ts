/**
 * Which shared accounts (cross, portfolio, isolated with options or in a spot pair) a change of prices or of what they
 * owe may bring to maintenance margin, without looking at those it cannot: each account is registered with a box of inputs
 * inside which it is provably safe (safeBox.ts), and a change visits only whose box it leaves. Boxes may be left early,
 * never late; the true predicate decides, and an account visited for nothing gets a new box around where it then stands,
 * or does without one and is visited with every change for a while, where boxes do not last (boxWorth.ts).
 */
import { createIntervalIndex } from '../liquidation/index.js';
import type { AccountView } from '../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { assetsOf, hasClosedForm, hasRisk, positionsOf, valuedInPoolAsset } from './accountParts.js';
import { type ChangeCounts, createBoxWorth } from './boxWorth.js';
import { createHotAccounts } from './hotAccounts.js';
import type { PriceChange } from './priceChange.js';
import { inputOf, NO_ROOM, type SafeBox, safeBox } from './safeBox.js';
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
  const hot = createHotAccounts();
  const worth = createBoxWorth();
  /** Changes that brought new prices, and of each input. */
  let changes = 0;
  const changesOf: number[] = [];

  function place(accountRow: number): void {
    if (!isWatched(accountRow)) {
      worth.forget(accountRow);
      return drop(accountRow);
    }
    // One that lacks a price is looked at whenever any of its inputs changes.
    if (worth.isHot(accountRow) || !hasAllPrices(state, accountRow)) return heat(accountRow);
    const box = boxOf(accountRow);
    if (box === null) return drop(accountRow);
    if (box.width === NO_ROOM) {
      worth.none(accountRow);
      return heat(accountRow);
    }
    worth.made(accountRow, { width: box.width, counts: countsOf(accountRow) });
    hot.remove(accountRow);
    index.set(accountRow, box.intervals);
  }

  function heat(accountRow: number): void {
    index.remove(accountRow);
    hot.set(accountRow, inputsOf(accountRow));
  }

  function drop(accountRow: number): void {
    index.remove(accountRow);
    hot.remove(accountRow);
  }

  /** Accounts with a closed form have a trigger of their own; those in the queue are found already. */
  function isWatched(accountRow: number): boolean {
    const { accounts } = state;
    const isShared = accountRow < accounts.table.size && !hasClosedForm(state, accountRow);
    return isShared && accounts.isQueued.get(accountRow) === 0 && hasRisk(state, accountRow);
  }

  function boxOf(accountRow: number): SafeBox | null {
    const { accountAssets, instruments, poolAssets } = state;
    const held = assetsOf(state, accountRow).map((row) => accountAssets.poolAsset.get(row));
    const view = watchedAs(
      wholeAccountView(state, accountRow, { prices: LAST_GOOD, orders: [] }),
      accountRow,
    );
    if (view === null) return null;
    const rows = {
      instruments: view.legs.map(({ instrument }) => instrument),
      poolAssets: held,
      fundingIndexes: view.legs.map(({ instrument }) => instruments.fundingIndex.get(instrument)),
      borrowIndexes: held.map((row) => poolAssets.borrowIndex.get(row)),
      valuedIn: valuedInPoolAsset(state, accountRow),
    };
    return safeBox(view, rows, worth.widthOf(accountRow));
  }

  /** Everything the account is judged by. */
  function inputsOf(accountRow: number): readonly number[] {
    const { accountAssets, positions } = state;
    const open = positionsOf(state, accountRow).filter((row) => positions.lots.get(row) !== 0n);
    const instruments = [...new Set(open.map((row) => positions.instrument.get(row)))];
    const assets = assetsOf(state, accountRow).map((row) => accountAssets.poolAsset.get(row));
    return [
      ...instruments.flatMap((row) =>
        (['mark', 'index', 'funding'] as const).map((kind) => inputOf(kind, row)),
      ),
      ...assets.flatMap((row) => (['assetPrice', 'borrowIndex'] as const).map((kind) => inputOf(kind, row))),
    ];
  }

  function catchUp(): void {
    for (const accountRow of outdated) place(accountRow);
    outdated.clear();
  }

  function countsOf(accountRow: number): ChangeCounts {
    const ofInputs = inputsOf(accountRow).reduce((sum, input) => sum + (changesOf[input] ?? 0), 0);
    return { all: changes, ofInputs };
  }

  /** Who has left its box gets another or is hot for a while; who is hot stays so until a box is worth a try. */
  function afterVisit(accountRow: number): void {
    if (!hot.has(accountRow)) worth.left(accountRow, countsOf(accountRow));
    else worth.looked(accountRow);
    if (!hot.has(accountRow) || !worth.isHot(accountRow)) outdated.add(accountRow);
  }

  function visitedBy(change: PriceChange): readonly number[] {
    const found = new Set<number>();
    const add = (accountRow: number) => found.add(accountRow);
    const leave = (input: number, value: bigint) => {
      index.collect(input, value, add);
      hot.collect(input, add);
    };
    const count = (input: number) => {
      changesOf[input] = (changesOf[input] ?? 0) + 1;
    };
    for (const [row, { markTicks, indexTicks }] of change.marks) {
      count(inputOf('mark', row));
      leave(inputOf('mark', row), markTicks);
      leave(inputOf('index', row), indexTicks);
    }
    const others = [
      ['funding', change.fundingIndexes],
      ['assetPrice', change.assetPrices],
      ['borrowIndex', change.borrowIndexes],
    ] as const;
    for (const [kind, values] of others) {
      for (const [row, value] of values) {
        count(inputOf(kind, row));
        leave(inputOf(kind, row), value);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  return {
    collect(change, visit) {
      catchUp();
      changes++;
      for (const accountRow of visitedBy(change)) {
        afterVisit(accountRow);
        visit(accountRow);
      }
    },
    refresh(accountRows) {
      for (const accountRow of accountRows) outdated.add(accountRow);
    },
  };
}
