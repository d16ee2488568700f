/** Brings a venue's instruments and the texts of their price files together into what `pricePath` plays. */
import { append } from '../base/append.js';
import { err, ok, type Result } from '../base/index.js';
import type { TimeMs } from '../base/units.js';
import {
  type PriceBar,
  type PriceFault,
  type PriceGap,
  type PriceHistory,
  priceFaultText,
  readPriceHistory,
  sliceBars,
} from './priceHistory.js';
import type { PathInstrument } from './pricePath.js';
import type { Venue, VenueInstrument } from './venueFile.js';

export interface MarketData {
  /** In the venue's order. */
  readonly instruments: readonly PathInstrument[];
  /** Instruments of the venue without a bar between its dates: they are listed and never trade. */
  readonly leftOut: readonly string[];
  /** Length of a bar. */
  readonly intervalMs: TimeMs;
  /** Missing bars inside the dates played, where the venue allows them. */
  readonly gaps: readonly { readonly instrument: string; readonly gap: PriceGap }[];
}

export interface MarketDataFault {
  readonly file: string;
  readonly message: string;
}

/** `texts` gives the text of each price file by its name in the venue file; it may throw where there is none. */
export async function readMarketData(
  venue: Venue,
  texts: (file: string) => string | Promise<string>,
): Promise<Result<MarketData, MarketDataFault>> {
  const instruments: PathInstrument[] = [];
  const intervals: { readonly file: string; readonly intervalMs: TimeMs }[] = [];
  const gaps: { instrument: string; gap: PriceGap }[] = [];
  const withoutBars: { instrument: string; file: string }[] = [];
  for (const item of venue.instruments) {
    const read = readPriceHistory(await texts(item.prices), { tickSize: item.tickSize, gapsAllowed: true });
    if (!read.ok) return err({ file: item.prices, message: priceFaultText(read.error) });
    if (sliceBars(read.value.bars, venue).length === 0) {
      withoutBars.push({ instrument: item.definition.id, file: item.prices });
      continue;
    }
    const played = playedPart(venue, item, read.value);
    if (!played.ok) return played;
    instruments.push(played.value.path);
    append(
      gaps,
      played.value.gaps.map((gap) => ({ instrument: item.definition.id, gap })),
    );
    if (read.value.intervalMs !== null)
      intervals.push({ file: item.prices, intervalMs: read.value.intervalMs });
  }
  const [missing] = withoutBars;
  if (instruments.length === 0 && missing !== undefined) {
    return err({ file: missing.file, message: 'has no bar between the dates played' });
  }
  const other = intervals.find(({ intervalMs }) => intervalMs !== intervals[0]!.intervalMs);
  if (other !== undefined) {
    const message = `its bars are ${other.intervalMs} ms long, those of ${intervals[0]!.file} ${intervals[0]!.intervalMs} ms`;
    return err({ file: other.file, message });
  }
  const leftOut = withoutBars.map(({ instrument }) => instrument);
  return ok({ instruments, leftOut, intervalMs: intervals[0]?.intervalMs ?? DAY_MS, gaps });
}

/** A file with a single bar does not say how long it is. */
const DAY_MS = 86_400_000;

/** The bars between the venue's dates. Gaps outside them harm nobody. */
function playedPart(
  venue: Venue,
  item: VenueInstrument,
  history: PriceHistory,
): Result<{ readonly path: PathInstrument; readonly gaps: readonly PriceGap[] }, MarketDataFault> {
  const { definition, terms, prices: file } = item;
  const bars = sliceBars(history.bars, venue);
  const [first, last] = [bars[0] as PriceBar, bars.at(-1) as PriceBar];
  const highest = bars.find((bar) => bar.highTicks > terms.priceTicksMax);
  if (highest !== undefined) {
    return err({
      file,
      message: `a price of ${isoTime(highest.timeMs)} is above what ${definition.id} can carry`,
    });
  }
  const gaps = history.gaps.filter(
    ({ afterMs, untilMs }) => afterMs >= first.timeMs && untilMs <= last.timeMs,
  );
  if (gaps[0] !== undefined && !venue.gapsAllowed)
    return err({ file, message: gapText(gaps[0], gaps.length) });
  const { markMaxJumpPpm, markConfirmations } = definition;
  return ok({ path: { instrument: definition.id, bars, markMaxJumpPpm, markConfirmations }, gaps });
}

function gapText(gap: PriceGap, count: number): string {
  const fault: PriceFault = {
    code: 'bars_missing',
    line: gap.line,
    message: `no bars between ${isoTime(gap.afterMs)} and ${isoTime(gap.untilMs)}${count === 1 ? '' : ` (the first of ${count} gaps)`}; "missingBars": "allow" in the venue file plays on without them`,
  };
  return priceFaultText(fault);
}

function isoTime(timeMs: TimeMs): string {
  return new Date(timeMs).toISOString();
}
