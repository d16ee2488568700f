/** Judges marks, prices of collateral and funding: the guard's verdicts, and by a full scan whom they wake. */
import { abs, max } from '../base/index.js';
import type { EventOf } from '../engine/event.js';
import { FUNDING_SCALE } from '../market/index.js';
import {
  holdingsOf,
  openPositionsOf,
  poolAssetOf,
  type SlowBooks,
  type SlowInstrument,
  type SlowPoolAsset,
  type SlowPrice,
} from './slowBooks.js';
import { Disagreement, demand, type EventContext } from './slowDemand.js';
import { slowIndexTicks } from './slowSources.js';
import { isPlain, isSlowlyLiquidatable, isUsable, isWithin, slowValue } from './slowValues.js';

type Verdict = EventOf<'marked'>['marks'][number]['verdict'];

interface Guard {
  readonly maxAgeMs: number;
  readonly maxJumpPpm: bigint;
  readonly confirmations: number;
  readonly most: bigint;
}

/** Prices as they will be, while it is asked whom they wake. */
interface NewPrice {
  readonly of: SlowPrice & { indexTicks?: bigint };
  readonly markTicks: bigint;
  readonly indexTicks?: bigint;
}

export function judgeMarks(context: EventContext, event: EventOf<'marked'>): void {
  const { books, command, timeMs } = context;
  if (command.kind === 'approve') return judgeCorrectedMark(context, event);
  if (command.kind !== 'mark' && command.kind !== 'quote') throw new Disagreement('a mark out of nothing');
  const isQuoted = command.kind === 'quote';
  demand(
    !isQuoted || (event.marks.length === 0 && event.sourceTimeMs === timeMs),
    () => 'MAR-11: quotes make a mark, or a price of another time',
  );
  const acted: NewPrice[] = [];
  const arrival = { sourceTimeMs: event.sourceTimeMs, nowMs: timeMs };
  const instruments = new Set<number>();
  for (const mark of event.marks) {
    const instrument = books.instruments[mark.instrumentRow] as SlowInstrument;
    const { definition, terms, option } = instrument.listed;
    if (isQuoted) throw new Disagreement('MAR-11: quotes make a mark');
    const named = command.marks.find(({ instrument: id }) => id === definition.id)!;
    const made = slowIndexTicks(instrument, timeMs);
    demand(made === null || named.indexTicks === 0n, () => 'MAR-11: a finished index beside its sources');
    const sent = { ...named, indexTicks: made ?? named.indexTicks };
    // An option without a price of its underlying has none itself.
    const markTicks = option !== null && sent.indexTicks <= 0n ? 0n : sent.markTicks;
    const guard = {
      maxAgeMs: definition.markMaxAgeMs,
      maxJumpPpm: definition.markMaxJumpPpm,
      confirmations: definition.markConfirmations,
      most: terms.markTicksMax,
    };
    const isFar = (price: bigint, from: bigint) =>
      abs(price - from) * 1_000_000n > from * definition.markMaxJumpPpm;
    // What decides beside the mark is guarded as the mark is.
    const hasJumped =
      option !== null && instrument.indexTicks > 0n && isFar(sent.indexTicks, instrument.indexTicks);
    const isAnother =
      option !== null &&
      instrument.pendingIndexTicks > 0n &&
      isFar(sent.indexTicks, instrument.pendingIndexTicks);
    const hasActed = judgeVerdict(
      instrument,
      guard,
      { ...arrival, price: markTicks, hasJumped, isAnother },
      mark.verdict,
    );
    if (mark.verdict === 'heldJump')
      demand(
        mark.pendingIndexTicks === (option === null ? 0n : sent.indexTicks),
        () => 'PRC-01: the underlying of a mark that waits',
      );
    demand(
      mark.markTicks === (hasActed ? markTicks : instrument.markTicks),
      () => 'PRC-01: a mark that does not act changes the price',
    );
    if (!hasActed) {
      demand(
        mark.indexTicks === instrument.indexTicks,
        () => 'PRC-01: the index of a mark that does not act',
      );
      continue;
    }
    if (made !== null) {
      const isSound = made > 0n && (option !== null || made <= terms.markTicksMax);
      const last = instrument.indexTicks > 0n ? instrument.indexTicks : markTicks;
      demand(
        mark.indexTicks === (isSound ? made : last),
        () => 'MAR-11: another index than its sources make',
      );
    }
    acted.push({ of: instrument, markTicks, indexTicks: mark.indexTicks });
    instruments.add(mark.instrumentRow);
  }
  const poolAssets = new Set<SlowPoolAsset>();
  for (const price of event.assetPrices) {
    const at = books.poolAssets[price.poolAssetRow] as SlowPoolAsset;
    const [pool, asset] = [books.pools[at.pool]!.id, books.assets[at.asset]!.id];
    const finished = isQuoted
      ? undefined
      : command.assetPrices.find((each) => each.pool === pool && each.asset === asset);
    demand(
      isQuoted === (at.sources.rules !== null),
      () => 'MAR-11: a finished price beside its sources, or sources of a finished one',
    );
    const sent = { price: isQuoted ? (at.sources.index?.price as bigint) : (finished?.price as bigint) };
    const terms = at.collateral!;
    const guard = {
      maxAgeMs: terms.priceMaxAgeMs,
      maxJumpPpm: terms.priceMaxJumpPpm,
      confirmations: terms.priceConfirmations,
      most: 2n ** 62n,
    };
    const hasActed = judgeVerdict(
      at,
      guard,
      { ...arrival, price: sent.price, hasJumped: false, isAnother: false },
      price.verdict,
    );
    demand(
      price.price === (hasActed ? sent.price : at.markTicks),
      () => 'PRC-04: a price that does not act changes what collateral is worth',
    );
    if (!hasActed) continue;
    acted.push({ of: at, markTicks: sent.price });
    poolAssets.add(at);
  }
  const due = withPrices(acted, () => wokenBySlowScan(books, { instruments, poolAssets }));
  demandSame(event.woken, due, 'woken by marks');
}

/** The right mark in the place of the wrong one, as two operators agreed, and whom it wakes. */
function judgeCorrectedMark({ books, command, timeMs }: EventContext, event: EventOf<'marked'>): void {
  const named = books.proposals.find(({ id }) => command.kind === 'approve' && id === command.proposal);
  const [mark, ...others] = event.marks;
  const right = named?.correction;
  demand(
    mark !== undefined && others.length === 0 && right?.kind === 'correctMark' && right.toMs === null,
    () => 'PRC-01: a corrected mark that nobody named',
  );
  const instrument = books.instruments[mark.instrumentRow] as SlowInstrument;
  demand(
    instrument.listed.definition.id === right.instrument && instrument.markTicks === right.wrongTicks,
    () => 'PRC-01: another mark is corrected',
  );
  demand(
    mark.markTicks === right.rightTicks && mark.markTimeMs === timeMs && !mark.isSuspect,
    () => 'PRC-01: corrected to another mark',
  );
  const { markTicks, indexTicks } = mark;
  const due = withPrices([{ of: instrument, markTicks, indexTicks }], () =>
    wokenBySlowScan(books, { instruments: new Set([mark.instrumentRow]), poolAssets: new Set() }),
  );
  demandSame(event.woken, due, 'woken by a corrected mark');
}

interface Arrival {
  readonly price: bigint;
  readonly sourceTimeMs: number;
  readonly nowMs: number;
  /** Whether what comes along with it is a jump. */
  readonly hasJumped: boolean;
  /** Whether that is a jump from what came along with the price that waits. */
  readonly isAnother: boolean;
}

/** Whether the price acts; the verdict must be the guard's. */
function judgeVerdict(before: SlowPrice, guard: Guard, sent: Arrival, verdict: Verdict): boolean {
  const expected = expectedVerdict(before, guard, sent);
  demand(verdict === expected, () => `PRC-01: a price of ${sent.price} is ${verdict}, not ${expected}`);
  return expected === 'accepted' || expected === 'confirmed';
}

function expectedVerdict(
  before: SlowPrice,
  { maxAgeMs, maxJumpPpm, confirmations, most }: Guard,
  { price, sourceTimeMs, nowMs, hasJumped, isAnother }: Arrival,
): Verdict {
  if (sourceTimeMs < before.sourceTimeMs) return 'ignoredOld';
  if (sourceTimeMs < nowMs - maxAgeMs) return 'ignoredStale';
  if (price < 1n || price > most) return 'ignoredBad';
  const isNear = (to: bigint) => abs(price - to) * 1_000_000n <= to * maxJumpPpm;
  if (!hasJumped && (before.markTicks === 0n || isNear(before.markTicks))) return 'accepted';
  const agrees = !isAnother && before.pendingTicks > 0n && isNear(before.pendingTicks);
  const count = agrees ? before.pendingCount + (sourceTimeMs > before.sourceTimeMs ? 1 : 0) : 1;
  return count < confirmations ? 'heldJump' : 'confirmed';
}

/** Looks at the books with the new prices in place, and puts the old ones back. */
function withPrices<T>(prices: readonly NewPrice[], look: () => T): T {
  const before = prices.map(({ of }) => ({ markTicks: of.markTicks, indexTicks: of.indexTicks }));
  const set = (of: NewPrice['of'], markTicks: bigint, indexTicks: bigint | undefined) => {
    of.markTicks = markTicks;
    if (indexTicks !== undefined) of.indexTicks = indexTicks;
  };
  for (const { of, markTicks, indexTicks } of prices) set(of, markTicks, indexTicks);
  try {
    return look();
  } finally {
    for (const [at, { of }] of prices.entries())
      set(of, before[at]?.markTicks as bigint, before[at]?.indexTicks);
  }
}

/** Every account that anything of the change is about and that is liquidatable now, queued ones apart. */
function wokenBySlowScan(
  books: SlowBooks,
  changed: { readonly instruments: ReadonlySet<number>; readonly poolAssets: ReadonlySet<SlowPoolAsset> },
): Set<number> {
  const due = new Set<number>();
  for (const [row, account] of books.accounts.entries()) {
    const positions = openPositionsOf(books, row);
    if (account.isQueued || positions.length === 0) continue;
    const isMarked = positions.some(({ instrument }) => changed.instruments.has(instrument));
    const isPriced =
      !isPlain(books, account) &&
      holdingsOf(books, row).some(({ asset }) => {
        const at = poolAssetOf(books, account.pool, asset);
        return at !== undefined && changed.poolAssets.has(at);
      });
    if ((isMarked || isPriced) && isSlowlyLiquidatable(books, account)) due.add(row);
  }
  return due;
}

export function judgeFunding(context: EventContext, event: EventOf<'fundingApplied'>): void {
  const { books, command, timeMs } = context;
  if (command.kind !== 'applyFunding') throw new Disagreement('funding out of nothing');
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  demand(isUsable(instrument, timeMs), () => 'PRC-01: funding at an unusable mark');
  const { above, below } = slowValue(instrument, 1n, instrument.markTicks);
  const step = event.fundingIndex - instrument.fundingIndex;
  const exact = { above: abs(above) * command.ratePpm * FUNDING_SCALE, below: below * 1_000_000n };
  demand(
    isWithin(step, exact, 1n),
    () => `FND-02: the index moves by ${step}, exactly ${exact.above}/${exact.below}`,
  );
  const before = instrument.fundingIndex;
  instrument.fundingIndex = event.fundingIndex;
  const due = wokenBySlowScan(books, { instruments: new Set([event.instrumentRow]), poolAssets: new Set() });
  instrument.fundingIndex = before;
  demandSame(event.woken, due, 'woken by funding');
}

/** An option expires at its intrinsic value, whole mark ticks towards zero; a future at its mark (FND-05, FND-06). */
export function judgeExpiry({ books, timeMs, command }: EventContext, event: EventOf<'expired'>): void {
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const series = seriesOf(books, instrument).filter((each) => isUsable(each, timeMs));
  demand(
    series.length > 0 || command.kind === 'delist',
    () => 'FND-06: an expiry at a mark that may not decide',
  );
  const { option, terms, definition } = instrument.listed;
  if (option === null || command.kind === 'delist')
    return demand(event.settlementTicks === instrument.markTicks, () => 'FND-06: settled off the mark');
  const { strikeTicks, optionType, payoff, unit } = option;
  // All of a series expire at one price: the one that came with the latest of their marks.
  const latest = Math.max(...series.map(({ markTimeMs }) => markTimeMs));
  const spot = series.find(({ markTimeMs }) => markTimeMs === latest)?.indexTicks as bigint;
  const inside = max(0n, optionType === 'call' ? spot - strikeTicks : strikeTicks - spot);
  // Worth of a lot x below = inside x unit; a mark tick of a lot is worth terms.unit / markTicksPerTick.
  const below = payoff === 'linear' ? 1n : spot;
  const exact = {
    above: inside * unit * definition.markTicksPerTick,
    below: below * terms.unit,
  };
  const isFloor =
    event.settlementTicks * exact.below <= exact.above &&
    (event.settlementTicks + 1n) * exact.below > exact.above;
  demand(isFloor, () => `FND-05: expires at ${event.settlementTicks}, worth ${exact.above}/${exact.below}`);
}

/** Options of the pool on the same underlying that expire and settle alike, by row; a future is alone. */
function seriesOf(books: SlowBooks, instrument: SlowInstrument): readonly SlowInstrument[] {
  const keyOf = ({ listed, pool, asset }: SlowInstrument) =>
    listed.option === null ? null : [listed.option.underlying, listed.option.expiryMs, pool, asset].join();
  const key = keyOf(instrument);
  return key === null ? [instrument] : books.instruments.filter((each) => keyOf(each) === key);
}

function demandSame(rows: readonly number[], due: ReadonlySet<number>, what: string): void {
  const expected = [...due].sort((a, b) => a - b);
  demand(
    rows.join() === expected.join(),
    () => `LIQ-11: ${what}: ${rows.join()}, a full scan finds ${expected.join()}`,
  );
}
