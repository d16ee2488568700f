/** Dated returns of what is back-tested: an asset, or a portfolio of several. */

export interface ReturnHistory {
  readonly id: string;
  /** Of each return, in order, once each; names that sort in time: `2020-03-12`. */
  readonly dates: readonly string[];
  /** Simple returns: -0.1 is a fall by a tenth. */
  readonly returns: Float64Array;
}

/** Simple returns of consecutive prices, each dated by the later one. Prices are above 0. */
export function returnHistory(
  id: string,
  prices: readonly { readonly date: string; readonly price: number }[],
): ReturnHistory {
  return {
    id,
    dates: prices.slice(1).map(({ date }) => date),
    returns: Float64Array.from(
      prices.slice(1),
      ({ price }, before) => price / (prices[before]?.price as number) - 1,
    ),
  };
}

/** The same money in each, every day again: the mean return of those that have one on that date. */
export function equalWeight(id: string, histories: readonly ReturnHistory[]): ReturnHistory {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { dates, returns } of histories)
    for (const [at, date] of dates.entries()) {
      const { sum, count } = sums.get(date) ?? { sum: 0, count: 0 };
      sums.set(date, { sum: sum + (returns[at] as number), count: count + 1 });
    }
  const dates = [...sums.keys()].sort();
  const meanOn = (date: string) => {
    const { sum, count } = sums.get(date) as { sum: number; count: number };
    return sum / count;
  };
  return { id, dates, returns: Float64Array.from(dates, meanOn) };
}
