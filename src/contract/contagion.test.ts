import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from '../testkit/fromSchema.js';
import { fieldsWithout } from '../testkit/schemaFields.js';
import { answerContagion } from './contagion.js';
import {
  CONTAGION_DOCUMENTS,
  CONTAGION_METHODS,
  ContagionAnswer,
  contagionJsonSchema,
} from './contagionSchema.js';
import { ContainmentRefusal } from './containmentFault.js';
import { exactText } from './exactText.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents and answers by path
type Json = Record<string, any>;

const CLEARING: Json = {
  method: 'eisenbergNoe',
  nodes: [
    { id: 'ada', assets: '10.5', loss: '8.5' },
    { id: 'bob', assets: '1' },
    { id: 'pool', assets: '3' },
  ],
  liabilities: [
    ['0', '6', '0'],
    ['0', '0', '5'],
    ['0', '0', '0'],
  ],
};
const VERAART = { ...CLEARING, method: 'rogersVeraart', alpha: '0.5', beta: '1' };
const FURFINE = { ...CLEARING, method: 'furfine', recovery: '0.4' };
const RANK: Json = {
  method: 'debtRank',
  nodes: [
    { id: 'ada', equity: 4, shock: 0.4 },
    { id: 'bob', equity: 10 },
    { id: 'cleo', equity: 8 },
  ],
  liabilities: [
    [0, 5, 0],
    [0, 0, 4],
    [2, 0, 0],
  ],
  valuation: 'linear',
};
const HELD: Json = {
  assets: [
    { id: 'BTC', depth: 1000, shock: 0.05 },
    { id: 'ETH', depth: 2000 },
  ],
  nodes: [
    { id: 'ada', equity: 10, holdings: { BTC: 100 } },
    { id: 'bob', equity: 50, holdings: { BTC: 100, ETH: 100 } },
  ],
};
const TARGET = { method: 'greenwoodLandierThesmar', ...HELD };
const THRESHOLD = { method: 'thresholdDeleveraging', ...HELD, maxLeverage: 12, bufferLeverage: 10 };
const OVERLAP = {
  method: 'overlap',
  assets: HELD['assets'].map(({ id, depth }: Json) => ({ id, depth })),
  nodes: HELD['nodes'].map(({ id, holdings }: Json) => ({ id, holdings })),
};

describe('the question of contagion', () => {
  it('of clearing is answered in decimals, cut off, with the fraction beside', () => {
    const { greatest, ...rest } = ask(CLEARING);
    expect(
      greatest.nodes.map((node: Json) => [node['id'], node['rate'], node['round'], node['equity']]),
    ).toEqual([
      ['ada', '0.333333333333', 1, '0'],
      ['bob', '0.6', 2, '0'],
      ['pool', null, null, '6'],
    ]);
    expect(greatest.nodes[0].fractions).toEqual({ rate: '1/3' });
    expect(greatest.nodes[1]).not.toHaveProperty('fractions');
    expect(greatest).toMatchObject({ failed: 2, rounds: 2, equity: '6', unpaid: '6', cost: '0' });
    expect(rest).toMatchObject({ unique: true, reason: 'reachedByAssets', differing: [] });
  });

  it('of clearing takes as many digits as asked', () => {
    expect(ask({ ...CLEARING, digits: 0 })['greatest'].nodes[0]).toMatchObject({
      rate: '0',
      fractions: { rate: '1/3' },
    });
    expect(ask({ ...CLEARING, digits: 3 })['greatest'].nodes[0].rate).toBe('0.333');
  });

  it('of clearing keeps senior debts first unless told otherwise', () => {
    const nodes = [
      { id: 'a', assets: '4', outsideDebt: '3' },
      { id: 'b', assets: '0' },
    ];
    const owed = {
      method: 'eisenbergNoe',
      liabilities: [
        ['0', '6'],
        ['0', '0'],
      ],
    };
    const paid = (rank: object) => {
      const [first] = ask({ ...owed, nodes: [{ ...nodes[0], ...rank }, nodes[1]] })['greatest'].nodes;
      return [first.paidOutside, first.paidToNodes];
    };
    expect(paid({})).toEqual(['3', '1']);
    expect(paid({ outsideRank: 'senior' })).toEqual(['3', '1']);
    expect(paid({ outsideRank: 'pariPassu' })).toEqual(['1.333333333333', '2.666666666666']);
  });

  it('of clearing with costs names them, and the run', () => {
    const found = ask(VERAART);
    // ada keeps 2 x 1/2 for a debt of 6; bob has 1 x 1/2 and gets 1.
    expect(found['greatest'].nodes.map((node: Json) => [node['paidToNodes'], node['cost']])).toEqual([
      ['1', '1'],
      ['1.5', '0.5'],
      ['0', '0'],
    ]);
    const doubted = {
      ...VERAART,
      nodes: [
        { id: 'a', assets: '2' },
        { id: 'b', assets: '2' },
      ],
      liabilities: [
        ['0', '10'],
        ['10', '0'],
      ],
      beta: '0.5',
    };
    expect(ask(doubted)).toMatchObject({ unique: false, reason: 'selfFulfilling', differing: ['a', 'b'] });
  });

  it('of a fixed recovery is answered by rounds', () => {
    // ada owes 4 more than it has, so it is among the first; bob has 1 + 6 - 5 = 2 and loses 3.6.
    const found = ask(FURFINE);
    expect(
      found['nodes'].map((node: Json) => [node['openingEquity'], node['equity'], node['round']]),
    ).toEqual([
      ['-4', '-4', 0],
      ['2', '-1.6', 1],
      ['8', '5', null],
    ]);
    const named = { ...FURFINE, recovery: '1', failed: ['pool'] };
    expect(ask(named)['nodes'].map((node: Json) => node['round'])).toEqual([0, null, 0]);
  });

  it('of DebtRank says which valuation it is by, and the spectral radius whatever it is', () => {
    for (const rule of [
      { valuation: 'original' },
      { valuation: 'linear' },
      { valuation: 'nonlinear', alpha: 3 },
    ]) {
      const found = ask({ ...RANK, ...rule });
      expect(found['valuation']).toBe(rule.valuation);
      expect(found['spectralRadius']).toBeCloseTo(0.5, 9);
    }
    expect(ask({ ...RANK, valuation: 'original' })['nodes'][0].distress).toBeCloseTo(0.45, 12);
    const weighted = {
      ...RANK,
      nodes: RANK['nodes'].map((n: Json, i: number) => (i === 1 ? { ...n, weight: 3 } : n)),
    };
    expect(ask(weighted)['nodes'].map((node: Json) => node['weight'])).toEqual([0, 1, 0]);
  });

  it('of fire sales is answered by node, asset and round', () => {
    const target = ask(TARGET);
    expect(target['aggregateVulnerability']).toBeCloseTo(10.875 / 60, 12);
    expect(target['nodes'].map(({ id, sale }: Json) => [id, Math.round(sale)])).toEqual([
      ['ada', 45],
      ['bob', 15],
    ]);
    const threshold = ask(THRESHOLD);
    expect(threshold['rounds'][0].sellers).toEqual(['ada']);
    expect(Object.keys(threshold['rounds'][0].prices)).toEqual(['BTC', 'ETH']);
    expect(ask(OVERLAP)['nodes'][0].overlap).toEqual({ ada: 10, bob: 10 });
  });
});

describe('a question of contagion is refused', () => {
  const change = (document: Json, path: string, value: unknown): Json => {
    const copy = structuredClone(document) as Json;
    const steps = path.split('/').slice(1);
    const last = steps.pop() as string;
    let at: Json = copy;
    for (const step of steps) at = at[step];
    at[last] = value;
    return copy;
  };
  const cases: readonly (readonly [string, string, Json, unknown])[] = [
    ['not_square', '/liabilities', CLEARING, [['0']]],
    ['not_square', '/liabilities/1', CLEARING, ['0', '0']],
    ['negative_amount', '/liabilities/0/1', CLEARING, '-1'],
    ['self_liability', '/liabilities/2/2', CLEARING, '1'],
    [
      'negative_amount',
      '/nodes/0/assets',
      { ...CLEARING, nodes: [{ id: 'a', assets: '1' }, ...CLEARING['nodes'].slice(1)] },
      '-1',
    ],
    ['negative_amount', '/nodes/1/outsideDebt', CLEARING, '-1'],
    ['negative_amount', '/nodes/1/loss', CLEARING, '-1'],
    ['loss_above_assets', '/nodes/1/loss', CLEARING, '1.01'],
    ['duplicate_id', '/nodes/1/id', CLEARING, 'ada'],
    ['exact_number_not_text', '/nodes/0/assets', CLEARING, 10],
    ['invalid_decimal', '/liabilities/0/1', CLEARING, 'NaN'],
    ['invalid_decimal', '/liabilities/0/1', CLEARING, '1e5'],
    ['share_out_of_range', '/alpha', VERAART, '1.01'],
    ['share_out_of_range', '/beta', VERAART, '-0.1'],
    ['share_out_of_range', '/recovery', FURFINE, '2'],
    ['unknown_node', '/failed/0', { ...FURFINE, failed: ['ada'] }, 'nobody'],
    ['unknown_field', '/alfa', VERAART, '1'],
    ['unknown_field', '/alpha', CLEARING, '1'],
    ['schema_violation', '/method', CLEARING, 'debtrank'],
    ['no_nodes', '/nodes', { ...CLEARING, liabilities: [] }, []],
    ['not_positive', '/nodes/1/equity', RANK, 0],
    ['share_out_of_range', '/nodes/0/shock', RANK, 1.5],
    ['self_liability', '/liabilities/0/0', RANK, 1],
    ['negative_amount', '/liabilities/0/1', RANK, -1],
    ['schema_violation', '/liabilities/0/1', RANK, 'NaN'],
    ['not_square', '/liabilities', RANK, []],
    ['negative_amount', '/nodes/2/weight', RANK, -1],
    ['share_out_of_range', '/recovery', RANK, 1.5],
    ['alpha_missing', '/alpha', { ...RANK, valuation: 'nonlinear' }, undefined],
    ['field_does_not_apply', '/alpha', RANK, 2],
    ['field_does_not_apply', '/recovery', { ...RANK, valuation: 'original' }, 0.5],
    ['not_positive', '/assets/1/depth', TARGET, 0],
    ['negative_amount', '/nodes/1/holdings/ETH', TARGET, -1],
    ['unknown_asset', '/nodes/1/holdings/SOL', TARGET, 1],
    ['share_out_of_range', '/assets/0/shock', TARGET, 2],
    ['negative_amount', '/nodes/0/targetLeverage', TARGET, -1],
    ['duplicate_id', '/assets/1/id', OVERLAP, 'BTC'],
    ['target_above_limit', '/bufferLeverage', THRESHOLD, 13],
    ['leverage_below_one', '/bufferLeverage', THRESHOLD, 0.5],
    ['share_out_of_range', '/assets/0/floor', THRESHOLD, 1],
    ['loss_above_assets', '/nodes/0/loss', THRESHOLD, 1],
    ['share_out_of_range', '/sellerShare', THRESHOLD, -1],
  ];

  it.each(cases)('%s at %s', (code, path, document, value) => {
    expect(refusal(JSON.stringify(change(document, path, value)))).toMatchObject({ code, path });
  });

  it('for more nodes than an exact method takes, and says how many that is', () => {
    const nodes = Array.from({ length: 65 }, (_, i) => ({ id: `n${i}`, assets: '1' }));
    expect(refusal(JSON.stringify({ ...CLEARING, nodes }))).toMatchObject({
      code: 'too_many_nodes',
      path: '/nodes',
      context: { limit: '64', got: '65' },
    });
    const many = Array.from({ length: 1001 }, (_, i) => ({ id: `n${i}`, equity: 1 }));
    expect(refusal(JSON.stringify({ ...RANK, nodes: many }))).toMatchObject({
      code: 'too_many_nodes',
      context: { limit: '1000', got: '1001' },
    });
  });

  it('for text that is no document', () => {
    expect(refusal('{"method":NaN}')).toMatchObject({ code: 'malformed_json' });
    expect(refusal('[]')).toMatchObject({ code: 'schema_violation' });
    expect(refusal('{}')).toMatchObject({ code: 'missing_field', path: '/method' });
    expect(refusal(JSON.stringify(RANK).replace('"equity":4', '"equity":1e999'))).toMatchObject({
      path: '/nodes/0/equity',
    });
  });

  it('where the answer would be no finite number', () => {
    expect(refusal(JSON.stringify(change(OVERLAP, '/assets/0/depth', 1e-308)))).toMatchObject({
      code: 'result_not_finite',
    });
  });
});

describe('answers on contagion', () => {
  it.each(CONTAGION_METHODS)(
    'are in the published shape whatever fits the schema of %s, and never throw',
    (method) => {
      const answers = Compile(ContagionAnswer);
      const refusals = Compile(ContainmentRefusal);
      let answered = 0;
      fc.assert(
        fc.property(
          arbitraryOf(CONTAGION_DOCUMENTS[method], { ids: ['a', 'b', 'c'], itemsMax: 3 }),
          fc.boolean(),
          (drawn, isMended) => {
            const document = isMended ? mended(drawn as Json) : drawn;
            const answer = answerContagion(JSON.stringify(document));
            expect(('error' in answer ? refusals : answers).Check(answer)).toBe(true);
            if (!('error' in answer)) answered += 1;
          },
        ),
        { numRuns: 150, seed: 1 },
      );
      expect(answered).toBeGreaterThan(30);
    },
  );

  it.each([CLEARING, VERAART, FURFINE, RANK, TARGET, THRESHOLD, OVERLAP])(
    'of an example are in the published shape',
    (document) => {
      expect(Compile(ContagionAnswer).Check(ask(document))).toBe(true);
    },
  );

  it('are described: every field has a text, a unit and an example', () => {
    expect(fieldsWithout(contagionJsonSchema())).toEqual([]);
  });
});

describe('exact text', () => {
  it('is the whole value or is cut off towards zero with its fraction', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-10_000n, 10_000n),
        fc.bigInt(1n, 60n),
        fc.nat(4),
        fc.nat(6),
        (n, d, scale, digits) => {
          const { text, fraction } = exactText({ numerator: n, denominator: d }, scale, digits);
          const exact = Number(n) / Number(d) / 10 ** scale;
          expect(Math.abs(Number(text))).toBeLessThanOrEqual(Math.abs(exact) + 1e-12);
          expect(Math.abs(exact - Number(text))).toBeLessThan(10 ** -digits);
          if (fraction === null) expect(Number(text)).toBeCloseTo(exact, 10);
          else {
            const [above, below] = fraction.split('/').map(Number);
            expect(above! / below!).toBeCloseTo(exact, 10);
            expect(Number.isInteger(exact * 10 ** digits)).toBe(false);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The same with what seldom comes about by chance: one shape, ids of their own, and figures of a likely size. */
function mended(drawn: Json): Json {
  const isFloat = drawn['method'] === 'debtRank';
  const owes = (value: unknown, i: number, j: number): unknown => {
    if (i === j || value === undefined) return isFloat ? 0 : '0';
    return isFloat ? Math.abs(Number(value)) : String(value).replace('-', '');
  };
  const assets = drawn['assets']?.map((_: Json, k: number) => ({ id: `a${k}`, depth: 100 + k }));
  const nodes = (drawn['nodes'] as Json[]).map((node, i) => ({
    id: `n${i}`,
    ...('assets' in node && { assets: node['assets'].replace('-', ''), outsideDebt: String(i) }),
    ...('equity' in node && { equity: 1 + Math.abs(node['equity']) }),
    ...('holdings' in node && {
      holdings: Object.fromEntries((assets as Json[]).map(({ id }, k) => [id, i + k])),
    }),
  }));
  return {
    ...drawn,
    nodes,
    ...(assets && { assets }),
    ...(drawn['liabilities'] && {
      liabilities: nodes.map((_, i) => nodes.map((__, j) => owes(drawn['liabilities'][i]?.[j], i, j))),
    }),
    ...('alpha' in drawn && { alpha: isFloat ? undefined : '0.5' }),
    ...('beta' in drawn && { beta: '0.25' }),
    ...('recovery' in drawn && { recovery: isFloat ? undefined : '0.5' }),
    ...('failed' in drawn && { failed: undefined }),
    ...('maxLeverage' in drawn && { maxLeverage: 3, bufferLeverage: 2, sellerShare: 1 }),
  };
}

function ask(document: object): Json {
  const answer = answerContagion(JSON.stringify(document));
  if ('error' in answer) throw new Error(`${answer.error.code} ${answer.error.path}`);
  return answer;
}

function refusal(text: string): Json | null {
  const answer = answerContagion(text);
  return 'error' in answer ? answer.error : null;
}
