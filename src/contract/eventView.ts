/**
 * An event as JSON: names for rows, decimal strings for whole numbers. Every field of every event stands in
 * one table, so a field that the engine adds does not compile until it is said here how it reads.
 */
import type { Event, State } from '../engine/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import { definitionJson } from './commandView.js';
import type { Json, JsonObject } from './json.js';
import {
  accountName,
  cashJson,
  holderJson,
  ledgerAccountJson,
  poolAssetJson,
  takeoverName,
} from './names.js';
import {
  assetScale,
  formatAmount,
  formatFunding,
  formatMark,
  formatPpm,
  formatPrice,
  formatQuantity,
  instrumentScale,
  type Scale,
} from './scale.js';

export function eventJson(state: State, event: Event): JsonObject {
  return objectJson({ state, scale: eventScale(state, event) }, event as unknown as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

interface View {
  readonly state: State;
  readonly scale: Scale | null;
}

/** Names of all fields, however deep, of all events. */
type FieldName<T> = T extends readonly (infer Item)[]
  ? FieldName<Item>
  : T extends InstrumentDefinition
    ? never
    : T extends object
      ? (keyof T & string) | FieldName<T[keyof T]>
      : never;

/** A field's JSON, under its own name or spread into the object. */
type FieldJson = (view: View, value: never) => JsonObject;

function plain(name: string): FieldJson {
  return (_view, value: Json) => ({ [name]: value });
}

function written(name: string, write: (view: View, value: bigint) => Json): FieldJson {
  return (view, value: bigint) => ({ [name]: write(view, value) });
}

function named(name: string, nameOf: (state: State, row: number) => string | null): FieldJson {
  return ({ state }, row: number) => ({ [name]: nameOf(state, row) });
}

function list(name: string): FieldJson {
  return (view, items: readonly Fields[]) => ({ [name]: items.map((item) => objectJson(view, item)) });
}

const amount = (name: string) =>
  written(name, ({ scale }, value) => (scale === null ? value.toString() : formatAmount(value, scale)));
const scaledAmount = (name: string) =>
  written(name, ({ scale }, value) => (scale === null ? value.toString() : formatFunding(value, scale)));
const price = (name: string) =>
  written(name, ({ scale }, value) =>
    scale?.instrument ? formatPrice(value, scale.instrument) : value.toString(),
  );
const markPrice = (name: string) =>
  written(name, ({ scale }, value) => {
    if (value === 0n) return null;
    return scale?.instrument ? formatMark(value, scale.instrument) : value.toString();
  });
const quantity = (name: string) =>
  written(name, ({ scale }, value) =>
    scale?.instrument ? formatQuantity(value, scale.instrument) : value.toString(),
  );

const FIELDS: Readonly<Record<Exclude<FieldName<Event>, 'asset'> | 'asset', FieldJson>> = {
  kind: plain('kind'),
  asset: plain('asset'),
  decimals: plain('decimals'),
  pool: plain('pool'),
  isDesk: plain('isDesk'),
  workBudget: plain('workBudget'),
  definition: ({ state }, definition: InstrumentDefinition) => ({
    instrument: definitionJson(state, definition),
  }),
  client: plain('client'),
  deposit: plain('deposit'),
  withdrawal: plain('withdrawal'),
  account: plain('account'),
  takeover: plain('takeover'),
  law: plain('law'),
  cause: plain('cause'),
  flow: plain('flow'),
  verdict: plain('verdict'),
  isRecovered: plain('isRecovered'),
  isSuspect: plain('isSuspect'),
  isClosed: plain('isClosed'),
  isTearUp: plain('isTearUp'),
  isSound: plain('isSound'),
  pendingCount: plain('pendingCount'),
  cursor: () => ({}),
  sourceTimeMs: plain('sourceTimeMs'),
  markTimeMs: plain('markTimeMs'),
  fundingTimeMs: plain('fundingTimeMs'),

  clientRow: named('client', (state, row) => state.clients.names.nameOf(row)),
  assetRow: named('asset', (state, row) => state.assets.names.nameOf(row)),
  poolRow: named('pool', (state, row) => state.pools.names.nameOf(row)),
  instrumentRow: named('instrument', (state, row) => state.instruments.names.nameOf(row)),
  accountRow: named('account', accountName),
  takeoverRow: named('takeover', takeoverName),
  poolAssetRow: ({ state }, row: number) => poolAssetJson(state, row),
  cashRow: ({ state }, row: number) => cashJson(state, row),
  deficitRow: ({ state }, row: number) => ({
    deficit: row,
    account: accountName(state, state.deficits.account.get(row)),
    takeover: takeoverName(state, state.deficits.takeover.get(row)),
  }),
  position: ({ state }, row: number) => holderJson(state, row),
  positionRow: () => ({}),
  from: ({ state }, row: number) => ({ from: ledgerAccountJson(state, row) }),
  to: ({ state }, row: number) => ({ to: ledgerAccountJson(state, row) }),
  woken: ({ state }, rows: readonly number[]) => ({ woken: rows.map((row) => accountName(state, row)) }),

  amount: amount('amount'),
  value: amount('value'),
  cost: amount('cost'),
  collateral: amount('collateral'),
  equity: amount('equity'),
  maintenance: amount('maintenanceMargin'),
  lossMinor: amount('loss'),
  forgoneMinor: amount('forgone'),
  gainMinor: amount('gain'),
  paysMinor: amount('pays'),
  fundingDust: scaledAmount('fundingDust'),
  fundingIndex: scaledAmount('fundingIndex'),
  leveragePpm: written('leverage', (_view, value) => formatPpm(value)),
  priceTicks: price('price'),
  markTicks: markPrice('markPrice'),
  indexTicks: markPrice('indexPrice'),
  pendingTicks: markPrice('pendingPrice'),
  settlementTicks: markPrice('settlementPrice'),
  lots: quantity('quantity'),
  takeoverLots: quantity('takeoverQuantity'),
  neededLots: quantity('neededQuantity'),

  transfers: list('transfers'),
  positions: list('positions'),
  realized: list('realized'),
  deficits: list('deficits'),
  takeovers: list('takeovers'),
  allocations: list('allocations'),
  fills: list('fills'),
  payers: list('payers'),
  marks: ({ state }, marks: readonly (Fields & { readonly instrumentRow: number })[]) => ({
    marks: marks.map((mark) =>
      objectJson({ state, scale: instrumentScale(state, mark.instrumentRow) }, mark),
    ),
  }),
};

function objectJson(view: View, fields: Fields): JsonObject {
  // A transfer says its asset by its accounts; its amount is in that asset, whatever the event is about.
  const isTransfer = 'flow' in fields;
  const scale = isTransfer
    ? assetScale(view.state, view.state.ledger.assetOf(fields['from'] as number))
    : view.scale;
  const json: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    const write = FIELDS[name as keyof typeof FIELDS];
    Object.assign(json, write({ state: view.state, scale }, value as never));
  }
  return json;
}

/** In whose units the event's own numbers are: its instrument's, else its asset's. */
function eventScale(state: State, event: Event): Scale | null {
  if ('instrumentRow' in event) return instrumentScale(state, event.instrumentRow);
  if ('accountRow' in event) return instrumentScale(state, state.accounts.instrument.get(event.accountRow));
  if ('deficitRow' in event) {
    return assetScale(state, state.poolAssets.asset.get(state.deficits.poolAsset.get(event.deficitRow)));
  }
  if ('poolAssetRow' in event) return assetScale(state, state.poolAssets.asset.get(event.poolAssetRow));
  if ('assetRow' in event) return assetScale(state, event.assetRow);
  return null;
}
