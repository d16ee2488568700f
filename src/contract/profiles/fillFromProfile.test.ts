import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { answerCalc, CALC_ERROR_CODES, CalcAnswer, isCalcRefusal } from '../calc.js';
import { PROFILE_NAMES } from './names.js';
import { VENUE_PROFILES } from './venueProfiles.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;

describe('a profile', () => {
  it('fills what the document leaves out, and the answer says what it was taken to be', () => {
    const found = answer({ ...book(), profile: 'okx' });
    expect(found['profile']).toEqual({
      name: 'okx',
      ruleDate: '2024-08-28',
      filled: [
        { path: '/instruments/0/maintenanceBasis', value: 'mark' },
        { path: '/instruments/0/initialBasis', value: 'entry' },
        { path: '/instruments/0/closeFee', value: 'inRate' },
        { path: '/instruments/0/takerFeeRate', value: '0.0005' },
        { path: '/instruments/0/tierMethod', value: 'flat' },
        { path: '/instruments/0/tierBasis', value: 'contracts' },
        { path: '/instruments/0/priceRounding', value: 'none' },
      ],
    });
    expect(Compile(CalcAnswer).Check(found)).toBe(true);
  });

  it('asked for beside the document is the same as named in it', () => {
    const beside = answerCalc(JSON.stringify(book()), { profile: 'gate' });
    expect(beside).toEqual(answer({ ...book(), profile: 'gate' }));
    expect(answerCalc(JSON.stringify({ ...book(), profile: 'gate' }), { profile: 'gate' })).toEqual(beside);
  });

  it('gives way to what the document says, of the instrument or of all of them', () => {
    const document: Json = { ...book(), profile: 'okx', priceRounding: 'tick' };
    Object.assign(document['instruments'][0], {
      closeFee: 'none',
      initialBasis: 'mark',
      tierMethod: 'marginal',
    });
    expect(answer(document)['profile']['filled']).toEqual([
      { path: '/instruments/0/maintenanceBasis', value: 'mark' },
    ]);
  });

  it('gives the rates of options where the venue states them, and where it does not asks for them', () => {
    const rates = {
      optionInitialRate: '0.15',
      optionInitialFloorRate: '0.1',
      optionMaintenanceRate: '0.075',
    };
    const found = answer({ ...optionBook(), profile: 'deribit' });
    expect(found['profile']['filled']).toEqual(
      Object.entries(rates).map(([field, value]) => ({ path: `/positions/0/${field}`, value })),
    );
    expect(found['marginAccounts']).toEqual(answer(optionBook())['marginAccounts']);
    const other: Json = { ...optionBook(), profile: 'binanceusdm' };
    expect(answerCalc(JSON.stringify(other))).toMatchObject({
      error: { code: 'profile_contradiction', path: '/positions/0/optionInitialRate' },
    });
    Object.assign(other['positions'][0], rates);
    expect(answer(other)['profile']['filled']).toEqual([]);
  });

  it('gives the same answer as its fields written out', () => {
    for (const name of PROFILE_NAMES) {
      for (const payoff of ['linear', 'inverse'] as const) {
        const conventions = VENUE_PROFILES[name][payoff];
        if (conventions === undefined) continue;
        const left = book(payoff);
        left['instruments'][0]['takerFeeRate'] = '0.0007';
        const filled = answer({ ...left, profile: name });
        const written = structuredClone(left);
        written['instruments'][0] = { ...conventions, ...left['instruments'][0] };
        const { profile, ...rest } = filled;
        expect(profile['name']).toBe(name);
        expect(rest, `${name} ${payoff}`).toEqual(answer(written));
      }
    }
  });

  it('is refused when it is not known, with the names that are', () => {
    expect(refusal({ ...book(), profile: 'binanceusdtm' })).toEqual({
      code: 'unknown_profile',
      path: '/profile',
      message: 'there is no such profile; did you mean binanceusdm?',
      context: { got: 'binanceusdtm', known: PROFILE_NAMES.join(', ') },
    });
    expect(refusal({ ...book(), profile: 'constructor' })).toMatchObject({ code: 'unknown_profile' });
  });

  it('is refused for a payoff its venue does not have, and next to another profile', () => {
    expect(refusal({ ...book('inverse'), profile: 'hyperliquid' })).toMatchObject({
      code: 'profile_contradiction',
      path: '/instruments/0/payoff',
      context: { profile: 'hyperliquid', got: 'inverse', expected: 'linear' },
    });
    expect(refusal({ ...book(), profile: 'okx' }, 'gate')).toMatchObject({
      code: 'profile_contradiction',
      path: '/profile',
      context: { got: 'okx', expected: 'gate' },
    });
  });

  it('without a fee of its own asks for one by name', () => {
    const document = book();
    delete document['instruments'][0]['takerFeeRate'];
    expect(refusal({ ...document, profile: 'kucoinfutures' })).toMatchObject({
      code: 'taker_fee_missing',
      path: '/instruments/0/takerFeeRate',
    });
  });
});

describe('without a profile', () => {
  it('the basis and the rates must be there', () => {
    expect(refusal(book())).toMatchObject({
      code: 'missing_field',
      path: '/instruments/0/maintenanceBasis',
    });
    const document = { ...book(), profile: 'okx' } as Json;
    document['instruments'][0]['tiers'] = [{ maxLeverage: '50' }];
    expect(refusal(document)).toMatchObject({
      code: 'missing_field',
      path: '/instruments/0/tiers/0/maintenanceMarginRate',
    });
    document['profile'] = 'hyperliquid';
    document['instruments'][0]['tiers'] = [{}];
    expect(refusal(document)).toMatchObject({
      code: 'missing_field',
      path: '/instruments/0/tiers/0/maxLeverage',
    });
  });

  it('the answer speaks of none', () => {
    const document = book();
    document['instruments'][0]['maintenanceBasis'] = 'mark';
    expect(answer(document)).not.toHaveProperty('profile');
  });
});

describe('flat tiers (MAR-07)', () => {
  const flat = (tiers: readonly Json[], more: Json = {}): Json => {
    const document = book();
    Object.assign(document['instruments'][0], {
      maintenanceBasis: 'mark',
      tierMethod: 'flat',
      tiers,
      ...more,
    });
    return document;
  };
  const two = [
    { notionalCap: '40000', maintenanceMarginRate: '0.01' },
    { notionalCap: '100000', maintenanceMarginRate: '0.02' },
  ];

  it('charge one rate on the whole notional, chosen at the mark, at entry or by contracts', () => {
    // 1 contract from 40000 at a mark of 41000.
    const of = (tierBasis: string, tiers: readonly Json[] = two) => {
      const { positions, maintenanceMargin } = account(flat(tiers, { tierBasis }));
      return [positions[0].tier, maintenanceMargin];
    };
    expect(of('mark')).toEqual([2, '820']);
    expect(of('entry')).toEqual([1, '410']);
    expect(
      of('contracts', [
        { ...two[0], notionalCap: '0.5' },
        { ...two[1], notionalCap: '2' },
      ]),
    ).toEqual([2, '820']);
  });

  it('keep the tier they were given for the liquidation price', () => {
    const price = (tiers: readonly Json[]) => account(flat(tiers))['positions'][0].liquidationPrice;
    expect(price(two)).toBe(price([{ maintenanceMarginRate: '0.02' }]));
    expect(price(two)).not.toBe(price([{ maintenanceMarginRate: '0.01' }]));
  });

  it('say when a position is larger than the last of them', () => {
    const codes = (tiers: readonly Json[]) =>
      answer(flat(tiers))['warnings'].map((warning: Json) => warning['code']);
    expect(codes(two)).toEqual([]);
    expect(codes([two[0]!])).toEqual(['notional_beyond_last_tier']);
  });

  it('take no amounts, marginal ones no steps and no basis', () => {
    const withAmount = [two[0]!, { ...two[1], maintenanceAmount: '400' }];
    expect(refusal(flat(withAmount))).toMatchObject({
      code: 'tier_method_contradiction',
      path: '/instruments/0/tiers/1/maintenanceAmount',
    });
    expect(refusal(flat(two, { tierMethod: 'marginal', tierBasis: 'entry' }))).toMatchObject({
      code: 'tier_method_contradiction',
      path: '/instruments/0/tierBasis',
    });
    const withStep = [{ maintenanceMarginRate: '0.01', maintenanceMarginRateStep: '0.001' }];
    expect(refusal(flat(withStep, { tierMethod: 'marginal' }))).toMatchObject({
      code: 'tier_method_contradiction',
      path: '/instruments/0/tiers/0/maintenanceMarginRateStep',
    });
  });

  it('refuse a size at which a growing rate reaches the notional, and holes but that of one lot', () => {
    const grown = [{ maintenanceMarginRate: '0.01', maintenanceMarginRateStep: '0.99' }];
    expect(refusal(flat(grown))).toMatchObject({
      code: 'maintenance_rate_out_of_range',
      path: '/marginAccounts/0/positions/0/quantity',
      context: { rate: '1' },
    });
    const apart = (notionalFloor: string) => [
      { notionalCap: '10', maintenanceMarginRate: '0.01' },
      { notionalFloor, notionalCap: '20', maintenanceMarginRate: '0.02' },
    ];
    expect(account(flat(apart('10.001'), { tierBasis: 'contracts' }))['positions'][0].tier).toBe(1);
    expect(refusal(flat(apart('10.002'), { tierBasis: 'contracts' }))).toMatchObject({
      code: 'bracket_hole',
    });
    expect(refusal(flat(apart('10.001')))).toMatchObject({ code: 'bracket_hole' });
  });
});

describe('whatever one value is replaced by', () => {
  it('a document with a profile is answered or refused, and nothing is thrown', () => {
    const values = fc.oneof(
      fc.constantFrom('0', '1', '-1', '0.999999', '1e5', '', `0.${'0'.repeat(61)}1`, '9'.repeat(64), 'short'),
      fc.constantFrom(
        'flat',
        'marginal',
        'contracts',
        'entry',
        'mark',
        'atBankruptcy',
        'halfOfInitial',
        'inward',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...PROFILE_NAMES),
        fc.boolean(),
        fc.nat(),
        values,
        (profile, isWide, seed, value) => {
          const payoff = VENUE_PROFILES[profile].linear === undefined ? 'inverse' : 'linear';
          const document = { ...book(payoff), profile } as Json;
          const instrument = document['instruments'][0];
          instrument['takerFeeRate'] = '0.0006';
          instrument['tierMethod'] = VENUE_PROFILES[profile][payoff]!.tierMethod;
          if (isWide) instrument['closeFee'] = 'atBankruptcy';
          if (instrument['tierMethod'] === 'flat') {
            Object.assign(instrument['tiers'][0], {
              initialMarginRateStep: '0.0001',
              maintenanceMarginRateStep: '0.0001',
            });
            instrument['tierBasis'] = 'mark';
          }
          const places = leaves(document);
          const [parent, key] = places[seed % places.length]!;
          parent[key] = value;
          const found = answerCalc(JSON.stringify(document));
          if (isCalcRefusal(found)) expect(CALC_ERROR_CODES as readonly string[]).toContain(found.error.code);
          else expect(Compile(CalcAnswer).Check(found)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a taker rate of all the value is refused where the fee is kept at bankruptcy', () => {
    const document = { ...book(), profile: 'bybit' } as Json;
    document['instruments'][0]['takerFeeRate'] = '1';
    expect(refusal(document)).toMatchObject({
      code: 'rate_out_of_range',
      path: '/instruments/0/takerFeeRate',
    });
  });
});

describe('prices as venues round them', () => {
  it.each([
    // Exact: 36363.6363...
    ['long', 'tick', '36363', '36000'],
    ['long', 'nearest', '36364', '36000'],
    ['long', 'inward', '36364', '36000'],
    // Exact: 43564.3564...
    ['short', 'tick', '43565', '44000'],
    ['short', 'nearest', '43564', '44000'],
    ['short', 'inward', '43564', '44000'],
  ])('%s, %s', (side, priceRounding, liquidation, bankruptcy) => {
    const document = book();
    Object.assign(document['instruments'][0], {
      maintenanceBasis: 'mark',
      priceRounding,
      tickSize: '1',
      tiers: [{ maintenanceMarginRate: '0.01' }],
    });
    document['marks']['X'] = '40000';
    document['marginAccounts'][0]['positions'][0]['side'] = side;
    const [position] = account(document)['positions'];
    expect([position.liquidationPrice, position.bankruptcyPrice]).toEqual([liquidation, bankruptcy]);
  });

  it('shows none where the nearest price is zero', () => {
    const document = book();
    Object.assign(document['instruments'][0], {
      maintenanceBasis: 'mark',
      priceRounding: 'nearest',
      tickSize: '1',
      tiers: [{ maintenanceMarginRate: '0' }],
    });
    document['marginAccounts'][0]['collateral']['USDT'] = '39999.9';
    expect(account(document)['positions'][0].liquidationPrice).toBeNull();
  });
});

describe('the profiles', () => {
  it('are listed under their names, with a date, a source and conventions, and cannot be changed', () => {
    expect(Object.keys(VENUE_PROFILES)).toEqual([...PROFILE_NAMES]);
    for (const [name, profile] of Object.entries(VENUE_PROFILES)) {
      expect(profile.name).toBe(name);
      expect(profile.ruleDate).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(profile.sources.every((source) => source.startsWith('https://'))).toBe(true);
      expect(profile.linear ?? profile.inverse).toBeDefined();
      for (const part of [profile, profile.sources, profile.linear ?? {}, profile.inverse ?? {}]) {
        expect(Object.isFrozen(part) || Object.keys(part).length === 0).toBe(true);
      }
    }
    expect(Object.isFrozen(VENUE_PROFILES)).toBe(true);
  });
});

// Documents -----------------------------------------------------------------------------------------------

/** 1 BTC from 40000 at a mark of 41000, or 40000 dollars of it; what a profile may give is left out. */
function book(payoff: 'linear' | 'inverse' = 'linear'): Json {
  const isLinear = payoff === 'linear';
  const settle = isLinear ? 'USDT' : 'BTC';
  return {
    assets: [{ id: settle, decimals: 8 }],
    instruments: [
      {
        id: 'X',
        kind: 'perpetual',
        payoff,
        base: 'BTC',
        quote: isLinear ? 'USDT' : 'USD',
        settle,
        contractSize: isLinear ? '1' : '40000',
        tickSize: '0.5',
        lotSize: '0.001',
        ...(isLinear ? {} : { takerFeeRate: '0.0006' }),
        tiers: [{ initialMarginRate: '0.02', maintenanceMarginRate: '0.01', maxLeverage: '50' }],
      },
    ],
    marks: { X: '41000' },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { [settle]: isLinear ? '4000' : '0.1' },
        positions: [{ instrument: 'X', side: 'long', quantity: '1', entryPrice: '40000', leverage: '10' }],
      },
    ],
  };
}

/** Every place a value stands in, objects and lists included. */
function leaves(node: Json): [Json, string][] {
  return Object.keys(node).flatMap((key): [Json, string][] => {
    const child = node[key];
    return [[node, key], ...(typeof child === 'object' && child !== null ? leaves(child) : [])];
  });
}

function answer(document: Json): Json {
  const found = answerCalc(JSON.stringify(document));
  if (isCalcRefusal(found)) throw new Error(`refused: ${JSON.stringify(found)}`);
  return found;
}

function account(document: Json): Json {
  return answer(document)['marginAccounts'][0];
}

function refusal(document: Json, profile?: string): Json {
  const found = answerCalc(JSON.stringify(document), { profile });
  if (!isCalcRefusal(found)) throw new Error('was answered');
  return found.error;
}

/** Short two calls at a strike of 11 on what stands at 10. */
function optionBook(): Json {
  return {
    timestamp: 1_700_000_000_000,
    marginMode: 'cross',
    collateral: [{ asset: 'USDT', decimals: 6, balance: '100' }],
    positions: [
      {
        instrument: 'C11',
        kind: 'option',
        payoff: 'linear',
        base: 'X',
        quote: 'USDT',
        contractSize: '1',
        tickSize: '0.0001',
        lotSize: '1',
        optionType: 'call',
        strike: '11',
        expiry: 1_700_864_000_000,
        impliedVolatility: '0.6',
        underlyingPrice: '10',
        side: 'short',
        contracts: '2',
      },
    ],
  };
}
