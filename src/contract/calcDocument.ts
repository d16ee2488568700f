/**
 * From text to a document that can be computed: shape first, then what a schema cannot say (ids that exist,
 * signs, tiers that join). The first fault is answered, in the order of the document.
 */
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import { decimalOf } from './calcDecimal.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import {
  firstOf,
  isShare,
  positiveFault,
  settingsFault,
  unknownAsset,
  unknownInstrument,
} from './calcFaults.js';
import { grownRateFault, instrumentFault, missingField } from './calcInstrumentFaults.js';
import {
  type CalcAsset,
  CalcDocument,
  type CalcInstrument,
  type CalcMarginAccount,
  type CalcPosition,
  type CalcProfileAnswer,
} from './calcSchema.js';
import { fillFromProfile } from './profiles/fillFromProfile.js';

/** A document whose ids are found by name. */
export interface CheckedDocument {
  readonly document: CalcDocument;
  readonly assets: ReadonlyMap<string, CalcAsset>;
  readonly instruments: ReadonlyMap<string, CheckedInstrument>;
  /** What a profile gave; null where none was named. */
  readonly profile: CalcProfileAnswer | null;
}

/** An instrument whose basis is known, from the document or from a profile. */
export type CheckedInstrument = CalcInstrument & Required<Pick<CalcInstrument, 'maintenanceBasis'>>;

/** `profile`: the one asked for beside the document. */
export function parseCalcDocument(text: string, profile?: string): Result<CheckedDocument, CalcError> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  if (!VALIDATOR.Check(parsed.value)) return err(shapeError(parsed.value));
  const filled = fillFromProfile(parsed.value, profile);
  if (!filled.ok) return filled;
  const value = filled.value.document;
  const missing = missingField(value);
  if (missing !== null) return err(missing);

  const assets = byId(value.assets, 'assets');
  if (!assets.ok) return assets;
  const instruments = byId(value.instruments as readonly CheckedInstrument[], 'instruments');
  if (!instruments.ok) return instruments;
  const accounts = byId(value.marginAccounts, 'marginAccounts');
  if (!accounts.ok) return accounts;

  const checked = {
    document: value,
    assets: assets.value,
    instruments: instruments.value,
    profile: filled.value.profile,
  };
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
      instrumentFault(checked.assets, instrument, pointer('instruments', index)),
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
  if (document.marks !== undefined && Object.hasOwn(document.marks, position.instrument)) {
    const mark = document.marks[position.instrument] as string;
    return grownRateFault(instruments.get(position.instrument) as CheckedInstrument, position, {
      mark,
      path,
    });
  }
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
