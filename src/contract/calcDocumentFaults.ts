/** What a schema cannot say of assets and prices: signs, names that exist, rates that fit. */
import { decimalOf, isAbove } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import {
  firstOf,
  isShare,
  positiveFault,
  ppmFault,
  rateFault,
  settingsFault,
  unknownAsset,
  unknownInstrument,
} from './calcFaults.js';
import { instrumentFault } from './calcInstrumentFaults.js';
import { optionsFault } from './calcOptionFaults.js';
import { scenariosFault } from './calcScenarioFaults.js';
import type { CalcAsset, CalcInstrument } from './calcSchema.js';

export function documentFault(checked: CheckedDocument): CalcError | null {
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
    optionsFault(checked) ??
    scenariosFault(checked)
  );
}

function assetFault(asset: CalcAsset, path: string): CalcError | null {
  if (asset.haircut !== undefined && !isShare(asset.haircut)) {
    return calcError('haircut_out_of_range', `${path}/haircut`, 'a haircut is from 0 to 1', {
      got: asset.haircut,
    });
  }
  if (asset.price !== undefined) {
    const fault = positiveFault(asset.price, `${path}/price`);
    if (fault !== null) return fault;
  }
  return (
    fineRatesFault(asset, path) ??
    pegFault(asset, path) ??
    debtRatesFault(asset, path) ??
    capFault(asset, path)
  );
}

/** Whole parts per million, as the margin model has them. */
function fineRatesFault(asset: CalcAsset, path: string): CalcError | null {
  const rates = {
    haircut: asset.haircut,
    'peg/tolerance': asset.peg?.tolerance,
    'peg/slope': asset.peg?.slope,
    debtInitialRate: asset.debtInitialRate,
    debtMaintenanceRate: asset.debtMaintenanceRate,
  };
  return firstOf(Object.entries(rates), ([field, got]) => ppmFault(got, `${path}/${field}`));
}

function pegFault({ peg }: CalcAsset, path: string): CalcError | null {
  if (peg === undefined) return null;
  const { price, tolerance = '0', slope } = peg;
  return (
    positiveFault(price, `${path}/peg/price`) ??
    (isShare(tolerance) ? null : rateFault(`${path}/peg/tolerance`, tolerance, 'from 0 to 1')) ??
    (decimalOf(slope).digits >= 0n ? null : rateFault(`${path}/peg/slope`, slope, 'at least 0'))
  );
}

function debtRatesFault(asset: CalcAsset, path: string): CalcError | null {
  const { debtInitialRate: initial = '0', debtMaintenanceRate: maintenance = '0' } = asset;
  if (!isShare(initial)) return rateFault(`${path}/debtInitialRate`, initial, 'from 0 to 1');
  if (!isShare(maintenance)) return rateFault(`${path}/debtMaintenanceRate`, maintenance, 'from 0 to 1');
  return isAbove(maintenance, initial)
    ? rateFault(`${path}/debtMaintenanceRate`, maintenance, 'at most debtInitialRate')
    : null;
}

function capFault({ countedCap }: CalcAsset, path: string): CalcError | null {
  if (countedCap === undefined || decimalOf(countedCap).digits >= 0n) return null;
  return calcError('negative_amount', `${path}/countedCap`, 'must not be negative', { got: countedCap });
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
