/** A folder of price files as a document for `bulkhead risk`: a position of value 1 in each asset, on the dates of all. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { instrumentOfCandleFile, type RiskDocument } from '../contract/index.js';
import {
  type AlignedMarket,
  type AssetReport,
  alignMarket,
  dateText,
  fileFaultText,
  readMarketFiles,
  riskFaultText,
} from '../risk/index.js';
import { Refusal } from './failures.js';
import { fileRefusal, type Io, readText } from './io.js';

/** A folder of files as `marketOf` reads them. */
export async function riskDocumentOf(folder: string, io: Io): Promise<RiskDocument> {
  const { dates, assets } = await marketOf(folder, io);
  const whole = dates.flatMap((_, day) =>
    assets.every(({ returns }) => !Number.isNaN(returns[day])) ? [day] : [],
  );
  return {
    method: 'filtered',
    confidence: '0.99',
    unit: 'return',
    periods: whole.map((day) => dates[day] as string),
    positions: assets.map(({ asset, returns }) => ({
      id: asset,
      size: 1,
      values: whole.map((day) => Number((returns[day] as number).toPrecision(12))),
    })),
  };
}

/**
 * Files are `NAME.csv` or `NAME-anything.csv`, as `btc-usd-daily.csv`; the asset is NAME in capitals. Candles of a venue's own marks
 * (`serve --candles`) bear the id of their instrument. What is odd goes to `err`.
 */
export async function marketOf(folder: string, io: Io): Promise<AlignedMarket> {
  const names = (await list(folder)).filter((name) => name.endsWith('.csv')).sort();
  const files: { asset: string; text: string }[] = [];
  for (const name of names)
    files.push({ asset: assetOf(name), text: await readText(join(folder, name), io) });
  const read = readMarketFiles(files);
  if (!read.ok) {
    const { asset, code } = read.error;
    throw new Refusal(code, `${asset === '' ? folder : asset}: ${fileFaultText(read.error)}`);
  }
  const { series, intervalMs, reports } = read.value;
  const market = alignMarket(series, { intervalMs });
  if (!market.ok) throw new Refusal(market.error.code, riskFaultText(market.error));
  for (const report of reports) io.err(reportText(report, intervalMs));
  return market.value;
}

function assetOf(name: string): string {
  const instrument = instrumentOfCandleFile(name);
  if (instrument !== null) return instrument;
  return name.slice(0, -'.csv'.length).split('-')[0]?.toUpperCase() ?? name;
}

/** One line for an asset, and one for each thing that is odd. */
function reportText({ asset, bars, fromMs, toMs, gaps, oddities }: AssetReport, intervalMs: number): string {
  const date = (timeMs: number) => dateText(timeMs, intervalMs);
  const lines = [`${asset}: ${bars} bars from ${date(fromMs)} to ${date(toMs)}`];
  for (const { afterMs, untilMs } of gaps)
    lines.push(`  no bars between ${date(afterMs)} and ${date(untilMs)}`);
  for (const odd of oddities) {
    const what =
      odd.kind === 'frozen'
        ? `the same prices for ${odd.bars} bars`
        : `${odd.kind} of ${(100 * odd.move).toFixed(1)}%${odd.kind === 'jump' && odd.reversed ? ', taken back' : ''}`;
    lines.push(`  ${date(odd.timeMs)}: ${what}`);
  }
  return `${lines.join('\n')}\n`;
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw fileRefusal(error, folder);
  }
}
