/** What a proposed scenario set does to a lot of each instrument of its pool at the marks of this moment: the command that says so. */
import { divFloor, err, formatMinor, ok, PPM, parseMinor, type Result } from '../base/index.js';
import { decimalOf } from './calcDecimal.js';
import type { ProposedScenarios, VenueInstruments } from './riskProposalSchema.js';
import { SCENARIO_DECIMALS } from './scale.js';
import type { WireCommandOf } from './wireSchema.js';

type Shown = VenueInstruments['instruments'][number];

/** `decimals` by asset. Refused with the instrument that is gone, or has no mark. */
export function sentVectors(
  { pool, set, underlyings, instruments, assets }: ProposedScenarios,
  venue: VenueInstruments,
  decimals: ReadonlyMap<string, number>,
): Result<WireCommandOf<'sendScenarios'>, string> {
  const moves = new Map(underlyings.map(({ underlying, moves }) => [underlying, moves.map(ppmOf)]));
  const still = set.scenarios.map(() => 0n);
  const rows: WireCommandOf<'sendScenarios'>['instruments'] = [];
  for (const { instrument, underlying, ...addOns } of instruments) {
    const shown = venue.instruments.find((one) => one.instrument === instrument);
    if (shown === undefined || shown.markPrice === null) return err(instrument);
    const shifts = underlying === null ? still : (moves.get(underlying) ?? still);
    const places = (decimals.get(shown.definition.settle) ?? 0) + SCENARIO_DECIMALS;
    rows.push({
      instrument,
      referencePrice: shown.markPrice,
      delta: underlying === null ? '0' : '1',
      pnlPerLot: shifts.map((shift) => formatMinor(pnlOfLot(shown, shift, places), places)),
      ...addOns,
    });
  }
  return ok({
    kind: 'sendScenarios',
    pool,
    set: set.id,
    sourceTimeMs: venue.timeMs,
    instruments: rows,
    assets: assets.map(({ asset, underlying }) => ({
      asset,
      shocks:
        underlying === null ? [] : (underlyings.find((one) => one.underlying === underlying)?.moves ?? []),
    })),
  });
}

/**
 * Of one long lot, rounded down: linear C x m x e, inverse C x e / (m x (1 + e)), C contracts of a lot, m the mark, e the move.
 */
function pnlOfLot({ definition, markPrice }: Shown, movePpm: bigint, places: number): bigint {
  const [size, lot, mark] = [definition.contractSize, definition.lotSize, markPrice as string].map(
    decimalOf,
  ) as [Decimal, Decimal, Decimal];
  const unit = { digits: size.digits * lot.digits, scale: size.scale + lot.scale };
  const one = 10n ** BigInt(places);
  const ten = (scale: number) => 10n ** BigInt(scale);
  if (definition.payoff === 'inverse')
    return divFloor(
      unit.digits * movePpm * ten(mark.scale) * one,
      ten(unit.scale) * mark.digits * (PPM + movePpm),
    );
  return divFloor(unit.digits * mark.digits * movePpm * one, ten(unit.scale + mark.scale) * PPM);
}

type Decimal = ReturnType<typeof decimalOf>;

/** A proposal is checked before it comes here. */
function ppmOf(text: string): bigint {
  const read = parseMinor(text, 6);
  if (!read.ok) throw new Error(`a proposal holds ${text}`);
  return read.value;
}
