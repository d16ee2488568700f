/** What is measured in a replay, by name, with how it is told. Sums are in minor units of the valuation asset. */
import { max } from '../../base/index.js';
import type { Book } from '../book.js';
import type { StressRun } from '../stressRun.js';

export const FIGURES = {
  liquidated: { title: 'accounts liquidated', unit: 'count' },
  liquidatedBystanders: { title: 'of them bystanders', unit: 'count' },
  liquidatedLost: { title: 'less that owners of liquidated accounts own afterwards', unit: 'money' },
  deficit: { title: 'deficits of accounts', unit: 'money' },
  fundUsed: { title: 'paid by insurance money', unit: 'money' },
  fundOwed: { title: 'more that insurance money answers for, at the marks', unit: 'money' },
  fundOfOthers: { title: 'of both, insurance money of other markets', unit: 'money' },
  neededLots: { title: 'lots needed to be deleveraged', unit: 'count' },
  deleveragedLots: { title: 'lots deleveraged', unit: 'count' },
  winnersPaid: { title: 'given up by winners', unit: 'money' },
  bystandersPaid: { title: 'of it by bystanders', unit: 'money' },
  bystandersLost: { title: 'less that bystanders own afterwards', unit: 'money' },
  lendersLost: { title: 'lost by lenders', unit: 'money' },
  bystandersLent: { title: 'of it by lenders of other markets', unit: 'money' },
  borrowed: { title: 'borrowed and taken away', unit: 'money' },
  overWorth: { title: 'of it beyond what the collateral was worth in the market', unit: 'money' },
  openAtWorst: { title: 'deficits open at once, at most', unit: 'money' },
  openDeficit: { title: 'open at the end', unit: 'money' },
  deficitElsewhere: { title: 'deficits in pools without the market', unit: 'money' },
  dislocation: { title: "largest distance of the market's book from the index", unit: 'ppm' },
  locked: { title: 'behind positions at the start', unit: 'money' },
  rounds: { title: 'rounds', unit: 'count' },
} as const;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Record<FigureName, bigint>>;

export function figuresOf(
  run: StressRun,
  of: {
    readonly book: Book;
    readonly bystanders: ReadonlySet<string>;
    /** Instruments of the market the replay is about. */
    readonly market: ReadonlySet<string>;
    readonly poolOfInstrument: (instrument: string) => string;
    /** What their open interest brings in of all insurance money. */
    readonly ownFundMinor: bigint;
  },
): Figures {
  const { book, bystanders, market, poolOfInstrument } = of;
  const pools = run.pools.filter(({ asset }) => asset === book.valuationAsset);
  const sum = (pick: (pool: (typeof pools)[number]) => bigint) =>
    pools.reduce((total, pool) => total + pick(pool), 0n);
  const marketPools = new Set([...market].map(poolOfInstrument));
  const ownerOf = (account: string) => run.owners.get(account) ?? account;
  const isBystander = (account: string) => bystanders.has(ownerOf(account));
  const paid = [...run.paid].map(([account, minor]) => ({ account, minor }));
  const lent = run.acts.filter(({ kind }) => kind === 'lend');
  const funds = fundFigures(run, of);
  return {
    liquidated: BigInt(run.liquidated.length),
    liquidatedBystanders: BigInt(run.liquidated.filter(({ account }) => isBystander(account)).length),
    liquidatedLost: total(
      [...new Set(run.liquidated.map(({ account }) => ownerOf(account)))].map((owner) => lossOf(run, owner)),
    ),
    deficit: sum(({ deficitMinor }) => deficitMinor),
    ...funds,
    neededLots: sum(({ neededLots }) => neededLots),
    deleveragedLots: sum(({ deleveragedLots }) => deleveragedLots),
    winnersPaid: total(paid.map(({ minor }) => minor)),
    bystandersPaid: total(paid.filter(({ account }) => isBystander(account)).map(({ minor }) => minor)),
    bystandersLost: total(
      [...bystanders].map((owner) => max(0n, lossOf(run, owner) - stillLent(run, owner))),
    ),
    lendersLost: total(lent.map(({ lostMinor }) => lostMinor)),
    bystandersLent: total(
      lent.filter(({ owner }) => bystanders.has(owner)).map(({ lostMinor }) => lostMinor),
    ),
    borrowed: total(run.acts.filter(({ kind }) => kind === 'borrow').map(({ amountMinor }) => amountMinor)),
    overWorth: total(
      run.acts
        .filter(({ kind }) => kind === 'borrow')
        .map((act) => max(0n, act.amountMinor - act.worthMinor)),
    ),
    openAtWorst: run.rounds.reduce(
      (worst, round) => max(worst, round.deficitMinor - round.paidByFundMinor - round.paidByGainsMinor),
      0n,
    ),
    openDeficit: sum(({ paidMinor }) => paidMinor.open),
    deficitElsewhere: total(
      pools.filter(({ pool }) => !marketPools.has(pool)).map(({ deficitMinor }) => deficitMinor),
    ),
    dislocation: run.rounds.reduce(
      (worst, { dislocationPpm, dislocated }) =>
        dislocated !== null && market.has(dislocated) ? max(worst, dislocationPpm) : worst,
      0n,
    ),
    locked: run.before.lockedMinor,
    rounds: BigInt(run.rounds.length),
  };
}

/** Insurance money: spent, answered for, and how much that is over what open interest in the market brought in. */
function fundFigures(
  { poolsAfter, pools: losses }: StressRun,
  { book, ownFundMinor }: Parameters<typeof figuresOf>[1],
) {
  let [fundUsed, fundOwed] = [0n, 0n];
  for (const { pool, asset, fundMinor, heldShortMinor } of poolsAfter) {
    if (asset !== book.valuationAsset) continue;
    fundUsed +=
      losses.find((other) => other.pool === pool && other.asset === asset)?.paidMinor.insuranceFund ?? 0n;
    fundOwed += heldShortMinor < fundMinor ? heldShortMinor : fundMinor;
  }
  return { fundUsed, fundOwed, fundOfOthers: max(0n, fundUsed + fundOwed - ownFundMinor) };
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

/** What a lender can still claim: it is not in the wallet, and not lost. */
function stillLent({ acts }: StressRun, owner: string): bigint {
  return total(
    acts
      .filter((act) => act.kind === 'lend' && act.owner === owner)
      .map(({ amountMinor, lostMinor }) => amountMinor - lostMinor),
  );
}

function lossOf({ before, after }: StressRun, owner: string): bigint {
  return max(0n, (before.byOwner.get(owner) ?? 0n) - (after.byOwner.get(owner) ?? 0n));
}
