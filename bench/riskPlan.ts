/**
 * The isolation plan on random books, judged on days that no choice has seen: J of the plan over J of each leg alone and of
 * all together, and how many of all partitions did better. Legs are long or short in any of the assets, of values that
 * differ up to sixfold; the same seed gives the same books.
 */
import { seededRandom } from '../src/base/index.js';
import { type IsolationPlan, isolationPlan, type PlanRules, type ReturnHistory } from '../src/risk/index.js';
import { percentile, round3 } from './harness.js';

export interface PlanTrial {
  readonly books: number;
  /** First judged day; empty: the newest third is judged. */
  readonly from: string;
  readonly to: string | null;
}

interface Rules {
  readonly name: string;
  readonly rules: Partial<PlanRules>;
}
const DEFAULT: Rules = { name: 'default', rules: {} };
/** Where legs must not pay for each other. */
const DEAR: Rules = { name: 'eta 300', rules: { eta: 300 } };
/** The most whose partitions are all looked at: 21,147. */
const LEGS = { least: 3, most: 9 };

export function planRows(histories: readonly ReturnHistory[], trial: PlanTrial): Row[] {
  return marketsOf(histories).flatMap((market, at) => {
    const days = commonDays(market, trial);
    return (at === 0 ? [DEFAULT, DEAR] : [DEFAULT]).map(({ name, rules }) => {
      const plans = Array.from({ length: trial.books }, (_, book) =>
        planOf(bookOf(market, days, `book ${book}`), { ...judgedShareOf(days, trial), ...rules }),
      );
      return rowOf(market.map(({ id }) => id).join(' '), name, plans);
    });
  });
}

type Row = Readonly<Record<string, string | number>>;

/** All assets but the youngest, on a longer history, and all of them. */
function marketsOf(histories: readonly ReturnHistory[]): (readonly ReturnHistory[])[] {
  const byAge = [...histories].sort((a, b) => (a.dates[0]! < b.dates[0]! ? -1 : 1));
  return byAge.length > 2 ? [byAge.slice(0, -1), byAge] : [byAge];
}

function commonDays(market: readonly ReturnHistory[], { to }: PlanTrial): string[] {
  const others = market.map(({ dates }) => new Set(dates));
  return market[0]!.dates.filter(
    (date) => (to === null || date <= to) && others.every((dates) => dates.has(date)),
  );
}

function judgedShareOf(days: readonly string[], { from }: PlanTrial): Partial<PlanRules> {
  const judged = days.filter((day) => day >= from).length;
  // Half a day less, so that no rounding of the share moves the first judged day.
  return from === '' ? {} : { judgedShare: (judged - 0.5) / days.length };
}

function bookOf(market: readonly ReturnHistory[], days: readonly string[], seed: string) {
  const random = seededRandom(seed);
  return {
    ids: days,
    legs: Array.from({ length: random.between(LEGS.least, LEGS.most) }, (_, at) => {
      const { dates, returns } = market[random.between(0, market.length - 1)]!;
      const value = (random.between(0, 1) === 0 ? -1 : 1) * random.between(200, 1200);
      const moves = new Map(dates.map((date, day) => [date, returns[day]!]));
      return { id: `leg ${at}`, pnl: days.map((day) => value * moves.get(day)!) };
    }),
  };
}

function planOf(book: ReturnType<typeof bookOf>, rules: Partial<PlanRules>): IsolationPlan {
  const plan = isolationPlan(book, rules);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return plan.value;
}

function rowOf(assets: string, rules: string, plans: readonly IsolationPlan[]): Row {
  const [first] = plans;
  const against = (other: 'isolated' | 'cross') => {
    const ratios = plans.map(({ outOfSample }) => outOfSample.plan.objective / outOfSample[other].objective);
    const better = ratios.filter((ratio) => ratio < 1 - 1e-9).length;
    const worse = ratios.filter((ratio) => ratio > 1 + 1e-9).length;
    return {
      [`J / ${other}`]: round3(percentile(ratios, 50)),
      [`p90 / ${other}`]: round3(percentile(ratios, 90)),
      [`better, worse than ${other}`]: `${better}, ${worse}`,
    };
  };
  const beatenBy = plans.map(({ outOfSample: { rank } }) => ((rank!.place - 1) / (rank!.of - 1)) * 100);
  const mean = (of: 'plan' | 'isolated' | 'cross') =>
    plans.reduce((sum, { outOfSample }) => sum + outOfSample[of].objective, 0) / plans.length;
  return {
    assets,
    rules,
    books: plans.length,
    'days chosen, judged': `${first?.days.chosen}, ${first?.days.judged} from ${first?.days.judgedFrom}`,
    ...against('isolated'),
    ...against('cross'),
    'beaten by % of partitions': round3(percentile(beatenBy, 50)),
    'p90 %': round3(percentile(beatenBy, 90)),
    'mean J': `${mean('plan').toFixed(0)}, isolated ${mean('isolated').toFixed(0)}, cross ${mean('cross').toFixed(0)}`,
    'all alone': plans.filter(({ accounts }) => accounts.every(({ legs }) => legs.length === 1)).length,
  };
}
