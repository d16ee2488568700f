import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from '../testkit/fromSchema.js';
import { fieldsWithout } from '../testkit/schemaFields.js';
import { ContainmentRefusal } from './containmentFault.js';
import { answerWaterfall } from './waterfall.js';
import { WaterfallAnswer, WaterfallDocument, waterfallJsonSchema } from './waterfallSchema.js';

const OWN = { name: 'own', kind: 'account', holds: '400' };
const FUND = { name: 'fund', kind: 'insuranceFund', holds: '300', share: '0.5' };
const VENUE = { name: 'venue', kind: 'topUp', holds: '5000', cap: '100' };
const GAINS = {
  name: 'gains',
  kind: 'lossSharing',
  holders: [
    { id: 'cleo-1', holds: '900', weight: '150' },
    { id: 'bob-1', holds: '900', weight: '350' },
    { id: 'dan-1', holds: '900', weight: '-20' },
  ],
};
const QUESTION = {
  asset: 'USDT',
  loss: { amount: '720', account: 'ada-1', pool: 'main' },
  layers: [OWN, FUND, VENUE, GAINS],
};

const ask = (changes: object = {}): WaterfallAnswer => {
  const answer = answerWaterfall(JSON.stringify({ ...QUESTION, ...changes }));
  if ('error' in answer) throw new Error(`${answer.error.code} ${answer.error.path}`);
  return answer;
};
const refusal = (changes: object) => {
  const answer = answerWaterfall(JSON.stringify({ ...QUESTION, ...changes }));
  return 'error' in answer ? [answer.error.code, answer.error.path] : null;
};

describe('the question who pays', () => {
  it('is answered layer by layer, with what is left after each (LIQ-05)', () => {
    const answer = ask();
    expect(answer.layers.map(({ name, state, pays, left }) => [name, state, pays, left])).toEqual([
      ['own', 'atLimit', '400', '320'],
      ['fund', 'atLimit', '150', '170'],
      ['venue', 'atLimit', '100', '70'],
      ['gains', 'paid', '70', '0'],
    ]);
    expect(answer.layers[3]?.holders).toEqual([
      { id: 'bob-1', pays: '49' },
      { id: 'cleo-1', pays: '21' },
    ]);
    expect([answer.paid, answer.remainder]).toEqual(['720', '0']);
  });

  it('lists the postings: top-up first, then in, then out', () => {
    expect(ask().postings.map(({ phase, payer, to, amount }) => [phase, payer, to, amount])).toEqual([
      ['topUp', 'venue', 'fund', '100'],
      ['in', 'ada-1', 'pool', '400'],
      ['in', 'fund', 'pool', '150'],
      ['in', 'fund', 'pool', '100'],
      ['in', 'bob-1', 'pool', '49'],
      ['in', 'cleo-1', 'pool', '21'],
      ['out', 'pool', 'owed', '720'],
    ]);
  });

  it('names the remainder', () => {
    expect(ask({ loss: { amount: '5000' } }).remainder).toBe('3850');
    expect(ask({ loss: { amount: '0' } }).layers.map(({ state }) => state)).toEqual(
      Array(4).fill('notNeeded'),
    );
  });

  it('hashes the policy and not what it is asked', () => {
    const { hash } = ask();
    expect(ask({ loss: { amount: '1' }, layers: [{ ...OWN, holds: '1' }, FUND, VENUE, GAINS] }).hash).toBe(
      hash,
    );
    expect(ask({ layers: [OWN, FUND, VENUE] }).hash).not.toBe(hash);
    expect(ask({ revision: 2 }).hash).not.toBe(hash);
    expect(ask({ deleveraging: { kind: 'riskAware' } }).hash).not.toBe(hash);
  });

  it('checks the roll-forward of the fund', () => {
    const lines = [
      { kind: 'fees', amount: '150' },
      { kind: 'draw', amount: '50' },
      { kind: 'injection', amount: '100' },
    ];
    expect(ask({ fund: { opening: '100', lines, closing: '300' } }).fund).toEqual({
      opening: '100',
      totals: [
        { kind: 'fees', amount: '150' },
        { kind: 'injection', amount: '100' },
        { kind: 'draw', amount: '50' },
      ],
      closing: '300',
    });
    expect(refusal({ fund: { opening: '101', lines, closing: '300' } })).toEqual([
      'does_not_balance',
      '/fund',
    ]);
    expect(refusal({ fund: { opening: '100', lines, closing: '301' } })).toEqual([
      'closing_is_not_held',
      '/fund/closing',
    ]);
    const early = {
      opening: '300',
      lines: [{ kind: 'drawDown', amount: '1', poolSound: false }],
      closing: '300',
    };
    expect(refusal({ fund: early })).toEqual(['drawn_down_while_unsound', '/fund/lines/0']);
  });

  it.each([
    {
      name: 'a wallet as a layer',
      layers: [OWN, { ...GAINS, payers: 'wallets' }],
      code: 'never_a_layer',
      path: '/layers/1',
    },
    {
      name: 'another scope',
      layers: [OWN, { ...FUND, scope: 'venue' }],
      code: 'scope_does_not_fit',
      path: '/layers/1',
    },
    {
      name: "another pool's fund",
      layers: [OWN, { ...FUND, pool: 'other' }],
      code: 'layer_of_another_pool',
      path: '/layers/1',
    },
    {
      name: "another's account",
      layers: [{ name: 'own', kind: 'account', holders: [{ id: 'bob-1', holds: '1' }] }],
      code: 'layer_of_another_account',
      path: '/layers/0',
    },
    { name: 'an order that is none', layers: [OWN, GAINS, FUND], code: 'out_of_order', path: '/layers/2' },
    {
      name: 'venue capital without a cap',
      layers: [OWN, FUND, { ...VENUE, cap: undefined }],
      code: 'top_up_without_cap',
      path: '/layers/2',
    },
    { name: 'no own account', layers: [FUND], code: 'own_account_missing', path: '/layers/0' },
    {
      name: 'a cap that cannot be kept',
      layers: [{ ...OWN, cap: '99999999999999999999' }],
      code: 'amount_out_of_range',
      path: '/layers/0',
    },
    {
      name: 'a share too fine',
      layers: [{ ...OWN, share: '0.0000001' }],
      code: 'share_too_fine',
      path: '/layers/0/share',
    },
    {
      name: 'two ways to hold',
      layers: [{ ...OWN, holders: [] }],
      code: 'holds_twice',
      path: '/layers/0/holds',
    },
    {
      name: 'a holder twice',
      layers: [OWN, { ...GAINS, holders: [GAINS.holders[0], GAINS.holders[0]] }],
      code: 'duplicate_id',
      path: '/layers/1/holders/1/id',
    },
    {
      name: 'dust',
      layers: [{ ...OWN, holds: '0.0000001' }],
      code: 'amount_too_fine',
      path: '/layers/0/holds',
    },
    { name: 'nothing at all', layers: [], code: 'no_layers', path: '/layers' },
  ])('is refused for $name', ({ layers, code, path }) => {
    expect(refusal({ layers })).toEqual([code, path]);
  });

  it('is refused for a loss below nothing', () => {
    expect(refusal({ loss: { amount: '-1' } })).toEqual(['negative_amount', '/loss/amount']);
  });

  it('does not depend on the order of the holders', () => {
    const layers = [OWN, FUND, VENUE, { ...GAINS, holders: GAINS.holders.toReversed() }];
    expect(ask({ layers })).toEqual(ask());
  });

  it('is answered in the published shape whatever fits the schema, and never throws', () => {
    const answers = Compile(WaterfallAnswer);
    const refusals = Compile(ContainmentRefusal);
    fc.assert(
      fc.property(arbitraryOf(WaterfallDocument, { ids: ['a', 'b', 'c'] }), (document) => {
        const answer = answerWaterfall(JSON.stringify(document));
        expect(('error' in answer ? refusals : answers).Check(answer)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is described: every field has a text, a unit and an example', () => {
    expect(fieldsWithout(waterfallJsonSchema())).toEqual([]);
  });
});
