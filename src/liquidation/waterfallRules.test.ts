import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { fundLayer, LAYERS, layer, ownLayer, policyOf } from '../testkit/waterfallCases.js';
import { DEFAULT_WATERFALL } from './defaultWaterfall.js';
import { DEFAULT_DELEVERAGE_POLICY } from './deleveragePolicy.js';
import { type WaterfallPolicy, waterfallHash, waterfallPolicyField } from './waterfallLayers.js';
import { checkWaterfall, type LayerDraft } from './waterfallRules.js';

const faultOf = (layers: readonly LayerDraft[]) => {
  const result = checkWaterfall({ revision: 1, layers, deleveraging: DEFAULT_DELEVERAGE_POLICY });
  return result.ok ? null : result.error;
};
const { lenders, winners, gains, topUp } = LAYERS;

describe('the rules of a waterfall', () => {
  it('take the order own account, fund, lenders, winners, gains (LIQ-05)', () => {
    expect(faultOf([ownLayer, fundLayer, lenders, winners, gains])).toBeNull();
    expect(faultOf([ownLayer])).toBeNull();
    expect(faultOf([ownLayer, topUp, fundLayer, winners, lenders])).toBeNull();
  });

  it.each([
    { name: 'no layers', layers: [], code: 'no_layers', at: null },
    { name: 'no own account', layers: [fundLayer], code: 'own_account_missing', at: 0 },
    { name: 'gains before the fund', layers: [ownLayer, gains, fundLayer], code: 'out_of_order', at: 2 },
    { name: 'winners before the fund', layers: [ownLayer, winners, fundLayer], code: 'out_of_order', at: 2 },
    {
      name: 'two funds',
      layers: [ownLayer, fundLayer, { ...fundLayer, name: 'b' }],
      code: 'kind_twice',
      at: 2,
    },
    { name: 'one name twice', layers: [ownLayer, { ...fundLayer, name: 'own' }], code: 'name_twice', at: 1 },
    { name: 'a bad name', layers: [{ ...ownLayer, name: 'a b' }], code: 'bad_name', at: 0 },
    {
      name: 'a fund of the venue',
      layers: [ownLayer, { ...fundLayer, scope: 'venue' }],
      code: 'scope_does_not_fit',
      at: 1,
    },
    {
      name: 'venue capital as the fund',
      layers: [ownLayer, { ...fundLayer, payers: 'venueCapital' }],
      code: 'payers_do_not_fit',
      at: 1,
    },
    {
      name: 'wallets',
      layers: [ownLayer, fundLayer, { ...gains, payers: 'wallets' }],
      code: 'never_a_layer',
      at: 2,
    },
    {
      name: 'other pools',
      layers: [ownLayer, { ...fundLayer, payers: 'otherPools' }],
      code: 'never_a_layer',
      at: 1,
    },
    {
      name: 'a share that is none',
      layers: [{ ...ownLayer, sizePpm: 0n }],
      code: 'share_out_of_range',
      at: 0,
    },
    { name: 'a cap of nothing', layers: [{ ...ownLayer, capMinor: 0n }], code: 'cap_not_positive', at: 0 },
    { name: 'no cause at all', layers: [{ ...ownLayer, causes: [] }], code: 'trigger_out_of_range', at: 0 },
    {
      name: 'a queue of gains',
      layers: [ownLayer, { ...gains, allocation: 'queue' as const }],
      code: 'allocation_does_not_fit',
      at: 1,
    },
    {
      name: 'a top-up without cap',
      layers: [ownLayer, fundLayer, { ...topUp, capMinor: null }],
      code: 'top_up_without_cap',
      at: 2,
    },
    { name: 'a top-up of no fund', layers: [ownLayer, topUp], code: 'top_up_without_fund', at: 1 },
  ])('refuse $name', ({ layers, code, at }) => {
    expect(faultOf(layers as LayerDraft[])).toEqual({ code, layer: at });
  });

  it('refuse a revision of zero and a policy of deleveraging that is none', () => {
    const draft = policyOf([ownLayer]);
    expect(checkWaterfall({ ...draft, revision: 0 })).toMatchObject({
      error: { code: 'revision_not_positive' },
    });
    const deleveraging = { kind: 'cappedProRata' as const, maxSharePpm: 1_000_000n, maxLots: null };
    expect(checkWaterfall({ ...draft, deleveraging })).toMatchObject({ error: { code: 'cap_is_missing' } });
  });
});

describe('the waterfall of a pool that states none', () => {
  it('is one that passes, in its one form', () => {
    expect(checkWaterfall(DEFAULT_WATERFALL)).toEqual({ ok: true, value: DEFAULT_WATERFALL });
    expect(DEFAULT_WATERFALL.layers.map(({ kind }) => kind)).toEqual([
      'account',
      'clawback',
      'insuranceFund',
      'lenders',
      'deleveraging',
      'lossSharing',
    ]);
  });
});

describe('the hash of a waterfall', () => {
  it('is one for one meaning, and another for any change', () => {
    const checked = (layers: readonly LayerDraft[], revision = 1) => {
      const result = checkWaterfall({ ...policyOf(layers), revision });
      if (!result.ok) throw new Error(result.error.code);
      return waterfallHash(result.value);
    };
    const own = { ...ownLayer, causes: ['borrow', 'close', 'close'] as const };
    const same = { ...ownLayer, causes: ['close', 'borrow'] as const };
    expect(checked([own])).toBe(checked([same]));
    const changes = [
      checked([same]),
      checked([same], 2),
      checked([same, fundLayer]),
      checked([{ ...same, capMinor: 1n }]),
      checked([{ ...same, instrumentCapMinor: 1n }]),
      checked([{ ...same, sizePpm: 999_999n }]),
      checked([{ ...same, lossAboveMinor: 1n }]),
      checked([{ ...same, name: 'other' }]),
    ];
    expect(new Set(changes).size).toBe(changes.length);
    expect(changes[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is over bytes that read back as what was written', () => {
    const policy = policyOf([ownLayer, topUp, fundLayer, lenders, winners, gains]);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (capMinor) => {
        const layers = policy.layers.map((each) => layer({ ...each, capMinor }));
        const written: WaterfallPolicy = { ...policy, layers };
        const writer = new ByteWriter();
        waterfallPolicyField.write(writer, written);
        const reader = new ByteReader(writer.copy());
        expect(waterfallPolicyField.read(reader)).toEqual(written);
        reader.end();
      }),
      { numRuns: 20 },
    );
  });
});
