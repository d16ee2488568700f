/** In whose units the numbers of an object are, by the names it gives; or which of them stands for nothing. */
import { err, ok, parseDecimal, type Result } from '../base/index.js';
import type { State } from '../engine/index.js';
import type { ErrorCode } from './errors.js';
import { assetScale, instrumentScale, poolAssetScale, type Scale } from './scale.js';
import type { ScaleField } from './wireField.js';

/** A name that stands for nothing, and where it stands. */
export interface ScaleFault {
  readonly code: ErrorCode;
  readonly field: string;
  readonly message: string;
  readonly context: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;
type Found = Result<Scale, ScaleFault>;

export function findScale(state: State, by: ScaleField, fields: Fields): Found {
  const { names } = state.accounts;
  switch (by) {
    case 'asset':
      return assetNamed(state, by, fields);
    case 'settle':
      return listingNamed(state, fields);
    case 'instrument':
    case 'order':
      return instrumentNamed(state, by, fields);
    case 'account':
      if (names.rowOf(text(fields, by)) < 0) return unknown('account', by, fields);
      return (fields['asset'] ?? null) === null
        ? scaleWithoutAsset(state, names.rowOf(text(fields, by)))
        : assetNamed(state, 'asset', fields);
    case 'poolAsset':
      return pricedNamed(state, fields);
  }
}

function assetNamed(state: State, by: 'asset' | 'settle', fields: Fields): Found {
  const row = state.assets.names.rowOf(text(fields, by));
  return row < 0 ? unknown('asset', by, fields) : ok(assetScale(state, row));
}

/** An instrument that is being listed: it says its own lot size. */
function listingNamed(state: State, fields: Fields): Found {
  const settle = assetNamed(state, 'settle', fields);
  const lotSize = text(fields, 'lotSize');
  return settle.ok && parseDecimal(lotSize).ok ? ok({ ...settle.value, lotSize }) : settle;
}

function instrumentNamed(state: State, by: 'instrument' | 'order', fields: Fields): Found {
  const { instruments, orders } = state;
  const row = (by === 'order' ? orders : instruments).names.rowOf(text(fields, by));
  if (row < 0) return unknown(by, by, fields);
  return ok(instrumentScale(state, by === 'order' ? orders.instrument.get(row) : row));
}

/** An isolated account has one asset; the others have to say which. */
function scaleWithoutAsset(state: State, accountRow: number): Found {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  if (instrumentRow >= 0) return ok(instrumentScale(state, instrumentRow));
  const message = 'is missing: a cross or portfolio account names it';
  return err({ code: 'schema_violation', field: 'asset', message, context: {} });
}

/** An asset that a pool prices in its valuation asset. */
function pricedNamed(state: State, fields: Fields): Found {
  const poolRow = state.pools.names.rowOf(text(fields, 'pool'));
  if (poolRow < 0) return unknown('pool', 'pool', fields);
  const assetRow = state.assets.names.rowOf(text(fields, 'asset'));
  if (assetRow < 0) return unknown('asset', 'asset', fields);
  const scale = poolAssetScale(state, poolRow, assetRow);
  if (scale.valuation !== null) return ok(scale);
  const message = 'the pool has no valuation asset';
  return err({ code: 'pool_isolated_only', field: 'pool', message, context: { pool: text(fields, 'pool') } });
}

const UNKNOWN = {
  asset: { code: 'unknown_asset', what: 'asset' },
  account: { code: 'unknown_account', what: 'margin account' },
  instrument: { code: 'unknown_instrument', what: 'instrument' },
  order: { code: 'unknown_order', what: 'order' },
  pool: { code: 'unknown_pool', what: 'risk pool' },
} as const satisfies Record<string, { readonly code: ErrorCode; readonly what: string }>;

function unknown(kind: keyof typeof UNKNOWN, field: string, fields: Fields): Found {
  const { code, what } = UNKNOWN[kind];
  return err({ code, field, message: `there is no such ${what}`, context: { id: text(fields, field) } });
}

/** A name of the object; empty where there is none. */
function text(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}
