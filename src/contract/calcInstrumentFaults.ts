/** What a schema cannot say of an instrument: signs, assets that exist, and tiers that join. */
import type { BracketFault } from '../margin/brackets.js';
import { decimalOf, formatNearest } from './calcDecimal.js';
import type { CheckedInstrument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import {
  firstOf,
  isBelowOne,
  isShare,
  leverageFault,
  positiveFault,
  rateFault,
  settingsFault,
  unknownAsset,
} from './calcFaults.js';
import type { CalcAsset, CalcDocument, CalcInstrument, CalcTier } from './calcSchema.js';
import {
  flatRates,
  flatTier,
  type SizedPosition,
  type TierScale,
  tierBrackets,
  tierScale,
} from './calcTiers.js';

/** Fields that a profile might have given. */
export function missingField({ instruments, profile }: CalcDocument): CalcError | null {
  const context: Readonly<Record<string, string>> = profile === undefined ? {} : { profile };
  return firstOf(instruments, (instrument, index) => {
    const path = pointer('instruments', index);
    if (instrument.kind === 'option') return tieredOption(instrument, path);
    if (instrument.kind === 'spot') return null;
    if (instrument.tiers === undefined) {
      return calcError('missing_field', `${path}/tiers`, 'tiers is missing', context);
    }
    if (instrument.maintenanceBasis === undefined) {
      return calcError(
        'missing_field',
        `${path}/maintenanceBasis`,
        'maintenanceBasis is missing, and no profile gives it',
        context,
      );
    }
    return firstOf(instrument.tiers, (tier, at) => {
      const missing = missingRate(instrument, tier);
      if (missing === null) return null;
      return calcError(
        'missing_field',
        `${path}${pointer('tiers', at, missing)}`,
        `${missing} is missing`,
        context,
      );
    });
  });
}

const ONLY_TIERED = ['tiers', 'tierMethod', 'tierBasis', 'maintenanceRate'] as const;

/** A short option has rates of its own, and a long one nothing to maintain. */
function tieredOption(option: CalcInstrument, path: string): CalcError | null {
  const field = ONLY_TIERED.find((name) => option[name] !== undefined);
  if (field === undefined) return null;
  return calcError(
    'option_contradiction',
    `${path}/${field}`,
    'options have no tiers: optionInitialRate, optionInitialFloorRate and optionMaintenanceRate are theirs',
    { kind: option.kind },
  );
}

function missingRate({ maintenanceRate }: CalcInstrument, tier: CalcTier): string | null {
  if (tier.maintenanceMarginRate !== undefined) return null;
  if (maintenanceRate !== 'halfOfInitial') return 'maintenanceMarginRate';
  return tier.initialMarginRate === undefined && tier.maxLeverage === undefined ? 'maxLeverage' : null;
}

export function instrumentFault(
  assets: ReadonlyMap<string, CalcAsset>,
  instrument: CheckedInstrument,
  path: string,
): CalcError | null {
  if (instrument.kind === 'spot') return spotFault(path);
  const sizes =
    positiveFault(instrument.contractSize, `${path}/contractSize`) ??
    positiveFault(instrument.tickSize, `${path}/tickSize`) ??
    positiveFault(instrument.lotSize, `${path}/lotSize`) ??
    (instrument.markTick === undefined ? null : positiveFault(instrument.markTick, `${path}/markTick`));
  if (sizes !== null) return sizes;
  if (!assets.has(instrument.settle)) return unknownAsset(`${path}/settle`, instrument.settle);
  if (instrument.base === instrument.quote) {
    return calcError('same_assets', `${path}/quote`, 'base and quote are two assets', {
      got: instrument.quote,
    });
  }
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
  if (closeFee === 'atBankruptcy' && !isBelowOne(takerFeeRate)) {
    return rateFault(`${path}/takerFeeRate`, takerFeeRate, 'below 1 where closeFee is atBankruptcy');
  }
  if (closeFee !== 'none' && instrument.takerFeeRate === undefined) {
    return calcError(
      'taker_fee_missing',
      `${path}/takerFeeRate`,
      `closeFee ${closeFee} needs a takerFeeRate`,
    );
  }
  const { leverage } = instrument;
  if (leverage !== undefined) {
    const fault = leverageFault(leverage, `${path}/leverage`);
    if (fault !== null) return fault;
  }
  return settingsFault(instrument, path) ?? methodFault(instrument, path) ?? tiersFault(instrument, path);
}

function spotFault(path: string): CalcError {
  return calcError(
    'unsupported_kind',
    `${path}/kind`,
    'what is held on the spot market is a balance and what is owed a debt: give them as collateral',
    { got: 'spot' },
  );
}

/** What only one way of charging tiers has. */
function methodFault(instrument: CheckedInstrument, path: string): CalcError | null {
  const { tierMethod = 'marginal', tierBasis } = instrument;
  const contradiction = (field: string, message: string): CalcError =>
    calcError('tier_method_contradiction', `${path}${field}`, message, { tierMethod });
  if (tierMethod === 'marginal' && tierBasis !== undefined) {
    return contradiction('/tierBasis', 'only flat tiers are chosen once, by a basis');
  }
  return firstOf(instrument.tiers, (tier, index) => {
    const at = pointer('tiers', index);
    if (tierMethod === 'flat') {
      const isPlain = tier.maintenanceAmount === undefined || decimalOf(tier.maintenanceAmount).digits === 0n;
      return isPlain
        ? null
        : contradiction(`${at}/maintenanceAmount`, 'flat tiers jump and take no maintenance amount');
    }
    const step = (['initialMarginRateStep', 'maintenanceMarginRateStep'] as const).find(
      (field) => tier[field] !== undefined,
    );
    return step === undefined
      ? null
      : contradiction(`${at}/${step}`, 'only flat tiers have rates that grow with size');
  });
}

const NEVER_NEGATIVE = [
  'notionalFloor',
  'notionalCap',
  'maintenanceAmount',
  'initialMarginRateStep',
  'maintenanceMarginRateStep',
] as const;

function tiersFault(instrument: CheckedInstrument, path: string): CalcError | null {
  const negative = firstOf(instrument.tiers, (tier, index) => {
    for (const field of NEVER_NEGATIVE) {
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
  const leverage = firstOf(instrument.tiers, ({ maxLeverage }, index) =>
    maxLeverage === undefined ? null : leverageMaxFault(maxLeverage, `${path}${pointer('tiers', index)}`),
  );
  if (leverage !== null) return leverage;
  const scale = tierScale(instrument);
  const unitsPerAsset = 10n ** BigInt(scale.amountDecimals);
  const brackets = tierBrackets(instrument, { unitsPerAsset, rateScale: scale.rateScale });
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
  { amountDecimals, rateScale }: TierScale,
  path: string,
): CalcError {
  const [field, message, scale] = BRACKET_MESSAGES[fault.code];
  const unit = 10n ** BigInt(amountDecimals);
  const denominator = { amount: unit, rate: rateScale, both: unit * rateScale }[scale];
  return calcError(
    fault.code,
    `${path}${pointer('tiers', fault.index)}${field === '' ? '' : `/${field}`}`,
    message,
    fault.expected === null
      ? {}
      : { expected: formatNearest({ numerator: fault.expected, denominator }, EXPECTED_DECIMALS) },
  );
}

/** More than a document can hold of an amount times a rate that is a decimal; other rates are shown to this many. */
const EXPECTED_DECIMALS = 24;

function leverageMaxFault(got: string, path: string): CalcError | null {
  return decimalOf(got).digits > 0n
    ? null
    : calcError('leverage_max_below_one', `${path}/maxLeverage`, 'must be at least 1', { got });
}

/** Rates that grow with size outgrow the notional at some size. */
export function grownRateFault(
  instrument: CheckedInstrument,
  position: SizedPosition,
  { mark, path }: { readonly mark: string; readonly path: string },
): CalcError | null {
  if (instrument.tierMethod !== 'flat') return null;
  const { takerFeeRate = '0', closeFee } = instrument;
  const { index } = flatTier(instrument, position, mark);
  const rates = flatRates(instrument, instrument.tiers[index] as CalcTier, { position, mark });
  const fee = decimalOf(closeFee === 'inRate' ? takerFeeRate : '0');
  const { numerator, denominator } = rates.maintenance;
  const one = 10n ** BigInt(fee.scale);
  if (numerator * one + fee.digits * denominator < denominator * one) return null;
  return calcError(
    'maintenance_rate_out_of_range',
    `${path}/quantity`,
    'at this size the maintenance rate, with the taker rate where closeFee is inRate, is not below 1',
    { rate: formatNearest(rates.maintenance, EXPECTED_DECIMALS) },
  );
}
