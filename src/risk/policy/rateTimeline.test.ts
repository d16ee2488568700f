import { describe, expect, it } from 'vitest';
import { alignMarket } from '../market/alignedMarket.js';
import { ewmaNormalModel } from '../models/index.js';
import { PARAMETER_RULES, proposeParameters } from '../parameters/index.js';
import { steppedReturns, VOLATILITY_STEP } from '../procyclicality/impulse.js';
import { rateTimeline } from './rateTimeline.js';

const DAY = 86_400_000;
const RETURNS = steppedReturns({ ...VOLATILITY_STEP, daysBefore: 150, daysAfter: 60, seed: 'rates' });
const QUESTION = { asset: 'A', model: ewmaNormalModel(), rules: PARAMETER_RULES };

function marketOf(returns: Float64Array, days = [...returns.keys()].map((day) => day + 1)) {
  let close = 100;
  const closes = [close, ...[...returns].map((move) => (close *= 1 + move))];
  const bars = closes.map((price, at) => ({
    timeMs: (at === 0 ? 0 : (days[at - 1] as number)) * DAY,
    ...{ open: price, high: price, low: price, close: price, volume: null },
  }));
  const market = alignMarket([{ asset: 'A', bars }], { intervalMs: DAY });
  if (!market.ok) throw new Error(market.error.code);
  return market.value;
}

describe('rates over a history', () => {
  const market = marketOf(RETURNS);
  const line = rateTimeline({ ...QUESTION, market });
  const rates = line.ok ? line.value : new Float64Array();

  it('are those that a proposal at each close makes of the returns up to it', () => {
    const own = market.assets[0]?.returns as Float64Array;
    const { model } = QUESTION;
    for (const day of [model.daysMin - 1, model.daysMin, 140, 151, 160, 209]) {
      const proposal = proposeParameters({
        ...{ instrument: 'A', returnDays: 1, model, liquidity: null, capsMinor: [], rules: PARAMETER_RULES },
        returns: own.subarray(0, day + 1),
      });
      if (!proposal.ok) throw new Error(proposal.error.code);
      expect(rates[day]).toBe(Number(proposal.value.brackets[0]?.initialMarginRatePpm) / 1e6);
    }
  });

  it('begin with the first forecast and are whole steps', () => {
    expect(rates.findIndex((rate) => !Number.isNaN(rate))).toBe(QUESTION.model.daysMin - 1);
    for (const rate of rates.subarray(QUESTION.model.daysMin - 1))
      expect(Math.round(rate * 1e6) % Number(PARAMETER_RULES.stepPpm)).toBe(0);
    expect(rates[209]).toBeGreaterThan(1.5 * (rates[148] as number));
  });

  it('stand where the asset has no return', () => {
    const days = [...RETURNS.keys()].map((day) => (day < 120 ? day + 1 : day + 5));
    const other = rateTimeline({
      ...QUESTION,
      market: { ...marketOf(RETURNS, days), ...gapless(marketOf(RETURNS, days)) },
    });
    if (!other.ok) throw new Error(other.error.code);
    for (let day = 120; day < 124; day++) expect(other.value[day]).toBe(other.value[119]);
  });
});

/** The same with the dates of the gap, as a second asset would bring them into the calendar. */
function gapless(market: ReturnType<typeof marketOf>) {
  const own = market.assets[0] as (typeof market.assets)[number];
  const wide = (values: Float64Array) =>
    Float64Array.from([...values.subarray(0, 120), ...Array(4).fill(Number.NaN), ...values.subarray(120)]);
  return { assets: [{ ...own, returns: wide(own.returns) }] };
}
