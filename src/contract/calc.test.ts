import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { isId } from '../market/asset.js';
import {
  answerCalc,
  CALC_ERROR_CODES,
  CALC_LENGTH_MAX,
  CalcAnswer,
  CalcDocument,
  CalcRefusal,
  calcJsonSchema,
  calcLineTooLong,
  isCalcRefusal,
} from './calc.js';

/** Any part of a document, for tests that change one thing. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;

describe('calc answers', () => {
  it('the published example', () => {
    expect(answer(example())).toEqual({
      marginAccounts: [
        {
          id: 'a',
          valuationAsset: 'USDT',
          equity: '1500',
          collateralValue: '1000',
          unrealizedPnl: '500',
          initialMargin: '2150',
          maintenanceMargin: '86',
          orderMargin: '0',
          marginRatio: '0.05733334',
          removable: '0',
          liquidatable: false,
          lines: [
            { name: 'initialMargin.position', amount: '2150' },
            { name: 'maintenanceMargin.position', amount: '86' },
          ],
          positions: [
            {
              instrument: 'BTC-PERP',
              side: 'long',
              notional: '21500',
              unrealizedPnl: '500',
              accruedFunding: '0',
              liquidationPrice: '40160.64',
              bankruptcyPrice: '40000',
              tier: 1,
            },
          ],
        },
      ],
      warnings: [],
    });
  });

  it('the exact price to 12 decimals when it is not rounded, set at any of three places', () => {
    for (const place of [
      (d: Json) => d,
      (d: Json) => d['instruments'][0],
      (d: Json) => d['marginAccounts'][0],
    ]) {
      const document = example();
      place(document)['priceRounding'] = 'none';
      expect(position(document)).toMatchObject({
        liquidationPrice: '40160.642570281124',
        bankruptcyPrice: '40000',
      });
    }
    const overridden = example();
    overridden['priceRounding'] = 'none';
    overridden['marginAccounts'][0]['priceRounding'] = 'tick';
    expect(position(overridden)['liquidationPrice']).toBe('40160.64');
  });

  it('an inverse position in coin, with none for a fully covered short (FND-07)', () => {
    const document = inverseExample();
    expect(account(document)).toMatchObject({
      equity: '0.2',
      initialMargin: '0.2',
      maintenanceMargin: '0.008',
    });
    expect(position(document)).toMatchObject({
      notional: '2',
      liquidationPrice: '45636.3',
      bankruptcyPrice: '45454.5',
    });
    document['marginAccounts'][0]['positions'][0]['side'] = 'short';
    document['marginAccounts'][0]['collateral']['BTC'] = '2';
    expect(position(document)).toMatchObject({ liquidationPrice: null, bankruptcyPrice: null });
    document['marginAccounts'][0]['collateral']['BTC'] = '1.99999999';
    expect(position(document)['liquidationPrice']).not.toBeNull();
  });

  it('an average entry price off the grid exactly, and says so', () => {
    const document = example();
    document['marginAccounts'][0]['positions'][0]['entryPrice'] = '42000.0000000001';
    document['marginAccounts'][0]['positions'][0]['quantity'] = '0.5001';
    const found = answer(document);
    expect(found['warnings'].map((warning: Json) => [warning['code'], warning['path']])).toEqual([
      ['entry_price_off_tick', '/marginAccounts/0/positions/0/entryPrice'],
      ['quantity_off_lot', '/marginAccounts/0/positions/0/quantity'],
    ]);
    // 0.5001 x (43000 - 42000.0000000001) = 500.09999999994999..., rounded down.
    expect(found['marginAccounts'][0]['unrealizedPnl']).toBe('500.099999');
    expect(found['marginAccounts'][0]['equity']).toBe('1500.099999');
  });

  it('totals in another asset at its price, the position in its own', () => {
    const document = inverseExample();
    document['valuationAsset'] = 'USDT';
    expect(account(document)).toMatchObject({
      valuationAsset: 'USDT',
      equity: '10000',
      initialMargin: '10000',
      maintenanceMargin: '400',
      marginRatio: '0.04',
    });
    expect(position(document)).toMatchObject({ notional: '2' });
  });

  it('collateral after its haircut', () => {
    const document = example();
    document['assets'][0]['haircut'] = '0.05';
    expect(account(document)).toMatchObject({ collateralValue: '950', equity: '1450' });
  });

  it('accrued funding in equity and in the price (FND-01, FND-02)', () => {
    const document = example();
    document['marginAccounts'][0]['positions'][0]['accruedFunding'] = '-100.5';
    expect(account(document)).toMatchObject({
      equity: '1399.5',
      collateralValue: '1000',
      unrealizedPnl: '500',
    });
    // (21000 - 1000 + 100.5) / (0.5 x 0.996)
    expect(position(document)).toMatchObject({
      accruedFunding: '-100.5',
      liquidationPrice: '40362.44',
      bankruptcyPrice: '40201',
    });
  });

  it('removable collateral at the smaller of mark and index (MAR-03)', () => {
    const document = example();
    document['marginAccounts'][0]['collateral']['USDT'] = '5000';
    expect(account(document)['removable']).toBe('2850');
    document['unrealizedProfitShare'] = '0.5';
    expect(account(document)['removable']).toBe('3100');
    document['indexPrices'] = { 'BTC-PERP': '41000' };
    expect(account(document)['removable']).toBe('2450');
    document['instruments'][0]['removalFloorRate'] = '0.2';
    expect(account(document)['removable']).toBe('400');
    document['marginAccounts'][0]['removalFloorRate'] = '0';
    expect(account(document)['removable']).toBe('2450');
  });

  it('the closing fee in the rate, and at the bankruptcy price in both margins', () => {
    const document = example();
    document['instruments'][0]['closeFee'] = 'inRate';
    expect(account(document)).toMatchObject({ initialMargin: '2150', maintenanceMargin: '94.6' });
    document['instruments'][0]['closeFee'] = 'inMargin';
    expect(account(document)).toMatchObject({ initialMargin: '2158', maintenanceMargin: '94' });
    expect(account(document)['lines']).toEqual([
      { name: 'initialMargin.position', amount: '2150' },
      { name: 'initialMargin.closeFee', amount: '8' },
      { name: 'maintenanceMargin.position', amount: '86' },
      { name: 'maintenanceMargin.closeFee', amount: '8' },
    ]);
  });

  it('derives maintenance amounts that are left out, and counts tiers from 1 (MAR-07)', () => {
    const document = twoTiers();
    document['marginAccounts'][0]['positions'][0]['quantity'] = '2';
    const derived = answer(document);
    expect(derived['marginAccounts'][0]).toMatchObject({ maintenanceMargin: '380' });
    expect(derived['marginAccounts'][0]['positions'][0]['tier']).toBe(2);
    document['instruments'][0]['tiers'][1]['maintenanceAmount'] = '50';
    expect(answer(document)).toEqual(derived);
  });

  it('an account without a position, or with nothing at all (LIQ-10)', () => {
    const document = example();
    document['marginAccounts'][0]['positions'] = [];
    expect(account(document)).toMatchObject({
      equity: '1000',
      removable: '1000',
      marginRatio: '0',
      liquidatable: false,
    });
    document['marginAccounts'][0]['collateral'] = {};
    expect(account(document)).toMatchObject({ valuationAsset: null, equity: '0', removable: '0' });
  });

  it('no ratio when equity is gone', () => {
    const document = example();
    document['marks']['BTC-PERP'] = '40000';
    expect(account(document)).toMatchObject({
      equity: '0',
      marginRatio: null,
      liquidatable: true,
      removable: '0',
    });
  });

  it('warns of what a ledger would not list', () => {
    const document = example();
    document['assets'][0]['decimals'] = 12;
    document['instruments'][0]['tickSize'] = '0.000000000001';
    document['instruments'][0]['markTick'] = '0.01';
    document['instruments'][0]['tiers'][0]['maxLeverage'] = '20';
    document['marks']['BTC-PERP'] = '143000.001';
    const codes = answer(document)['warnings'].map((warning: Json) => warning['code']);
    expect(codes).toEqual([
      'decimals_finer_than_ledger',
      'tick_finer_than_ledger',
      'price_off_grid',
      'notional_beyond_last_tier',
    ]);
  });
});

describe('calc refuses', () => {
  const cases: readonly (readonly [code: string, path: string, change: (document: Json) => void])[] = [
    [
      'unknown_field',
      '/marginAccounts/0/positions/0/leverge',
      (d) => rename(d['marginAccounts'][0]['positions'][0], 'leverage', 'leverge'),
    ],
    ['missing_field', '/instruments/0/payoff', (d) => delete d['instruments'][0]['payoff']],
    [
      'exact_number_not_text',
      '/marginAccounts/0/collateral/USDT',
      (d) => set(d['marginAccounts'][0]['collateral'], 'USDT', 1000),
    ],
    ['exact_number_not_text', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', 43000)],
    ['invalid_decimal', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', 'NaN')],
    ['invalid_decimal', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', '4.3e4')],
    ['invalid_decimal', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', '9'.repeat(65))],
    [
      'invalid_decimal',
      '/instruments/0/tiers/0/notionalCap',
      (d) => set(d['instruments'][0]['tiers'][0], 'notionalCap', 'lots'),
    ],
    [
      'exact_number_not_text',
      '/instruments/0/tiers/0/notionalCap',
      (d) => set(d['instruments'][0]['tiers'][0], 'notionalCap', 5),
    ],
    ['schema_violation', '/instruments/0/payoff', (d) => set(d['instruments'][0], 'payoff', 'quanto')],
    ['schema_violation', '/assets/0/decimals', (d) => set(d['assets'][0], 'decimals', 1.5)],
    ['schema_violation', '/assets/0/decimals', (d) => set(d['assets'][0], 'decimals', 1e9)],
    ['schema_violation', '/assets/0/id', (d) => set(d['assets'][0], 'id', 'USD\u202eT')],
    ['schema_violation', '/instruments/0/tiers', (d) => set(d['instruments'][0], 'tiers', [])],
    ['schema_violation', '/marginAccounts', (d) => set(d, 'marginAccounts', null)],
    ['duplicate_id', '/assets/2/id', (d) => d['assets'].push({ id: 'BTC', decimals: 8 })],
    ['duplicate_id', '/instruments/1/id', (d) => d['instruments'].push(d['instruments'][0])],
    ['duplicate_id', '/marginAccounts/1/id', (d) => d['marginAccounts'].push(d['marginAccounts'][0])],
    ['unknown_asset', '/instruments/0/settle', (d) => set(d['instruments'][0], 'settle', 'USDC')],
    [
      'unknown_asset',
      '/marginAccounts/0/collateral/constructor',
      (d) => set(d['marginAccounts'][0]['collateral'], 'constructor', '1'),
    ],
    ['unknown_asset', '/valuationAsset', (d) => set(d, 'valuationAsset', 'EUR')],
    [
      'unknown_instrument',
      '/marginAccounts/0/positions/0/instrument',
      (d) => set(d['marginAccounts'][0]['positions'][0], 'instrument', 'ETH-PERP'),
    ],
    ['unknown_instrument', '/indexPrices/BTC-PREP', (d) => set(d, 'indexPrices', { 'BTC-PREP': '43000' })],
    ['not_positive', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', '0')],
    ['not_positive', '/marks/BTC-PERP', (d) => set(d['marks'], 'BTC-PERP', '-1')],
    [
      'not_positive',
      '/marginAccounts/0/positions/0/quantity',
      (d) => set(d['marginAccounts'][0]['positions'][0], 'quantity', '0'),
    ],
    [
      'not_positive',
      '/marginAccounts/0/positions/0/quantity',
      (d) => set(d['marginAccounts'][0]['positions'][0], 'quantity', '-0.5'),
    ],
    [
      'not_positive',
      '/marginAccounts/0/positions/0/entryPrice',
      (d) => set(d['marginAccounts'][0]['positions'][0], 'entryPrice', '0.0'),
    ],
    ['not_positive', '/instruments/0/contractSize', (d) => set(d['instruments'][0], 'contractSize', '0')],
    ['not_positive', '/assets/1/price', (d) => set(d['assets'][1], 'price', '0')],
    [
      'negative_amount',
      '/marginAccounts/0/collateral/USDT',
      (d) => set(d['marginAccounts'][0]['collateral'], 'USDT', '-1'),
    ],
    [
      'negative_amount',
      '/instruments/0/tiers/0/notionalCap',
      (d) => set(d['instruments'][0]['tiers'][0], 'notionalCap', '-1'),
    ],
    [
      'rate_out_of_range',
      '/instruments/0/takerFeeRate',
      (d) => set(d['instruments'][0], 'takerFeeRate', '-0.1'),
    ],
    ['rate_out_of_range', '/unrealizedProfitShare', (d) => set(d, 'unrealizedProfitShare', '1.01')],
    ['haircut_out_of_range', '/assets/0/haircut', (d) => set(d['assets'][0], 'haircut', '1.1')],
    ['haircut_out_of_range', '/assets/0/haircut', (d) => set(d['assets'][0], 'haircut', '-0.1')],
    ['valuation_price_not_one', '/assets/1/price', (d) => set(d, 'valuationAsset', 'BTC')],
    ['settle_mismatch', '/instruments/0/settle', (d) => set(d['instruments'][0], 'settle', 'BTC')],
    [
      'taker_fee_missing',
      '/instruments/0/takerFeeRate',
      (d) => {
        delete d['instruments'][0]['takerFeeRate'];
        d['instruments'][0]['closeFee'] = 'inMargin';
      },
    ],
    [
      'bracket_floor_not_zero',
      '/instruments/0/tiers/0/notionalFloor',
      (d) => set(d['instruments'][0]['tiers'][0], 'notionalFloor', '1'),
    ],
    [
      'bracket_hole',
      '/instruments/0/tiers/1/notionalFloor',
      (d) => set(d['instruments'][0]['tiers'][1], 'notionalFloor', '50001'),
    ],
    [
      'bracket_overlap',
      '/instruments/0/tiers/1/notionalFloor',
      (d) => set(d['instruments'][0]['tiers'][1], 'notionalFloor', '49999'),
    ],
    [
      'bracket_cap_missing',
      '/instruments/0/tiers/0/notionalCap',
      (d) => set(d['instruments'][0]['tiers'][0], 'notionalCap', null),
    ],
    [
      'bracket_cap_not_above_floor',
      '/instruments/0/tiers/1/notionalCap',
      (d) => set(d['instruments'][0]['tiers'][1], 'notionalCap', '50000'),
    ],
    [
      'maintenance_rate_falls',
      '/instruments/0/tiers/1/maintenanceMarginRate',
      (d) => set(d['instruments'][0]['tiers'][1], 'maintenanceMarginRate', '0.003'),
    ],
    [
      'initial_rate_falls',
      '/instruments/0/tiers/1/initialMarginRate',
      (d) => set(d['instruments'][0]['tiers'][1], 'initialMarginRate', '0.007'),
    ],
    [
      'maintenance_above_initial',
      '/instruments/0/tiers/1/maintenanceMarginRate',
      (d) => set(d['instruments'][0]['tiers'][1], 'maintenanceMarginRate', '0.02'),
    ],
    [
      'maintenance_rate_out_of_range',
      '/instruments/0/tiers/1/maintenanceMarginRate',
      (d) => set(d['instruments'][0]['tiers'][1], 'maintenanceMarginRate', '1'),
    ],
    [
      'leverage_max_rises',
      '/instruments/0/tiers/1/maxLeverage',
      (d) => set(d['instruments'][0]['tiers'][1], 'maxLeverage', '126'),
    ],
    [
      'maintenance_amount_discontinuous',
      '/instruments/0/tiers/1/maintenanceAmount',
      (d) => set(d['instruments'][0]['tiers'][1], 'maintenanceAmount', '49.99'),
    ],
    ['missing_scenarios', '/scenarios', (d) => set(d['marginAccounts'][0], 'marginMode', 'portfolio')],
    [
      'too_many_positions',
      '/marginAccounts/0/positions/1',
      (d) => d['marginAccounts'][0]['positions'].push(d['marginAccounts'][0]['positions'][0]),
    ],
    [
      'unsupported_collateral',
      '/marginAccounts/0/collateral/BTC',
      (d) => set(d['marginAccounts'][0]['collateral'], 'BTC', '1'),
    ],
    [
      'amount_too_fine',
      '/marginAccounts/0/collateral/USDT',
      (d) => set(d['marginAccounts'][0]['collateral'], 'USDT', '0.0000001'),
    ],
    ['missing_mark', '/marks/BTC-PERP', (d) => delete d['marks']],
    ['missing_mark', '/marks/BTC-PERP', (d) => set(d, 'marks', {})],
    [
      'missing_price',
      '/assets/0/price',
      (d) => {
        delete d['assets'][1]['price'];
        d['valuationAsset'] = 'BTC';
      },
    ],
    [
      'leverage_out_of_range',
      '/marginAccounts/0/positions/0/leverage',
      (d) => set(d['marginAccounts'][0]['positions'][0], 'leverage', '0.99'),
    ],
  ];

  it.each(cases)('%s at %s', (code, path, change) => {
    const document = twoTiers();
    change(document);
    const found = answerCalc(JSON.stringify(document));
    expect(isCalcRefusal(found) && [found.error.code, found.error.path]).toEqual([code, path]);
    expect(CALC_ERROR_CODES as readonly string[]).toContain(code);
    expect(Compile(CalcRefusal).Check(found)).toBe(true);
  });

  it('says which amount would have been continuous', () => {
    const document = twoTiers();
    document['instruments'][0]['tiers'][1]['maintenanceAmount'] = '49.99';
    expect(answerCalc(JSON.stringify(document))).toMatchObject({ error: { context: { expected: '50' } } });
  });

  it.each([
    ['malformed_json', ''],
    ['malformed_json', '{"assets":'],
    ['malformed_json', '{"a":NaN}'],
    ['schema_violation', 'null'],
    ['schema_violation', '[]'],
    ['schema_violation', '"text"'],
    ['schema_violation', '12345678901234567890'],
    ['missing_field', '{}'],
    ['unknown_field', '{"__proto__":{"assets":[]}}'],
    ['too_deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['too_deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['line_too_long', ' '.repeat(CALC_LENGTH_MAX + 1)],
  ])('text that is no document: %s', (code, text) => {
    expect(answerCalc(text)).toMatchObject({ error: { code } });
  });

  it('a line too long to keep, in the same words', () => {
    expect(calcLineTooLong()).toEqual(answerCalc('x'.repeat(CALC_LENGTH_MAX + 1)));
  });

  it('without echoing a hostile document back at length', () => {
    const text = JSON.stringify({ ...example(), ['k'.repeat(100_000)]: 1 });
    expect(JSON.stringify(answerCalc(text)).length).toBeLessThan(1000);
  });

  it('or answers, and never throws, whatever one value is replaced by', () => {
    const values = fc.oneof(
      fc.constantFrom(
        '0',
        '-0',
        '-1',
        '1e5',
        '',
        ' 1',
        '0.1',
        '1',
        '9'.repeat(64),
        `0.${'0'.repeat(61)}1`,
        'BTC',
        'none',
        'entry',
        'short',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.nat(), values, (seed, value) => {
        const document = twoTiers();
        const places = leaves(document);
        const [parent, key] = places[seed % places.length]!;
        parent[key] = value;
        const found = answerCalc(JSON.stringify(document));
        if (isCalcRefusal(found)) expect(CALC_ERROR_CODES as readonly string[]).toContain(found.error.code);
        else expect(Compile(CalcAnswer).Check(found)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('calc against the definitions in rational numbers', () => {
  it('agrees on every figure of random accounts (LIQ-11, MAR-03, MAR-05, MAR-12)', () => {
    fc.assert(
      fc.property(randomBooks(), (book) => {
        const found = answer(documentOf(book))['marginAccounts'][0];
        const expected = judge(book);
        expect(pick(found, Object.keys(expected.account))).toEqual(expected.account);
        expect(pick(found['positions'][0], Object.keys(expected.position))).toEqual(expected.position);
        expectPrice(book, found['positions'][0]['liquidationPrice']);
        const sum = (total: string) =>
          found['lines']
            .filter((line: Json) => line['name'].startsWith(total))
            .reduce((a: Q, line: Json) => add(a, q(line['amount'])), q('0'));
        expect(sum('initialMargin.')).toEqual(q(found['initialMargin']));
        expect(sum('maintenanceMargin.')).toEqual(q(found['maintenanceMargin']));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the published schema', () => {
  it('has a definition, a unit and a valid example for every value', () => {
    let seen = 0;
    for (const [path, schema] of values(calcJsonSchema() as Json, '')) {
      expect(schema, path).toMatchObject({ description: expect.any(String), unit: expect.any(String) });
      const [first] = schema['examples'];
      expect(Compile(schema as never).Check(first), `${path} ${JSON.stringify(first)}`).toBe(true);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(60);
  });

  it('describes the answers it gives and takes the documents it answers', () => {
    for (const document of [example(), inverseExample(), twoTiers()]) {
      expect(Compile(CalcDocument).Check(document)).toBe(true);
      expect(Compile(CalcAnswer).Check(answer(document))).toBe(true);
    }
  });

  it('has the ids of the ledger', () => {
    const pattern = new RegExp(
      (calcJsonSchema() as Json)['$defs']['document']['properties']['valuationAsset']['pattern'],
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 66 }), fc.stringMatching(/^[A-Za-z0-9._:/-]{0,66}$/)),
        (text) => {
          expect(pattern.test(text)).toBe(isId(text));
        },
      ),
    );
  });
});

// Documents -----------------------------------------------------------------------------------------------

function example(): Json {
  return {
    assets: [
      { id: 'USDT', decimals: 6 },
      { id: 'BTC', decimals: 8, price: '43000' },
    ],
    instruments: [
      {
        id: 'BTC-PERP',
        kind: 'perpetual',
        payoff: 'linear',
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        contractSize: '1',
        tickSize: '0.01',
        lotSize: '0.001',
        takerFeeRate: '0.0004',
        maintenanceBasis: 'mark',
        closeFee: 'none',
        tiers: [
          {
            notionalFloor: '0',
            notionalCap: '50000',
            initialMarginRate: '0.008',
            maintenanceMarginRate: '0.004',
            maintenanceAmount: '0',
            maxLeverage: '125',
          },
        ],
      },
    ],
    marks: { 'BTC-PERP': '43000' },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { USDT: '1000' },
        positions: [
          { instrument: 'BTC-PERP', side: 'long', quantity: '0.5', entryPrice: '42000', leverage: '10' },
        ],
      },
    ],
  };
}

function twoTiers(): Json {
  const document = example();
  document['instruments'][0]['tiers'].push({
    notionalFloor: '50000',
    notionalCap: '250000',
    initialMarginRate: '0.01',
    maintenanceMarginRate: '0.005',
    maxLeverage: '100',
  });
  return document;
}

/** 1000 contracts of 100 USD at 50000: 2 BTC. */
function inverseExample(): Json {
  const document = example();
  document['assets'][1]['price'] = '50000';
  Object.assign(document['instruments'][0], {
    payoff: 'inverse',
    quote: 'USD',
    settle: 'BTC',
    contractSize: '100',
    tickSize: '0.1',
    lotSize: '1',
    tiers: [
      { notionalCap: '5', maintenanceMarginRate: '0.004', initialMarginRate: '0.008', maxLeverage: '125' },
    ],
  });
  document['marks']['BTC-PERP'] = '50000';
  document['marginAccounts'][0]['collateral'] = { BTC: '0.2' };
  Object.assign(document['marginAccounts'][0]['positions'][0], { quantity: '1000', entryPrice: '50000' });
  return document;
}

function answer(document: Json): Json {
  const found = answerCalc(JSON.stringify(document));
  if (isCalcRefusal(found)) throw new Error(`refused: ${JSON.stringify(found)}`);
  return found;
}

function account(document: Json): Json {
  return answer(document)['marginAccounts'][0];
}

function position(document: Json): Json {
  return account(document)['positions'][0];
}

function set(target: Json, field: string, value: unknown): void {
  Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}

function rename(target: Json, from: string, to: string): void {
  target[to] = target[from];
  delete target[from];
}

function pick(from: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** Every place a value stands in, objects and lists included. */
function leaves(node: Json): [Json, string][] {
  return Object.keys(node).flatMap((key): [Json, string][] => {
    const child = node[key];
    return [[node, key], ...(typeof child === 'object' && child !== null ? leaves(child) : [])];
  });
}

/** The schemas of values that are not objects or lists. */
function values(schema: Json, path: string): [string, Json][] {
  if (schema['$defs'] !== undefined)
    return Object.entries(schema['$defs']).flatMap(([name, child]) => values(child as Json, name));
  if (schema['type'] === 'object') {
    const children = { ...schema['properties'], ...schema['patternProperties'] };
    return Object.entries(children).flatMap(([name, child]) => values(child as Json, `${path}/${name}`));
  }
  if (schema['type'] === 'array') return values(schema['items'], `${path}/*`);
  // A field that may have several forms, or be null: each form that is no null carries the notes.
  if (schema['anyOf'] !== undefined && schema['unit'] === undefined)
    return schema['anyOf']
      .filter((form: Json) => form['type'] !== 'null')
      .flatMap((form: Json) => values(form, path));
  return [[path, schema]];
}

// Random books and their judge ----------------------------------------------------------------------------

interface Book {
  readonly payoff: 'linear' | 'inverse';
  readonly side: 'long' | 'short';
  readonly maintenanceBasis: 'entry' | 'mark';
  readonly initialBasis: 'entry' | 'mark';
  readonly closeFee: 'none' | 'inRate' | 'inMargin';
  readonly contractSize: string;
  readonly quantity: string;
  readonly entryPrice: string;
  readonly mark: string;
  readonly index: string;
  readonly collateral: string;
  readonly accruedFunding: string;
  readonly leverage: string;
  readonly takerFeeRate: string;
  readonly unrealizedProfitShare: string;
  readonly removalFloorRate: string;
  /** Notional caps and maintenance rates of three tiers. */
  readonly caps: readonly [string, string];
  readonly rates: readonly [string, string, string];
}

const TICK = '0.5';

function randomBooks(): fc.Arbitrary<Book> {
  const near = (center: number, spread: number, decimals: number) =>
    fc
      .double({ min: center * (1 - spread), max: center * (1 + spread), noNaN: true })
      .map((x) => trim(x.toFixed(decimals)));
  const rate = (max: number, decimals: number) =>
    fc.double({ min: 0, max, noNaN: true }).map((x) => trim(x.toFixed(decimals)));
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      side: fc.constantFrom('long' as const, 'short' as const),
      maintenanceBasis: fc.constantFrom('entry' as const, 'mark' as const),
      initialBasis: fc.constantFrom('entry' as const, 'mark' as const),
      closeFee: fc.constantFrom('none' as const, 'inRate' as const, 'inMargin' as const),
      contractSize: fc.constantFrom('1', '0.01', '100'),
      quantity: near(50, 0.9, 3),
      entryPrice: near(20_000, 0.3, 7),
      markFactor: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
      indexFactor: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
      collateralShare: fc.double({ min: 0, max: 1.2, noNaN: true }),
      fundingShare: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      leverage: fc.constantFrom('1', '2', '3', '7', '12.5', '33', '100'),
      takerFeeRate: rate(0.002, 5),
      unrealizedProfitShare: rate(1, 2),
      removalFloorRate: rate(0.2, 3),
      rates: fc.tuple(rate(0.01, 4), rate(0.02, 4), rate(0.05, 4)),
    })
    .map(({ markFactor, indexFactor, collateralShare, fundingShare, ...book }): Book => {
      const price = Number(book.entryPrice);
      const size = Number(book.quantity) * Number(book.contractSize);
      const notional = book.payoff === 'linear' ? size * price : size / price;
      const decimals = book.payoff === 'linear' ? 6 : 8;
      const text = (x: number) => trim(x.toFixed(decimals));
      const rates = [...book.rates].sort((a, b) => Number(a) - Number(b)) as [string, string, string];
      return {
        ...book,
        rates,
        mark: trim((price * markFactor).toFixed(2)),
        index: trim((price * markFactor * indexFactor).toFixed(3)),
        collateral: text(notional * collateralShare),
        accruedFunding: text(notional * fundingShare),
        caps: [text(notional * 0.7 + 0.00001), text(notional * 1.1 + 0.00002)],
      };
    });
}

function documentOf(book: Book): Json {
  const document = book.payoff === 'linear' ? example() : inverseExample();
  const {
    payoff,
    side,
    quantity,
    entryPrice,
    leverage,
    accruedFunding,
    mark,
    index,
    caps,
    rates,
    collateral,
    ...rest
  } = book;
  Object.assign(document['instruments'][0], rest, {
    tickSize: TICK,
    lotSize: '0.001',
    tiers: rates.map((maintenanceMarginRate, at) => ({
      maintenanceMarginRate,
      notionalCap: caps[at] ?? null,
    })),
  });
  Object.assign(document['marginAccounts'][0]['positions'][0], {
    side,
    quantity,
    entryPrice,
    leverage,
    accruedFunding,
  });
  document['marginAccounts'][0]['collateral'] = { [payoff === 'linear' ? 'USDT' : 'BTC']: collateral };
  document['marks'] = { 'BTC-PERP': mark };
  document['indexPrices'] = { 'BTC-PERP': index };
  return document;
}

/** The definitions of the schema, word for word, in quotients. */
function judge(book: Book) {
  const decimals = book.payoff === 'linear' ? 6 : 8;
  const [mark, index] = [q(book.mark), q(book.index)];
  const held = heldAt(book, mark);
  const pnl = subtract(valueAt(book, mark), valueAt(book, q(book.entryPrice)));
  const maintenance = maintenanceAt(book, mark);
  const isBad = isLiquidatableAt(book, mark);
  const ratio = isZero(maintenance) ? '0' : !isAbove(held, q('0')) ? null : up(divide(maintenance, held), 8);
  const removable = [mark, index].map((price) => {
    const profit = subtract(valueAt(book, price), valueAt(book, q(book.entryPrice)));
    const counted = isAbove(q('0'), profit) ? profit : multiply(profit, q(book.unrealizedProfitShare));
    const backing = add(add(q(book.collateral), q(book.accruedFunding)), counted);
    const floor = multiply(size(valueAt(book, price)), q(book.removalFloorRate));
    return q(down(subtract(backing, larger(q(up(initialAt(book, price), decimals)), floor)), decimals));
  });
  const free = smaller(smaller(removable[0]!, removable[1]!), q(book.collateral));
  const isSafe =
    isBad ||
    !isLiquidatableAt(
      { ...book, collateral: down(subtract(q(book.collateral), larger(free, q('0'))), decimals) },
      mark,
    );
  return {
    account: {
      equity: down(held, decimals),
      unrealizedPnl: down(pnl, decimals),
      initialMargin: up(initialAt(book, mark), decimals),
      maintenanceMargin: up(maintenance, decimals),
      marginRatio: ratio,
      liquidatable: isBad,
      // Where the formula would leave the account liquidatable the answer is less; the margin tests cover that.
      ...(isSafe ? { removable: isBad ? '0' : down(larger(free, q('0')), decimals) } : {}),
    },
    position: {
      notional: up(size(valueAt(book, mark)), decimals),
      unrealizedPnl: down(pnl, decimals),
      accruedFunding: book.accruedFunding,
    },
  };
}

function expectPrice(book: Book, shown: string | null): void {
  if (shown === null) {
    for (const price of ['0.5', '1', '5000', '50000', '10000000', '1000000000000']) {
      expect(isLiquidatableAt(book, q(price))).toBe(false);
    }
    return;
  }
  const price = q(shown);
  expect(isZero(remainder(price, q(TICK)))).toBe(true);
  expect(isLiquidatableAt(book, price)).toBe(true);
  const inside = book.side === 'long' ? add(price, q(TICK)) : subtract(price, q(TICK));
  if (isAbove(inside, q('0'))) expect(isLiquidatableAt(book, inside)).toBe(false);
}

function isLiquidatableAt(book: Book, price: Q): boolean {
  const isWorthSomething = (book.payoff === 'linear') === (book.side === 'long');
  if (isWorthSomething && !isAbove(q('0'), worthless(book))) return false;
  return !isAbove(heldAt(book, price), maintenanceAt(book, price));
}

/** Equity with the position worth nothing. */
function worthless(book: Book): Q {
  return subtract(add(q(book.collateral), q(book.accruedFunding)), valueAt(book, q(book.entryPrice)));
}

function heldAt(book: Book, price: Q): Q {
  return add(worthless(book), valueAt(book, price));
}

function maintenanceAt(book: Book, price: Q): Q {
  const notional = size(valueAt(book, book.maintenanceBasis === 'mark' ? price : q(book.entryPrice)));
  const edges = [q('0'), q(book.caps[0]), q(book.caps[1]), null];
  let sum = q('0');
  for (const [at, rate] of book.rates.entries()) {
    const cap = edges[at + 1];
    const top = cap == null ? notional : smaller(notional, cap);
    if (isAbove(top, edges[at]!)) sum = add(sum, multiply(subtract(top, edges[at]!), q(rate)));
  }
  if (book.closeFee === 'inRate') sum = add(sum, multiply(notional, q(book.takerFeeRate)));
  return add(sum, closeFee(book));
}

function initialAt(book: Book, price: Q): Q {
  const notional = size(valueAt(book, book.initialBasis === 'mark' ? price : q(book.entryPrice)));
  return add(divide(notional, q(book.leverage)), closeFee(book));
}

function closeFee(book: Book): Q {
  const value = subtract(q('0'), worthless(book));
  const isPositive = (book.payoff === 'linear') === (book.side === 'long');
  const exists = isPositive ? isAbove(value, q('0')) : isAbove(q('0'), value);
  return book.closeFee === 'inMargin' && exists ? multiply(size(value), q(book.takerFeeRate)) : q('0');
}

function valueAt(book: Book, price: Q): Q {
  const quantity = multiply(q(book.quantity), q(book.contractSize));
  const long =
    book.payoff === 'linear' ? multiply(quantity, price) : subtract(q('0'), divide(quantity, price));
  return book.side === 'long' ? long : subtract(q('0'), long);
}

/** A reduced quotient. */
interface Q {
  readonly n: bigint;
  readonly d: bigint;
}

function q(text: string): Q {
  const [whole = '', fraction = ''] = text.split('.');
  return reduced(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

function reduced(n: bigint, d: bigint): Q {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b !== 0n) [a, b] = [b, a % b];
  const by = d < 0n ? -a : a;
  return a === 0n ? { n: 0n, d: 1n } : { n: n / by, d: d / by };
}

const add = (a: Q, b: Q): Q => reduced(a.n * b.d + b.n * a.d, a.d * b.d);
const subtract = (a: Q, b: Q): Q => reduced(a.n * b.d - b.n * a.d, a.d * b.d);
const multiply = (a: Q, b: Q): Q => reduced(a.n * b.n, a.d * b.d);
const divide = (a: Q, b: Q): Q => reduced(a.n * b.d, a.d * b.n);
const remainder = (a: Q, b: Q): Q => reduced((a.n * b.d) % (b.n * a.d), a.d * b.d);
const isAbove = (a: Q, b: Q): boolean => a.n * b.d > b.n * a.d;
const isZero = (a: Q): boolean => a.n === 0n;
const larger = (a: Q, b: Q): Q => (isAbove(a, b) ? a : b);
const smaller = (a: Q, b: Q): Q => (isAbove(a, b) ? b : a);
const size = (a: Q): Q => (a.n < 0n ? { n: -a.n, d: a.d } : a);

function down(a: Q, decimals: number): string {
  const scaled = a.n * 10n ** BigInt(decimals);
  const floor = scaled / a.d - (scaled % a.d < 0n ? 1n : 0n);
  const digits = (floor < 0n ? -floor : floor).toString().padStart(decimals + 1, '0');
  return `${floor < 0n ? '-' : ''}${trim(`${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)}`;
}

function up(a: Q, decimals: number): string {
  const text = down({ n: -a.n, d: a.d }, decimals);
  return text.startsWith('-') ? text.slice(1) : text === '0' ? '0' : `-${text}`;
}

function trim(text: string): string {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
