/** A waterfall question in whole numbers: policy, loss, holdings and fund statement, or the first fault. */
import { parseMinor } from '../base/decimal.js';
import { max, PPM } from '../base/integers.js';
import { err, ok, type Result } from '../base/result.js';
import {
  checkWaterfall,
  type DeleveragePolicy,
  type FundStatement,
  LAYER_RULES,
  type LayerDraft,
  type LayerHolding,
  type Loss,
  type WaterfallPolicy,
} from '../liquidation/index.js';
import { decimalOf, scaled } from './calcDecimal.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';
import { type PolicyDocumentFaultCode, readDeleveragePolicy } from './deleveragePolicyDocument.js';
import { WATERFALL_MESSAGES, type WaterfallDocumentCode } from './waterfallFaults.js';
import type { WaterfallDocument, WaterfallLayerDocument } from './waterfallSchema.js';

export type WaterfallDocumentFault = ContainmentFault<
  WaterfallDocumentCode | PolicyDocumentFaultCode | DocumentFaultCode
>;

export interface ReadWaterfall {
  readonly policy: WaterfallPolicy;
  readonly loss: Loss;
  readonly holdings: ReadonlyMap<string, LayerHolding>;
  readonly fund: FundStatement | null;
  /** Names of payers by layer and row. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

type Read<T> = Result<T, WaterfallDocumentFault>;

/** Rows go by id, so that the order of holders does not matter; row 0 of every layer is its first id. */
export function readWaterfall(document: WaterfallDocument): Read<ReadWaterfall> {
  const decimals = document.decimals ?? 6;
  const policy = readPolicy(document, decimals);
  if (!policy.ok) return policy;
  const { amount, cause = 'liquidation' } = document.loss;
  const lossMinor = amountOf(amount, decimals, '/loss/amount');
  if (!lossMinor.ok) return lossMinor;
  if (lossMinor.value < 0n) return fault('negative_amount', '/loss/amount', { got: amount });
  const holdings = new Map<string, LayerHolding>();
  const names = new Map<string, readonly string[]>();
  for (const [at, layer] of document.layers.entries()) {
    const read = readHolding(document, layer, { decimals, path: `/layers/${at}` });
    if (!read.ok) return read;
    holdings.set(layer.name, read.value.holding);
    names.set(layer.name, read.value.names);
  }
  const fund = readFund(document, decimals);
  if (!fund.ok) return fund;
  const held = heldByFund(policy.value, holdings);
  if (fund.value !== null && held !== null && fund.value.closingMinor !== held) {
    return fault('closing_is_not_held', '/fund/closing', { got: document.fund?.closing ?? '' });
  }
  const loss = { lossMinor: lossMinor.value, cause, accountRow: OWN_ROW, poolRow: OWN_POOL };
  return ok({ policy: policy.value, loss, holdings, fund: fund.value, names });
}

const OWN_ROW = 0;
const OTHER_ROW = 1;
const OWN_POOL = 0;
const OTHER_POOL = 1;

function readPolicy(document: WaterfallDocument, decimals: number): Read<WaterfallPolicy> {
  const layers: LayerDraft[] = [];
  for (const [at, layer] of document.layers.entries()) {
    const draft = readDraft(layer, decimals, `/layers/${at}`);
    if (!draft.ok) return draft;
    layers.push(draft.value);
  }
  const deleveraging: Read<DeleveragePolicy> = readDeleveragePolicy(
    document.deleveraging,
    '/deleveraging',
    wholeLots,
  );
  if (!deleveraging.ok) return deleveraging;
  const checked = checkWaterfall({
    revision: document.revision ?? 1,
    layers,
    deleveraging: deleveraging.value,
  });
  if (checked.ok) return checked;
  const { code, layer } = checked.error;
  const context: Record<string, string> = layer === null ? {} : { layer: layers[layer]?.name ?? '' };
  return err(
    containmentFault(
      code,
      layer === null ? '/layers' : `/layers/${layer}`,
      WATERFALL_MESSAGES[code],
      context,
    ),
  );
}

/** A waterfall knows no lot size: limits in contracts count lots. */
function wholeLots(contracts: string): bigint | null {
  const parsed = parseMinor(contracts, 0);
  return parsed.ok ? parsed.value : null;
}

function readDraft(layer: WaterfallLayerDocument, decimals: number, path: string): Read<LayerDraft> {
  const rule = LAYER_RULES[layer.kind];
  const share = layer.share === undefined ? ok(PPM) : parseMinor(layer.share, 6);
  if (!share.ok) return fault('share_too_fine', `${path}/share`, { got: layer.share ?? '' });
  const cap = optionalAmount(layer.cap, decimals, `${path}/cap`);
  if (!cap.ok) return cap;
  const instrumentCap = optionalAmount(layer.instrumentCap, decimals, `${path}/instrumentCap`);
  if (!instrumentCap.ok) return instrumentCap;
  const above = amountOf(layer.lossAbove ?? '0', decimals, `${path}/lossAbove`);
  if (!above.ok) return above;
  return ok({
    name: layer.name,
    kind: layer.kind,
    scope: layer.scope ?? rule.scope,
    payers: layer.payers ?? rule.payers,
    sizePpm: share.value,
    capMinor: cap.value,
    instrumentCapMinor: instrumentCap.value,
    allocation: layer.allocation ?? rule.allocations[0] ?? 'single',
    causes: layer.causes ?? null,
    lossAboveMinor: above.value,
  });
}

interface Place {
  readonly decimals: number;
  readonly path: string;
}

function readHolding(
  document: WaterfallDocument,
  layer: WaterfallLayerDocument,
  { decimals, path }: Place,
): Read<{ readonly holding: LayerHolding; readonly names: readonly string[] }> {
  const { holds, holders = [] } = layer;
  if (holds !== undefined && layer.holders !== undefined) return fault('holds_twice', `${path}/holds`);
  const own = document.loss.account ?? layer.name;
  const listed = holds === undefined ? holders : [{ id: layer.kind === 'account' ? own : layer.name, holds }];
  const sorted = listed.map((holder, at) => ({ ...holder, at })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const places = sorted.reduce(
    (most, { weight, holds: amount }) => Math.max(most, decimalOf(weight ?? amount).scale),
    0,
  );
  const payers: { row: number; holdsMinor: bigint; weight: bigint }[] = [];
  for (const [index, { id, holds: amount, weight, at }] of sorted.entries()) {
    const where = holds === undefined ? `${path}/holders/${at}` : path;
    if (sorted[index - 1]?.id === id) return fault('duplicate_id', `${where}/id`, { id });
    const held = amountOf(amount, decimals, `${where}/holds`);
    if (!held.ok) return held;
    const part = weightOf(
      layer,
      { weight: weight ?? amount, isGiven: weight !== undefined },
      places,
      decimals,
    );
    if (part === null) return fault('amount_too_fine', `${where}/weight`, { got: weight ?? amount });
    if (part < 0n) return fault('negative_amount', `${where}/weight`, { got: weight ?? amount });
    const row = layer.kind === 'account' ? ownRow(document, id) : index;
    payers.push({ row, holdsMinor: held.value, weight: part });
  }
  const used = amountOf(layer.instrumentUsed ?? '0', decimals, `${path}/instrumentUsed`);
  if (!used.ok) return used;
  if (used.value < 0n) return fault('negative_amount', `${path}/instrumentUsed`);
  const poolRow = poolRowOf(document, layer);
  const names = layer.kind === 'account' ? [own] : sorted.map(({ id }) => id);
  return ok({ holding: { poolRow, payers, instrumentUsedMinor: used.value }, names });
}

/** A gain is an amount, and a loss is none; of any other weight only ratios count. Left out: what is held, at least zero. */
function weightOf(
  { kind }: WaterfallLayerDocument,
  { weight, isGiven }: { readonly weight: string; readonly isGiven: boolean },
  places: number,
  decimals: number,
): bigint | null {
  const digits = kind === 'lossSharing' ? decimals : places;
  if (decimalOf(weight).scale > digits) return null;
  const value = scaled(decimalOf(weight), 10n ** BigInt(digits));
  return isGiven && kind !== 'lossSharing' ? value : max(0n, value);
}

function ownRow({ loss }: WaterfallDocument, id: string): number {
  return loss.account === undefined || loss.account === id ? OWN_ROW : OTHER_ROW;
}

function poolRowOf({ loss }: WaterfallDocument, { kind, pool }: WaterfallLayerDocument): number | null {
  const isVenue = LAYER_RULES[kind].scope === 'venue';
  if (pool === undefined) return isVenue ? null : OWN_POOL;
  return pool === loss.pool && !isVenue ? OWN_POOL : OTHER_POOL;
}

function readFund({ fund }: WaterfallDocument, decimals: number): Read<FundStatement | null> {
  if (fund === undefined) return ok(null);
  const opening = amountOf(fund.opening, decimals, '/fund/opening');
  if (!opening.ok) return opening;
  const closing = amountOf(fund.closing, decimals, '/fund/closing');
  if (!closing.ok) return closing;
  const lines: FundStatement['lines'][number][] = [];
  for (const [at, { kind, amount, poolSound = true }] of fund.lines.entries()) {
    const read = amountOf(amount, decimals, `/fund/lines/${at}/amount`);
    if (!read.ok) return read;
    lines.push({ kind, amountMinor: read.value, isPoolSound: poolSound });
  }
  return ok({ openingMinor: opening.value, lines, closingMinor: closing.value });
}

function heldByFund({ layers }: WaterfallPolicy, holdings: ReadonlyMap<string, LayerHolding>): bigint | null {
  const name = layers.find(({ kind }) => kind === 'insuranceFund')?.name;
  return name === undefined ? null : (holdings.get(name)?.payers[0]?.holdsMinor ?? 0n);
}

function optionalAmount(text: string | undefined, decimals: number, path: string): Read<bigint | null> {
  return text === undefined ? ok(null) : amountOf(text, decimals, path);
}

function amountOf(text: string, decimals: number, path: string): Read<bigint> {
  const parsed = parseMinor(text, decimals);
  return parsed.ok ? ok(parsed.value) : fault('amount_too_fine', path, { got: text });
}

function fault(
  code: WaterfallDocumentCode,
  path: string,
  context: Readonly<Record<string, string>> = {},
): { readonly ok: false; readonly error: WaterfallDocumentFault } {
  return err(containmentFault(code, path, WATERFALL_MESSAGES[code], context));
}
