/**
 * What clawback, fund and venue capital may spend on each takeover that is short, before its loss is there: beyond that its lots
 * are deleveraged. Each takeover has at most what its own instrument's caps leave, so that what was taken over in other
 * instruments never delays it. Where the fund is less than all of that the shallowest are met first, so that the deepest is
 * closed first: there it is hastened.
 */
import { max, min } from '../base/index.js';
import type { WaterfallLayer } from '../liquidation/index.js';
import { clawableOf } from './clawback.js';
import { openTakeoversOf } from './evolve.js';
import { type ArisenLoss, budgetByLevel } from './levelLimits.js';
import {
  claims,
  instrumentLeft,
  isAsked,
  type Layers,
  openDeficits,
  roomForDeficit,
  roomOf,
  unbackedOf,
} from './lossLayers.js';
import { hasUsableMark, takeoverEquity } from './marginView.js';
import type { State } from './state.js';
import { layerOf } from './waterfallStore.js';

/** The takeover whose lots are deleveraged next, or -1. */
export function nextDeleveraged(layers: Layers): number {
  const { situation, poolAssetRow, policy } = layers;
  const { derived, timeMs } = situation;
  const layer = layerOf(policy, 'deleveraging');
  if (layer === null || derived.inventory.exposure(poolAssetRow) === 0n) return -1;
  if (layers.isPlain && layer.causes === null && layer.lossAboveMinor === 0n) {
    const takeoverRow = derived.inventory.deepest(poolAssetRow, timeMs);
    return takeoverRow >= 0 && isUncovered(layers, takeoverRow) ? takeoverRow : -1;
  }
  const budgets = takeoverBudgets(layers);
  for (const { takeoverRow, instrumentRow, shortMinor } of shortTakeovers(layers)) {
    if (!hasUsableMark(situation.state, instrumentRow, timeMs)) continue;
    const leftMinor = shortMinor - (budgets.get(takeoverRow) ?? 0n);
    if (leftMinor > 0n && isAsked(layer, { cause: 'liquidation', leftMinor })) return takeoverRow;
  }
  return -1;
}

function isUncovered(layers: Layers, takeoverRow: number): boolean {
  return budgetOf(layers, takeoverRow) < -takeoverEquity(layers.situation.state, takeoverRow);
}

/** What the pool may spend on the takeover after all it owes and all that is shallower, minor units. */
export function budgetOf(layers: Layers, takeoverRow: number): bigint {
  if (!layers.isPlain) return takeoverBudgets(layers).get(takeoverRow) ?? 0n;
  const { situation, poolAssetRow, fund, backing } = layers;
  const { state, derived } = situation;
  const short = max(0n, -takeoverEquity(state, takeoverRow));
  const others = derived.inventory.exposure(poolAssetRow) - short;
  return max(0n, fund + backing - state.totals.outstanding.get(poolAssetRow) - others);
}

/** Whether open deficits and takeovers may use more of the fund than it has in the asset itself. */
export function lacksAsset(layers: Layers): boolean {
  const { fund, fundLayer, isPlain } = layers;
  if (fundLayer === null) return false;
  if (isPlain) return true;
  let used = claims(layers);
  const left = fundLeft(layers);
  for (const { ofFund } of plan(layers, left).values()) used += ofFund;
  return used > fund;
}

interface Short {
  readonly takeoverRow: number;
  readonly instrumentRow: number;
  readonly shortMinor: bigint;
}

/** Open takeovers in the asset that are short at their marks, the deepest first, then by row. */
function shortTakeovers({ situation, poolAssetRow }: Layers): Short[] {
  const { state } = situation;
  const { takeovers, instruments } = state;
  const short: Short[] = [];
  for (const takeoverRow of openTakeoversOf(state, state.poolAssets.pool.get(poolAssetRow))) {
    const instrumentRow = takeovers.instrument.get(takeoverRow);
    if (instruments.poolAsset.get(instrumentRow) !== poolAssetRow) continue;
    const shortMinor = -takeoverEquity(state, takeoverRow);
    if (shortMinor > 0n) short.push({ takeoverRow, instrumentRow, shortMinor });
  }
  return short.sort((a, b) =>
    a.shortMinor === b.shortMinor ? a.takeoverRow - b.takeoverRow : a.shortMinor > b.shortMinor ? -1 : 1,
  );
}

function takeoverBudgets(layers: Layers): Map<number, bigint> {
  const planned = plan(layers, fundLeft(layers));
  return new Map(
    [...planned].map(([row, { ofRelated, ofFund, ofVenue }]) => [row, ofRelated + ofFund + ofVenue]),
  );
}

/** A takeover's loss arose when it was taken over. */
function arisen({ takeovers }: State, takeoverRow: number): ArisenLoss {
  return { instrumentRow: takeovers.instrument.get(takeoverRow), timeMs: takeovers.timeMs.get(takeoverRow) };
}

interface Left {
  fund: bigint;
  capital: bigint;
}

/** What open deficits leave of fund and capital. */
function fundLeft(layers: Layers): Left {
  const { situation, poolAssetRow, venueLayer, fund, backing, capital } = layers;
  let ofVenue = 0n;
  if (venueLayer !== null) {
    for (const deficitRow of openDeficits(situation.state, poolAssetRow)) {
      const room = roomForDeficit(layers, venueLayer, { deficitRow, holds: capital });
      ofVenue += min(room, unbackedOf(layers, deficitRow));
    }
  }
  return { fund: max(0n, fund + backing - claims(layers)), capital: max(0n, capital - ofVenue) };
}

interface Planned {
  readonly ofRelated: bigint;
  readonly ofFund: bigint;
  readonly ofVenue: bigint;
}

/** The shallowest first: what related accounts, fund and venue would pay of each takeover, were all of them closed at their marks. */
function plan(layers: Layers, left: Left): Map<number, Planned> {
  const { situation, policy, fund, backing, capital } = layers;
  const used = { insuranceFund: new Map<number, bigint>(), topUp: new Map<number, bigint>() };
  const planned = new Map<number, Planned>();
  const pay = (
    layer: WaterfallLayer,
    holds: bigint,
    loss: Short & { readonly leftMinor: bigint },
  ): bigint => {
    const spent = used[layer.kind as keyof typeof used];
    const before = spent.get(loss.instrumentRow) ?? 0n;
    const ofInstrument = instrumentLeft(situation.state, layer, {
      ...arisen(situation.state, loss.takeoverRow),
      holds,
    });
    const room = roomOf(layer, holds, {
      cause: 'liquidation',
      leftMinor: loss.leftMinor,
      paidMinor: 0n,
      instrumentLeftMinor: ofInstrument === null ? null : max(0n, ofInstrument - before),
    });
    const paid = min(
      loss.leftMinor,
      budgetByLevel(situation.state, arisen(situation.state, loss.takeoverRow), room),
    );
    spent.set(loss.instrumentRow, before + paid);
    return paid;
  };
  const promised = new Map<number, bigint>();
  for (const loss of shortTakeovers(layers).reverse()) {
    const paid = { insuranceFund: 0n, topUp: 0n };
    const ofRelated = payRelated(layers, loss, promised);
    let leftMinor = loss.shortMinor - ofRelated;
    for (const layer of policy.layers) {
      if (layer.kind !== 'insuranceFund' && layer.kind !== 'topUp') continue;
      const isFund = layer.kind === 'insuranceFund';
      const share = pay(layer, isFund ? fund + backing : capital, { ...loss, leftMinor });
      const amount = min(share, isFund ? left.fund : left.capital);
      paid[layer.kind] = amount;
      leftMinor -= amount;
      if (isFund) left.fund -= amount;
      else left.capital -= amount;
    }
    planned.set(loss.takeoverRow, { ofRelated, ofFund: paid.insuranceFund, ofVenue: paid.topUp });
  }
  return planned;
}

/** What accounts of its client or group would give back for the takeover, each what others have left of its gains. */
function payRelated(
  layers: Layers,
  { takeoverRow, shortMinor }: Short,
  promised: Map<number, bigint>,
): bigint {
  const layer = layerOf(layers.policy, 'clawback');
  if (layer === null) return 0n;
  const payers = clawableOf(layers, takeoverRow, promised);
  const holds = payers.reduce((sum, { payableMinor }) => sum + payableMinor, 0n);
  const { state } = layers.situation;
  const room = roomOf(layer, holds, {
    cause: 'liquidation',
    leftMinor: shortMinor,
    paidMinor: 0n,
    instrumentLeftMinor: instrumentLeft(state, layer, { ...arisen(state, takeoverRow), holds }),
  });
  const paid = min(shortMinor, room);
  let left = paid;
  for (const { accountRow, payableMinor } of payers) {
    const part = min(left, payableMinor);
    promised.set(accountRow, (promised.get(accountRow) ?? 0n) + part);
    left -= part;
  }
  return paid;
}
