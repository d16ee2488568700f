/**
 * What can be traded, and the whole-number terms that follow from its definition. A definition is given in
 * decimal text, as people write it; `instrumentTerms` turns it into the units the engine computes in, or
 * says which rule of listing it breaks.
 */
import {
  type Decimal,
  divideExactly,
  err,
  formatDecimal,
  multiplyDecimals,
  ok,
  PPM,
  parseDecimal,
  type Result,
} from '../base/index.js';
import type { Lots, MarkTicks, Minor, Ppm, TimeMs } from '../base/units.js';

export const INSTRUMENT_KINDS = ['perpetual', 'future', 'option', 'spot'] as const;
export const PAYOFFS = ['linear', 'inverse'] as const;
export const BASES = ['entry', 'mark'] as const;
export const CLOSE_FEES = ['none', 'inRate', 'inMargin'] as const;
export const OPTION_TYPES = ['call', 'put'] as const;

export interface BracketDefinition {
  /** Upper end of the bracket in minor units of the settlement asset; null for the last one. */
  readonly notionalCapMinor: Minor | null;
  readonly initialMarginRatePpm: Ppm;
  readonly maintenanceMarginRatePpm: Ppm;
  /** Largest leverage allowed in the bracket: 10x is 10_000_000. */
  readonly leverageMaxPpm: Ppm;
}

export interface InstrumentDefinition {
  readonly id: string;
  /** The risk pool that carries it. */
  readonly pool: string;
  readonly instrumentKind: (typeof INSTRUMENT_KINDS)[number];
  /** linear: value = lots x price; inverse: a contract is worth a fixed sum of quote, settled in coin. */
  readonly payoff: (typeof PAYOFFS)[number];
  readonly base: string;
  readonly quote: string;
  /** The asset in which margin is held and profit is paid. */
  readonly settle: string;
  /** linear: base units per contract; inverse: quote units per contract. */
  readonly contractSize: string;
  /** Smallest step of an order price. */
  readonly tickSize: string;
  /** Smallest step of a size, in contracts. */
  readonly lotSize: string;
  /** Marks are finer than prices: whole mark ticks in one tick. */
  readonly markTicksPerTick: bigint;
  readonly makerFeePpm: Ppm;
  readonly takerFeePpm: Ppm;
  readonly maintenanceBasis: (typeof BASES)[number];
  readonly initialBasis: (typeof BASES)[number];
  readonly closeFee: (typeof CLOSE_FEES)[number];
  /** Share of unrealized profit that may be taken out or lent against: 0 to 1_000_000. */
  readonly unrealizedProfitSharePpm: Ppm;
  /** Share of notional that must stay behind a position when margin is removed. */
  readonly removalFloorPpm: Ppm;
  /** A mark older than this is stale. */
  readonly markMaxAgeMs: TimeMs;
  /** A mark farther than this from the last good one is a jump and waits for confirmation. */
  readonly markMaxJumpPpm: Ppm;
  /** Marks in agreement that let a jump act, the first included. */
  readonly markConfirmations: number;
  /** A fill farther than this from the mark is refused. */
  readonly fillBandPpm: Ppm;
  /** Largest absolute funding rate of one event. */
  readonly fundingRateMaxPpm: Ppm;
  /** Last trading instant of a future or option; null for a perpetual or a spot pair. */
  readonly expiryMs: TimeMs | null;
  /** What makes an option; null for everything else. */
  readonly option: OptionDefinition | null;
  readonly brackets: readonly BracketDefinition[];
  /** Most lots one client may hold on a side, over all its accounts; null for no cap. */
  readonly positionCapLots: Lots | null;
  /** Most open interest; null for no cap. */
  readonly openInterestCapLots: Lots | null;
  /** Most of the open interest that one client or group may hold on a side; null for no limit. */
  readonly concentration: ConcentrationLimit | null;
  /** Fees of clients in a tier, from the first; tier 0 and whoever has none pays the fees above. */
  readonly feeTiers: readonly FeeTier[];
}

export interface ConcentrationLimit {
  /** Of open interest as it is when an order or fill comes. */
  readonly sharePpm: Ppm;
  /** Free of it: in a young market everybody's share is large. */
  readonly freeLots: Lots;
}

export interface FeeTier {
  readonly makerFeePpm: Ppm;
  readonly takerFeePpm: Ppm;
}

/** A European option, cash settled. Its prices are premiums per contract, in its settlement asset. */
export interface OptionDefinition {
  readonly optionType: (typeof OPTION_TYPES)[number];
  /** Options on the same underlying form spreads; the index price of their marks is the underlying's. */
  readonly underlying: string;
  /** Smallest step of the underlying's price as it arrives with the marks, in quote. */
  readonly underlyingTickSize: string;
  /** In quote: whole ticks of the underlying. */
  readonly strike: string;
  /** Short: max(initial rate x S - out-of-the-money amount, floor x S) + mark; maintenance rate x S + mark. */
  readonly initialRatePpm: Ppm;
  readonly initialFloorRatePpm: Ppm;
  readonly maintenanceRatePpm: Ppm;
}

/** The whole numbers the engine computes with. */
export interface InstrumentTerms {
  /** linear: minor units per lot and tick. inverse: minor units x ticks per lot. Always whole. */
  readonly unit: bigint;
  /** Largest price that keeps the value of one lot, with the funding index's scale, inside int64. */
  readonly priceTicksMax: bigint;
  readonly markTicksMax: MarkTicks;
  readonly option: OptionUnits | null;
}

/** An option's contract in whole numbers. */
export interface OptionUnits {
  /** In ticks of the underlying. */
  readonly strikeTicks: bigint;
  /** linear: minor units per lot and tick of the underlying. inverse: minor units (coin) per lot. */
  readonly unit: bigint;
}

/** The funding index counts minor units per lot x this. */
export const FUNDING_SCALE = 1_000_000n;

/** No lot may be worth more than this, in minor units: its value x FUNDING_SCALE stays inside int64. */
export const LOT_VALUE_MAX: Minor = 2n ** 40n;

const BRACKETS_MAX = 64;
const FEE_TIERS_MAX = 32;

export interface ListingFault {
  readonly field: string;
  readonly rule: string;
}

/** Whole-number terms of a definition, given the settlement asset's decimals. */
export function instrumentTerms(
  definition: InstrumentDefinition,
  settleDecimals: number,
): Result<InstrumentTerms, ListingFault> {
  const sizes = parseSizes(definition);
  if (!sizes.ok) return sizes;
  const fault = parameterFault(definition);
  if (fault !== null) return err(fault);

  const { tickSize, lotSize, contractSize } = sizes.value;
  const perLot = multiplyDecimals(lotSize, contractSize);
  const minor: Decimal = { digits: 1n, scale: settleDecimals };
  // The price of an option is a premium in its settlement asset, whatever its payoff: worth lots x price.
  const isLinearInPrice = definition.payoff === 'linear' || definition.option !== null;
  const unit = isLinearInPrice
    ? divideExactly(multiplyDecimals(perLot, tickSize), minor)
    : divideExactly({ digits: perLot.digits * 10n ** BigInt(settleDecimals), scale: perLot.scale }, tickSize);
  if (unit === null || unit <= 0n) {
    return err({
      field: 'tickSize',
      rule: isLinearInPrice
        ? 'tickSize x lotSize x contractSize must be whole minor units of the settlement asset'
        : 'lotSize x contractSize / tickSize must be whole minor units of the settlement asset',
    });
  }
  const priceTicksMax = isLinearInPrice ? LOT_VALUE_MAX / unit : 2n ** 40n;
  if (priceTicksMax < 1n || (!isLinearInPrice && unit > LOT_VALUE_MAX)) {
    return err({
      field: 'lotSize',
      rule: `one lot at one tick is worth more than ${LOT_VALUE_MAX} minor units`,
    });
  }
  const option = optionUnits(definition, perLot, minor);
  if (option !== null && !option.ok) return option;
  return ok({
    unit,
    priceTicksMax,
    markTicksMax: priceTicksMax * definition.markTicksPerTick,
    option: option === null ? null : option.value,
  });
}

/** The option's own whole numbers; null for another instrument. */
function optionUnits(
  { option, payoff }: InstrumentDefinition,
  perLot: Decimal,
  minor: Decimal,
): Result<OptionUnits, ListingFault> | null {
  if (option === null) return null;
  const tick = parseDecimal(option.underlyingTickSize);
  const strike = parseDecimal(option.strike);
  if (!tick.ok || tick.value.digits <= 0n)
    return err({ field: 'option.underlyingTickSize', rule: 'must be a positive decimal' });
  if (!strike.ok || strike.value.digits <= 0n)
    return err({ field: 'option.strike', rule: 'must be a positive decimal' });
  const strikeTicks = divideExactly(strike.value, tick.value);
  if (strikeTicks === null)
    return err({ field: 'option.strike', rule: 'must be whole ticks of the underlying' });
  const unit = divideExactly(payoff === 'linear' ? multiplyDecimals(perLot, tick.value) : perLot, minor);
  if (unit === null || unit <= 0n)
    return err({
      field: 'option.underlyingTickSize',
      rule: 'one lot at one tick of the underlying must be whole minor units of the settlement asset',
    });
  return ok({ strikeTicks, unit });
}

interface Sizes {
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly contractSize: Decimal;
}

function parseSizes(definition: InstrumentDefinition): Result<Sizes, ListingFault> {
  const sizes: Record<string, Decimal> = {};
  for (const field of ['tickSize', 'lotSize', 'contractSize'] as const) {
    const parsed = parseDecimal(definition[field]);
    if (!parsed.ok || parsed.value.digits <= 0n) return err({ field, rule: 'must be a positive decimal' });
    if (formatDecimal(parsed.value) !== definition[field]) {
      return err({ field, rule: `must be written canonically: ${formatDecimal(parsed.value)}` });
    }
    sizes[field] = parsed.value;
  }
  return ok(sizes as unknown as Sizes);
}

function parameterFault(definition: InstrumentDefinition): ListingFault | null {
  const share = (field: keyof InstrumentDefinition, from: bigint, to: bigint): ListingFault | null => {
    const value = definition[field] as bigint;
    return value >= from && value <= to ? null : { field, rule: `must be from ${from} to ${to}` };
  };
  const faults = [
    share('markTicksPerTick', 1n, 1_000_000n),
    share('makerFeePpm', -100_000n, 100_000n),
    share('takerFeePpm', 0n, 100_000n),
    share('unrealizedProfitSharePpm', 0n, PPM),
    share('removalFloorPpm', 0n, PPM),
    share('markMaxJumpPpm', 1n, 100n * PPM),
    share('fillBandPpm', 1n, 100n * PPM),
    share('fundingRateMaxPpm', 0n, 100_000n),
  ];
  const fault = faults.find((found) => found !== null);
  if (fault !== undefined) return fault;
  if (definition.makerFeePpm + definition.takerFeePpm < 0n) {
    return { field: 'makerFeePpm', rule: 'a rebate cannot exceed the taker fee' };
  }
  for (const field of ['positionCapLots', 'openInterestCapLots'] as const) {
    const cap = definition[field];
    if (cap !== null && cap <= 0n) return { field, rule: 'must be positive, or null for no cap' };
  }
  const { concentration } = definition;
  if (concentration !== null) {
    if (concentration.sharePpm <= 0n || concentration.sharePpm > PPM)
      return { field: 'concentration.sharePpm', rule: 'must be above 0, at most 1,000,000' };
    if (concentration.freeLots < 0n) return { field: 'concentration.freeLots', rule: 'must not be negative' };
  }
  const feeFault = feeTierFault(definition);
  if (feeFault !== null) return feeFault;
  if (definition.brackets.length > BRACKETS_MAX)
    return { field: 'brackets', rule: `at most ${BRACKETS_MAX}` };
  if (!(definition.markMaxAgeMs > 0)) return { field: 'markMaxAgeMs', rule: 'must be positive' };
  if (!(definition.markConfirmations >= 1 && definition.markConfirmations <= 1000)) {
    return { field: 'markConfirmations', rule: 'must be from 1 to 1000' };
  }
  const hasExpiry = definition.instrumentKind === 'future' || definition.instrumentKind === 'option';
  if (hasExpiry !== (definition.expiryMs !== null)) {
    return {
      field: 'expiryMs',
      rule: 'a future and an option have an expiry, a perpetual and a spot pair none',
    };
  }
  const spotFault = definition.instrumentKind === 'spot' ? spotParameterFault(definition) : null;
  if (spotFault !== null) return spotFault;
  if ((definition.instrumentKind === 'option') !== (definition.option !== null))
    return { field: 'option', rule: 'an option has these terms, nothing else has' };
  if (definition.option !== null) {
    const optionFault = optionParameterFault(definition.option);
    if (optionFault !== null) return optionFault;
  }
  if (definition.settle !== (definition.payoff === 'linear' ? definition.quote : definition.base)) {
    return {
      field: 'settle',
      rule: 'a linear instrument settles in its quote asset, an inverse one in its base',
    };
  }
  return null;
}

/** A tier never costs more than the instrument's own fees, which margin reckons with. */
function feeTierFault({ feeTiers, makerFeePpm, takerFeePpm }: InstrumentDefinition): ListingFault | null {
  if (feeTiers.length > FEE_TIERS_MAX) return { field: 'feeTiers', rule: `at most ${FEE_TIERS_MAX}` };
  for (const [at, tier] of feeTiers.entries()) {
    const field = `feeTiers[${at}]`;
    if (tier.takerFeePpm < 0n || tier.takerFeePpm > takerFeePpm)
      return { field, rule: "the taker fee must be from 0 to the instrument's" };
    if (tier.makerFeePpm < -100_000n || tier.makerFeePpm > makerFeePpm)
      return { field, rule: "the maker fee must be at most the instrument's" };
  }
  return null;
}

/** A pair is exchanged, never held: nothing of it is margined but debts in its assets. */
function spotParameterFault(definition: InstrumentDefinition): ListingFault | null {
  const { payoff, base, quote, brackets, fundingRateMaxPpm } = definition;
  if (payoff !== 'linear') return { field: 'payoff', rule: 'a spot pair is linear' };
  if (base === quote) return { field: 'base', rule: 'a spot pair has two assets' };
  if (brackets.length > 0)
    return { field: 'brackets', rule: 'a spot pair has none: debts are what is margined' };
  return fundingRateMaxPpm === 0n
    ? null
    : { field: 'fundingRateMaxPpm', rule: 'a spot pair has no funding: 0' };
}

/** Minor units of the base asset in one lot of a spot pair; null where they are not whole. */
export function basePerLot(definition: InstrumentDefinition, baseDecimals: number): Minor | null {
  const sizes = parseSizes(definition);
  if (!sizes.ok) return null;
  const perLot = multiplyDecimals(sizes.value.lotSize, sizes.value.contractSize);
  return divideExactly(perLot, { digits: 1n, scale: baseDecimals });
}

function optionParameterFault(option: OptionDefinition): ListingFault | null {
  const { initialRatePpm, initialFloorRatePpm, maintenanceRatePpm } = option;
  const isRate = (rate: Ppm) => rate >= 0n && rate <= PPM;
  if (!isRate(initialRatePpm)) return { field: 'option.initialRatePpm', rule: 'must be from 0 to one' };
  if (!isRate(initialFloorRatePpm))
    return { field: 'option.initialFloorRatePpm', rule: 'must be from 0 to one' };
  if (maintenanceRatePpm < 0n || maintenanceRatePpm > initialFloorRatePpm)
    return { field: 'option.maintenanceRatePpm', rule: 'must be from 0 to the initial floor' };
  return null;
}
