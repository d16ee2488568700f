/**
 * A batch of marks and prices of collateral. Each goes through its guard; those that act change all at once, and every
 * account they bring to maintenance margin is queued (PRC-02). Bad marks are named and change nobody's fate.
 */
import { isLiquidatable } from '../../margin/index.js';
import { guardMark, isFar, isMarkUsable, type MarkVerdict } from '../../market/index.js';
import { isSharedLiquidatable } from '../accountHealth.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { guardPrice, TICKS_MAX } from '../guardPrice.js';
import { breakersHit } from '../halts.js';
import { accountView } from '../marginView.js';
import { newPrices, type PriceChange } from '../priceChange.js';
import { type Rejection, reject } from '../rejection.js';
import { sourcedIndexTicks } from '../sourcedIndex.js';
import { hasSources } from '../sourceStore.js';
import { INSTRUMENT_STATUS, listedInstrument, markState, pairKey, type State } from '../state.js';
import { unknown } from './checks.js';

/** A source's clock may be this far ahead of the engine's. */
export const AHEAD_MAX_MS = 5_000;

export function decideMark({ state, derived, timeMs }: Situation, command: CommandOf<'mark'>): Decision {
  const { sourceTimeMs } = command;
  const { instruments } = state;
  if (command.marks.length + command.assetPrices.length === 0) return reject('nothing_to_do');
  if (sourceTimeMs > timeMs + AHEAD_MAX_MS) return reject('source_time_ahead', { sourceTimeMs, timeMs });
  const rows: number[] = [];
  for (const { instrument, markTicks, indexTicks } of command.marks) {
    const row = instruments.names.rowOf(instrument);
    if (row < 0) return unknown('unknown_instrument', instrument);
    if (rows.includes(row))
      return reject('invalid_definition', { field: 'marks', rule: 'each instrument once' });
    if (markTicks > TICKS_MAX || indexTicks < 0n || indexTicks > TICKS_MAX) {
      return reject('invalid_price', { instrument, markTicks, indexTicks });
    }
    if (indexTicks !== 0n && hasSources(state, 'instruments', row))
      return reject('price_from_sources', { instrument });
    rows.push(row);
  }
  const poolAssetRows: number[] = [];
  for (const { pool, asset, price } of command.assetPrices) {
    const row = findPriced(state, pool, asset);
    if (typeof row === 'object') return row;
    if (poolAssetRows.includes(row))
      return reject('invalid_definition', { field: 'assetPrices', rule: 'each asset of a pool once' });
    if (price > TICKS_MAX) return reject('invalid_price', { asset, price });
    if (hasSources(state, 'assets', row)) return reject('price_from_sources', { pool, asset });
    poolAssetRows.push(row);
  }
  // An instrument whose own feed is ahead does not hold up the others of a joint batch; a batch of nothing new is refused.
  let lastTimeMs = Number.POSITIVE_INFINITY;
  for (const row of rows) lastTimeMs = Math.min(lastTimeMs, instruments.sourceTimeMs.get(row));
  for (const row of poolAssetRows)
    lastTimeMs = Math.min(lastTimeMs, state.poolAssets.priceSourceTimeMs.get(row));
  if (sourceTimeMs < lastTimeMs) return reject('time_backwards', { sourceTimeMs, lastTimeMs });

  const marks: EventOf<'marked'>['marks'][number][] = [];
  const acted = newPrices();
  for (const [at, { markTicks, indexTicks: sent }] of command.marks.entries()) {
    const instrumentRow = rows[at] as number;
    const made = sourcedIndexTicks(state, instrumentRow, timeMs);
    const indexTicks = made ?? sent;
    if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading) continue;
    const { definition, terms, option } = listedInstrument(state, instrumentRow);
    const guard = { ...definition, markTicksMax: terms.markTicksMax };
    const { verdict, next } = guardMark(markState(state, instrumentRow), guard, {
      // An option without the price of its underlying has no price.
      markTicks: option !== null && indexTicks <= 0n ? 0n : markTicks,
      sourceTimeMs,
      nowMs: timeMs,
      ...(option === null ? {} : companionOf(state, instrumentRow, indexTicks)),
    });
    const hasActed = verdict === 'accepted' || verdict === 'confirmed';
    const isIndexSound = indexTicks > 0n && (option !== null || indexTicks <= terms.markTicksMax);
    // An index of sources that has no price now is the last one it had, and not the mark.
    const lastIndex = made === null ? 0n : instruments.indexTicks.get(instrumentRow);
    const actingIndex = isIndexSound ? indexTicks : lastIndex > 0n ? lastIndex : next.markTicks;
    marks.push({
      instrumentRow,
      verdict,
      markTicks: next.markTicks,
      indexTicks: hasActed ? actingIndex : instruments.indexTicks.get(instrumentRow),
      markTimeMs: next.sourceTimeMs,
      pendingTicks: next.pendingTicks,
      pendingCount: next.pendingCount,
      isSuspect: next.isSuspect,
      pendingIndexTicks: pendingIndex(state, instrumentRow, { verdict, indexTicks }),
    });
    if (hasActed && isMarkUsable(next, definition, timeMs)) {
      acted.marks.set(instrumentRow, { markTicks: next.markTicks, indexTicks: actingIndex });
    }
  }
  const assetPrices = command.assetPrices.map(({ price }, at) =>
    guardPrice(state, { poolAssetRow: poolAssetRows[at] as number, price, sourceTimeMs, timeMs }),
  );
  for (const { poolAssetRow, verdict, price } of assetPrices)
    if (verdict === 'accepted' || verdict === 'confirmed') acted.assetPrices.set(poolAssetRow, price);
  return [
    { kind: 'marked', sourceTimeMs, marks, assetPrices, woken: wokenBy({ state, derived, timeMs }, acted) },
    ...derived.notices().collect(acted),
    ...breakersHit(state, acted, timeMs),
  ];
}

/**
 * The price of an option's underlying decides as its mark does, and is guarded by the same rule: a jump of its own is
 * held, and what waits is confirmed only by a mark and an underlying that both agree with it.
 */
function companionOf(state: State, instrumentRow: number, indexTicks: bigint) {
  const { instruments } = state;
  const { markMaxJumpPpm } = listedInstrument(state, instrumentRow).definition;
  const isFrom = (before: bigint) =>
    before !== 0n && indexTicks > 0n && isFar(indexTicks, before, markMaxJumpPpm);
  return {
    isCompanionFar: isFrom(instruments.indexTicks.get(instrumentRow)),
    isCompanionOff: isFrom(instruments.pendingIndexTicks.get(instrumentRow)),
  };
}

/** What of the underlying waits with the mark of an option; 0 where nothing does. */
function pendingIndex(
  state: State,
  instrumentRow: number,
  { verdict, indexTicks }: { readonly verdict: MarkVerdict; readonly indexTicks: bigint },
): bigint {
  if (listedInstrument(state, instrumentRow).option === null) return 0n;
  if (verdict === 'heldJump') return indexTicks;
  const isDecided = verdict === 'accepted' || verdict === 'confirmed';
  return isDecided ? 0n : state.instruments.pendingIndexTicks.get(instrumentRow);
}

/** Accounts that are liquidatable at the prices that acted, by row. */
export function wokenBy({ state, derived }: Situation, acted: PriceChange): number[] {
  const woken: number[] = [];
  const triggers = derived.triggers();
  for (const [instrumentRow, { markTicks }] of acted.marks) {
    const { liquidationTerms } = listedInstrument(state, instrumentRow);
    const fundingIndex = state.instruments.fundingIndex.get(instrumentRow);
    triggers.collect({ instrumentRow, markTicks, fundingIndex }, (accountRow) => {
      if (isLiquidatable(liquidationTerms, accountView(state, accountRow), markTicks)) woken.push(accountRow);
      else triggers.rekey(accountRow);
    });
  }
  derived.sharedTriggers().collect(acted, (accountRow) => {
    if (isSharedLiquidatable(state, accountRow, acted)) woken.push(accountRow);
  });
  return woken.sort((a, b) => a - b);
}

/** Collateral of a pool that has a price of its own. */
export function findPriced(state: State, pool: string, asset: string): number | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const row = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  return row === undefined || state.poolAssets.isCollateral.get(row) === 0
    ? unknown('unknown_collateral', asset)
    : row;
}
