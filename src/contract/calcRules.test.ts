import { describe, expect, it } from 'vitest';
import { answerCalc, isCalcRefusal } from './calc.js';
import type { CalcAnswer, CalcRefusal } from './calcSchema.js';

/** Any part of a document, for tests that change one thing. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;

const PERP = {
  instrument: 'BTC-PERP',
  kind: 'perpetual',
  payoff: 'linear',
  base: 'BTC',
  quote: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.001',
  maintenanceBasis: 'mark',
  tiers: [{ initialMarginRate: '0.01', maintenanceMarginRate: '0.005' }],
  side: 'long',
  contracts: '1',
  entryPrice: '42000',
  markPrice: '43000',
  leverage: '10',
};

const CALL = {
  id: 'BTC-45000-C',
  kind: 'option',
  payoff: 'linear',
  base: 'BTC',
  quote: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.01',
  optionType: 'call',
  strike: '45000',
  expiry: 1737792000000,
  impliedVolatility: '0.55',
  underlyingPrice: '43100',
};

const book = (positions: readonly object[], more: object = {}): Json => ({
  marginMode: 'cross',
  valuationAsset: 'USDT',
  collateral: [{ asset: 'USDT', decimals: 6, balance: '50000' }],
  positions,
  ...more,
});

/** Of options held in whole contracts, each with a mark of its own or none. */
const chain = (...options: readonly object[]): Json =>
  book(
    options.map((option) => ({ instrument: (option as Json)['id'], side: 'long', contracts: '1' })),
    { instruments: options, timestamp: 1735200000000 },
  );

const answered = (document: Json): CalcAnswer => {
  const answer = answerCalc(JSON.stringify(document));
  if (isCalcRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};

const refused = (document: Json | string): CalcRefusal['error'] => {
  const answer = answerCalc(typeof document === 'string' ? document : JSON.stringify(document));
  if (!isCalcRefusal(answer)) throw new Error('it was answered');
  return answer.error;
};

const codes = (document: Json) => answered(document).warnings.map(({ code, path }) => [code, path]);

describe('marks of one chain', () => {
  const { impliedVolatility: _own, ...unpriced } = CALL;
  const dear = { ...unpriced, id: 'BTC-46000-C', strike: '46000', markPrice: '3000' };

  it('are refused where they cross, though one is that of Black-76', () => {
    // The call at 45,000 is worth 1,920.8 by its volatility.
    for (const first of [CALL, { ...unpriced, markPrice: '1920.8' }]) {
      expect(refused(chain(first, dear))).toMatchObject({
        code: 'crossed_strikes',
        path: '/instruments/1/markPrice',
      });
    }
    expect(answered(chain(CALL, { ...dear, markPrice: '1900' })).warnings).toEqual([]);
  });

  it('are refused where they differ at one strike by more than a step', () => {
    const twin = (markPrice: string) => chain(CALL, { ...unpriced, id: 'BTC-45000-C.2', markPrice });
    expect(refused(twin('1500'))).toMatchObject({
      code: 'crossed_strikes',
      path: '/instruments/1/markPrice',
    });
    expect(answered(twin('1920.9')).warnings).toEqual([]);
  });

  it('a volatility that gives another mark than the one beside it is a warning', () => {
    expect(codes(chain({ ...CALL, markPrice: '500' }))).toEqual([
      ['volatility_not_of_mark', '/instruments/0/impliedVolatility'],
    ]);
    expect(codes(chain({ ...CALL, markPrice: '1950' }))).toEqual([]);
  });
});

describe('a document', () => {
  it('is refused where an object names a field twice', () => {
    const text = JSON.stringify(book([PERP]));
    for (const twice of [
      text.replace('"contracts":"1"', '"contracts":"1","contracts":"2"'),
      text.replace('"marginMode":"cross"', '"marginMode":"cross","marginMode":"isolated"'),
    ])
      expect(refused(twice).code).toBe('duplicate_key');
  });

  it('is warned of orders that no ledger takes', () => {
    const order = { instrument: 'BTC-PERP', side: 'buy', quantity: '0.0005', price: '42900.05' };
    for (const marginMode of ['cross', 'isolated'])
      expect(codes(book([PERP], { marginMode, orders: [order] }))).toEqual([
        ['quantity_off_lot', '/orders/0/quantity'],
        ['order_price_off_tick', '/orders/0/price'],
      ]);
  });

  it('takes both sides of an instrument written flat, where both say the same of it', () => {
    const short = { ...PERP, side: 'short', contracts: '0.4' };
    expect(answered(book([PERP, short])).marginAccounts[0]?.positions).toHaveLength(2);
    expect(refused(book([PERP, { ...short, lotSize: '0.1' }]))).toMatchObject({
      code: 'duplicate_id',
      path: '/positions/1/instrument',
      message: expect.stringContaining('/positions/0'),
    });
  });

  it.each([
    ['expiry_contradiction', '/positions/0/expiry', book([{ ...PERP, expiry: 1737792000000 }])],
    ['same_assets', '/positions/0/quote', book([{ ...PERP, base: 'USDT' }])],
    ['option_contradiction', '/instruments/0/tiers', chain({ ...CALL, tiers: PERP.tiers })],
  ])('is refused where a field does not belong: %s', (code, path, document) => {
    expect(refused(document)).toMatchObject({ code, path });
  });
});

describe('leverage', () => {
  it('is at most what the first tier allows in an isolated account, and 1000 in a shared one, as in the engine', () => {
    const isolated = (leverage: string, more: object = {}) =>
      book([{ ...PERP, leverage }], { marginMode: 'isolated', ...more });
    expect(refused(isolated('101'))).toMatchObject({
      code: 'leverage_out_of_range',
      path: '/positions/0/leverage',
      context: { got: '101', leverageMax: '100' },
    });
    expect(codes(isolated('100'))).toEqual([]);
    expect(codes(isolated('101', { profile: 'binanceusdm' }))).toEqual([
      ['leverage_above_first_tier', '/positions/0/leverage'],
    ]);
    expect(refused(book([{ ...PERP, leverage: '1001' }])).code).toBe('leverage_out_of_range');
    expect(answered(book([{ ...PERP, leverage: '1000' }])).marginAccounts).toHaveLength(1);
  });
});

describe('scenarios', () => {
  const portfolio = (scenarios: object) => book([PERP], { marginMode: 'portfolio', scenarios });

  it.each([
    [{ preset: 'okx-like', initialFactor: '0.5' }, '/scenarios/initialFactor'],
    [{ preset: 'okx-like', initialFactor: '0' }, '/scenarios/initialFactor'],
    [{ preset: 'okx-like', maintenanceFactor: '1.4' }, '/scenarios/maintenanceFactor'],
    [
      { vectors: { ids: ['a'], instruments: { 'BTC-PERP': ['-1'] }, assets: { USDT: ['-0.5'] } } },
      '/scenarios/vectors/assets/USDT',
    ],
  ])('%j is refused', (scenarios, path) => {
    expect(refused(portfolio(scenarios))).toMatchObject({ code: 'bad_scenario', path });
  });

  it('name the time to expiry at which a shock of volatility is of the size they say', () => {
    const document: Json = { ...chain(CALL), marginMode: 'portfolio', scenarios: 'okx-like' };
    document['positions'][0].side = 'short';
    const [account] = answered(document).marginAccounts;
    const line = account?.lines.find(({ name }) => name.startsWith('maintenanceMargin.'));
    expect(line).toMatchObject({ detail: expect.stringMatching(/vol\+30pt@0d$/) });
  });
});
