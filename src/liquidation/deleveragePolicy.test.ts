import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import {
  DEFAULT_DELEVERAGE_POLICY,
  type DeleveragePolicy,
  deleveragePolicyFault,
  deleveragePolicyField,
} from './deleveragePolicy.js';
import { DELEVERAGE_SCORES } from './deleverageScore.js';

const WHOLE = { maxSharePpm: 1_000_000n, maxLots: null };
const HALF = { maxSharePpm: 500_000n, maxLots: 7n };

const POLICIES: DeleveragePolicy[] = [
  DEFAULT_DELEVERAGE_POLICY,
  ...DELEVERAGE_SCORES.map((score) => ({ kind: 'queue' as const, score, ...HALF })),
  { kind: 'proRata', ...WHOLE },
  { kind: 'cappedProRata', ...HALF },
  { kind: 'riskAware', ...HALF },
  { kind: 'riskAware', ...WHOLE },
];

describe('a policy of deleveraging', () => {
  it.each(POLICIES)('of kind $kind is taken, and its bytes read back as it', (policy) => {
    expect(deleveragePolicyFault(policy)).toBeNull();
    const writer = new ByteWriter();
    deleveragePolicyField.write(writer, policy);
    const reader = new ByteReader(writer.copy());
    expect(deleveragePolicyField.read(reader)).toEqual(policy);
    reader.end();
  });

  it('has bytes of its own', () => {
    const bytes = POLICIES.map((policy) => {
      const writer = new ByteWriter();
      deleveragePolicyField.write(writer, policy);
      return writer.copy().join();
    });
    expect(new Set(bytes).size).toBe(POLICIES.length);
  });

  it.each([
    { policy: { ...DEFAULT_DELEVERAGE_POLICY, maxSharePpm: 0n }, fault: 'share_out_of_range' },
    { policy: { ...DEFAULT_DELEVERAGE_POLICY, maxSharePpm: 1_000_001n }, fault: 'share_out_of_range' },
    { policy: { ...DEFAULT_DELEVERAGE_POLICY, maxLots: 0n }, fault: 'lots_out_of_range' },
    { policy: { ...DEFAULT_DELEVERAGE_POLICY, maxLots: 2n ** 63n }, fault: 'lots_out_of_range' },
    { policy: { kind: 'proRata' as const, ...HALF }, fault: 'pro_rata_has_no_cap' },
    { policy: { kind: 'cappedProRata' as const, ...WHOLE }, fault: 'cap_is_missing' },
  ])('is refused for $fault', ({ policy, fault }) => {
    expect(deleveragePolicyFault(policy)).toBe(fault);
  });
});
