/**
 * A book of invented owners: sizes by a power law, leverages and overlaps by weight, cohorts that came in at different
 * prices, so that there are winners and losers; makers take what is left of each cohort, so that longs and shorts sum to
 * zero in every instrument. The same generator and seed give the same book.
 */
import { assert, type Minor, max, mulDivCeil, PPM, type Random, seededRandom } from '../base/index.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import type { Book, BookAccount, BookHolding, BookPosition } from './book.js';
import type { BookGenerator, GeneratedInstrument } from './bookGenerator.js';
import { type BookTerms, bookTerms, maintenanceOf, notionalOf, profitOf } from './bookTerms.js';

export function generateBook(generator: BookGenerator): Book {
  const empty = withoutAccounts(generator);
  const making: Making = {
    generator,
    terms: bookTerms(empty),
    random: seededRandom(`book/${generator.seed}`),
  };
  const traders = Array.from({ length: generator.owners }, (_, at) => trader(making, at));
  const makers = makersOf(making, traders);
  const accounts = [...traders, ...makers].map(({ account }) => account);
  return { ...empty, accounts, funds: funds({ ...empty, accounts }, making) };
}

interface Making {
  readonly generator: BookGenerator;
  readonly terms: BookTerms;
  readonly random: Random;
}

interface Drawn {
  readonly account: BookAccount;
  readonly cohort: number;
}

/** One owner of one account: its instruments, sizes and sides, and the collateral that gives it its leverage. */
function trader({ generator, terms, random }: Making, at: number): Drawn {
  const { cohorts, instruments, overlaps, leverages, size, longPpm } = generator;
  const cohort = random.between(0, cohorts - 1);
  const count = Math.min(instruments.length, byWeight(random, overlaps).instruments);
  const traded = distinct(random, instruments, count);
  const isBull = random.between(1, 1_000_000) <= Number(longPpm);
  const sizeMinor = powerLaw(random, size);
  const positions = traded.map((item): BookPosition => {
    const isLong = random.between(1, 1_000_000) <= Number(generator.convictionPpm) ? isBull : !isBull;
    const lots = lotsOf(terms, item, sizeMinor / BigInt(count));
    return {
      instrument: item.definition.id,
      lots: isLong ? lots : -lots,
      entryTicks: entryOf(item, cohort, cohorts),
    };
  });
  const leveragePpm = byWeight(random, leverages).leveragePpm;
  const collateral = collateralOf({ generator, terms, random }, positions, leveragePpm);
  const id = `trader-${at + 1}`;
  return { cohort, account: { id, owner: id, mode: 'cross', pool: null, collateral, positions } };
}

/** For each cohort, makers that take the other side of what its owners hold together, in equal parts. */
function makersOf(making: Making, traders: readonly Drawn[]): Drawn[] {
  const { generator } = making;
  const { cohorts, instruments, makersPerCohort, makerLeveragePpm } = generator;
  const makers: Drawn[] = [];
  for (let cohort = 0; cohort < cohorts; cohort++) {
    const own = traders
      .filter((drawn) => drawn.cohort === cohort)
      .flatMap(({ account }) => account.positions);
    for (let at = 0; at < makersPerCohort; at++) {
      const positions = instruments.flatMap((item): BookPosition[] => {
        const { id } = item.definition;
        const net = own.reduce((sum, { instrument, lots }) => (instrument === id ? sum + lots : sum), 0n);
        const lots = -part(net, at, makersPerCohort);
        return lots === 0n ? [] : [{ instrument: id, lots, entryTicks: entryOf(item, cohort, cohorts) }];
      });
      const id = `maker-${cohort + 1}-${at + 1}`;
      const collateral = moneyFor(making, positions, makerLeveragePpm);
      const holding = { asset: generator.valuationAsset.id, amountMinor: collateral };
      makers.push({
        cohort,
        account: { id, owner: id, mode: 'cross', pool: null, collateral: [holding], positions },
      });
    }
  }
  return makers;
}

/** The leverage decides what its money is worth; some hold part of that in another asset. */
function collateralOf(
  making: Making,
  positions: readonly BookPosition[],
  leveragePpm: bigint,
): BookHolding[] {
  const { generator, random } = making;
  const money = moneyFor(making, positions, leveragePpm);
  const { id: asset } = generator.valuationAsset;
  const drawn = random.between(1, 1_000_000);
  let reached = 0;
  for (const other of generator.otherCollateral) {
    reached += Number(other.ownersPpm);
    if (drawn > reached) continue;
    const { price, haircutPpm } = other.collateral;
    const valueMinor = (money * other.sharePpm) / PPM;
    // So much of it that it counts for its share of the money after its haircut.
    const amountMinor = mulDivCeil(valueMinor * PPM, ASSET_PRICE_SCALE, price * (PPM - haircutPpm)) + 1n;
    return [
      { asset, amountMinor: money - valueMinor },
      { asset: other.id, amountMinor },
    ];
  }
  return [{ asset, amountMinor: money }];
}

/**
 * Equity of notional / leverage at the mark, and never less than what keeps each position safe by itself, a quarter over its
 * maintenance margin: so the book can be built under every policy.
 */
function moneyFor({ terms }: Making, positions: readonly BookPosition[], leveragePpm: bigint): Minor {
  let [equity, profit, apart] = [0n, 0n, 0n];
  for (const position of positions) {
    const traded = terms.instruments.get(position.instrument)!;
    const own = profitOf(traded, position);
    const notional = notionalOf(traded, position);
    equity += mulDivCeil(notional, PPM, leveragePpm);
    profit += own;
    const safe = (maintenanceOf(traded, position) * 5n) / 4n - own;
    apart += max(safe, max(0n, notional / 400n - own)) + 1_000n;
  }
  return max(equity - profit, max(apart, 1_000n));
}

/** The price at which a cohort came in: the first at the start of the trend, the last at the mark; in whole ticks. */
function entryOf(
  { definition, markTicks, trendPpm }: GeneratedInstrument,
  cohort: number,
  cohorts: number,
): bigint {
  const perTick = definition.markTicksPerTick;
  const back = cohorts === 1 ? 0n : (trendPpm * BigInt(cohorts - 1 - cohort)) / BigInt(cohorts - 1);
  const ticks = (markTicks * PPM) / ((PPM + back) * perTick);
  return max(1n, ticks);
}

function lotsOf(terms: BookTerms, { definition }: GeneratedInstrument, sizeMinor: Minor): bigint {
  const traded = terms.instruments.get(definition.id)!;
  // Many lots at once: one alone may be worth less than a minor unit.
  const value = notionalOf(traded, { instrument: definition.id, lots: 1_000_000n, entryTicks: 1n });
  return max(1n, (sizeMinor * 1_000_000n) / value);
}

/** Pareto with exponent `tail`, cut at both ends: P(size > s) falls as s^-tail. */
function powerLaw(random: Random, { minMinor, maxMinor, tail }: BookGenerator['size']): Minor {
  const [low, high] = [Number(minMinor), Number(maxMinor)];
  const cut = 1 - (low / high) ** tail;
  const size = low / (1 - random.unit() * cut) ** (1 / tail);
  return BigInt(Math.floor(Math.min(high, size)));
}

function byWeight<T extends { readonly weight: number }>(random: Random, items: readonly T[]): T {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  assert(total > 0, 'a choice has a weight above 0');
  let left = random.unit() * total;
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return items.at(-1) as T;
}

/** Different instruments by weight, in the order in which they were drawn. */
function distinct(
  random: Random,
  items: readonly GeneratedInstrument[],
  count: number,
): GeneratedInstrument[] {
  const left = [...items];
  return Array.from({ length: count }, () => {
    const drawn = byWeight(random, left);
    left.splice(left.indexOf(drawn), 1);
    return drawn;
  });
}

/** The n-th of equal whole parts that sum to the amount; the first takes what does not divide. */
function part(amount: bigint, at: number, parts: number): bigint {
  const each = amount / BigInt(parts);
  return at === 0 ? amount - each * BigInt(parts - 1) : each;
}

function withoutAccounts({ name, valuationAsset, otherCollateral, instruments }: BookGenerator): Book {
  return {
    name,
    valuationAsset: valuationAsset.id,
    assets: [
      { ...valuationAsset, collateral: null },
      ...otherCollateral.map(({ id, decimals, collateral }) => ({ id, decimals, collateral })),
    ],
    instruments: instruments.map(({ definition, markTicks }) => ({
      definition,
      markTicks,
      indexTicks: markTicks,
      pool: null,
    })),
    accounts: [],
    wallets: [],
    funds: [],
  };
}

/** Insurance money as a share of what all longs are worth. */
function funds(book: Book, { generator, terms }: Making): Book['funds'] {
  let longs = 0n;
  for (const { positions } of book.accounts)
    for (const position of positions)
      if (position.lots > 0n) longs += notionalOf(terms.instruments.get(position.instrument)!, position);
  const amountMinor = (longs * generator.fundPpm) / PPM;
  return amountMinor === 0n ? [] : [{ asset: book.valuationAsset, amountMinor, pool: null }];
}
