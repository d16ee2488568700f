/**
 * The waterfall of each pool and asset, kept beside the tables: who bears its losses, in which order. The state hash
 * sees it as a digest in the table of pool assets.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { list, mixBytes, record, u32 } from '../base/index.js';
import {
  DEFAULT_WATERFALL,
  LAYER_KINDS,
  type LayerKind,
  type WaterfallLayer,
  type WaterfallPolicy,
  waterfallPolicyField,
} from '../liquidation/index.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

export type WaterfallStore = Map<number, WaterfallPolicy>;

export function waterfallOf({ waterfalls }: State, poolAssetRow: number): WaterfallPolicy {
  return waterfalls.get(poolAssetRow) ?? DEFAULT_WATERFALL;
}

export function layerOf({ layers }: WaterfallPolicy, kind: LayerKind): WaterfallLayer | null {
  return layers.find((layer) => layer.kind === kind) ?? null;
}

/** The kinds of the list's layers as one number: a digit each, the first layer the highest. */
export function layerOrderOf(state: State, poolAssetRow: number): number {
  const { layers } = waterfallOf(state, poolAssetRow);
  return layers.reduce((order, { kind }) => order * ORDER_BASE + LAYER_KINDS.indexOf(kind) + 1, 0);
}

export function kindsInOrder(layerOrder: number): LayerKind[] {
  const kinds: LayerKind[] = [];
  for (let rest = layerOrder; rest > 0; rest = Math.floor(rest / ORDER_BASE))
    kinds.unshift(LAYER_KINDS[(rest % ORDER_BASE) - 1] as LayerKind);
  return kinds;
}

/** More than there are kinds; as many digits as kinds are far from the end of what a number holds. */
const ORDER_BASE = 16;

export function keepWaterfall(state: State, { poolAssetRow, policy }: EventOf<'waterfallSet'>): void {
  const { waterfalls, poolAssets } = state;
  const before = waterfalls.get(poolAssetRow);
  const put = (value: WaterfallPolicy | null | undefined) => {
    if (value === null || value === undefined) waterfalls.delete(poolAssetRow);
    else waterfalls.set(poolAssetRow, value);
  };
  put(policy);
  state.undo.push(() => put(before));
  poolAssets.waterfallDigest.set(poolAssetRow, policy === null ? 0n : digest(policy));
  if (policy !== null) poolAssets.waterfallRevision.set(poolAssetRow, policy.revision);
}

function digest(policy: WaterfallPolicy): bigint {
  const writer = new ByteWriter();
  waterfallPolicyField.write(writer, policy);
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}

const stored = list(record({ row: u32, value: waterfallPolicyField }));

export function writeWaterfalls(writer: ByteWriter, waterfalls: WaterfallStore): void {
  const rows = [...waterfalls].sort(([a], [b]) => a - b);
  stored.write(
    writer,
    rows.map(([row, value]) => ({ row, value })),
  );
}

export function readWaterfalls(reader: ByteReader, into: WaterfallStore): void {
  for (const { row, value } of stored.read(reader)) into.set(row, value);
}
