/**
 * The margin accounts a policy makes of a book, each with its positions and its part of its owner's collateral. Positions
 * and money are the same under every policy; what differs is what stands behind what.
 */
import { err, type Minor, max, mulDivFloor, ok, PPM, type Result } from '../base/index.js';
import { type Book, type BookHolding, type BookPosition, type BookWallet, holdingOf } from './book.js';
import { type BookTerms, maintenanceOf, notionalOf, profitOf, valuedAt } from './bookTerms.js';
import { poolOf, proportional } from './placePools.js';
import type { Policy } from './policy.js';
import { type Portfolio, portfoliosOf } from './portfolios.js';
import { splitCollateral } from './splitCollateral.js';

export interface PlacedAccount {
  readonly id: string;
  readonly owner: string;
  /** Accounts of the book that it holds something of. */
  readonly from: readonly string[];
  readonly pool: string;
  /** What an isolated account trades; null for a cross one. */
  readonly instrument: string | null;
  readonly collateral: readonly BookHolding[];
  readonly positions: readonly BookPosition[];
}

export interface PlacedMoney {
  readonly accounts: readonly PlacedAccount[];
  /** What owners keep in their wallets beside the accounts. */
  readonly wallets: readonly BookWallet[];
  /** What the dealer has taken and given, net of what it pays: its wallet, per asset. */
  readonly dealer: readonly BookHolding[];
  /** Accounts whose share leaves them at or under maintenance margin: the policy liquidates them at the first mark. */
  readonly thin: readonly string[];
}

/** An owner whose money does not reach to open its positions apart from one another. */
export interface PlacementFault {
  readonly account: string;
  readonly asset: string;
  readonly rule: string;
}

export function placeAccounts(
  book: Book,
  terms: BookTerms,
  policy: Policy,
): Result<PlacedMoney, PlacementFault> {
  const placed: PlacedAccount[] = [];
  const wallets: BookWallet[] = [...book.wallets];
  const thin: string[] = [];
  const dealer = new Map([[book.valuationAsset, dealerMoney(book, terms)]]);
  for (const portfolio of portfoliosOf(book, policy)) {
    const targets = targetsOf(book, terms, policy, portfolio);
    const collateral = exchanged(book, terms, policy, { portfolio, targets, dealer });
    const shares = share(book, terms, collateral, targets);
    if (!shares.ok) return err({ account: portfolio.id, ...shares.error });
    for (const [at, target] of targets.entries()) {
      const held = shares.value.held[at] as BookHolding[];
      placed.push({ ...target.account, collateral: held.filter(({ amountMinor }) => amountMinor > 0n) });
      if (shares.value.isThin && targets.length > 1) thin.push(target.account.id);
    }
    for (const { asset, amountMinor } of shares.value.left)
      if (amountMinor > 0n) wallets.push({ owner: portfolio.owner, asset, amountMinor });
  }
  const kept = [...dealer].map(([asset, amountMinor]) => ({ asset, amountMinor }));
  return ok({ accounts: placed, wallets, dealer: kept.filter(({ amountMinor }) => amountMinor > 0n), thin });
}

interface Target {
  readonly account: Omit<PlacedAccount, 'collateral'>;
  /** In what its positions are settled and the split is reckoned. */
  readonly settle: string;
  readonly takesOther: boolean;
  readonly weightMinor: Minor;
  readonly profitMinor: Minor;
  readonly notionalMinor: Minor;
}

/** One account per pool, or per position where they are isolated. */
function targetsOf(book: Book, terms: BookTerms, policy: Policy, portfolio: Portfolio): readonly Target[] {
  const { id, owner, positions, isIsolated, accounts } = portfolio;
  const poolBy = (name: string) =>
    poolOf(policy.pools, name, terms.instruments.get(name)?.instrument.pool ?? null);
  const groups = new Map<string, BookPosition[]>();
  for (const position of positions) {
    const key = isIsolated ? position.instrument : poolBy(position.instrument);
    groups.set(key, [...(groups.get(key) ?? []), position]);
  }
  return [...groups].map(([key, held], at) => {
    const [first] = held as [BookPosition];
    const settle = terms.instruments.get(first.instrument)!.instrument.definition.settle;
    const sum = (of: (position: BookPosition) => Minor) =>
      held.reduce((total, position) => {
        const asset = terms.instruments.get(position.instrument)!.instrument.definition.settle;
        return total + (isIsolated ? of(position) : valuedAt(book, terms, asset, of(position)));
      }, 0n);
    const traded = (position: BookPosition) => terms.instruments.get(position.instrument)!;
    return {
      account: {
        id: groups.size === 1 ? id : idOf(id, key, at),
        owner,
        from: accounts
          .filter((account) => account.positions.some((position) => held.includes(position)))
          .map((account) => account.id),
        pool: poolBy(first.instrument),
        instrument: isIsolated ? first.instrument : null,
        positions: held,
      },
      settle: isIsolated ? settle : book.valuationAsset,
      takesOther: !isIsolated,
      weightMinor: sum((position) => maintenanceOf(traded(position), position)),
      profitMinor: sum((position) => profitOf(traded(position), position)),
      notionalMinor: sum((position) => notionalOf(traded(position), position)),
    };
  });
}

/** Named for what it holds, or numbered where that is too long for an id. */
function idOf(id: string, key: string, at: number): string {
  const named = `${id}/${key}`;
  return named.length <= 64 ? named : `${id}/${at + 1}`;
}

/** The portfolio's collateral after the dealer has taken what the policy exchanges, at its price, rounded down. */
function exchanged(
  book: Book,
  terms: BookTerms,
  policy: Policy,
  of: {
    readonly portfolio: Portfolio;
    readonly targets: readonly Target[];
    readonly dealer: Map<string, Minor>;
  },
): readonly BookHolding[] {
  const { portfolio, targets, dealer } = of;
  if (policy.otherCollateral === 'pledged' || targets.length === 0) return portfolio.collateral;
  const { valuationAsset } = book;
  const isKept = (asset: string) =>
    asset === valuationAsset ||
    targets.some(({ settle }) => settle === asset) ||
    (terms.assets.get(asset)?.collateral ?? null) === null;
  const kept = portfolio.collateral.filter(({ asset }) => isKept(asset));
  let money = holdingOf(kept, valuationAsset);
  for (const { asset, amountMinor } of portfolio.collateral) {
    if (isKept(asset)) continue;
    const price = valuedAt(book, terms, asset, amountMinor);
    money += price;
    dealer.set(asset, (dealer.get(asset) ?? 0n) + amountMinor);
    dealer.set(valuationAsset, (dealer.get(valuationAsset) as Minor) - price);
  }
  return [
    ...kept.filter(({ asset }) => asset !== valuationAsset),
    { asset: valuationAsset, amountMinor: money },
  ];
}

interface Shares {
  readonly held: readonly (readonly BookHolding[])[];
  readonly left: readonly BookHolding[];
  readonly isThin: boolean;
}

/** So that all are equally safe. Cross accounts get the same mix of assets; isolated ones what they are settled in. */
function share(
  book: Book,
  terms: BookTerms,
  collateral: readonly BookHolding[],
  targets: readonly Target[],
): Result<Shares, { readonly asset: string; readonly rule: string }> {
  const isCounted = ({ asset }: BookHolding) =>
    targets.some(
      ({ settle, takesOther }) =>
        settle === asset || (takesOther && (terms.assets.get(asset)?.collateral ?? null) !== null),
    );
  const left = collateral.filter((holding) => !isCounted(holding));
  const held = targets.map((): BookHolding[] => []);
  let isThin = false;
  for (const settle of new Set(targets.map((target) => target.settle))) {
    const rows = targets.flatMap((target, at) => (target.settle === settle ? [at] : []));
    const parts = collateral.filter(
      (holding) => isCounted(holding) && (holding.asset === settle || targets[rows[0]!]!.takesOther),
    );
    const value = parts.reduce((sum, { asset, amountMinor }) => {
      return sum + (asset === settle ? amountMinor : counted(book, terms, asset, amountMinor));
    }, 0n);
    const split = splitCollateral(
      value,
      rows.map((at) => ({
        weightMinor: targets[at]!.weightMinor,
        creditMinor: targets[at]!.profitMinor,
        floorMinor: max(0n, leastToOpen(targets[at]!.notionalMinor) - targets[at]!.profitMinor),
      })),
    );
    if (split === null) return err({ asset: settle, rule: 'is not enough to open each position by itself' });
    isThin ||= split.healthPpm <= PPM;
    for (const { asset, amountMinor } of parts)
      for (const [index, amount] of proportional(amountMinor, split.amountsMinor).entries())
        held[rows[index]!]!.push({ asset, amountMinor: amount });
  }
  return ok({ held, left, isThin });
}

/** What positions need to be opened at all under the terms of the building (`openingTerms.ts`), with room for rounding. */
function leastToOpen(notionalMinor: Minor): Minor {
  return notionalMinor / 500n + 100n;
}

/** What collateral counts for after its haircut. */
function counted(book: Book, terms: BookTerms, asset: string, amountMinor: Minor): Minor {
  const haircutPpm = terms.assets.get(asset)?.collateral?.haircutPpm ?? PPM;
  return mulDivFloor(valuedAt(book, terms, asset, amountMinor), PPM - haircutPpm, PPM);
}

/** Enough to buy all other collateral of the book: the dealer has it under every policy. */
function dealerMoney(book: Book, terms: BookTerms): Minor {
  let money = 0n;
  for (const { collateral } of book.accounts)
    for (const { asset, amountMinor } of collateral)
      if (asset !== book.valuationAsset) money += valuedAt(book, terms, asset, amountMinor);
  return money;
}
