/**
 * From text to a document that can be computed: shape first, then what a schema cannot say (ids that exist,
 * signs, tiers that join). The first fault is answered, in the order of the document.
 */
import { Compile } from 'typebox/compile';
import { formatMinor } from '../base/decimal.js';
import { err, ok, type Result } from '../base/result.js';
import type { BracketFault } from '../margin/brackets.js';
import { decimalOf } from './calcDecimal.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import {
  type CalcAsset,
  CalcDocument,
  type CalcInstrument,
  type CalcMarginAccount,
  type CalcPosition,
} from './calcSchema.js';
import { tierBrackets, tierScale } from './calcTerms.js';

/** A document whose ids are found by name. */
export interface CheckedDocument {
  readonly document: CalcDocument;
  readonly assets: ReadonlyMap<string, CalcAsset>;
  readonly instruments: ReadonlyMap<string, CalcInstrument>;
}

export function parseCalcDocument(text: string): Result<CheckedDocument, CalcError> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const value = parsed.value;
  if (!VALIDATOR.Check(value)) return err(shapeError(value));

  const assets = byId(value.assets, 'assets');
  if (!assets.ok) return assets;
  const instruments = byId(value.instruments, 'instruments');
  if (!instruments.ok) return instruments;
  const accounts = byId(value.marginAccounts, 'marginAccounts');
  if (!accounts.ok) return accounts;

  const checked = { document: value, assets: assets.value, instruments: instruments.value };
  const fault = documentFault(checked);
  return fault === null ? ok(checked) : err(fault);
}

const VALIDATOR = Compile(CalcDocument);

function parseJson(text: string): Result<unknown, CalcError> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(calcError('malformed_json', '', 'the text is not JSON', { reason }));
  }
}

/** The first violation, named after what the writer of the document did. A misspelt field explains a missing one, so it comes first. */
function shapeError(value: unknown): CalcError {
  const errors = VALIDATOR.Errors(value);
  const unknown = errors.find((error) => error.keyword === 'boolean');
  if (unknown !== undefined)
    return calcError('unknown_field', unknown.instancePath, 'there is no such field');
  const first = errors.find((error) => error.keyword !== 'anyOf' && !isNullBranch(error)) ?? errors[0];
  if (first === undefined) return calcError('schema_violation', '', 'the document does not fit the schema');

  const path = first.instancePath;
  if (first.keyword === 'required') {
    const field = first.params.requiredProperties[0] ?? '';
    return calcError('missing_field', `${path}${pointer(field)}`, `${field} is missing`);
  }
  if (first.keyword === 'type' && first.params.type === 'string' && typeof at(value, path) === 'number') {
    return calcError(
      'exact_number_not_text',
      path,
      'exact numbers are decimal strings: a JSON number may have lost digits',
    );
  }
  if (isDecimalError(first)) {
    return calcError(
      'invalid_decimal',
      path,
      'a plain decimal is needed: no exponent, no plus sign, at most 64 characters',
      {
        got: String(at(value, path)),
      },
    );
  }
  if (first.keyword === 'enum') {
    const allowed = first.params.allowedValues.join(', ');
    return calcError('schema_violation', path, `must be one of ${allowed}`, {
      got: shown(at(value, path)),
      allowed,
    });
  }
  return calcError('schema_violation', path, first.message, { got: shown(at(value, path)) });
}

type ShapeError = ReturnType<typeof VALIDATOR.Errors>[number];

/** `notionalCap` may be null: what it fails to be as a decimal is the better message. */
function isNullBranch(error: ShapeError): boolean {
  return error.keyword === 'type' && error.params.type === 'null';
}

function isDecimalError(error: ShapeError): boolean {
  if (error.keyword === 'maxLength') return true;
  return error.keyword === 'pattern' && String(error.params.pattern).includes('\\.[0-9]');
}

/** The value a pointer leads to. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return found;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' || value === undefined ? typeof value : String(value);
}

function byId<T extends { readonly id: string }>(
  items: readonly T[],
  list: string,
): Result<ReadonlyMap<string, T>, CalcError> {
  const found = new Map<string, T>();
  for (const [index, item] of items.entries()) {
    if (found.has(item.id)) {
      return err(
        calcError('duplicate_id', pointer(list, index, 'id'), `${item.id} is listed twice`, { id: item.id }),
      );
    }
    found.set(item.id, item);
  }
  return ok(found);
}

function documentFault(checked: CheckedDocument): CalcError | null {
  const { document, instruments } = checked;
  return (
    firstOf(document.assets, (asset, index) => assetFault(asset, pointer('assets', index))) ??
    valuationFault(checked) ??
    settingsFault(document, '') ??
    firstOf(document.instruments, (instrument, index) =>
      instrumentFault(checked, instrument, pointer('instruments', index)),
    ) ??
    pricesFault(instruments, document.marks, 'marks') ??
    pricesFault(instruments, document.indexPrices, 'indexPrices') ??
    firstOf(document.marginAccounts, (account, index) =>
      accountFault(checked, account, pointer('marginAccounts', index)),
    )
  );
}

function assetFault(asset: CalcAsset, path: string): CalcError | null {
  if (asset.haircut !== undefined && !isShare(asset.haircut)) {
    return calcError('haircut_out_of_range', `${path}/haircut`, 'a haircut is from 0 to 1', {
      got: asset.haircut,
    });
  }
  return asset.price === undefined ? null : positiveFault(asset.price, `${path}/price`);
}

function valuationFault({ document, assets }: CheckedDocument): CalcError | null {
  if (document.valuationAsset === undefined) return null;
  const asset = assets.get(document.valuationAsset);
  if (asset === undefined) return unknownAsset('/valuationAsset', document.valuationAsset);
  if (
    asset.price === undefined ||
    decimalOf(asset.price).digits === 10n ** BigInt(decimalOf(asset.price).scale)
  )
    return null;
  return calcError(
    'valuation_price_not_one',
    pointer('assets', document.assets.indexOf(asset), 'price'),
    'the price of the valuation asset in itself is 1',
    { got: asset.price },
  );
}

function settingsFault(
  settings: { readonly unrealizedProfitShare?: string; readonly removalFloorRate?: string },
  path: string,
): CalcError | null {
  for (const field of ['unrealizedProfitShare', 'removalFloorRate'] as const) {
    const got = settings[field];
    if (got !== undefined && !isShare(got)) return rateFault(`${path}/${field}`, got, 'from 0 to 1');
  }
  return null;
}

function instrumentFault(
  { assets }: CheckedDocument,
  instrument: CalcInstrument,
  path: string,
): CalcError | null {
  const sizes =
    positiveFault(instrument.contractSize, `${path}/contractSize`) ??
    positiveFault(instrument.tickSize, `${path}/tickSize`) ??
    positiveFault(instrument.lotSize, `${path}/lotSize`) ??
    (instrument.markTick === undefined ? null : positiveFault(instrument.markTick, `${path}/markTick`));
  if (sizes !== null) return sizes;
  if (!assets.has(instrument.settle)) return unknownAsset(`${path}/settle`, instrument.settle);
  const settlesIn = instrument.payoff === 'linear' ? instrument.quote : instrument.base;
  if (instrument.settle !== settlesIn) {
    return calcError(
      'settle_mismatch',
      `${path}/settle`,
      'a linear instrument settles in its quote asset, an inverse one in its base asset',
      { settle: instrument.settle, expected: settlesIn },
    );
  }
  const { takerFeeRate = '0', closeFee = 'none' } = instrument;
  if (!isShare(takerFeeRate)) return rateFault(`${path}/takerFeeRate`, takerFeeRate, 'from 0 to 1');
  if (closeFee !== 'none' && instrument.takerFeeRate === undefined) {
    return calcError(
      'taker_fee_missing',
      `${path}/takerFeeRate`,
      `closeFee ${closeFee} needs a takerFeeRate`,
    );
  }
  return settingsFault(instrument, path) ?? tiersFault(instrument, path);
}

function tiersFault(instrument: CalcInstrument, path: string): CalcError | null {
  const negative = firstOf(instrument.tiers, (tier, index) => {
    for (const field of ['notionalFloor', 'notionalCap', 'maintenanceAmount'] as const) {
      const got = tier[field];
      if (typeof got === 'string' && decimalOf(got).digits < 0n) {
        return calcError(
          'negative_amount',
          `${path}${pointer('tiers', index, field)}`,
          'must not be negative',
          { got },
        );
      }
    }
    return null;
  });
  if (negative !== null) return negative;
  const scale = tierScale(instrument, []);
  const money = 10n ** BigInt(scale.amountDecimals);
  const brackets = tierBrackets(instrument, { unitsPerAsset: money, rateDecimals: scale.rateDecimals });
  return brackets.ok ? null : bracketError(brackets.error, scale, path);
}

/** Where a fault of the tiers lies, how it reads, and in which scale its expected value is. */
const BRACKET_MESSAGES: Readonly<
  Record<BracketFault['code'], readonly [field: string, message: string, scale: 'amount' | 'rate' | 'both']>
> = {
  no_brackets: ['', 'at least one tier is needed', 'amount'],
  bracket_floor_not_zero: ['notionalFloor', 'the first tier begins at 0', 'amount'],
  bracket_hole: ['notionalFloor', 'there is a hole between this tier and the one before', 'amount'],
  bracket_overlap: ['notionalFloor', 'this tier overlaps the one before', 'amount'],
  bracket_cap_missing: ['notionalCap', 'every tier but the last has a notionalCap', 'amount'],
  bracket_cap_not_above_floor: ['notionalCap', 'the cap must be above the floor', 'amount'],
  maintenance_rate_out_of_range: [
    'maintenanceMarginRate',
    'must be at least 0 and below 1, with the taker rate where closeFee is inRate',
    'rate',
  ],
  initial_rate_out_of_range: ['initialMarginRate', 'must be from 0 to 1', 'rate'],
  maintenance_above_initial: [
    'maintenanceMarginRate',
    'must not be above initialMarginRate (or 1 / maxLeverage where there is none)',
    'rate',
  ],
  leverage_max_below_one: ['maxLeverage', 'must be at least 1', 'rate'],
  maintenance_rate_falls: ['maintenanceMarginRate', 'rates must not fall from one tier to the next', 'rate'],
  initial_rate_falls: ['initialMarginRate', 'rates must not fall from one tier to the next', 'rate'],
  leverage_max_rises: ['maxLeverage', 'must not rise from one tier to the next', 'rate'],
  maintenance_amount_discontinuous: [
    'maintenanceAmount',
    'maintenance margin would jump where this tier begins: amount = amount before + its cap x the rise of the rate',
    'both',
  ],
};

function bracketError(
  fault: BracketFault,
  { amountDecimals, rateDecimals }: { readonly amountDecimals: number; readonly rateDecimals: number },
  path: string,
): CalcError {
  const [field, message, scale] = BRACKET_MESSAGES[fault.code];
  const decimals = { amount: amountDecimals, rate: rateDecimals, both: amountDecimals + rateDecimals }[scale];
  return calcError(
    fault.code,
    `${path}${pointer('tiers', fault.index)}${field === '' ? '' : `/${field}`}`,
    message,
    fault.expected === null ? {} : { expected: formatMinor(fault.expected, decimals) },
  );
}

function pricesFault(
  instruments: ReadonlyMap<string, CalcInstrument>,
  prices: Readonly<Record<string, string>> | undefined,
  list: string,
): CalcError | null {
  return firstOf(Object.entries(prices ?? {}), ([instrument, price]) => {
    const path = pointer(list, instrument);
    if (!instruments.has(instrument)) return unknownInstrument(path, instrument);
    return positiveFault(price, path);
  });
}

function accountFault(checked: CheckedDocument, account: CalcMarginAccount, path: string): CalcError | null {
  if (account.marginMode !== 'isolated') {
    return calcError(
      'unsupported_margin_mode',
      `${path}/marginMode`,
      `${account.marginMode} margin accounts are not answered yet, isolated ones are`,
      { marginMode: account.marginMode },
    );
  }
  if (account.positions.length > 1) {
    return calcError(
      'too_many_positions',
      `${path}/positions/1`,
      'an isolated margin account holds one position; give each its own account',
      { positions: String(account.positions.length) },
    );
  }
  return (
    settingsFault(account, path) ??
    firstOf(account.positions, (position, index) =>
      positionFault(checked, position, `${path}${pointer('positions', index)}`),
    ) ??
    collateralFault(checked, account, path)
  );
}

function positionFault(
  { document, instruments }: CheckedDocument,
  position: CalcPosition,
  path: string,
): CalcError | null {
  if (!instruments.has(position.instrument))
    return unknownInstrument(`${path}/instrument`, position.instrument);
  const sizes =
    positiveFault(position.quantity, `${path}/quantity`) ??
    positiveFault(position.entryPrice, `${path}/entryPrice`);
  if (sizes !== null) return sizes;
  const leverage = decimalOf(position.leverage);
  if (leverage.digits < 10n ** BigInt(leverage.scale)) {
    return calcError('leverage_out_of_range', `${path}/leverage`, 'leverage is at least 1', {
      got: position.leverage,
    });
  }
  if (document.marks !== undefined && Object.hasOwn(document.marks, position.instrument)) return null;
  return calcError(
    'missing_mark',
    pointer('marks', position.instrument),
    `no mark for ${position.instrument}`,
    {
      instrument: position.instrument,
    },
  );
}

function collateralFault(
  { document, assets, instruments }: CheckedDocument,
  account: CalcMarginAccount,
  path: string,
): CalcError | null {
  const held = Object.entries(account.collateral);
  const settle = settleOf(account, instruments);
  const unheld = firstOf(held, ([id, amount]) => {
    const here = `${path}${pointer('collateral', id)}`;
    const asset = assets.get(id);
    if (asset === undefined) return unknownAsset(here, id);
    const value = decimalOf(amount);
    if (value.digits < 0n)
      return calcError('negative_amount', here, 'collateral is never negative', { got: amount });
    if (value.scale > asset.decimals) {
      return calcError('amount_too_fine', here, `${id} has ${asset.decimals} decimals`, { got: amount });
    }
    if (id === settle) return null;
    return calcError(
      'unsupported_collateral',
      here,
      'an isolated margin account holds one asset, the settlement asset of its instrument',
      { asset: id, settle: settle ?? '' },
    );
  });
  return unheld ?? (settle === undefined ? null : missingPrice(document, assets.get(settle), path));
}

/** Totals in another asset than the settlement asset need its price. */
function missingPrice(document: CalcDocument, settle: CalcAsset | undefined, path: string): CalcError | null {
  const { valuationAsset } = document;
  if (settle === undefined || valuationAsset === undefined) return null;
  if (settle.id === valuationAsset || settle.price !== undefined) return null;
  return calcError(
    'missing_price',
    pointer('assets', document.assets.indexOf(settle), 'price'),
    `${settle.id} needs a price in ${valuationAsset} to value ${path}`,
    { asset: settle.id, valuationAsset },
  );
}

/** The asset an account is reckoned in: of its position, or else the one it holds; undefined when it holds nothing. */
export function settleOf(
  account: CalcMarginAccount,
  instruments: ReadonlyMap<string, CalcInstrument>,
): string | undefined {
  const [position] = account.positions;
  return position === undefined
    ? Object.keys(account.collateral)[0]
    : instruments.get(position.instrument)?.settle;
}

function positiveFault(text: string, path: string): CalcError | null {
  return decimalOf(text).digits > 0n
    ? null
    : calcError('not_positive', path, 'must be above 0', { got: text });
}

function rateFault(path: string, got: string, range: string): CalcError {
  return calcError('rate_out_of_range', path, `must be ${range}`, { got });
}

function isShare(text: string): boolean {
  const { digits, scale } = decimalOf(text);
  return digits >= 0n && digits <= 10n ** BigInt(scale);
}

function unknownAsset(path: string, asset: string): CalcError {
  return calcError('unknown_asset', path, 'no such asset is listed', { asset });
}

function unknownInstrument(path: string, instrument: string): CalcError {
  return calcError('unknown_instrument', path, 'no such instrument is listed', { instrument });
}

function firstOf<T>(
  items: readonly T[],
  fault: (item: T, index: number) => CalcError | null,
): CalcError | null {
  for (const [index, item] of items.entries()) {
    const found = fault(item, index);
    if (found !== null) return found;
  }
  return null;
}
