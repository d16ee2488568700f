/** Prices made of several sources in a random history: declared, changed, taken back, and quoted well and badly. */
import type { CommandOf } from '../engine/command.js';
import { keptSourcesOf } from '../engine/index.js';
import type { IndexSourceRules, KeptSources } from '../engine/sourceFields.js';
import { pairKey } from '../engine/state.js';
import { anyMarket, type Collateral, type Market, type Player, type Spot, send } from './historyPlayer.js';

const PPM = 1_000_000n;

/** Now and then a price gets other sources, or comes finished again. */
export function declareSometimes(player: Player): void {
  const { random, collateral } = player;
  if (random.unit() >= 0.1) return;
  if (collateral.length > 0 && random.unit() < 0.6) {
    const { pool, asset, price } = random.pick(collateral);
    const { rules, revision } = keptOfAsset(player, { pool, asset });
    const isBack = rules !== null && random.unit() < 0.2;
    const isRedeemed = random.unit() < 0.2;
    const redemption = isRedeemed
      ? { price: whole(price), feePpm: 5_000n, isOpen: random.unit() < 0.5 }
      : null;
    const next = isBack ? null : { ...anyRules(player), redemption };
    return void send(player, { kind: 'setAssetSources', pool, asset, revision: revision + 1, rules: next });
  }
  const { id: instrument } = anyMarket(player);
  const { rules, revision } = keptOfIndex(player, instrument);
  const next = rules !== null && random.unit() < 0.2 ? null : anyRules(player);
  send(player, { kind: 'setIndexSources', instrument, revision: revision + 1, rules: next });
}

function anyRules({ random }: Player): IndexSourceRules {
  const names = ['own', 'a', 'b', 'c'].slice(0, random.between(2, 4));
  return {
    sources: names.map((source) => ({
      source,
      weight: random.between(1, 5),
      maxAgeMs: random.pick([1_000, 60_000, 3_600_000]),
      isOwnBook: source === 'own',
    })),
    sourcesMin: random.between(1, names.length),
    outlierPpm: random.pick([20_000n, 100_000n, PPM]),
    clipPpm: random.pick([0n, 5_000n, 20_000n]),
    ownBookSharePpm: random.pick([0n, 200_000n, PPM]),
  };
}

/** What the sources of these say of the market, most of them near it and now. */
export function quoteAll(
  player: Player,
  markets: readonly Market[],
  collateral: readonly Collateral[],
): void {
  const assets = collateral.flatMap(({ pool, asset, price }) =>
    quotesOf(player, keptOfAsset(player, { pool, asset }), price).map((quote) => ({ pool, asset, ...quote })),
  );
  const instruments = markets.flatMap(({ id: instrument, price, definition }) => {
    const { option, markTicksPerTick } = definition;
    const spot = option === null ? null : (player.spots.get(option.underlying) as Spot);
    const around = spot === null ? price * Number(markTicksPerTick) : spot.price;
    return quotesOf(player, keptOfIndex(player, instrument), around).map(
      ({ price: indexTicks, ...quote }) => ({
        instrument,
        ...quote,
        indexTicks,
      }),
    );
  });
  if (assets.length + instruments.length === 0) return;
  const command: CommandOf<'quote'> = { kind: 'quote', assets, instruments };
  send(player, command);
}

function quotesOf({ random, timeMs }: Player, { rules }: KeptSources, price: number) {
  return (rules?.sources ?? [])
    .filter(() => random.unit() < 0.9)
    .map(({ source }) => {
      const off = random.unit() < 0.1 ? random.pick([0, -1, 0.65, 1.03, 10]) : 1;
      const near = 1 + (random.unit() - 0.5) * 0.004;
      const quoted = off <= 0 ? BigInt(off) : whole(price * off * near);
      return { source, price: quoted, timeMs: timeMs - random.pick([0, 0, 0, 500, 5_000]) };
    });
}

export function isSourcedAsset(
  player: Player,
  of: { readonly pool: string; readonly asset: string },
): boolean {
  return keptOfAsset(player, of).rules !== null;
}

export function isSourcedIndex(player: Player, instrument: string): boolean {
  return keptOfIndex(player, instrument).rules !== null;
}

function keptOfAsset(
  { state }: Player,
  { pool, asset }: { readonly pool: string; readonly asset: string },
): KeptSources {
  const key = pairKey(state.pools.names.rowOf(pool), state.assets.names.rowOf(asset));
  return keptSourcesOf(state, 'assets', state.poolAssetRows.get(key) ?? -1);
}

function keptOfIndex({ state }: Player, instrument: string): KeptSources {
  return keptSourcesOf(state, 'instruments', state.instruments.names.rowOf(instrument));
}

function whole(price: number): bigint {
  return BigInt(Math.max(1, Math.round(price)));
}
