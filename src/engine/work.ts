/**
 * What a pool has to do next by itself, as a function of its state alone: liquidate who is queued, unwind what
 * was taken over, and work its deficits off in the order of the waterfall. No step starts before the one
 * before it is exhausted.
 */
import { unreachable } from '../base/index.js';
import type { LayerKind } from '../liquidation/index.js';
import { clawbackPart } from './clawback.js';
import type { InternalCommand } from './command.js';
import { autoMarginFor } from './commands/autoMargin.js';
import { payableOutside } from './commands/payOutside.js';
import type { Situation } from './decision.js';
import { openTakeoversOf } from './evolve.js';
import { convertFund } from './fundBacking.js';
import { nextLevelWork } from './levelWork.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { coverByFund, coverByVenue, type Layers, layersOf, lendersPart, shareable } from './lossLayers.js';
import { hasUsableMark } from './marginView.js';
import { isPoolSound } from './soundness.js';
import { INSTRUMENT_STATUS } from './state.js';
import { lacksAsset, nextDeleveraged } from './takeoverBudget.js';

/** The pool's next internal command, or null when it is at rest. */
export function nextWork(situation: Situation, poolRow: number): InternalCommand | null {
  const { state, derived, timeMs } = situation;
  if (state.pools.isQuarantined.get(poolRow) === 1) return null;
  // That the pool is not sound is recorded first, before anybody realizes a gain it may have to share; that it is sound
  // again, when everything is done.
  const unsound = assessment(situation, poolRow, { isSound: false });
  if (unsound !== null) return unsound;
  const accountRow = derived.nextQueued(poolRow, timeMs);
  if (accountRow >= 0) {
    // Before liquidation begins: what the client agreed its wallet may add.
    if (autoMarginFor(situation, accountRow) > 0n) return { kind: 'autoMargin', accountRow };
    const isStepped = liquidationPolicyOf(state, poolRow) !== null;
    return isStepped ? { kind: 'liquidate', accountRow } : { kind: 'takeOver', accountRow };
  }
  return (
    unwinding(situation, poolRow) ??
    waterfall(situation, poolRow) ??
    marketOrder(situation, poolRow) ??
    settling(situation, poolRow) ??
    nextLevelWork(situation, poolRow) ??
    outside(situation, poolRow) ??
    assessment(situation, poolRow, { isSound: true })
  );
}

/** Takeovers that need no market to unwind: against each other, and in a desk's pool against the outside. */
function unwinding({ state, derived, timeMs }: Situation, poolRow: number): InternalCommand | null {
  if (openTakeoversOf(state, poolRow).size === 0) return null;
  for (const instrumentRow of derived.instrumentsOf(poolRow)) {
    const { longs, shorts } = derived.inventory.takeoversIn(instrumentRow);
    const [longRow, shortRow] = [longs[0], shorts[0]];
    const first = longRow ?? shortRow;
    if (first === undefined || !hasUsableMark(state, instrumentRow, timeMs)) continue;
    if (state.instruments.counterpartyPosition.get(instrumentRow) >= 0)
      return { kind: 'unwindOutside', takeoverRow: first };
    if (longRow !== undefined && shortRow !== undefined) return { kind: 'netTakeovers', longRow, shortRow };
  }
  return null;
}

/** What is left of takeovers goes to the market, where the pool has a policy for it: only what the waterfall has left. */
function marketOrder({ derived, timeMs }: Situation, poolRow: number): InternalCommand | null {
  const takeoverRow = derived.inventory.nextOrder(poolRow, timeMs);
  return takeoverRow < 0 ? null : { kind: 'orderUnwinding', takeoverRow };
}

/**
 * The layers of the pool's policy, one after the other, for each of its assets: a layer is asked only when all before it
 * are at their limit for what is open. By itself: what its own kind gained by fills with the account, the fund in the asset, then what it has in others as far as the facility
 * converts it; then, for what even that does not back, the lenders for their own debtors, deleveraging of what the fund
 * cannot cover, and sharing.
 */
function waterfall(situation: Situation, poolRow: number): InternalCommand | null {
  const { state, derived } = situation;
  for (const poolAssetRow of derived.poolAssetsOf(poolRow)) {
    const outstanding = state.totals.outstanding.get(poolAssetRow);
    if (outstanding === 0n && derived.inventory.exposure(poolAssetRow) === 0n) continue;
    const layers = layersOf(situation, poolAssetRow);
    for (const { kind } of layers.policy.layers) {
      const command = stepOf(kind, layers);
      if (command !== null) return command;
    }
  }
  return null;
}

function stepOf(kind: LayerKind, layers: Layers): InternalCommand | null {
  const { situation, poolAssetRow } = layers;
  switch (kind) {
    case 'account':
      // What an account had is in its takeover, or was paid when its deficit was recognised.
      return null;
    case 'clawback':
      return clawbackPart(layers) === null ? null : { kind: 'clawBack', poolAssetRow };
    case 'insuranceFund':
      if (coverByFund(layers) !== null) return { kind: 'cover', poolAssetRow };
      return lacksAsset(layers) && convertFund(situation, poolAssetRow).length > 0
        ? { kind: 'convertFund', poolAssetRow }
        : null;
    case 'topUp':
      return coverByVenue(layers) === null ? null : { kind: 'cover', poolAssetRow };
    case 'lenders':
      return lendersPart(layers) === null ? null : { kind: 'bearLenderLoss', poolAssetRow };
    case 'deleveraging': {
      const takeoverRow = nextDeleveraged(layers);
      return takeoverRow < 0 ? null : { kind: 'deleverage', takeoverRow };
    }
    case 'lossSharing': {
      const isExhausted = situation.state.poolAssets.isShareExhausted.get(poolAssetRow) === 1;
      return isExhausted || shareable(layers).next().done === true ? null : { kind: 'share', poolAssetRow };
    }
    default:
      return unreachable(kind);
  }
}

function settling({ state, derived }: Situation, poolRow: number): InternalCommand | null {
  if (state.pools.settlingCount.get(poolRow) === 0) return null;
  for (const instrumentRow of derived.instrumentsOf(poolRow)) {
    if (state.instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.settling)
      return { kind: 'settleExpiry', instrumentRow };
  }
  return null;
}

function outside({ state, derived }: Situation, poolRow: number): InternalCommand | null {
  if (state.pools.isDesk.get(poolRow) === 0) return null;
  for (const poolAssetRow of derived.poolAssetsOf(poolRow)) {
    if (payableOutside(state, poolAssetRow) > 0n) return { kind: 'payOutside', poolAssetRow };
  }
  return null;
}

/** Records a change of soundness in one direction. */
function assessment(
  situation: Situation,
  poolRow: number,
  found: { readonly isSound: boolean },
): InternalCommand | null {
  const isRecorded = (situation.state.pools.isSound.get(poolRow) === 1) === found.isSound;
  return isRecorded || isPoolSound(situation, poolRow) !== found.isSound ? null : { kind: 'assess', poolRow };
}
