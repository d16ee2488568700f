/** Refusals of questions on contagion: the rule that is broken, in words, and where in the document. */
import {
  EXACT_NODES_MAX,
  FLOAT_NODES_MAX,
  type NetworkFault,
  type NetworkFaultCode,
} from '../contagion/network/index.js';
import type { ContagionDocument } from './contagionSchema.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';

type OwnCode =
  | 'duplicate_id'
  | 'unknown_asset'
  | 'alpha_missing'
  | 'field_does_not_apply'
  | 'result_not_finite';
export type ContagionFaultCode = NetworkFaultCode | OwnCode;
export type ContagionFault = ContainmentFault<ContagionFaultCode | DocumentFaultCode>;

export const CONTAGION_MESSAGES: Readonly<Record<ContagionFaultCode, string>> = {
  no_nodes: 'at least one is needed',
  too_many_nodes: 'there are more than this method takes',
  not_square: 'as many rows as nodes are needed, each with as many values',
  length_differs: 'a value is needed for each',
  not_finite: 'must be a finite number',
  negative_amount: 'must not be below 0',
  self_liability: 'a node owes nothing to itself: this value must be 0',
  share_out_of_range: 'is a share: from 0 to 1, and a floor under 1',
  not_positive: 'must be above 0',
  unknown_node: 'there is no such node',
  target_above_limit: 'must not be above the limit that it answers to',
  leverage_below_one: 'assets over equity are at least 1',
  loss_above_assets: 'must not be above the assets that it is taken from',
  duplicate_id: 'is listed twice',
  unknown_asset: 'there is no such asset',
  alpha_missing: 'the nonlinear valuation needs `alpha`',
  result_not_finite: 'the figures are so far apart that the answer is no finite number',
  field_does_not_apply: 'this valuation has no such figure',
};

export function contagionFault(
  code: ContagionFaultCode,
  path: string,
  context: Readonly<Record<string, string>> = {},
): ContagionFault {
  return containmentFault(code, path, CONTAGION_MESSAGES[code], context);
}

/** A fault that a method found in its input, as a fault of the document that the input was read from. */
export function methodFault(document: ContagionDocument, { code, field, at }: NetworkFault): ContagionFault {
  const context: Record<string, string> = {};
  if (code === 'too_many_nodes') {
    context['limit'] = String(isExact(document) ? EXACT_NODES_MAX : FLOAT_NODES_MAX);
    context['got'] = String(
      field === 'depth' && 'assets' in document ? document.assets.length : document.nodes.length,
    );
  }
  return contagionFault(code, pathOf(document, field, at), context);
}

function isExact({ method }: ContagionDocument): boolean {
  return method === 'eisenbergNoe' || method === 'rogersVeraart' || method === 'furfine';
}

/** Fields of the methods' inputs that are fields of a node, or of an asset, in the document. */
const NODE_FIELDS: Readonly<Record<string, string>> = {
  assetsMinor: 'assets',
  outsideDebtMinor: 'outsideDebt',
  isOutsideSenior: 'outsideRank',
  equity: 'equity',
  weights: 'weight',
  targetLeverage: 'targetLeverage',
  unsellable: 'unsellable',
  loss: 'loss',
};
const ASSET_FIELDS: Readonly<Record<string, string>> = { depth: 'depth', floor: 'floor' };
const SINGLE_FIELDS: Readonly<Record<string, string>> = { limit: 'maxLeverage', buffer: 'bufferLeverage' };

function pathOf(document: ContagionDocument, field: string, at: readonly number[]): string {
  const [row, column] = at;
  if (field === 'owedMinor' || field === 'owed') return ['/liabilities', ...at].join('/');
  if (field === 'failedRows') return ['/failed', ...at].join('/');
  if (field === 'held') return heldPath(document, row, column);
  const isOfAsset = field in ASSET_FIELDS || (field === 'shock' && 'assets' in document);
  const name = ASSET_FIELDS[field] ?? NODE_FIELDS[field] ?? field;
  if (isOfAsset) return row === undefined ? '/assets' : `/assets/${row}/${name}`;
  if (field in NODE_FIELDS || field === 'shock')
    return row === undefined ? '/nodes' : `/nodes/${row}/${name}`;
  return `/${SINGLE_FIELDS[field] ?? field}`;
}

function heldPath(document: ContagionDocument, row: number | undefined, column: number | undefined): string {
  if (row === undefined) return '/nodes';
  const asset = 'assets' in document && column !== undefined ? document.assets[column] : undefined;
  return asset === undefined
    ? `/nodes/${row}/holdings`
    : `/nodes/${row}/holdings/${asset.id.replaceAll('/', '~1')}`;
}

/** The first id that is listed twice. */
export function duplicateFault(
  list: 'nodes' | 'assets',
  items: readonly { readonly id: string }[],
): ContagionFault | null {
  const seen = new Set<string>();
  for (const [at, { id }] of items.entries()) {
    if (seen.has(id)) return contagionFault('duplicate_id', `/${list}/${at}/id`, { id });
    seen.add(id);
  }
  return null;
}
