import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { arbitraryOf } from '../testkit/fromSchema.js';
import { fieldsWithout } from '../testkit/schemaFields.js';
import { answerAdl } from './adl.js';
import { type AdlAnswer, AdlDocument, AdlAnswer as AnswerSchema, adlJsonSchema } from './adlSchema.js';
import { ContainmentRefusal } from './containmentFault.js';

/** 0.1 BTC long from 40,000 with 400 behind it, at a mark of 32,000: 400 short, bankruptcy price 36,000. */
const BOOK = {
  lotSize: '0.001',
  markPrice: '32000',
  fund: '100',
  deficit: { side: 'long', contracts: '0.1', entryPrice: '40000', collateral: '400' },
  positions: [
    { id: 'bob', side: 'short', contracts: '0.06', entryPrice: '40000', balance: '600' },
    { id: 'cleo', side: 'short', contracts: '0.04', entryPrice: '38000', balance: '200' },
    { id: 'dora', side: 'short', contracts: '0.02', entryPrice: '34000', balance: '10' },
    { id: 'eve', side: 'short', contracts: '0.02', entryPrice: '31000', balance: '100' },
    { id: 'finn', side: 'long', contracts: '0.02', entryPrice: '30000', balance: '100' },
  ],
} as const;

const ask = (changes: object = {}): AdlAnswer => {
  const answer = answerAdl(JSON.stringify({ ...BOOK, ...changes }));
  if ('error' in answer) throw new Error(`${answer.error.code} ${answer.error.path}`);
  return answer;
};
const codeOf = (document: unknown) => {
  const answer = answerAdl(typeof document === 'string' ? document : JSON.stringify(document));
  return 'error' in answer ? [answer.error.code, answer.error.path] : null;
};
const taken = (answer: AdlAnswer) =>
  answer.accounts.map(({ id, contracts, reason }) => [id, contracts, reason]);

describe('the question who is deleveraged', () => {
  it('is answered with the need first, and exactly that (LIQ-06)', () => {
    const answer = ask();
    expect(answer).toMatchObject({
      bankruptcyPrice: '36000',
      shortfall: '400',
      needed: '0.075',
      taken: '0.075',
      missing: '0',
      forgone: '300',
    });
    // Dora is first: 1/17 of profit at a leverage of 640 / 50. She would lose at 36,000 and is passed over.
    expect(taken(answer)).toEqual([
      ['dora', '0', 'refused'],
      ['cleo', '0.04', 'whole'],
      ['bob', '0.035', 'part'],
      ['eve', '0', 'noProfit'],
      ['finn', '0', 'sameSide'],
    ]);
  });

  it('has for each account score, price, what it keeps and what it forgoes', () => {
    expect(ask().accounts[1]).toEqual({
      id: 'cleo',
      rank: 2,
      light: 3,
      ahead: '0.02',
      score: '0.45933014',
      scoreExact: '96/209',
      contracts: '0.04',
      price: '36000',
      kept: '80',
      forgone: '160',
      reason: 'whole',
      explanation: 'the whole position',
    });
  });

  it('passes over who would be under maintenance margin with what is left', () => {
    const positions = [{ id: 'bob', side: 'short', contracts: '0.2', entryPrice: '40000', balance: '-1500' }];
    // 0.075 at 36,000 leave -1,500 + 300 + 1,000 for 0.125 at 32,000: below nothing.
    expect(taken(ask({ positions }))).toEqual([['bob', '0', 'refused']]);
    const kept = [{ ...positions[0], balance: '-1280' }];
    expect(taken(ask({ positions: kept, maintenanceRate: '0.004' }))).toEqual([['bob', '0.075', 'part']]);
    expect(taken(ask({ positions: kept, maintenanceRate: '0.005' }))).toEqual([['bob', '0', 'refused']]);
  });

  it('takes shares under the policies that share, and no more than their cap', () => {
    const positions = BOOK.positions.slice(0, 2);
    expect(taken(ask({ positions, policy: { kind: 'proRata' } }))).toEqual([
      ['bob', '0.045', 'part'],
      ['cleo', '0.03', 'part'],
    ]);
    const capped = ask({ positions, policy: { kind: 'cappedProRata', maxShare: '0.5' } });
    expect([capped.taken, capped.missing]).toEqual(['0.05', '0.025']);
    expect(capped.accounts.map(({ reason }) => reason)).toEqual(['capped', 'capped']);
  });

  it('counts an inverse contract in coin', () => {
    const answer = answerAdl(
      JSON.stringify({
        payoff: 'inverse',
        contractSize: '100',
        lotSize: '1',
        decimals: 8,
        markPrice: '32000',
        deficit: { side: 'long', contracts: '100', entryPrice: '40000', collateral: '0.025' },
        positions: [{ id: 'bob', side: 'short', contracts: '100', entryPrice: '40000', balance: '0.1' }],
      }),
    );
    // Worth 0.25 at entry, so 0.275 at bankruptcy: 10,000 dollars over it. At the mark it owes 0.3125.
    expect(answer).toMatchObject({ bankruptcyPrice: '36363.63636364', shortfall: '0.0375', needed: '100' });
    expect((answer as AdlAnswer).accounts[0]).toMatchObject({ kept: '0.025', forgone: '0.0375' });
  });

  it('does not depend on the order of the positions', () => {
    expect(ask({ positions: BOOK.positions.toReversed() })).toEqual(ask());
  });

  it.each([
    { name: 'text that is no JSON', document: '{', code: 'malformed_json', path: '' },
    {
      name: 'a JSON number',
      document: { ...BOOK, markPrice: 32000 },
      code: 'exact_number_not_text',
      path: '/markPrice',
    },
    { name: 'a misspelt field', document: { ...BOOK, found: '1' }, code: 'unknown_field', path: '/found' },
    {
      name: 'a mark of zero',
      document: { ...BOOK, markPrice: '0' },
      code: 'not_positive',
      path: '/markPrice',
    },
    {
      name: 'half a lot',
      document: { ...BOOK, deficit: { ...BOOK.deficit, contracts: '0.0005' } },
      code: 'not_whole_lots',
      path: '/deficit/contracts',
    },
    {
      name: 'more than the deficit (LIQ-06)',
      document: { ...BOOK, needed: '0.101' },
      code: 'needed_above_deficit',
      path: '/needed',
    },
    {
      name: 'an account listed twice',
      document: { ...BOOK, positions: [BOOK.positions[0], BOOK.positions[0]] },
      code: 'duplicate_id',
      path: '/positions/1/id',
    },
    {
      name: 'a score without a queue',
      document: { ...BOOK, policy: { kind: 'proRata', score: 'okx' } },
      code: 'score_without_queue',
      path: '/policy/score',
    },
    {
      name: 'a cap that is none',
      document: { ...BOOK, policy: { kind: 'cappedProRata' } },
      code: 'cap_is_missing',
      path: '/policy',
    },
    {
      name: 'a deficit that cannot go bankrupt',
      document: { ...BOOK, deficit: { ...BOOK.deficit, collateral: '4000' } },
      code: 'no_bankruptcy_price',
      path: '/deficit/collateral',
    },
    { name: 'dust', document: { ...BOOK, fund: '0.0000001' }, code: 'amount_too_fine', path: '/fund' },
    {
      name: 'a rate above one',
      document: { ...BOOK, maintenanceRate: '1.1' },
      code: 'rate_out_of_range',
      path: '/maintenanceRate',
    },
  ])('is refused for $name', ({ document, code, path }) => {
    expect(codeOf(document)).toEqual([code, path]);
  });

  it('finds exactly the need or says what is missing, from winners only, who never lose by it (LIQ-06)', () => {
    fc.assert(
      fc.property(books, (book) => {
        const answer = ask(book);
        const lots = (contracts: string) => BigInt(Math.round(Number(contracts) * 1_000));
        const money = (amount: string) => BigInt(Math.round(Number(amount) * 1e6));
        const sum = answer.accounts.reduce((total, { contracts }) => total + lots(contracts), 0n);
        expect(sum).toBe(lots(answer.taken));
        expect(lots(answer.taken) + lots(answer.missing)).toBe(lots(answer.needed));
        expect(lots(answer.needed) <= 100n).toBe(true);
        for (const { id, contracts, kept, forgone } of answer.accounts) {
          if (contracts === '0') continue;
          const { side, contracts: held, entryPrice } = book.positions.find((each) => each.id === id)!;
          expect(side === 'short' && Number(entryPrice) > 32_000).toBe(true);
          expect(lots(contracts) <= lots(held)).toBe(true);
          expect(money(kept) >= 0n).toBe(true);
          // What it keeps and what it forgoes are together what the mark gives: the lots times the price change.
          const atMark = lots(contracts) * BigInt(Number(entryPrice) - 32_000) * 1_000n;
          expect(money(kept) + money(forgone)).toBe(atMark);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is answered in the published shape whatever fits the schema, and never throws', () => {
    const answers = Compile(AnswerSchema);
    const refusals = Compile(ContainmentRefusal);
    fc.assert(
      fc.property(arbitraryOf(AdlDocument, { ids: ['a', 'b', 'c'] }), (document) => {
        const answer = answerAdl(JSON.stringify(document));
        expect(('error' in answer ? refusals : answers).Check(answer)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is described: every field has a text, a unit and an example', () => {
    expect(fieldsWithout(adlJsonSchema())).toEqual([]);
    expect(fieldsWithout({ properties: { a: { type: 'string' } } })).toEqual(['/a']);
  });
});

const books = fc.record({
  fund: fc.integer({ min: 0, max: 500 }).map(String),
  maintenanceRate: fc.constantFrom('0', '0.005', '0.1'),
  policy: fc.constantFrom(
    { kind: 'queue', score: 'bitmex' },
    { kind: 'queue', score: 'hyperliquid', maxContracts: '0.013' },
    { kind: 'proRata' },
    { kind: 'cappedProRata', maxShare: '0.37' },
    { kind: 'riskAware', maxShare: '0.9' },
  ),
  positions: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      side: fc.constantFrom('short', 'short', 'short', 'long'),
      contracts: fc.integer({ min: 0, max: 60 }).map((lots) => `${lots / 1_000}`),
      entryPrice: fc.integer({ min: 30, max: 44 }).map((thousands) => `${thousands}000`),
      balance: fc.integer({ min: -200, max: 900 }).map(String),
    }),
    { selector: ({ id }) => id, maxLength: 7 },
  ),
});
