/**
 * Changes an instrument's parameters at a stated time, with a grace for liquidation (MAR-08). What an instrument is (its
 * payoff, sizes, assets, expiry) never changes; what it asks for may.
 */
import type { InstrumentDefinition } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { listingTerms } from '../listing.js';
import { type Rejection, reject } from '../rejection.js';
import { listedInstrument, settleAssetRow } from '../state.js';
import { findTrading } from './checks.js';

/** What makes an instrument what it is. */
const FIXED = [
  'id',
  'pool',
  'instrumentKind',
  'payoff',
  'base',
  'quote',
  'settle',
  'contractSize',
  'tickSize',
  'lotSize',
  'markTicksPerTick',
  'expiryMs',
] as const satisfies readonly (keyof InstrumentDefinition)[];

const OPTION_FIXED = ['optionType', 'underlying', 'underlyingTickSize', 'strike'] as const;

export function decideScheduleParameters(
  { state, timeMs }: Situation,
  command: CommandOf<'scheduleParameters'>,
): Decision {
  const { definition, effectiveMs, graceUntilMs, liquidateAtOnce } = command;
  const instrumentRow = findTrading(state, definition.id);
  if (typeof instrumentRow === 'object') return instrumentRow;
  if (effectiveMs < timeMs) return reject('time_backwards', { effectiveMs, timeMs });
  if (graceUntilMs < effectiveMs) return reject('time_backwards', { graceUntilMs, effectiveMs });
  if (state.instruments.scheduled.has(instrumentRow)) return reject('already_exists', { id: definition.id });
  const fixed = fixedFault(listedInstrument(state, instrumentRow).definition, definition);
  if (fixed !== null) return fixed;
  const listed = listingTerms(definition, state.assets.decimals.get(settleAssetRow(state, instrumentRow)));
  if (!listed.ok) return reject('invalid_definition', { ...listed.error });
  return [
    { kind: 'parametersScheduled', instrumentRow, definition, effectiveMs, graceUntilMs, liquidateAtOnce },
  ];
}

export function decideCancelParameters(
  { state }: Situation,
  command: CommandOf<'cancelParameters'>,
): Decision {
  const instrumentRow = findTrading(state, command.instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const scheduled = state.instruments.scheduled.get(instrumentRow);
  if (scheduled === undefined || scheduled.isOpeningApplied) return reject('nothing_to_do');
  return [{ kind: 'parametersCancelled', instrumentRow }];
}

function fixedFault(before: InstrumentDefinition, after: InstrumentDefinition): Rejection | null {
  const changed =
    FIXED.find((field) => before[field] !== after[field]) ??
    OPTION_FIXED.find((field) => before.option?.[field] !== after.option?.[field]);
  return changed === undefined
    ? null
    : reject('invalid_definition', { field: changed, rule: 'never changes: list another instrument' });
}
