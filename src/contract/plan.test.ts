import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/index.js';
import { isolationPlan } from '../risk/index.js';
import { fieldsWithout } from '../testkit/schemaFields.js';
import type { ContainmentRefusal } from './containmentFault.js';
import { answerPlan, answerPlanDocument, PLAN_CAUTION } from './plan.js';
import { PlanAnswer } from './planAnswerSchema.js';
import { planDocumentOfCcxt } from './planCcxt.js';
import {
  type PlanDocument,
  type PlanHistory,
  type PositionsPlanDocument,
  planJsonSchema,
} from './planSchema.js';

const DAYS = 240;
const RULES = { confidence: '0.9', resamples: 5 };
const BTC = moves('BTC');
const ETH = moves('ETH');
/** A long, an inverse short of the same asset, and another asset. */
const BOOK: PositionsPlanDocument = {
  source: 'positions',
  positions: [
    { id: 'perp', asset: 'BTC', quantity: '2', price: '500' },
    { id: 'inverse', asset: 'BTC', quantity: '-9', contractSize: '100', payoff: 'inverse' },
    { id: 'eth', asset: 'ETH', quantity: '-0.5', contractSize: '10', price: '40', addOn: '7.5' },
  ],
  history: { returns: { BTC, ETH } },
  rules: RULES,
};
const HELD = [
  { id: 'main', legs: ['perp', 'eth'], collateral: '20' },
  { id: 'coin', legs: ['inverse'], collateral: '90' },
];

/** Few enough days that values are as likely to be hit as fields. */
const SMALL = {
  ...BOOK,
  history: { returns: { BTC: BTC.slice(0, 30), ETH: ETH.slice(0, 30) } },
  accounts: HELD,
  rules: {
    ...RULES,
    kappa: 1,
    lambda: 2,
    eta: 3,
    tau: 4,
    judgedShare: 0.4,
    blocks: 2,
    tailDaysMin: 0,
    shrinkages: [0],
  },
};
const PLAN_ANSWER = Compile(PlanAnswer);

describe('a plan asked of the contract', () => {
  it('is that of the profit and loss of its positions, linear and inverse ones', () => {
    const answer = must(BOOK);
    const inverse = BTC.map((move) => {
      // By definition: quantity x size x (1 / P0 - 1 / P1) coins, at the price after.
      const [before, after] = [321, 321 * (1 + move)];
      return -900 * (1 / before - 1 / after) * after;
    });
    const legs = [
      { id: 'perp', pnl: BTC.map((move) => 1000 * move) },
      { id: 'inverse', pnl: inverse },
      { id: 'eth', pnl: ETH.map((move) => -200 * move) },
    ];
    const plan = isolationPlan({ ids: BTC.map((_, at) => `${at}`), legs, addOns: { eth: 7.5 } }, RULES);
    if (!plan.ok) throw new Error(JSON.stringify(plan.error));
    expect(answer.accounts.map((account) => account.legs)).toEqual(plan.value.accounts.map((a) => a.legs));
    expect(answer.accounts.find(({ legs }) => legs.includes('perp'))?.legs).toContain('inverse');
    for (const name of ['plan', 'isolated', 'cross'] as const) {
      expect(answer.outOfSample[name].objective).toBeCloseTo(plan.value.outOfSample[name].objective, 6);
      expect(answer.outOfSample[name].margin).toBeCloseTo(plan.value.outOfSample[name].capital, 6);
      expect(answer.inSample[name].innocent).toBeCloseTo(plan.value.inSample[name].innocentConsumption, 6);
    }
    expect(answer.rank?.of).toBe(5);
    expect(answer.caution).toBe(PLAN_CAUTION);
    expect(answer.transfers).toBeNull();
    expect(answer.accounts[0]?.id).toBe('account-1');
  });

  it('fits its schema, and says the same of the same legs as profit and loss', () => {
    const answer = must({ ...BOOK, accounts: HELD });
    expect([...PLAN_ANSWER.Errors(answer)]).toEqual([]);
    const pnl: PlanDocument = {
      source: 'pnl',
      legs: [
        { id: 'perp', values: BTC.map((move) => 1000 * move) },
        { id: 'inverse', values: BTC.map((move) => -900 * move) },
        { id: 'eth', values: ETH.map((move) => -200 * move), addOn: '7.5' },
      ],
      accounts: HELD,
      rules: RULES,
    };
    expect(must(pnl)).toEqual({ ...answer, source: 'pnl' });
  });

  it('tells what has to move until each account of the plan holds its margin', () => {
    const { accounts, transfers } = must({ ...BOOK, accounts: HELD });
    if (transfers === null) throw new Error('no transfers');
    const holds = new Map(HELD.map(({ id, collateral }) => [id, Number(collateral)]));
    for (const { from, to, amount } of transfers.collateral) {
      expect(amount).toBeGreaterThan(0);
      if (from !== null) holds.set(from, (holds.get(from) ?? 0) - amount);
      holds.set(to, (holds.get(to) ?? 0) + amount);
    }
    for (const { id, margin } of accounts) expect(holds.get(id)).toBeGreaterThanOrEqual(margin - 1e-9);
    for (const { leg, from, to } of transfers.legs) {
      expect(HELD.find(({ id }) => id === from)?.legs).toContain(leg);
      expect(accounts.find(({ id }) => id === to)?.legs).toContain(leg);
    }
    const together = accounts.find(({ legs }) => legs.includes('perp'));
    expect(together?.legs).toContain('inverse');
    expect(accounts.filter(({ isNew }) => isNew).every(({ id }) => /^new-\d$/.test(id))).toBe(true);
    const left = [...holds.values()].reduce((sum, amount) => sum + amount, 0);
    const needed = accounts.reduce((sum, { margin }) => sum + margin, 0);
    expect(transfers.released).toBeCloseTo(left - needed, 9);
  });

  it('takes price files on the dates that the assets of the book have', () => {
    const { history: _, ...book } = BOOK;
    const periods = BTC.map((_, at) => `d${at}`);
    const gap = BTC.map((move, at) => (at < 5 ? Number.NaN : move));
    const files: PlanHistory = { periods, returns: { BTC: gap, ETH, DOGE: BTC.map(() => Number.NaN) } };
    const answer = answerPlan(JSON.stringify(book), files);
    if ('error' in answer) throw new Error(JSON.stringify(answer));
    expect(answer.periods.chosen + answer.periods.judged).toBe(DAYS - 5);
    expect(answer.periods.judgedFrom).toBe('d161');
  });

  it('stays isolated where the evidence is thin, and says so', () => {
    const answer = must({ ...BOOK, rules: { ...RULES, tailDaysMin: 5 } });
    expect(answer).toMatchObject({ evidence: 'thin', shrinkage: 1 });
    expect(answer.accounts.map(({ legs }) => legs)).toEqual([['eth'], ['inverse'], ['perp']]);
    expect(answer.warnings).toContain('thinEvidence');
    expect(answer.warnings).not.toContain('noGroupHeld');
    expect(answer.outOfSample.plan).toEqual(answer.outOfSample.isolated);
  });

  it('says where a plan did worse, was not ranked, or joined nothing', () => {
    const broken = BTC.map((move, at) => (at < 160 ? -move : move));
    const values = (of: readonly number[]) => of.map((move) => 100 * move);
    const worse = must({
      source: 'pnl',
      legs: [
        { id: 'long', values: values(BTC) },
        { id: 'hedge', values: values(broken) },
      ],
      rules: RULES,
    });
    expect(worse.warnings).toEqual(['worseThanIsolated', 'fewTailPeriods']);
    expect(worse.isBetterThanIsolated).toBe(false);
    const apart = must({
      source: 'pnl',
      legs: [
        { id: 'constructor', values: values(BTC) },
        { id: 'twin', values: values(BTC) },
      ],
      rules: { ...RULES, tau: 0 },
    });
    expect(apart.accounts).toHaveLength(2);
    expect(apart.warnings).toContain('noGroupHeld');
    expect(apart.accounts[0]?.reason).toMatchObject({ code: 'no_gain', nearest: { leg: 'twin' } });
    const many = must({
      source: 'pnl',
      legs: Array.from({ length: 10 }, (_, at) => ({ id: `l${at}`, values: moves(`l${at}`) })),
      rules: { ...RULES, tailDaysMin: 5 },
    });
    expect(many.rank).toBeNull();
    expect(many.warnings).toContain('notRanked');
  });
});

describe('a plan is refused, by name and place', () => {
  const position = (change: object) => ({ ...BOOK, positions: [{ ...BOOK.positions[0], ...change }] });
  const returns = (change: object) => ({ ...BOOK, history: { returns: { BTC, ETH, ...change } } });
  const held = (...accounts: object[]) => ({ ...BOOK, accounts });
  const pnl = (values: readonly number[], more: object = {}) => ({
    source: 'pnl',
    legs: [{ id: 'a', values }],
    ...more,
  });
  const short = BTC.slice(0, 20);

  it.each<[string, object, string]>([
    ['missing_field', {}, '/source'],
    ['schema_violation', { source: 'prices' }, '/source'],
    ['unknown_field', { ...BOOK, legs: [] }, '/legs'],
    ['exact_number_not_text', position({ quantity: 2 }), '/positions/0/quantity'],
    ['invalid_decimal', position({ price: '1e3' }), '/positions/0/price'],
    ['history_missing', { source: 'positions', positions: BOOK.positions }, '/history'],
    ['asset_without_history', position({ asset: 'XRP' }), '/positions/0/asset'],
    ['asset_without_history', position({ asset: 'constructor' }), '/positions/0/asset'],
    ['quantity_zero', position({ quantity: '0.0' }), '/positions/0/quantity'],
    ['not_positive', position({ contractSize: '-1' }), '/positions/0/contractSize'],
    ['not_positive', position({ price: '0' }), '/positions/0/price'],
    ['price_missing', position({ price: undefined }), '/positions/0/price'],
    ['negative', position({ addOn: '-1' }), '/positions/0/addOn'],
    ['length_differs', returns({ ETH: short }), '/history/returns/ETH'],
    ['return_below_total_loss', returns({ ETH: [...ETH.slice(1), -1] }), `/history/returns/ETH/${DAYS - 1}`],
    ['constant', returns({ BTC: BTC.map(() => 0) }), '/positions/0'],
    ['constant', pnl(BTC.map(() => 3)), '/legs/0'],
    ['too_few', { source: 'pnl', legs: [] }, '/legs'],
    ['too_few', pnl([]), '/periods'],
    ['too_few', pnl(short), '/periods'],
    ['duplicate_id', { ...BOOK, positions: [BOOK.positions[0], BOOK.positions[0]] }, '/positions/1'],
    [
      'duplicate_id',
      pnl(BTC, { periods: BTC.map((_, at) => (at === 9 ? '2020-01-01' : `d${at}`)).with(8, '2020-01-01') }),
      '/periods/9',
    ],
    [
      'periods_unsorted',
      pnl([1, 2, 4], { periods: ['2020-01-01', '2020-01-03', '2020-01-02'] }),
      '/periods/2',
    ],
    ['length_differs', pnl(BTC, { periods: ['d1'] }), '/legs/0'],
    ['bad_confidence', { ...BOOK, rules: { confidence: '1.5' } }, '/rules/confidence'],
    ['bad_parameter', { ...BOOK, rules: { judgedShare: 1 } }, '/rules/judgedShare'],
    ['bad_parameter', { ...BOOK, rules: { shrinkages: [0.5, 0.25] } }, '/rules/shrinkages'],
    [
      'too_many_legs',
      { source: 'pnl', legs: Array.from({ length: 31 }, (_, at) => ({ id: `l${at}`, values: short })) },
      '/legs',
    ],
    ['not_finite', pnl(BTC.map((move) => move * 1e307 * 100)), ''],
    ['unknown_leg', held({ id: 'a', legs: ['doge'], collateral: '1' }), '/accounts/0/legs/0'],
    ['leg_without_account', held({ id: 'a', legs: ['perp', 'eth'], collateral: '1' }), '/accounts'],
    ['negative', held({ id: 'a', legs: [], collateral: '-1' }), '/accounts/0/collateral'],
    [
      'leg_in_two_accounts',
      held({ id: 'a', legs: ['perp'], collateral: '1' }, { id: 'b', legs: ['perp'], collateral: '1' }),
      '/accounts/1/legs/0',
    ],
    [
      'duplicate_id',
      held({ id: 'a', legs: ['perp'], collateral: '1' }, { id: 'a', legs: ['eth'], collateral: '1' }),
      '/accounts/1/id',
    ],
  ])('%s', (code, document, path) => {
    const { error } = answerPlan(JSON.stringify(document)) as ContainmentRefusal;
    expect(error).toMatchObject({ code, path });
    expect(error.message).not.toBe('');
  });

  it('where price files contradict the document', () => {
    const files = { periods: ['d1'], returns: { BTC: [0.1] } };
    expect(answerPlan(JSON.stringify(BOOK), files)).toMatchObject({ error: { code: 'history_twice' } });
    const pnlAndFiles = answerPlan(JSON.stringify(pnl(BTC)), files);
    expect(pnlAndFiles).toMatchObject({ error: { code: 'field_does_not_apply', path: '/source' } });
    expect(answerPlan('{')).toMatchObject({ error: { code: 'malformed_json' } });
  });
});

describe('the documents of a plan', () => {
  it('are described: every field has a text, a unit and an example', () => {
    expect(fieldsWithout(planJsonSchema())).toEqual([]);
  });

  it('are planned or refused whatever stands in a field, and a plan has only finite numbers', () => {
    const words = ['0', '-1', '1e5', '9'.repeat(64), '0.000000001', '', 'perp', 'constructor', '__proto__'];
    const values = fc.oneof(
      fc.constantFrom<unknown>(...words, 0, -1, 1e308, -1e308, 1e-320, null, true, [], {}),
      fc.jsonValue(),
    );
    let planned = 0;
    fc.assert(
      fc.property(fc.nat(), values, (at, value) => {
        const document = JSON.parse(JSON.stringify(SMALL)) as Record<string, unknown>;
        const places = placesOf(document);
        const [parent, key] = places[at % places.length] as Place;
        parent[key] = value;
        const text = JSON.stringify(document);
        const answer = answerPlan(text);
        if ('error' in answer) {
          expect(answer.error.code).toMatch(/^[a-z_0-9]+$/);
          return;
        }
        planned += 1;
        expect(PLAN_ANSWER.Check(answer)).toBe(true);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 300), seed: 1 },
    );
    expect(planned).toBeGreaterThan(10);
  });
});

describe("CCXT's positions as a book for a plan", () => {
  const fetched = (symbol: string, more: object = {}) => ({
    symbol,
    side: 'long',
    contracts: 3,
    contractSize: 0.1,
    entryPrice: 500,
    markPrice: 600,
    leverage: 10,
    marginMode: 'cross',
    ...more,
  });

  it('keep sign, size and payoff; cross ones share the balance, isolated ones have their margin', () => {
    const document = planDocumentOfCcxt(
      JSON.stringify({
        positions: [
          fetched('BTC/USDT:USDT', { side: 'short' }),
          fetched('ETH/USDT:USDT'),
          fetched('ETH/USDT:USDT', { side: 'short' }),
          fetched('BTC/USD:BTC', { contractSize: 100, marginMode: 'isolated', collateral: 0.05 }),
        ],
        balance: { USDT: { free: 100, used: 20, total: 120 }, total: { USDT: 120 } },
      }),
    );
    if (!document.ok) throw new Error(JSON.stringify(document.error));
    expect(document.value.positions).toMatchObject([
      { id: 'BTC/USDT:USDT', asset: 'BTC', quantity: '-3', contractSize: '0.1', payoff: 'linear' },
      { id: 'ETH/USDT:USDT/long', asset: 'ETH', quantity: '3', price: '600' },
      { id: 'ETH/USDT:USDT/short', asset: 'ETH', quantity: '-3' },
      { id: 'BTC/USD:BTC', asset: 'BTC', quantity: '3', contractSize: '100', payoff: 'inverse' },
    ]);
    expect(document.value.accounts).toEqual([
      {
        id: 'cross',
        legs: ['BTC/USDT:USDT', 'ETH/USDT:USDT/long', 'ETH/USDT:USDT/short'],
        collateral: '120',
      },
      // 0.05 coins at a mark of 600.
      { id: 'isolated-1', legs: ['BTC/USD:BTC'], collateral: '30' },
    ]);
    const answer = answerPlanDocument({ ...document.value, history: { returns: { BTC, ETH } } }, null);
    expect(answer).toMatchObject({ evidence: 'thin', rank: { of: 15 } });
  });

  it('have no accounts without a balance', () => {
    const document = planDocumentOfCcxt(JSON.stringify([fetched('BTC/USDT:USDT')]));
    expect(document.ok && document.value.accounts === undefined).toBe(true);
  });

  it.each<[string, object[]]>([
    ['option_position', [fetched('BTC/USD:BTC-261225-65000-C', { indexPrice: 600 })]],
    ['mixed_quotes', [fetched('BTC/USDT:USDT'), fetched('ETH/BTC:BTC')]],
    ['incomplete_position', [fetched('BTC/USDT:USDT', { markPrice: undefined })]],
    ['no_open_position', []],
    ['bad_position', [fetched('BTC/USDT:USDT', { contracts: undefined })]],
  ])('are refused: %s', (code, positions) => {
    const document = planDocumentOfCcxt(JSON.stringify(positions));
    expect(document.ok ? null : document.error.code).toBe(code);
  });
});

function must(document: PlanDocument): PlanAnswer {
  const answer = answerPlan(JSON.stringify(document));
  if ('error' in answer) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Returns within a tenth of 0. */
function moves(seed: string): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: DAYS }, () => random.between(-1000, 1000) / 10_000);
}

type Place = readonly [parent: Record<string, unknown>, key: string];

/** Every field and item, however deep. */
function placesOf(node: Record<string, unknown>): Place[] {
  return Object.keys(node).flatMap((key): Place[] => {
    const child = node[key];
    const inner = typeof child === 'object' && child !== null;
    return [[node, key], ...(inner ? placesOf(child as Record<string, unknown>) : [])];
  });
}
