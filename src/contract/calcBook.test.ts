import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { compare, down, minus, plus, type Rational, rational, times, up, ZERO } from '../testkit/rational.js';
import {
  answerCalc,
  BookDocument,
  CALC_ERROR_CODES,
  CalcAnswer,
  CalcRefusal,
  isCalcRefusal,
} from './calc.js';

/** Any part of a document, for tests that change one thing. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;

const EXPIRY = 1_737_792_000_000;

describe('calc answers a book in cross margin', () => {
  it('with totals, assets, positions and lines that are checked by hand (MAR-10, MAR-12)', () => {
    const found = account(crossBook());
    // 5000 + (43000 - 42000) - 10 x (2310.55 - 2300) in USDT; 0.1 x 43000 x 0.95 in BTC.
    expect(found).toMatchObject({
      marginMode: 'cross',
      valuationAsset: 'USDT',
      equity: '9979.5',
      collateralValue: '9085',
      unrealizedPnl: '894.5',
      // 43000 / 10 + 23105.5 / 20, and 0.5% of both.
      initialMargin: '5455.275',
      maintenanceMargin: '330.5275',
      // 0.2 x 43000 / 10: the larger side of the one order; no loss, as 42900 is below the mark.
      orderMargin: '860',
      // Profit does not count: each loss does. 5000 - 105.5 + 4085 - 5455.275.
      free: '3524.225',
      available: '2664.225',
      marginRatio: '0.03312065',
      healthPpm: '30192646',
      liquidatable: false,
    });
    expect(found['lines']).toEqual([
      { name: 'equity.collateral', amount: '5894.5', asset: 'USDT' },
      { name: 'equity.collateral', amount: '4085', asset: 'BTC' },
      { name: 'initialMargin.position', amount: '4300', instrument: 'BTC-PERP', asset: 'USDT' },
      { name: 'initialMargin.position', amount: '1155.275', instrument: 'ETH-PERP', asset: 'USDT' },
      { name: 'maintenanceMargin.position', amount: '215', instrument: 'BTC-PERP', asset: 'USDT' },
      { name: 'maintenanceMargin.position', amount: '115.5275', instrument: 'ETH-PERP', asset: 'USDT' },
      { name: 'orderMargin.orderMargin', amount: '860', instrument: 'BTC-PERP', asset: 'USDT' },
    ]);
    expect(found['assets'][1]).toMatchObject({
      asset: 'BTC',
      balance: '0.1',
      haircut: '0.05',
      value: '4085',
    });
    expect(found['positions'][0]).toMatchObject({
      instrument: 'BTC-PERP',
      side: 'long',
      contracts: '1',
      notional: '43000',
      unrealizedPnl: '1000',
      initialMargin: '4300',
      maintenanceMargin: '215',
      // (43000 - 9979.5 + 115.5275) / 0.995 = 33302.54..., at or below on the grid.
      liquidationPrice: '33302.5',
      liquidationPriceReason: null,
      liquidationPriceAbove: null,
      greeks: null,
    });
    // (23105.5 + 9979.5 - 215) / 10.05 = 3270.646..., at or above.
    expect(found['positions'][1]).toMatchObject({ liquidationPrice: '3270.65', liquidationPriceBelow: null });
  });

  it('the same whether it is written flat or long', () => {
    const { id: _id, ...flat } = account(crossBook());
    const { id: _other, ...long } = account(longForm());
    expect(flat).toEqual(long);
  });

  it('with none and always instead of a price, and why', () => {
    const covered = crossBook();
    covered['positions'].splice(1);
    covered['collateral'][0]['balance'] = '50000';
    expect(account(covered)['positions'][0]).toMatchObject({
      liquidationPrice: null,
      liquidationPriceReason: 'none',
    });
    const lost = crossBook();
    lost['collateral'][0]['balance'] = '0';
    lost['collateral'][1]['balance'] = '0';
    lost['positions'] = [
      { ...lost['positions'][0], leverage: '1', accruedFunding: '-50000', entryPrice: '90000' },
    ];
    lost['positions'][0]['side'] = 'short';
    lost['positions'][0]['entryPrice'] = '10';
    lost['orders'] = [];
    expect(account(lost)['positions'][0]).toMatchObject({
      liquidationPrice: null,
      liquidationPriceReason: 'always',
    });
  });

  it.each([
    ['both', '11000', '430', 2],
    ['larger', '8600', '344', 1],
    ['net', '6450', '258', 1],
  ])('of long and short legs under the rule %s', (legRule, initial, _other, lines) => {
    const book = crossBook();
    const [long] = book['positions'];
    const { side, instrument, markPrice } = long;
    book['legRule'] = legRule;
    book['orders'] = [];
    book['positions'] = [
      { ...long, contracts: '2' },
      { instrument, markPrice, side: 'short', contracts: '0.5', entryPrice: '43500', leverage: '9' },
    ];
    expect(side).toBe('long');
    const found = account(book);
    const charged = found['lines'].filter(({ name }: Json) => name === 'initialMargin.position');
    expect(charged).toHaveLength(lines);
    // 2 x 43000 / 10; 0.5 x 43000 / 9 = 2388.89; the net of 1.5 at 10.
    if (legRule !== 'both') expect(found['initialMargin']).toBe(initial);
    else expect(found['initialMargin']).toBe('10988.888889');
    expect(found['positions'].map(({ leg }: Json) => leg)).toEqual(['long', 'short']);
    const sum = found['positions'].reduce(
      (a: number, { initialMargin }: Json) => a + Number(initialMargin),
      0,
    );
    expect(sum).toBeCloseTo(Number(found['initialMargin']), 6);
  });

  it('a counted cap, a lost peg and a debt with its own margin (MAR-11)', () => {
    const book = crossBook();
    book['positions'] = [];
    book['orders'] = [];
    book['collateral'] = [
      {
        asset: 'USDT',
        decimals: 6,
        balance: '100',
        debt: '40',
        debtInitialRate: '0.2',
        debtMaintenanceRate: '0.1',
      },
      {
        asset: 'USDD',
        decimals: 6,
        balance: '1000',
        price: '0.97',
        peg: { price: '1', tolerance: '0.01', slope: '5' },
      },
      { asset: 'BTC', balance: '1', price: '43000', haircut: '0.1', countedCap: '20000' },
    ];
    // 60; 970 x (1 - 5 x 0.02); 20000 x 0.9.
    expect(account(book)).toMatchObject({
      equity: '18933',
      initialMargin: '8',
      maintenanceMargin: '4',
    });
    expect(account(book)['assets'].map(({ haircut, value }: Json) => [haircut, value])).toEqual([
      ['0', '60'],
      ['0.1', '873'],
      ['0.1', '18000'],
    ]);
  });

  it('an inverse position in coin, valued in dollars', () => {
    const book = inverseBook();
    // 1000 contracts of 100 at 40000 and 50000: 2.5 BTC less 2 BTC, on 0.5 BTC; 2 BTC / 10 and 0.4%.
    expect(account(book)).toMatchObject({
      equity: '50000',
      initialMargin: '10000',
      maintenanceMargin: '400',
    });
    expect(account(book)['positions'][0]).toMatchObject({
      notional: '2',
      unrealizedPnl: '0.5',
      leverage: '10',
    });
  });

  it('the leverage of the instrument, or the most its tier allows, where a position names none', () => {
    const book = crossBook();
    book['orders'] = [];
    book['positions'] = [{ ...book['positions'][0], leverage: undefined }];
    expect(account(book)['initialMargin']).toBe('430');
    book['positions'][0]['tiers'] = [{ maintenanceMarginRate: '0.005', maxLeverage: '50' }];
    expect(account(book)['initialMargin']).toBe('860');
  });

  it('an order that would open at a loss, on the side that needs more', () => {
    const book = crossBook();
    book['orders'] = [
      { instrument: 'BTC-PERP', side: 'buy', quantity: '0.2', price: '43500' },
      { instrument: 'BTC-PERP', side: 'sell', quantity: '1', price: '43000' },
      { instrument: 'BTC-PERP', side: 'sell', quantity: '5', price: '43000', reduceOnly: true },
    ];
    // 0.2 x 43000 / 10 of margin and 0.2 x 500 of loss; the sale only closes.
    expect(account(book)['orderMargin']).toBe('960');
  });

  it('an account that holds nothing, in the asset that is asked for', () => {
    const nothing = { marginMode: 'cross', collateral: [], positions: [] };
    expectRefusal(nothing, 'missing_field', '/valuationAsset');
    expect(account({ ...nothing, valuationAsset: 'USDT' })).toMatchObject({
      equity: '0',
      maintenanceMargin: '0',
      marginRatio: '0',
      healthPpm: null,
      liquidatable: false,
    });
  });

  it('points to what was written flat, in refusals and in warnings', () => {
    const book = crossBook();
    book['positions'][0]['contracts'] = '1.0005';
    expect(answer(book)['warnings']).toMatchObject([
      { code: 'quantity_off_lot', path: '/positions/0/contracts' },
    ]);
  });
});

describe('calc answers options', () => {
  it('by Black-76 to the nearest step of the mark, with Greeks (Haug, 1.1.3)', () => {
    const found = account(optionBook())['positions'][0];
    // E. G. Haug: F 19, K 19, T 0.75, sigma 0.28 with discount 1: its 1.7011 / exp(-0.1 x 0.75), to the four digits it prints.
    expect(found).toMatchObject({ markPrice: '1.8335', impliedVolatility: 0.28, side: 'long' });
    expect(found['greeks']['delta']).toBeCloseTo(0.5483, 3);
    expect(found['greeks']['vega']).toBeGreaterThan(0);
    expect(found['greeks']['theta']).toBeLessThan(0);
  });

  it('with the volatility that a mark implies, and none where it implies none', () => {
    const book = optionBook();
    const [position] = book['positions'];
    delete position['impliedVolatility'];
    position['markPrice'] = '1.8335';
    expect(account(book)['positions'][0]['impliedVolatility']).toBeCloseTo(0.28, 4);
    // All that a call can ever pay: no volatility is high enough.
    position['markPrice'] = '19';
    expect(account(book)['positions'][0]).toMatchObject({ impliedVolatility: null, greeks: null });
  });

  it('longs count at their mark and require nothing beyond it (FND-05)', () => {
    const book = optionBook();
    book['collateral'][0]['balance'] = '10';
    const found = account(book);
    expect(found).toMatchObject({ equity: '11.8335', liquidatable: false });
    expect(found['positions'][0]['liquidationPriceReason']).toBe('none');
  });

  it('Greeks turn with the side', () => {
    const long = account(optionBook())['positions'][0]['greeks'];
    const book = optionBook();
    book['positions'][0]['side'] = 'short';
    const short = account(book)['positions'][0]['greeks'];
    for (const name of Object.keys(long)) expect(short[name]).toBeCloseTo(-long[name], 12);
  });

  it('a lone option in an isolated account', () => {
    const book = optionBook();
    book['marginMode'] = 'isolated';
    expect(account(book)).toMatchObject({ marginMode: 'isolated', equity: '1.8335' });
  });
});

describe('calc answers portfolio margin', () => {
  it('by the worst scenario of a preset, which its lines name', () => {
    const book = portfolioBook();
    const found = account(book);
    // OKX-like: -12% of 43000 less 12% of 23105.5; all else equal.
    expect(found['maintenanceMargin']).toBe('2387.34');
    expect(found['initialMargin']).toBe('3103.542');
    const [line] = found['lines'].filter(({ name }: Json) => name.startsWith('maintenanceMargin.'));
    expect(line['detail']).toContain('price-12%/vol+0%');
  });

  it.each(['okx-like', 'deribit-like', 'span-like'])('alike for a name and an object of %s', (preset) => {
    const book = portfolioBook();
    book['scenarios'] = preset;
    const named = account(book);
    book['scenarios'] = { preset };
    expect(account(book)).toEqual(named);
  });

  it('by a grid, and by its numbers given as vectors, alike', () => {
    const book = portfolioBook();
    book['scenarios'] = {
      grid: [{ priceMove: '-0.1' }, { priceMove: '0.1' }, { priceMove: '0.3', damping: '0.5' }],
      initialFactor: '1.5',
    };
    const grid = account(book);
    expect(grid['maintenanceMargin']).toBe('1989.45');
    expect(grid['initialMargin']).toBe('2984.175');
    book['scenarios'] = {
      vectors: {
        ids: ['down', 'up', 'far'],
        instruments: {
          'BTC-PERP': ['-4300', '4300', '6450'],
          'ETH-PERP': ['-231.055', '231.055', '346.5825'],
        },
        assets: { BTC: ['-0.1', '0.1', '0.15'] },
      },
      initialFactor: '1.5',
    };
    const vectors = account(book);
    expect([vectors['maintenanceMargin'], vectors['initialMargin']]).toEqual(['1989.45', '2984.175']);
    expect(vectors['lines'].at(-1)['detail']).toContain('down');
  });

  it('of options too, with their scenarios priced first', () => {
    const book = optionBook();
    book['marginMode'] = 'portfolio';
    book['positions'][0]['side'] = 'short';
    book['collateral'][0]['balance'] = '100';
    book['scenarios'] = 'okx-like';
    const found = account(book);
    // At least what the option gains at +12% with volatility as it is; at most with it up by 30 points.
    expect(Number(found['maintenanceMargin'])).toBeGreaterThan(1.3);
    expect(Number(found['maintenanceMargin'])).toBeLessThan(4);
    expect(found['lines'].at(-1)['detail']).toMatch(/vol\+(30pt|50%)/);
  });

  it('never asks for more than the parts held apart, add-ons aside', () => {
    const book = portfolioBook();
    const whole = Number(account(book)['maintenanceMargin']);
    const parts = [0, 1].map((at) => {
      const one = portfolioBook();
      one['positions'] = [one['positions'][at]];
      return Number(account(one)['maintenanceMargin']);
    });
    expect(whole).toBeLessThanOrEqual(parts.reduce((a, b) => a + b, 0));
  });

  it('with a cap on offsets and a minimum charge as lines of their own', () => {
    const book = portfolioBook();
    book['scenarios'] = { preset: 'okx-like', offsetCap: '0.2' };
    const capped = account(book);
    // 80% of 5160 + 2772.66.
    expect(capped['maintenanceMargin']).toBe('6346.128');
    expect(capped['lines'].map(({ detail }: Json) => detail)).toContainEqual(
      expect.stringContaining('offsetCap'),
    );
    book['scenarios'] = { preset: 'okx-like', minimumChargeRate: '0.1' };
    expect(account(book)['maintenanceMargin']).toBe('6610.55');
  });
});

describe('an isolated account with orders', () => {
  it('has their margin, and less to remove', () => {
    const document = longForm();
    const [held] = document['marginAccounts'];
    held['marginMode'] = 'isolated';
    held['collateral'] = { USDT: '10000' };
    held['positions'] = [held['positions'][0]];
    held['orders'] = [];
    const before = account(document);
    held['orders'] = [{ instrument: 'BTC-PERP', side: 'buy', quantity: '0.2', price: '42900' }];
    const after = account(document);
    expect(after['orderMargin']).toBe('860');
    expect(after['lines'].at(-1)).toEqual({ name: 'orderMargin.orders', amount: '860' });
    expect(Number(before['removable']) - Number(after['removable'])).toBe(860);
  });
});

describe('calc refuses a book', () => {
  const cases: readonly (readonly [code: string, path: string, change: (book: Json) => void])[] = [
    ['unknown_profile', '/profile', (b) => set(b, 'profile', 'okex')],
    ['unknown_instrument', '/orders/0/instrument', (b) => set(b['orders'][0], 'instrument', 'DOGE')],
    ['missing_field', '/positions/0/payoff', (b) => delete b['positions'][0]['payoff']],
    ['missing_field', '/positions/0/tiers', (b) => delete b['positions'][0]['tiers']],
    ['missing_field', '/positions/0/maintenanceBasis', (b) => delete b['positions'][0]['maintenanceBasis']],
    ['missing_field', '/positions/0/entryPrice', (b) => delete b['positions'][0]['entryPrice']],
    ['missing_field', '/marginMode', (b) => delete b['marginMode']],
    ['missing_field', '/valuationAsset', (b) => delete b['valuationAsset']],
    [
      'missing_field',
      '/positions/0/leverage',
      (b) => {
        b['positions'][0] = { ...b['positions'][0], tiers: [{ maintenanceMarginRate: '0.01' }] };
        delete b['positions'][0]['leverage'];
      },
    ],
    ['missing_mark', '/positions/0/markPrice', (b) => delete b['positions'][0]['markPrice']],
    [
      'price_too_fine',
      '/positions/0/markPrice',
      (b) => set(b['positions'][0], 'markPrice', `43000.${'0'.repeat(13)}1`),
    ],
    ['price_too_fine', '/collateral/1/price', (b) => set(b['collateral'][1], 'price', '1'.repeat(20))],
    ['missing_price', '/collateral/1/price', (b) => delete b['collateral'][1]['price']],
    ['conflicting_price', '/positions/2/markPrice', (b) => addLeg(b, { markPrice: '43001' })],
    ['duplicate_position', '/positions/2/instrument', (b) => addLeg(b, { side: 'long' })],
    ['leg_contradiction', '/positions/0/leg', (b) => set(b['positions'][0], 'leg', 'short')],
    [
      'leg_contradiction',
      '/positions/0/leg',
      (b) => {
        addLeg(b, {});
        b['positions'][0]['leg'] = 'net';
      },
    ],
    ['duplicate_id', '/collateral/2/asset', (b) => b['collateral'].push(b['collateral'][0])],
    ['haircut_out_of_range', '/collateral/1/haircut', (b) => set(b['collateral'][1], 'haircut', '1.01')],
    ['rate_too_fine', '/collateral/1/haircut', (b) => set(b['collateral'][1], 'haircut', '0.0000001')],
    ['negative_amount', '/collateral/0/balance', (b) => set(b['collateral'][0], 'balance', '-1')],
    ['negative_amount', '/collateral/0/debt', (b) => set(b['collateral'][0], 'debt', '-1')],
    ['negative_amount', '/collateral/1/countedCap', (b) => set(b['collateral'][1], 'countedCap', '-1')],
    ['amount_too_fine', '/collateral/0/balance', (b) => set(b['collateral'][0], 'balance', '0.0000001')],
    [
      'rate_out_of_range',
      '/collateral/0/debtMaintenanceRate',
      (b) => set(b['collateral'][0], 'debtMaintenanceRate', '0.1'),
    ],
    [
      'rate_out_of_range',
      '/collateral/1/peg/slope',
      (b) => set(b['collateral'][1], 'peg', { price: '1', slope: '-1' }),
    ],
    ['not_positive', '/positions/0/contracts', (b) => set(b['positions'][0], 'contracts', '0')],
    ['not_positive', '/positions/0/markPrice', (b) => set(b['positions'][0], 'markPrice', '-5')],
    ['not_positive', '/orders/0/quantity', (b) => set(b['orders'][0], 'quantity', '0')],
    ['not_positive', '/orders/0/price', (b) => set(b['orders'][0], 'price', '0')],
    ['leverage_out_of_range', '/positions/0/leverage', (b) => set(b['positions'][0], 'leverage', '0.5')],
    ['bracket_hole', '/positions/0/tiers/1/notionalFloor', (b) => twoTiers(b, '60000')],
    ['bracket_overlap', '/positions/0/tiers/1/notionalFloor', (b) => twoTiers(b, '40000')],
    ['exact_number_not_text', '/positions/0/contracts', (b) => set(b['positions'][0], 'contracts', 1)],
    ['unknown_field', '/positions/0/quantity', (b) => set(b['positions'][0], 'quantity', '1')],
    ['unknown_field', '/collateral/0/amount', (b) => set(b['collateral'][0], 'amount', '1')],
    ['unsupported_kind', '/positions/0/kind', (b) => set(b['positions'][0], 'kind', 'spot')],
    ['option_contradiction', '/positions/0/strike', (b) => set(b['positions'][0], 'strike', '1')],
    ['too_many_positions', '/positions/1', (b) => set(b, 'marginMode', 'isolated')],
    ['missing_scenarios', '/scenarios', (b) => set(b, 'marginMode', 'portfolio')],
    ['schema_violation', '/scenarios', (b) => set(b, 'scenarios', 'okx-liek')],
    ['unknown_field', '/scenarios/presets', (b) => set(b, 'scenarios', { presets: 'okx-like' })],
    ['scenario_contradiction', '/scenarios', (b) => set(b, 'scenarios', {})],
    [
      'scenario_contradiction',
      '/scenarios',
      (b) => set(b, 'scenarios', { preset: 'okx-like', grid: [{ priceMove: '0' }] }),
    ],
    [
      'bad_scenario',
      '/scenarios/grid/0/priceMove',
      (b) => set(b, 'scenarios', { grid: [{ priceMove: '-1' }] }),
    ],
    [
      'bad_scenario',
      '/scenarios/grid/0/damping',
      (b) => set(b, 'scenarios', { grid: [{ priceMove: '0', damping: '2' }] }),
    ],
    [
      'duplicate_id',
      '/scenarios/grid/1',
      (b) => set(b, 'scenarios', { grid: [{ priceMove: '0.1' }, { priceMove: '0.10' }] }),
    ],
    [
      'bad_scenario',
      '/scenarios/maintenanceFactor',
      (b) => set(b, 'scenarios', { preset: 'okx-like', initialFactor: '1', maintenanceFactor: '2' }),
    ],
    [
      'bad_scenario',
      '/scenarios/confidence',
      (b) => set(b, 'scenarios', { preset: 'okx-like', confidence: '1' }),
    ],
    [
      'bad_scenario',
      '/scenarios/vectors/instruments/BTC-PERP',
      (b) => set(b, 'scenarios', { vectors: { ids: ['a'], instruments: { 'BTC-PERP': [] } } }),
    ],
    [
      'duplicate_id',
      '/scenarios/vectors/ids/1',
      (b) => set(b, 'scenarios', { vectors: { ids: ['a', 'a'], instruments: {} } }),
    ],
    [
      'unknown_instrument',
      '/scenarios/vectors/instruments/X',
      (b) => set(b, 'scenarios', { vectors: { ids: ['a'], instruments: { X: ['0'] } } }),
    ],
    [
      'unknown_asset',
      '/scenarios/vectors/assets/X',
      (b) => set(b, 'scenarios', { vectors: { ids: ['a'], instruments: {}, assets: { X: ['0'] } } }),
    ],
    [
      'missing_field',
      '/scenarios/vectors/instruments/ETH-PERP',
      (b) => {
        b['marginMode'] = 'portfolio';
        b['scenarios'] = { vectors: { ids: ['a'], instruments: { 'BTC-PERP': ['-1'] } } };
      },
    ],
    [
      'bad_scenario',
      '/scenarios/addOns/BTC-PERP/liquidity/1/rate',
      (b) =>
        set(b, 'scenarios', {
          preset: 'okx-like',
          addOns: {
            'BTC-PERP': {
              liquidity: [
                { fromContracts: '1', rate: '0.2' },
                { fromContracts: '2', rate: '0.1' },
              ],
            },
          },
        }),
    ],
  ];

  it.each(cases)('%s at %s', (code, path, change) => {
    const book = crossBook();
    change(book);
    expectRefusal(book, code, path);
  });

  const optionCases: readonly (readonly [code: string, path: string, change: (book: Json) => void])[] = [
    ['missing_field', '/timestamp', (b) => delete b['timestamp']],
    ['missing_field', '/positions/0/strike', (b) => delete b['positions'][0]['strike']],
    ['missing_field', '/positions/0/optionType', (b) => delete b['positions'][0]['optionType']],
    ['missing_field', '/positions/0/expiry', (b) => delete b['positions'][0]['expiry']],
    ['missing_price', '/positions/0/underlyingPrice', (b) => delete b['positions'][0]['underlyingPrice']],
    ['missing_mark', '/positions/0/markPrice', (b) => delete b['positions'][0]['impliedVolatility']],
    ['not_positive', '/positions/0/strike', (b) => set(b['positions'][0], 'strike', '0')],
    [
      'not_positive',
      '/positions/0/impliedVolatility',
      (b) => set(b['positions'][0], 'impliedVolatility', '0'),
    ],
    ['not_positive', '/positions/0/underlyingPrice', (b) => set(b['positions'][0], 'underlyingPrice', '-1')],
    ['expired_instrument', '/positions/0/expiry', (b) => set(b, 'timestamp', b['positions'][0]['expiry'])],
    ['expiry_contradiction', '/positions/0/expiry', (b) => set(b['positions'][0], 'expiryMs', 1)],
    [
      'rate_out_of_range',
      '/positions/0/optionMaintenanceRate',
      (b) => set(b['positions'][0], 'optionMaintenanceRate', '0.2'),
    ],
    ['crossed_strikes', '/positions/1/markPrice', (b) => chain(b, ['1', '1.5'])],
    ['impossible_mark', '/positions/0/markPrice', (b) => set(b['positions'][0], 'markPrice', '19.01')],
    [
      'missing_volatility',
      '/positions/0/impliedVolatility',
      (b) => {
        b['marginMode'] = 'portfolio';
        b['scenarios'] = 'span-like';
        delete b['positions'][0]['impliedVolatility'];
        b['positions'][0]['markPrice'] = '19';
      },
    ],
  ];

  it.each(optionCases)('with an option: %s at %s', (code, path, change) => {
    const book = optionBook();
    change(book);
    expectRefusal(book, code, path);
  });

  it('but takes strikes whose marks do not cross, for a put the other way round', () => {
    const book = optionBook();
    chain(book, ['1.5', '1']);
    expect(isCalcRefusal(answerCalc(JSON.stringify(book)))).toBe(false);
    for (const position of book['positions']) position['optionType'] = 'put';
    expectRefusal(book, 'crossed_strikes', '/positions/0/markPrice');
  });

  it('or answers, and never throws, whatever one value is replaced by', () => {
    const values = fc.oneof(
      fc.constantFrom(
        '0',
        '-1',
        '',
        '0.1',
        '1',
        '9'.repeat(64),
        `0.${'0'.repeat(61)}1`,
        'BTC',
        'short',
        'okx',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), values, (seed, isOption, value) => {
        const book = isOption ? optionBook() : portfolioBook();
        const places = leaves(book);
        const [parent, key] = places[seed % places.length]!;
        parent[key] = value;
        const found = answerCalc(JSON.stringify(book));
        if (isCalcRefusal(found)) expect(CALC_ERROR_CODES as readonly string[]).toContain(found.error.code);
        else expect(Compile(CalcAnswer).Check(found)).toBe(true);
      }),
      { numRuns: 250, seed: 7 },
    );
  });
});

describe('calc against the definitions in rational numbers', () => {
  it('agrees on random cross accounts, and the price shown is the first that liquidates (LIQ-11, MAR-10, MAR-12)', () => {
    fc.assert(
      fc.property(randomAccounts(), (random) => {
        const found = account(bookOf(random));
        const { equity, initial, maintenance } = judge(random);
        // Each part is rounded against the account at a millionth of a unit or finer: sums may tip a whole unit over.
        const [less, more] = [
          down(times(equity, MICRO)),
          [initial, maintenance].map((sum) => up(times(sum, MICRO))),
        ];
        expect([text(less), text(less - 1n)]).toContain(found['equity']);
        expect([text(more[0]!), text(more[0]! + 1n)]).toContain(found['initialMargin']);
        expect([text(more[1]!), text(more[1]! + 1n)]).toContain(found['maintenanceMargin']);
        expect(found['liquidatable']).toBe(compare(equity, maintenance) <= 0 && !isCovered(random));
        for (const total of ['equity', 'initialMargin', 'maintenanceMargin', 'orderMargin']) {
          const lines = found['lines'].filter(({ name }: Json) => name.startsWith(`${total}.`));
          const sum = lines.reduce((a: Rational, line: Json) => plus(a, q(line['amount'])), ZERO);
          expect(sum).toEqual(q(found[total]));
        }
        expectEdges(random, found);
      }),
      { numRuns: 120, seed: 11 },
    );
  });

  it('agrees with the isolated answer on a lone position (LIQ-11)', () => {
    fc.assert(
      fc.property(randomAccounts(1), (random) => {
        const book = bookOf(random);
        const shared = account(book);
        const document = isolatedForm(book);
        const alone = account(document);
        for (const field of ['equity', 'initialMargin', 'maintenanceMargin', 'liquidatable', 'marginRatio']) {
          expect(shared[field], field).toEqual(alone[field]);
        }
        if (!alone['liquidatable']) {
          expect(shared['positions'][0]['liquidationPrice']).toBe(alone['positions'][0]['liquidationPrice']);
        }
      }),
      { numRuns: 120, seed: 13 },
    );
  });
});

// Documents -----------------------------------------------------------------------------------------------

const PERPETUAL = {
  kind: 'perpetual',
  payoff: 'linear',
  quote: 'USDT',
  contractSize: '1',
  lotSize: '0.001',
  maintenanceBasis: 'mark',
  tiers: [{ initialMarginRate: '0.01', maintenanceMarginRate: '0.005' }],
};

function crossBook(): Json {
  return structuredClone({
    marginMode: 'cross',
    valuationAsset: 'USDT',
    collateral: [
      { asset: 'USDT', decimals: 6, balance: '5000' },
      { asset: 'BTC', balance: '0.1', price: '43000', haircut: '0.05' },
    ],
    positions: [
      {
        instrument: 'BTC-PERP',
        ...PERPETUAL,
        base: 'BTC',
        tickSize: '0.1',
        side: 'long',
        contracts: '1',
        entryPrice: '42000',
        markPrice: '43000',
        leverage: '10',
      },
      {
        instrument: 'ETH-PERP',
        ...PERPETUAL,
        base: 'ETH',
        tickSize: '0.01',
        side: 'short',
        contracts: '10',
        entryPrice: '2300',
        markPrice: '2310.55',
        leverage: '20',
      },
    ],
    orders: [{ instrument: 'BTC-PERP', side: 'buy', quantity: '0.2', price: '42900' }],
  });
}

function portfolioBook(): Json {
  const { orders: _orders, ...book } = crossBook();
  return { ...book, marginMode: 'portfolio', scenarios: 'okx-like' };
}

/** The same account as a document. */
function longForm(): Json {
  const { positions, orders } = crossBook();
  return {
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6 },
      { id: 'BTC', decimals: 8, price: '43000', haircut: '0.05' },
    ],
    instruments: positions.map(({ instrument, base, tickSize }: Json) => ({
      id: instrument,
      ...PERPETUAL,
      base,
      tickSize,
      settle: 'USDT',
    })),
    marks: { 'BTC-PERP': '43000', 'ETH-PERP': '2310.55' },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'cross',
        collateral: { USDT: '5000', BTC: '0.1' },
        positions: positions.map(({ instrument, side, contracts, entryPrice, leverage }: Json) => ({
          instrument,
          side,
          quantity: contracts,
          entryPrice,
          leverage,
        })),
        orders,
      },
    ],
  };
}

function inverseBook(): Json {
  return {
    marginMode: 'cross',
    valuationAsset: 'USD',
    collateral: [{ asset: 'BTC', balance: '0.5', price: '50000' }],
    instruments: [
      {
        id: 'BTC-INV',
        kind: 'perpetual',
        payoff: 'inverse',
        base: 'BTC',
        quote: 'USD',
        contractSize: '100',
        tickSize: '0.5',
        lotSize: '1',
        maintenanceBasis: 'mark',
        leverage: '10',
        tiers: [{ maintenanceMarginRate: '0.004' }],
        markPrice: '50000',
      },
    ],
    positions: [
      { instrument: 'BTC-INV', side: 'long', contracts: '1000', entryPrice: '40000', leverage: '10' },
    ],
  };
}

/** The option of Haug's example of Black-76, T in years of 365 days. */
function optionBook(): Json {
  return {
    marginMode: 'cross',
    timestamp: EXPIRY - 0.75 * 365 * 86_400_000,
    collateral: [{ asset: 'USDT', decimals: 6, balance: '0' }],
    positions: [
      {
        instrument: 'OIL-C',
        kind: 'option',
        payoff: 'linear',
        base: 'OIL',
        quote: 'USDT',
        contractSize: '1',
        tickSize: '0.0001',
        lotSize: '1',
        optionType: 'call',
        strike: '19',
        expiry: EXPIRY,
        impliedVolatility: '0.28',
        underlyingPrice: '19',
        side: 'long',
        contracts: '1',
      },
    ],
  };
}

/** Two strikes, 19 and 20, marked so. */
function chain(book: Json, marks: readonly [string, string]): void {
  const [first] = book['positions'];
  book['positions'] = [
    { ...first, markPrice: marks[0] },
    { ...first, instrument: 'OIL-D', strike: '20', markPrice: marks[1] },
  ];
}

function addLeg(book: Json, more: Json): void {
  const { instrument, markPrice } = book['positions'][0];
  book['positions'].push({
    instrument,
    markPrice,
    side: 'short',
    contracts: '1',
    entryPrice: '43000',
    leverage: '10',
    ...more,
  });
}

function twoTiers(book: Json, floor: string): void {
  book['positions'][0]['tiers'] = [
    { notionalCap: '50000', maintenanceMarginRate: '0.004', initialMarginRate: '0.01' },
    { notionalFloor: floor, maintenanceMarginRate: '0.005', initialMarginRate: '0.01' },
  ];
}

function answer(document: Json): Json {
  const text = JSON.stringify(document);
  const found = answerCalc(text);
  if (isCalcRefusal(found)) throw new Error(`refused: ${JSON.stringify(found)}`);
  if (document['positions'] !== undefined) expect(Compile(BookDocument).Check(JSON.parse(text))).toBe(true);
  expect(Compile(CalcAnswer).Check(found)).toBe(true);
  return found;
}

function account(document: Json): Json {
  return answer(document)['marginAccounts'][0];
}

function expectRefusal(book: Json, code: string, path: string): void {
  const found = answerCalc(JSON.stringify(book));
  expect(isCalcRefusal(found) && [found.error.code, found.error.path]).toEqual([code, path]);
  expect(CALC_ERROR_CODES as readonly string[]).toContain(code);
  expect(Compile(CalcRefusal).Check(found)).toBe(true);
}

function set(target: Json, field: string, value: unknown): void {
  target[field] = value;
}

function leaves(node: Json): [Json, string][] {
  return Object.keys(node).flatMap((key): [Json, string][] => {
    const child = node[key];
    return [[node, key], ...(typeof child === 'object' && child !== null ? leaves(child) : [])];
  });
}

// Random accounts and their judge ---------------------------------------------------------------------------

interface RandomPosition {
  readonly payoff: 'linear' | 'inverse';
  readonly side: 'long' | 'short';
  readonly contracts: string;
  readonly entryPrice: string;
  readonly mark: string;
  readonly leverage: number;
  readonly basis: 'entry' | 'mark';
  readonly rates: readonly [number, number];
}

interface RandomAccount {
  readonly usdt: string;
  readonly coin: string;
  readonly coinPrice: string;
  readonly haircutPpm: number;
  readonly positions: readonly RandomPosition[];
}

const MICRO = rational(1_000_000n);

function randomAccounts(count?: number): fc.Arbitrary<RandomAccount> {
  const cents = (min: number, max: number) =>
    fc.integer({ min: min * 100, max: max * 100 }).map((value) => (value / 100).toFixed(2));
  const position = fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      side: fc.constantFrom('long' as const, 'short' as const),
      contracts: fc.integer({ min: 1, max: 500 }).map((value) => (value / 100).toFixed(2)),
      entryPrice: cents(800, 1200),
      mark: cents(800, 1200),
      leverage: fc.integer({ min: 1, max: 25 }),
      basis: fc.constantFrom('entry' as const, 'mark' as const),
      rates: fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 300 })),
    })
    .map(({ contracts, ...rest }) => ({
      ...rest,
      // Inverse contracts are worth ten dollars: a like notional needs more of them.
      contracts: rest.payoff === 'linear' ? contracts : String(Math.round(Number(contracts) * 100)),
    }));
  const whole = fc.record({
    usdt: cents(0, 900),
    coin: fc.integer({ min: 0, max: 90 }).map((value) => (value / 100).toFixed(2)),
    coinPrice: cents(900, 1100),
    haircutPpm: fc.integer({ min: 0, max: 300_000 }),
    positions: fc.array(position, { minLength: count ?? 1, maxLength: count ?? 4 }),
  });
  if (count === undefined) return whole;
  // Alone, without a second asset and a haircut: an isolated account has neither.
  return whole.map(({ usdt, coin, positions, ...rest }) => {
    const [only] = positions;
    const isLinear = only?.payoff === 'linear';
    return { ...rest, positions, haircutPpm: 0, usdt: isLinear ? usdt : '0', coin: isLinear ? '0' : coin };
  });
}

function bookOf({ usdt, coin, coinPrice, haircutPpm, positions }: RandomAccount): Json {
  return {
    marginMode: 'cross',
    valuationAsset: 'USDT',
    collateral: [
      { asset: 'USDT', decimals: 6, balance: usdt },
      { asset: 'COIN', balance: coin, price: coinPrice, haircut: (haircutPpm / 1e6).toFixed(6) },
    ],
    positions: positions.map((position, at) => ({
      instrument: `I${at}`,
      kind: 'perpetual',
      payoff: position.payoff,
      base: 'COIN',
      quote: 'USDT',
      contractSize: position.payoff === 'linear' ? '1' : '10',
      tickSize: '0.01',
      lotSize: '0.01',
      maintenanceBasis: position.basis,
      tiers: [
        {
          notionalCap: position.payoff === 'linear' ? '1500' : '1.5',
          maintenanceMarginRate: ratesOf(position)[0],
          maxLeverage: '25',
        },
        { maintenanceMarginRate: ratesOf(position)[1], maxLeverage: '25' },
      ],
      side: position.side,
      contracts: position.contracts,
      entryPrice: position.entryPrice,
      markPrice: position.mark,
      leverage: String(position.leverage),
    })),
  };
}

function ratesOf({ rates }: RandomPosition): readonly [string, string] {
  return [(rates[0] / 1e4).toFixed(4), ((rates[0] + rates[1]) / 1e4 / 2 + rates[0] / 2e4).toFixed(6)];
}

function isolatedForm(book: Json): Json {
  const [position] = book['positions'];
  const { instrument, side, contracts, entryPrice, markPrice, leverage, ...terms } = position;
  const settle = terms['payoff'] === 'linear' ? 'USDT' : 'COIN';
  const balance = book['collateral'].find(({ asset }: Json) => asset === settle)['balance'];
  return {
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6 },
      { id: 'COIN', decimals: 8, price: book['collateral'][1]['price'] },
    ],
    instruments: [{ id: instrument, ...terms, settle }],
    marks: { [instrument]: markPrice },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { [settle]: balance },
        positions: [{ instrument, side, quantity: contracts, entryPrice, leverage }],
      },
    ],
  };
}

function judge(random: RandomAccount) {
  const coinPrice = q(random.coinPrice);
  const price = (position: RandomPosition) => (position.payoff === 'linear' ? rational(1n) : coinPrice);
  let coin = q(random.coin);
  let equity = q(random.usdt);
  let initial = ZERO;
  let maintenance = ZERO;
  for (const position of random.positions) {
    const { entry, mark } = valuesOf(position);
    const profit = minus(mark, entry);
    if (position.payoff === 'linear') equity = plus(equity, profit);
    else coin = plus(coin, profit);
    const notional = abs(position.basis === 'mark' ? mark : entry);
    const [first, second] = ratesOf(position).map(q) as [Rational, Rational];
    const cap = position.payoff === 'linear' ? rational(1500n) : rational(3n, 2n);
    const above = compare(notional, cap) > 0 ? minus(notional, cap) : ZERO;
    const within = minus(notional, above);
    maintenance = plus(maintenance, times(price(position), plus(times(first, within), times(second, above))));
    initial = plus(initial, times(price(position), notional, rational(1n, BigInt(position.leverage))));
  }
  const kept = rational(1_000_000n - BigInt(random.haircutPpm), 1_000_000n);
  equity = plus(equity, times(coin, coinPrice, compare(coin, ZERO) > 0 ? kept : rational(1n)));
  return { equity, initial, maintenance };
}

/** Value at entry and at the mark, in the settlement asset, signed. */
function valuesOf({ payoff, side, contracts, entryPrice, mark }: RandomPosition) {
  const sign = rational(side === 'long' ? 1n : -1n);
  const at = (text: string) =>
    payoff === 'linear'
      ? times(sign, q(contracts), q(text))
      : times(rational(-1n), sign, q(contracts), rational(10n), invert(q(text)));
  return { entry: at(entryPrice), mark: at(mark) };
}

/** Whether no price can take more than there is, per asset: linear longs and inverse shorts alone. */
function isCovered(random: RandomAccount): boolean {
  const rest = { linear: q(random.usdt), inverse: q(random.coin) };
  for (const position of random.positions) {
    const isBounded = (position.side === 'long') === (position.payoff === 'linear');
    if (!isBounded) return false;
    rest[position.payoff] = minus(rest[position.payoff], valuesOf(position).entry);
  }
  return compare(rest.linear, ZERO) >= 0 && compare(rest.inverse, ZERO) >= 0;
}

/** At the shown price the account is liquidatable, one tick towards the mark it is not. */
function expectEdges(random: RandomAccount, found: Json): void {
  if (found['liquidatable']) return;
  for (const [at, position] of random.positions.entries()) {
    for (const [edge, step] of [
      ['liquidationPriceBelow', 1],
      ['liquidationPriceAbove', -1],
    ] as const) {
      const shown = found['positions'][at][edge];
      if (shown === null) continue;
      const isLost = (price: string) => {
        const positions = random.positions.map((other, index) =>
          index === at ? { ...other, mark: price } : other,
        );
        const { equity, maintenance } = judge({ ...random, positions });
        return compare(equity, maintenance) <= 0;
      };
      const inside = (Number(shown) + step / 100).toFixed(2);
      expect([position.side, edge, isLost(shown), isLost(inside)]).toEqual([
        position.side,
        edge,
        true,
        false,
      ]);
    }
  }
}

function q(text: string): Rational {
  const [whole = '0', fraction = ''] = text.split('.');
  return rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

function invert({ n, d }: Rational): Rational {
  return rational(d, n);
}

function abs({ n, d }: Rational): Rational {
  return rational(n < 0n ? -n : n, d);
}

/** Millionths as decimal text. */
function text(micro: bigint): string {
  const digits = (micro < 0n ? -micro : micro).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return `${micro < 0n ? '-' : ''}${digits.slice(0, -6)}${fraction === '' ? '' : `.${fraction}`}`;
}
