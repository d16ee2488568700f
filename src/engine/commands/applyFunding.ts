/**
 * Funding of one interval, by index: every position accrues at once, nobody is visited (FND-02). Longs pay
 * shorts where the rate is positive. It counts in equity from now on and is collected when the position is
 * next touched.
 */
import { abs, mulDivFloor, PPM } from '../../base/index.js';
import { isLiquidatable, type MarginTerms } from '../../margin/index.js';
import { FUNDING_SCALE, unitValue } from '../../market/index.js';
import { isSharedLiquidatable } from '../accountHealth.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { newPrices } from '../priceChange.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, listedInstrument } from '../state.js';
import { poolFault, unknown } from './checks.js';

/** The index may drift this far before an instrument has to be relisted: it stays far inside int64. */
const INDEX_MAX = 2n ** 62n;

export function decideApplyFunding(
  { state, derived, timeMs }: Situation,
  command: CommandOf<'applyFunding'>,
): Decision {
  const { ratePpm, fundingTimeMs } = command;
  const { instruments } = state;
  const instrumentRow = instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  const quarantined = poolFault(state, instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  const { definition, marginTerms, liquidationTerms } = listedInstrument(state, instrumentRow);
  if (definition.instrumentKind === 'option' || definition.instrumentKind === 'spot')
    return reject('no_funding', { instrument: command.instrument });
  const isExpired = definition.expiryMs !== null && fundingTimeMs >= definition.expiryMs;
  if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading || isExpired) {
    return reject('instrument_not_trading', { instrument: command.instrument });
  }
  const lastTimeMs = instruments.fundingTimeMs.get(instrumentRow);
  if (fundingTimeMs <= lastTimeMs)
    return reject('time_backwards', { instrument: command.instrument, fundingTimeMs, lastTimeMs });
  if (fundingTimeMs > timeMs) return reject('source_time_ahead', { fundingTimeMs, timeMs });
  if (abs(ratePpm) > definition.fundingRateMaxPpm) {
    return reject('funding_rate_out_of_range', { ratePpm, largestPpm: definition.fundingRateMaxPpm });
  }
  if (!hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: command.instrument });

  const markTicks = instruments.markTicks.get(instrumentRow);
  const step = fundingStep(marginTerms, { markTicks, ratePpm });
  const fundingIndex = instruments.fundingIndex.get(instrumentRow) + step;
  if (abs(fundingIndex) > INDEX_MAX)
    return reject('funding_rate_out_of_range', { fundingIndex, largest: INDEX_MAX });
  const woken: number[] = [];
  derived.triggers().collect({ instrumentRow, markTicks, fundingIndex }, (accountRow) => {
    const view = accountView(state, accountRow);
    const after = { ...view, fundingPerLot: view.fundingPerLot + step };
    if (isLiquidatable(liquidationTerms, after, markTicks)) woken.push(accountRow);
    else derived.triggers().rekey(accountRow);
  });
  const change = newPrices();
  change.fundingIndexes.set(instrumentRow, fundingIndex);
  derived.sharedTriggers().collect(change, (accountRow) => {
    if (isSharedLiquidatable(state, accountRow, change)) woken.push(accountRow);
  });
  woken.sort((a, b) => a - b);
  return [{ kind: 'fundingApplied', instrumentRow, fundingTimeMs, fundingIndex, woken }];
}

/** How far one interval moves the index, minor units per lot x FUNDING_SCALE. The rounding favours nobody: both sides accrue by the same index. */
export function fundingStep(
  terms: MarginTerms,
  { markTicks, ratePpm }: { readonly markTicks: bigint; readonly ratePpm: bigint },
): bigint {
  const { numerator, denominator } = unitValue(terms, markTicks);
  return mulDivFloor(abs(numerator) * ratePpm, FUNDING_SCALE, denominator * PPM);
}
