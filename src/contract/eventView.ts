/**
 * An event as JSON: names for rows, decimal strings for whole numbers. Every field of every event stands in
 * one table, so a field that the engine adds does not compile until it is said here how it reads.
 */
import { formatMinor } from '../base/index.js';
import { judgedAssetRow } from '../engine/accountHealth.js';
import type { Event, State } from '../engine/index.js';
import { INDEX_SCALE } from '../engine/lendingRate.js';
import type { InstrumentDefinition } from '../market/index.js';
import { definitionJson } from './commandView.js';
import type { Json, JsonObject } from './json.js';
import {
  accountAssetJson,
  accountName,
  assetName,
  cashJson,
  holderJson,
  instrumentName,
  ledgerAccountJson,
  poolAssetJson,
  takeoverName,
} from './names.js';
import {
  accountAssetScale,
  assetScale,
  formatAmount,
  formatAssetPrice,
  formatFunding,
  formatIndex,
  formatMark,
  formatPerLot,
  formatPpm,
  formatPrice,
  formatQuantity,
  formatValue,
  instrumentScale,
  poolAssetRowScale,
  poolAssetScale,
  type Scale,
} from './scale.js';
import { TIME_MAX_MS } from './wireField.js';

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
  return (view, value: bigint | null) => ({ [name]: value === null ? null : write(view, value) });
}

/** A name, or null where there is none. */
function orNone(name: string): FieldJson {
  return (_view, value: string) => ({ [name]: value === '' ? null : value });
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

const assetPrice = (name: string) =>
  written(name, ({ scale }, value) => {
    if (value === 0n) return null;
    return scale === null ? value.toString() : formatAssetPrice(value, scale);
  });
const perLot = ({ scale }: View, value: bigint) =>
  scale === null ? value.toString() : formatPerLot(value, scale);
const indexPrice = (name: string) =>
  written(name, ({ scale }, value) => {
    if (value === 0n) return null;
    return scale?.instrument ? formatIndex(value, scale.instrument) : value.toString();
  });
const INDEX_DECIMALS = INDEX_SCALE.toString().length - 1;
const ppm = (name: string) => written(name, (_view, value) => formatPpm(value));

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
  order: plain('order'),
  law: plain('law'),
  legRule: plain('legRule'),
  marginMode: plain('marginMode'),
  hasLegs: plain('hasLegs'),
  leg: plain('leg'),
  id: plain('id'),
  tier: plain('tier'),
  maxAgeMs: plain('maxAgeMs'),
  isInForce: plain('isInForce'),
  effectiveMs: plain('effectiveMs'),
  graceUntilMs: plain('graceUntilMs'),
  liquidateAtOnce: plain('liquidateAtOnce'),
  applies: plain('applies'),
  expiresMs: (_view, value: number) => ({ expiresMs: value > TIME_MAX_MS ? null : value }),
  group: plain('group'),
  proposal: plain('proposal'),
  operator: plain('operator'),
  proposalRow: named('proposal', (state, row) => state.proposals.names.nameOf(row)),
  correction: (view, correction: Fields) => ({ correction: objectJson(view, correction) }),
  instrument: plain('instrument'),
  sequence: plain('sequence'),
  buyer: orNone('buyer'),
  seller: orNone('seller'),
  buyerLeg: plain('buyerLeg'),
  sellerLeg: plain('sellerLeg'),
  fairTicks: price('fairPrice'),
  fundCapMinor: amount('fundCap'),
  venueCapMinor: amount('venueCap'),
  fromMs: plain('fromMs'),
  toMs: plain('toMs'),
  wrongTicks: markPrice('wrongPrice'),
  rightTicks: markPrice('rightPrice'),
  correctedBy: plain('correctedBy'),
  isTradedBack: plain('isTradedBack'),
  compensations: list('compensations'),
  fundPaidMinor: amount('ofFund'),
  venuePaidMinor: amount('ofVenue'),
  isSwept: plain('isSwept'),
  principalMinor: amount('principal'),
  untilMs: plain('untilMs'),
  bandPpm: ppm('band'),
  windowMs: plain('windowMs'),
  coolDownMs: plain('coolDownMs'),
  fromTicks: markPrice('fromPrice'),
  toTicks: markPrice('toPrice'),
  rules: (view, rules: Fields | null) => ({ rules: rules === null ? null : objectJson(view, rules) }),
  sources: list('sources'),
  source: plain('source'),
  weight: plain('weight'),
  isOwnBook: plain('isOwnBook'),
  sourcesMin: plain('sourcesMin'),
  outlierPpm: ppm('outlierRate'),
  clipPpm: ppm('clipRate'),
  ownBookSharePpm: ppm('ownBookShare'),
  redemption: (view, redemption: Fields | null) => ({
    redemption: redemption === null ? null : objectJson(view, redemption),
  }),
  isOpen: plain('isOpen'),
  outcome: plain('outcome'),
  quotedPrice: assetPrice('quotedPrice'),
  quotedTicks: indexPrice('quotedPrice'),
  quoteTimeMs: (_view, timeMs: number) => ({ quoteTimeMs: timeMs === 0 ? null : timeMs }),
  countedPrice: assetPrice('countedPrice'),
  countedTicks: indexPrice('countedPrice'),
  sharePpm: ppm('share'),
  level: plain('level'),
  reasons: list('reasons'),
  driver: plain('driver'),
  grandfathered: list('grandfathered'),
  missingMinor: amount('missing'),
  readingPpm: ppm('reading'),
  stressPpm: ppm('stress'),
  judged: ({ state }, judged: Fields & { readonly assetRow: number }) => ({
    judged: objectJson({ state, scale: assetScale(state, judged.assetRow) }, judged),
  }),
  policy: (view, policy: Fields | null) => ({ policy: policy === null ? null : objectJson(view, policy) }),
  warningHealthPpm: ppm('warningHealth'),
  callHealthPpm: ppm('callHealth'),
  targetHealthPpm: ppm('targetHealth'),
  closeOutHealthPpm: ppm('closeOutHealth'),
  stepPpm: ppm('stepShare'),
  minStepLots: written('minStepLots', (_view, value) => Number(value)),
  slippagePpm: ppm('slippage'),
  feePpm: ppm('feeRate'),
  orderLifeMs: plain('orderLifeMs'),
  pauseMs: plain('pauseMs'),
  pauseUntilMs: plain('pauseUntilMs'),
  revision: plain('revision'),
  name: plain('name'),
  scope: plain('scope'),
  sizePpm: ppm('share'),
  instrumentCapMinor: amount('instrumentCap'),
  allocation: plain('allocation'),
  causes: plain('causes'),
  lossAboveMinor: amount('lossAbove'),
  layers: list('layers'),
  deleveraging: (view, policy: Fields) => ({ deleveraging: objectJson(view, policy) }),
  score: plain('score'),
  maxSharePpm: ppm('maxShare'),
  maxLots: written('maxLots', (_view, value) => Number(value)),
  rank: (_view, rank: number) => ({ rank: rank === 0 ? null : rank }),
  reason: plain('reason'),
  passedOver: list('passedOver'),
  related: list('related'),
  claimMinor: amount('claim'),
  clawbackRow: () => ({}),
  givenBack: list('givenBack'),
  tearUpLots: quantity('tearUpQuantity'),
  claimRow: () => ({}),
  losses: list('losses'),
  forgone: list('forgone'),
  sharedMinor: amount('shared'),
  reservedMinor: amount('reserved'),
  deficitRows: plain('deficits'),
  autoBorrow: plain('autoBorrow'),
  accruedTimeMs: plain('accruedTimeMs'),
  needsOrders: (_view, value: boolean) => ({ admission: value ? 'orders' : 'fills' }),
  isBuy: (_view, value: boolean) => ({ side: value ? 'buy' : 'sell' }),
  isReduceOnly: plain('isReduceOnly'),
  status: plain('status'),
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
  priceTimeMs: plain('priceTimeMs'),
  conversionRank: plain('conversionRank'),
  priceMaxAgeMs: plain('priceMaxAgeMs'),
  priceConfirmations: plain('priceConfirmations'),

  clientRow: named('client', (state, row) => state.clients.names.nameOf(row)),
  assetRow: named('asset', assetName),
  poolRow: named('pool', (state, row) => state.pools.names.nameOf(row)),
  instrumentRow: named('instrument', instrumentName),
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
  accountAssetRow: ({ state }, row: number) => accountAssetJson(state, row),
  fromAccountRow: named('fromAccount', accountName),
  toAccountRow: named('toAccount', accountName),
  orderRow: named('order', (state, row) => state.orders.names.nameOf(row)),
  valuationAssetRow: named('valuationAsset', assetName),
  movedOrders: list('movedOrders'),
  woken: ({ state }, rows: readonly number[]) => ({ woken: rows.map((row) => accountName(state, row)) }),

  amount: amount('amount'),
  toppedUpMinor: amount('toppedUp'),
  openMinor: amount('toOpen'),
  lendersMinor: amount('toLenders'),
  fundMinor: amount('toFund'),
  fundMovedMinor: amount('fundMoved'),
  costMinor: amount('cost'),
  fundingEntry: scaledAmount('fundingEntry'),
  movedDust: scaledAmount('movedDust'),
  fromPoolRow: named('fromPool', (state, row) => state.pools.names.nameOf(row)),
  fromPoolAssetRow: () => ({}),
  accountRows: ({ state }, rows: readonly number[]) => ({
    accounts: rows.map((row) => accountName(state, row)),
  }),
  venueMinor: amount('toVenue'),
  value: amount('value'),
  cost: amount('cost'),
  premium: amount('premium'),
  collateral: amount('collateral'),
  holdMinor: amount('held'),
  capMinor: amount('cap'),
  amountChange: amount('amountChange'),
  accountDebtCap: amount('accountDebtCap'),
  poolDebtCap: amount('poolDebtCap'),
  interestMinor: amount('interest'),
  reserveMinor: amount('reserve'),
  reservePaidMinor: amount('reservePaid'),
  reserveForgoneMinor: amount('reserveForgone'),
  shares: (view, value: bigint | readonly Fields[]) =>
    typeof value === 'bigint' ? { shares: value.toString() } : list('shares')(view, value as never),
  sharesChange: written('sharesChange', (_view, value) => value.toString()),
  borrowIndex: written('borrowIndex', (_view, value) => formatMinor(value, INDEX_DECIMALS)),
  equity: amount('equity'),
  maintenance: amount('maintenanceMargin'),
  lossMinor: amount('loss'),
  forgoneMinor: amount('forgone'),
  gainMinor: amount('gain'),
  paysMinor: amount('pays'),
  fundingDust: scaledAmount('fundingDust'),
  fundingIndex: scaledAmount('fundingIndex'),
  countedCap: written('countedCap', ({ scale }, value) =>
    value < 0n ? null : scale === null ? value.toString() : formatValue(value, scale),
  ),
  price: assetPrice('price'),
  pendingPrice: assetPrice('pendingPrice'),
  pegPrice: assetPrice('pegPrice'),
  pegTolerancePpm: ppm('pegToleranceRate'),
  pegSlopePpm: ppm('pegSlope'),
  dampingPpm: ppm('damping'),
  initialFactorPpm: ppm('initialFactor'),
  maintenanceFactorPpm: ppm('maintenanceFactor'),
  offsetCapPpm: ppm('offsetCap'),
  minimumChargePpm: ppm('minimumCharge'),
  basisRatePpm: ppm('basisRate'),
  driftPpm: ppm('maxDrift'),
  deltaPpm: ppm('delta'),
  halfSpreadPpm: ppm('halfSpreadRate'),
  tailNumerator: written('tailNumerator', (_view, value) => Number(value)),
  tailDenominator: written('tailDenominator', (_view, value) => Number(value)),
  baseRatePpm: ppm('baseRate'),
  kinkPpm: ppm('kink'),
  slopeBelowPpm: ppm('slopeBelow'),
  slopeAbovePpm: ppm('slopeAbove'),
  reserveSharePpm: ppm('reserveShare'),
  debtInitialPpm: ppm('debtInitialRate'),
  debtMaintenancePpm: ppm('debtMaintenanceRate'),
  utilisationPpm: ppm('utilisation'),
  ratePpm: ppm('rate'),
  haircutPpm: ppm('haircutRate'),
  conversionSpreadPpm: ppm('conversionSpreadRate'),
  priceMaxJumpPpm: ppm('priceMaxJumpRate'),
  leveragePpm: ppm('leverage'),
  priceTicks: price('price'),
  markTicks: markPrice('markPrice'),
  indexTicks: indexPrice('indexPrice'),
  referenceTicks: indexPrice('referencePrice'),
  pendingTicks: markPrice('pendingPrice'),
  pendingIndexTicks: indexPrice('pendingIndexPrice'),
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
  payers: (view, value: string | readonly Fields[]) =>
    typeof value === 'string' ? { payers: value } : list('payers')(view, value as never),
  set: (view, set: Fields) => ({ set: objectJson(view, set) }),
  parameters: (view, parameters: Fields) => ({ parameters: objectJson(view, parameters) }),
  scenarios: list('scenarios'),
  instruments: list('instruments'),
  assets: list('assets'),
  liquidity: list('liquidity'),
  concentration: list('concentration'),
  pnlPerLot: (view, pnls: readonly bigint[]) => ({ pnlPerLot: pnls.map((pnl) => perLot(view, pnl)) }),
  shocksPpm: (_view, shocks: readonly bigint[]) => ({ shocks: shocks.map(formatPpm) }),
  shortMinimumPerLot: written('shortMinimumPerLot', perLot),
  fromLots: quantity('from'),
  debts: list('debts'),
  orders: list('orders'),
  holds: list('holds'),
  principals: list('principals'),
  parts: list('parts'),
  marks: list('marks'),
  assetPrices: list('assetPrices'),
};

function objectJson(view: View, fields: Fields): JsonObject {
  // What names its own rows is in their units, whatever the event is about.
  const scale = rowScale(view.state, fields) ?? view.scale;
  const json: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    const write = FIELDS[name as keyof typeof FIELDS];
    Object.assign(json, write({ state: view.state, scale }, value as never));
  }
  return json;
}

/** In whose units the event's own numbers are, where its rows do not say it: its account's, else its asset's. */
function eventScale(state: State, event: Event): Scale | null {
  if ('accountRow' in event) return assetScale(state, judgedAssetRow(state, event.accountRow));
  if ('assetRow' in event) {
    return 'poolRow' in event
      ? poolAssetScale(state, event.poolRow, event.assetRow)
      : assetScale(state, event.assetRow);
  }
  const [moved] = 'positions' in event ? event.positions : [];
  return moved === undefined ? null : positionScale(state, moved.position);
}

/** In whose units an object's numbers are, by the rows it names. */
function rowScale(state: State, fields: Fields): Scale | null {
  const { deficits, orders, takeovers } = state;
  const has = (name: string) => name in fields && (fields[name] as number) >= 0;
  const row = (name: string) => fields[name] as number;
  if ('flow' in fields) return assetScale(state, state.ledger.assetOf(row('from')));
  if (has('accountAssetRow')) return accountAssetScale(state, row('accountAssetRow'));
  if (has('orderRow')) return instrumentScale(state, orders.instrument.get(row('orderRow')));
  if (has('position')) return positionScale(state, row('position'));
  if (has('poolAssetRow')) return poolAssetRowScale(state, row('poolAssetRow'));
  if (has('instrumentRow')) return instrumentScale(state, row('instrumentRow'));
  if (has('positionRow')) return positionScale(state, row('positionRow'));
  if (has('takeoverRow')) return instrumentScale(state, takeovers.instrument.get(row('takeoverRow')));
  if (has('deficitRow')) return poolAssetRowScale(state, deficits.poolAsset.get(row('deficitRow')));
  return null;
}

function positionScale(state: State, positionRow: number): Scale {
  return instrumentScale(state, state.positions.instrument.get(positionRow));
}
