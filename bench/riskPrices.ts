/** Daily closes of a folder of price files, `btc-usd-daily.csv` as BTC, as histories of returns. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReturnHistory, returnHistory } from '../src/risk/index.js';
import { priceFaultText, readPriceHistory } from '../src/simulation/index.js';

const DECIMALS = 10;

/** A gap in a file ends nothing here: the return after it is left out, and said. */
export function readHistories(folder: string): ReturnHistory[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('-daily.csv'));
  if (files.length === 0) throw new Error(`no file *-daily.csv in ${folder}`);
  return files.sort().map((name) => history(join(folder, name), name.split('-')[0]!.toUpperCase()));
}

function history(file: string, id: string): ReturnHistory {
  const read = readPriceHistory(readFileSync(file, 'utf8'), {
    tickSize: { digits: 1n, scale: DECIMALS },
    gapsAllowed: true,
  });
  if (!read.ok) throw new Error(`${file}: ${priceFaultText(read.error)}`);
  const { bars, gaps } = read.value;
  const dates = bars.map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10));
  const all = returnHistory(
    id,
    bars.map(({ closeTicks }, at) => ({ date: dates[at]!, price: Number(closeTicks) / 10 ** DECIMALS })),
  );
  const after = new Set(gaps.map(({ untilMs }) => new Date(untilMs).toISOString().slice(0, 10)));
  if (after.size === 0) return all;
  console.log(
    `${id}: bars are missing before ${[...after].join(', ')}; the returns of these days are left out`,
  );
  const kept = all.dates.flatMap((date, at) => (after.has(date) ? [] : [at]));
  return {
    id,
    dates: kept.map((at) => all.dates[at]!),
    returns: Float64Array.from(kept, (at) => all.returns[at]!),
  };
}
