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
import type { MarkTicks, Minor, Ppm, TimeMs } from '../base/units.js';

export const INSTRUMENT_KINDS = ['perpetual', 'future'] as const;
export const PAYOFFS = ['linear', 'inverse'] as const;
export const BASES = ['entry', 'mark'] as const;
export const CLOSE_FEES = ['none', 'inRate', 'inMargin'] as const;

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
  /** Last trading instant of a future; null for a perpetual. */
  readonly expiryMs: TimeMs | null;
  readonly brackets: readonly BracketDefinition[];
}

/** The whole numbers the engine computes with. */
export interface InstrumentTerms {
  /** linear: minor units per lot and tick. inverse: minor units x ticks per lot. Always whole. */
  readonly unit: bigint;
  /** Largest price that keeps the value of one lot, with the funding index's scale, inside int64. */
  readonly priceTicksMax: bigint;
  readonly markTicksMax: MarkTicks;
}

/** The funding index counts minor units per lot x this. */
export const FUNDING_SCALE = 1_000_000n;

/** No lot may be worth more than this, in minor units: its value x FUNDING_SCALE stays inside int64. */
export const LOT_VALUE_MAX: Minor = 2n ** 40n;

const BRACKETS_MAX = 64;

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
  const unit =
    definition.payoff === 'linear'
      ? divideExactly(multiplyDecimals(perLot, tickSize), minor)
      : divideExactly(
          { digits: perLot.digits * 10n ** BigInt(settleDecimals), scale: perLot.scale },
          tickSize,
        );
  if (unit === null || unit <= 0n) {
    return err({
      field: 'tickSize',
      rule:
        definition.payoff === 'linear'
          ? 'tickSize x lotSize x contractSize must be whole minor units of the settlement asset'
          : 'lotSize x contractSize / tickSize must be whole minor units of the settlement asset',
    });
  }
  const priceTicksMax = definition.payoff === 'linear' ? LOT_VALUE_MAX / unit : 2n ** 40n;
  if (priceTicksMax < 1n || (definition.payoff === 'inverse' && unit > LOT_VALUE_MAX)) {
    return err({
      field: 'lotSize',
      rule: `one lot at one tick is worth more than ${LOT_VALUE_MAX} minor units`,
    });
  }
  return ok({ unit, priceTicksMax, markTicksMax: priceTicksMax * definition.markTicksPerTick });
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
  if (definition.brackets.length > BRACKETS_MAX)
    return { field: 'brackets', rule: `at most ${BRACKETS_MAX}` };
  if (!(definition.markMaxAgeMs > 0)) return { field: 'markMaxAgeMs', rule: 'must be positive' };
  if (!(definition.markConfirmations >= 1 && definition.markConfirmations <= 1000)) {
    return { field: 'markConfirmations', rule: 'must be from 1 to 1000' };
  }
  if ((definition.instrumentKind === 'future') !== (definition.expiryMs !== null)) {
    return { field: 'expiryMs', rule: 'a future has an expiry, a perpetual has none' };
  }
  if (definition.settle !== (definition.payoff === 'linear' ? definition.quote : definition.base)) {
    return {
      field: 'settle',
      rule: 'a linear instrument settles in its quote asset, an inverse one in its base',
    };
  }
  return null;
}
