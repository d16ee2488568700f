/** Marks, prices of collateral, funding and expiry of a random history: mostly small moves, some gaps, some nonsense. */
import {
  anyMarket,
  type Collateral,
  isAccepted,
  type Market,
  type Player,
  type Spot,
  send,
} from './historyPlayer.js';
import { isSourcedAsset, isSourcedIndex, quoteAll } from './historySources.js';

export function markAll(player: Player): void {
  sendMarks(player, player.markets);
}

export function markSome(player: Player): void {
  const { random } = player;
  const size = random.pick([0.002, 0.01, 0.05, 0.15]);
  const wander = () => 1 + (random.unit() - 0.5) * 2 * size;
  for (const spot of player.spots.values()) spot.price = bounded(spot.price * wander());
  const marked = player.markets.filter(() => random.unit() < 0.7);
  if (marked.length === 0) return markAll(player);
  for (const market of marked) move(player, market, wander());
  const priced = player.collateral.filter(() => random.unit() < 0.5);
  for (const collateral of priced) collateral.price = boundedPrice(collateral.price * wander());
  sendMarks(player, marked, {}, priced);
}

/** A move far past bankruptcy, with the marks that confirm it. An option's underlying takes all its options along. */
export function gap(player: Player): void {
  const market = anyMarket(player);
  const { option, markConfirmations } = market.definition;
  const factors = player.options.isHuge ? [0.001, 0.1, 0.5, 2, 30, 1_000] : [0.2, 0.5, 0.7, 1.4, 2, 4];
  const factor = player.random.pick(factors);
  let marked = [market];
  if (option === null) move(player, market, factor);
  else {
    const spot = player.spots.get(option.underlying) as Spot;
    spot.price = bounded(spot.price * factor);
    marked = player.markets.filter(({ definition }) => definition.option?.underlying === option.underlying);
    for (const each of marked) move(player, each, 1);
  }
  for (let i = 1; i < markConfirmations; i++) player.coming.push(() => sendMarks(player, marked));
  sendMarks(player, marked);
}

/** A collapse or a jump of collateral. */
export function gapCollateral(player: Player): void {
  const { random, collateral } = player;
  if (collateral.length === 0) return gap(player);
  const fallen = random.pick(collateral);
  fallen.price = boundedPrice(fallen.price * random.pick([0.01, 0.3, 0.6, 0.9, 1.5, 4]));
  for (let i = 1; i < fallen.confirmations; i++)
    player.coming.push(() => sendMarks(player, [], {}, [fallen]));
  sendMarks(player, [], {}, [fallen]);
}

export function priceAssets(player: Player): void {
  if (player.collateral.length > 0) sendMarks(player, [], {}, player.collateral);
}

function move(player: Player, market: Market, factor: number): void {
  market.price =
    market.definition.option === null ? bounded(market.price * factor) : premiumOf(player, market);
}

function bounded(price: number): number {
  return Math.min(10_000_000, Math.max(2, price));
}

/** Inside what a price of collateral may be. */
function boundedPrice(price: number): number {
  return Math.min(2 ** 61, Math.max(1, price));
}

/** Intrinsic value and a time value, in ticks of the premium: no model, only what an option never falls below. */
export function premiumOf({ spots, random }: Player, { definition }: Market): number {
  const { option, payoff, tickSize } = definition;
  if (option === null) return 1;
  const { price: spot } = spots.get(option.underlying) as Spot;
  const strike = Number(option.strike);
  const inside = Math.max(0, option.optionType === 'call' ? spot - strike : strike - spot);
  const timeValue = spot * (0.01 + 0.05 * random.unit());
  const worth = payoff === 'linear' ? inside + timeValue : (inside + timeValue) / spot;
  return Math.min(10_000_000, Math.max(1, worth / Number(tickSize)));
}

export function sendMarks(
  player: Player,
  markets: readonly Market[],
  changes: { ticks?: bigint; sourceTimeMs?: number } = {},
  collateral: readonly Collateral[] = [],
): void {
  const { random } = player;
  quoteAll(player, markets, collateral);
  const finished = collateral.filter((each) => !isSourcedAsset(player, each) || random.unit() < 0.02);
  const marks = markets.map(({ id, price, definition }) => {
    const scale = Number(definition.markTicksPerTick);
    const markTicks = changes.ticks ?? whole(price * scale);
    const { option } = definition;
    if (isSourcedIndex(player, id) && random.unit() >= 0.02)
      return { instrument: id, markTicks, indexTicks: 0n };
    if (option !== null) {
      const { price: spot } = player.spots.get(option.underlying) as Spot;
      return { instrument: id, markTicks, indexTicks: random.unit() < 0.03 ? 0n : whole(spot) };
    }
    const index = price * scale * (1 + (random.unit() - 0.5) * 0.02);
    return { instrument: id, markTicks, indexTicks: random.unit() < 0.05 ? 0n : whole(index) };
  });
  const assetPrices = finished.map(({ pool, asset, price }) => ({
    pool,
    asset,
    price: changes.ticks ?? whole(price),
  }));
  send(player, { kind: 'mark', sourceTimeMs: changes.sourceTimeMs ?? player.timeMs, marks, assetPrices });
}

function whole(price: number): bigint {
  return BigInt(Math.max(1, Math.round(price)));
}

/** Stale, zero, negative, huge or out of order. */
export function badMark(player: Player): void {
  const { random, timeMs, collateral } = player;
  const markets = [anyMarket(player)];
  const priced = collateral.length > 0 && random.unit() < 0.4 ? [random.pick(collateral)] : [];
  switch (random.between(0, 5)) {
    case 0:
      return sendMarks(player, markets, { sourceTimeMs: timeMs - 7_200_000 }, priced);
    case 1:
      // A joint batch that is new to some and old to others.
      return sendMarks(
        player,
        player.markets,
        { sourceTimeMs: timeMs - random.between(0, 300_000) },
        player.collateral,
      );
    case 2:
      return sendMarks(player, markets, { ticks: 0n }, priced);
    case 3:
      return sendMarks(player, markets, { ticks: -5n }, priced);
    case 4:
      return sendMarks(player, markets, { ticks: 2n ** 61n }, priced);
    default:
      return sendMarks(player, markets, { sourceTimeMs: timeMs + 60_000 }, priced);
  }
}

export function fund(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const most = Number(market.definition.fundingRateMaxPpm);
  send(player, {
    kind: 'applyFunding',
    instrument: market.id,
    fundingTimeMs: player.timeMs - random.pick([0, 0, 0, 1_000, 3_600_000]),
    ratePpm: BigInt(random.between(-most, most)),
  });
}

/** Of what has come to its end, with a last mark that may decide; now and then of something else. */
export function expire(player: Player): void {
  const { random, timeMs } = player;
  const ending = player.markets.filter(({ definition }) => definition.expiryMs !== null);
  const over = ending.filter(({ definition }) => (definition.expiryMs as number) <= timeMs);
  const from = over.length > 0 && random.unit() < 0.8 ? over : ending;
  const market = from.length > 0 ? random.pick(from) : anyMarket(player);
  if (random.unit() < 0.5) sendMarks(player, [market]);
  const expired = send(player, { kind: 'expire', instrument: market.id });
  if (isAccepted(expired)) send(player, { kind: 'resume', pool: market.pool });
}
