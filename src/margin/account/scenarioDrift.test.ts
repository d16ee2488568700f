import { describe, expect, it } from 'vitest';
import { scenarioStaleness } from '../index.js';

describe('vectors', () => {
  const reference = { madeAtMs: 1_000, marks: [{ instrument: 7, markTicks: 200_000n }] };
  const limits = { driftPpm: 5_000n, maxAgeMs: 60_000 };
  const at = (timeMs: number, markTicks: bigint, instrument = 7) =>
    scenarioStaleness(reference, { timeMs, marks: [{ instrument, markTicks }] }, limits);

  it.each([
    ['as they were made', 1_000, 200_000n, null],
    ['at the age limit', 61_000, 200_000n, null],
    ['a millisecond beyond it', 61_001, 200_000n, { kind: 'age', ageMs: 60_001 }],
    ['at the drift limit, above', 2_000, 201_000n, null],
    ['a tick beyond it', 2_000, 201_001n, { kind: 'drift', instrument: 7, driftPpm: 5_005n }],
    ['at the drift limit, below', 2_000, 199_000n, null],
    ['a tick under it', 2_000, 198_999n, { kind: 'drift', instrument: 7, driftPpm: 5_005n }],
  ])('%s', (_name, timeMs, markTicks, stale) => {
    expect(at(timeMs, markTicks)).toEqual(stale);
  });

  it('may not be used for an instrument they were not made from', () => {
    expect(at(1_000, 200_000n, 8)).toEqual({ kind: 'unknown', instrument: 8 });
  });
});
