import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnalyzeAnswer,
  type AnalyzeOptions,
  analyzeCcxt,
  analyzeDocument,
  isAnalyzeRefusal,
} from './analyze.js';
import { answerCalc, isCalcRefusal } from './calc.js';

/** Any part of an input, for tests that change one thing. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;

const OPTIONS = { preset: 'okx-like', nowMs: 1_780_272_000_000 } as const;

describe('analyze', () => {
  it('compares the modes: brackets see no hedge between two instruments, scenarios do', () => {
    const { modes } = analyzed(hedged());
    expect(modes.map(({ mode, maintenanceMargin }) => [mode, maintenanceMargin])).toEqual([
      // 0.5% of 40000 and of 38000.
      ['isolated', '390'],
      ['cross', '390'],
      // 12% of the difference, but a fifth of 12% of both in any case.
      ['portfolio', '1872'],
    ]);
  });

  it('takes what the other numbers tell where one is missing, and says so', () => {
    const book = hedged();
    const [first, second] = book['positions'];
    delete first['markPrice'];
    first['notional'] = 40000;
    delete second['entryPrice'];
    second['unrealizedPnl'] = -500;
    const { positions, notes } = analyzed(book);
    expect(positions[0]?.markPrice).toBe('40000');
    // A short of 1 marked at 38000 that lost 500.
    expect(positions[1]?.entryPrice).toBe('37500');
    expect(notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['mark_from_notional', 'entry_from_profit', 'tiers_unknown']),
    );
  });

  it('tells which mode a position is in by what the venue says, cross where it says nothing', () => {
    const book = hedged();
    book['positions'][0]['marginMode'] = 'isolated';
    book['positions'][0]['info'] = { isolatedWallet: '4000' };
    delete book['positions'][1]['marginMode'];
    const { positions, modes } = analyzed(book);
    expect(positions.map(({ marginMode }) => marginMode)).toEqual(['isolated', 'cross']);
    // (40000 - 4000) / 0.995.
    expect(positions[0]?.liquidationPrice).toBe('36180.904522613065');
    // 10000 in all: 4000 stand apart and come back where everything is shared.
    expect(modes[1]?.equity).toBe('9000');
  });

  it('values other assets at the marks in the book, dollars at par, and leaves out the rest', () => {
    const book = hedged();
    book['balance']['total'] = { USDT: 10000, BTC: 0.5, USDC: 100, XYZ: 7 };
    const { modes, notes } = analyzed(book);
    expect(modes[1]?.equity).toBe('29100');
    expect(notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['dollar_at_par', 'asset_at_mark', 'asset_left_out']),
    );
  });

  it('leaves long and short of one instrument to the leg rule', () => {
    const book = hedged();
    book['positions'][1] = { ...book['positions'][0], side: 'short', hedged: true };
    const { modes } = analyzed(book);
    expect(modes.map(({ maintenanceMargin }) => maintenanceMargin)).toEqual(['400', '200', '0']);
  });

  it('gives the document it computed, which calc answers alike', () => {
    const document = analyzeDocument({ positions: JSON.stringify(hedged()) }, OPTIONS);
    const answer = answerCalc(JSON.stringify(document));
    if (isCalcRefusal(answer)) throw new Error(JSON.stringify(answer));
    const cross = answer.marginAccounts.find(({ id }) => id === 'all-cross');
    expect(cross?.maintenanceMargin).toBe(analyzed(hedged()).modes[1]?.maintenanceMargin);
  });

  it.each([
    ['binanceusdm', '0.080808080808'],
    ['bybit', null],
    ['gate', null],
    ['okx', null],
  ])('no price is rounded to a grid guessed from the digits of a mark: %s', (profile, expected) => {
    // (1200 - 400) / (10000 x 0.99).
    const { positions, comparisons, notes } = analyzed({ positions: [DOGE] }, { profile });
    const [position] = positions;
    if (expected !== null) expect(position?.liquidationPrice).toBe(expected);
    expect(Math.abs(Number(position?.liquidationPrice) / 0.0808 - 1)).toBeLessThan(0.01);
    expect(notes.map(({ code }) => code)).toContain('price_step_unknown');
    const found = comparisons.find(({ field }) => field === 'liquidationPrice');
    if (profile === 'binanceusdm') expect(found?.reason).toBe('rounding');
  });

  it('rounds prices to the step that the market tells, and says that rounding is the difference', () => {
    const markets = { 'DOGE/USDT:USDT': { precision: { price: 0.001 } } };
    const found = analyzed({ positions: [DOGE], markets }, { profile: 'binanceusdm' });
    expect(found.positions[0]?.liquidationPrice).toBe('0.081');
    expect(found.notes.map(({ code }) => code)).not.toContain('price_step_unknown');
    const price = found.comparisons.find(({ field }) => field === 'liquidationPrice');
    expect(price).toMatchObject({ reason: 'rounding', explanation: expect.stringContaining('binanceusdm') });
  });

  it('names other conventions only where they, and not a rounding, give the figure', () => {
    const position = { ...DOGE, markPrice: 0.1, liquidationPrice: 0.1 };
    const { comparisons } = analyzed({ positions: [position] }, { profile: 'binanceusdm' });
    const price = comparisons.find(({ field }) => field === 'liquidationPrice');
    expect(price?.reason).not.toBe('other_conventions');
  });

  it('says that a mode was assumed', () => {
    const book = hedged();
    delete book['positions'][0]['marginMode'];
    const codes = analyzed(book).notes.map(({ code, symbol }) => [code, symbol]);
    expect(codes).toContainEqual(['mode_assumed', 'BTC/USDT:USDT']);
  });

  it('says that tiers were given but none of it, and that a position is beyond the last one', () => {
    const book = hedged();
    book['leverageTiers'] = { 'BTC/USDT:USDT': [{ ...OVERLAPPING[0], maxNotional: 5000 }] };
    const { notes } = analyzed(book);
    expect(notes).toContainEqual(
      expect.objectContaining({ code: 'notional_beyond_last_tier', symbol: 'BTC/USDT:USDT' }),
    );
    expect(notes.find(({ code }) => code === 'tiers_unknown')).toMatchObject({
      symbol: 'BTC/USDT:USDT-261225',
      message: expect.stringContaining('the leverage tiers given have none of it'),
    });
  });

  it.each([
    ['leverage_from_margin', '20', (p: Json) => set(p, 'initialMarginPercentage', 0.05)],
    [
      'leverage_from_margin',
      '8',
      (p: Json) => {
        p['initialMargin'] = 5000;
        p['notional'] = 40000;
      },
    ],
    [
      'leverage_from_tiers',
      '100',
      (_p: Json, book: Json) => set(book, 'leverageTiers', { 'BTC/USDT:USDT': [OVERLAPPING[0]] }),
    ],
  ])('takes a leverage that is missing from elsewhere: %s', (code, leverage, change) => {
    const book = hedged();
    delete book['positions'][0]['leverage'];
    change(book['positions'][0], book);
    const { positions, notes } = analyzed(book);
    expect(positions[0]?.leverage).toBe(leverage);
    expect(notes).toContainEqual(expect.objectContaining({ code, symbol: 'BTC/USDT:USDT' }));
  });

  it('counts a balance below zero as a debt, and not twice where the debt is told beside it', () => {
    for (const debt of [undefined, { USDT: 100 }]) {
      const book = hedged();
      book['balance'] = { total: { USDT: -100, USDC: 6000 }, debt };
      const { modes, notes } = analyzed(book);
      // 5900 less 1000 lost on the short.
      expect(modes[1]?.equity).toBe('4900');
      expect(notes.map(({ code }) => code)).toContain('wallet_negative');
    }
  });

  it('says by which clock options are priced where no position has a timestamp', () => {
    const book = hedged();
    book['positions'].push({
      ...book['positions'][0],
      symbol: 'BTC/USDT:USDT-261225-50000-C',
      markPrice: 900,
    });
    expect(analyzed(book).notes.map(({ code }) => code)).toContain('time_assumed');
    for (const position of book['positions']) position['timestamp'] = OPTIONS.nowMs;
    expect(analyzed(book).notes.map(({ code }) => code)).not.toContain('time_assumed');
  });

  it('takes the taker fee that a profile needs from markets or as an option', () => {
    const book = hedged();
    const one = analyzed(book, { profile: 'kucoinfutures', takerFeeRate: '0.0006' });
    book['markets'] = [
      { symbol: 'BTC/USDT:USDT', taker: 0.0006 },
      { symbol: 'BTC/USDT:USDT-261225', taker: 0.0006 },
    ];
    const two = analyzed(book, { profile: 'kucoinfutures' });
    expect(one.positions[0]?.maintenanceMargin).toBe('224');
    expect(two.positions).toEqual(one.positions);
    delete book['markets'];
    const refused = analyzeCcxt(
      { positions: JSON.stringify(book) },
      { ...OPTIONS, profile: 'kucoinfutures' },
    );
    expect(refused).toMatchObject({
      error: { code: 'taker_fee_missing', message: expect.stringContaining('--taker-fee') },
    });
  });

  it('prints a document that calc answers alike with every profile', () => {
    const options = { ...OPTIONS, profile: 'okx' };
    const document = analyzeDocument({ positions: JSON.stringify(hedged()) }, options);
    const answer = answerCalc(JSON.stringify(document));
    if (isCalcRefusal(answer)) throw new Error(JSON.stringify(answer));
    const cross = answer.marginAccounts.find(({ id }) => id === 'all-cross');
    expect(cross?.maintenanceMargin).toBe(analyzed(hedged(), options).modes[1]?.maintenanceMargin);
  });

  it.each([
    ['/positions/1/leverage', 'positions', (b: Json) => delete b['positions'][1]['leverage']],
    [
      '/leverageTiers/BTC~1USDT:USDT/1/minNotional',
      'positions',
      (b: Json) => set(b, 'leverageTiers', { 'BTC/USDT:USDT': OVERLAPPING }),
    ],
    [
      '/positions/1/symbol',
      'positions',
      (b: Json) => set(b['positions'][1], 'symbol', 'BTC/USDT:USDT-200101'),
    ],
    ['/positions/0/contractSize', 'positions', (b: Json) => set(b['positions'][0], 'contractSize', 0)],
    ['/positions/0/entryPrice', 'positions', (b: Json) => delete b['positions'][0]['entryPrice']],
  ])('a refusal names %s, as it was written', (path, input, change) => {
    const book = hedged();
    change(book);
    const found = analyzeCcxt({ positions: JSON.stringify(book) }, OPTIONS);
    expect(found).toMatchObject({ error: { path, input } });
  });

  it.each([
    ['incomplete_position', 'markPrice', (b: Json) => delete b['positions'][0]['markPrice']],
    ['incomplete_position', 'entryPrice', (b: Json) => delete b['positions'][0]['entryPrice']],
    ['incomplete_position', 'spot', (b: Json) => set(b['positions'][0], 'symbol', 'BTC/USDT')],
    [
      'incomplete_position',
      'maintenanceMarginPercentage',
      (b: Json) => delete b['positions'][0]['maintenanceMarginPercentage'],
    ],
    ['incomplete_position', 'underlying', (b: Json) => onlyOption(b)],
    ['no_open_position', 'no open position', (b: Json) => set(b, 'positions', [])],
    ['bracket_overlap', 'overlaps', (b: Json) => set(b, 'leverageTiers', { 'BTC/USDT:USDT': OVERLAPPING })],
    ['expired_instrument', 'expired', (b: Json) => set(b['positions'][1], 'symbol', 'BTC/USDT:USDT-200101')],
  ])('refuses %s, naming %s', (code, word, change) => {
    const book = hedged();
    change(book);
    const found = analyzeCcxt({ positions: JSON.stringify(book) }, OPTIONS);
    if (!isAnalyzeRefusal(found)) throw new Error('it was answered');
    expect(found.error.code).toBe(code);
    expect(found.error.message).toContain(word);
  });

  it('refuses a profile that is for the other payoff', () => {
    const found = analyzeCcxt(
      { positions: JSON.stringify(hedged()) },
      { ...OPTIONS, profile: 'binancecoinm' },
    );
    expect(found).toMatchObject({
      error: { code: 'profile_contradiction', input: 'positions', path: '/positions/0/symbol' },
    });
  });

  it('never throws, whatever one value is replaced by', () => {
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        0,
        -1,
        1e-20,
        1e30,
        '',
        '0',
        '1e-9',
        'NaN',
        null,
        'short',
        'BTC/USD:BTC',
        '9'.repeat(64),
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.nat(), values, (seed, value) => {
        const book = hedged();
        const places = leaves(book);
        const [parent, key] = places[seed % places.length]!;
        parent[key] = value;
        const found = analyzeCcxt({ positions: JSON.stringify(book) }, OPTIONS);
        expect(isAnalyzeRefusal(found) || found.positions.length > 0).toBe(true);
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});

const OVERLAPPING = [
  {
    tier: 1,
    symbol: 'BTC/USDT:USDT',
    minNotional: 0,
    maxNotional: 50000,
    maintenanceMarginRate: 0.004,
    maxLeverage: 100,
  },
  {
    tier: 2,
    symbol: 'BTC/USDT:USDT',
    minNotional: 40000,
    maxNotional: null,
    maintenanceMarginRate: 0.005,
    maxLeverage: 50,
  },
];

/** A perpetual long and a dated future short, in cross mode on 10000. */
function hedged(): Json {
  const shared = {
    contracts: 1,
    contractSize: 1,
    leverage: 10,
    marginMode: 'cross',
    maintenanceMarginPercentage: 0.005,
    info: {},
  };
  return {
    positions: [
      { ...shared, symbol: 'BTC/USDT:USDT', side: 'long', entryPrice: 40000, markPrice: 40000 },
      { ...shared, symbol: 'BTC/USDT:USDT-261225', side: 'short', entryPrice: 37000, markPrice: 38000 },
    ],
    balance: { total: { USDT: 10000 } },
  };
}

function onlyOption(book: Json): void {
  const option = { ...book['positions'][0], symbol: 'BTC/USDT:USDT-261225-50000-C', markPrice: 900 };
  book['positions'] = [option];
}

const DOGE = {
  symbol: 'DOGE/USDT:USDT',
  side: 'long',
  contracts: 10000,
  contractSize: 1,
  entryPrice: 0.12,
  markPrice: 0.1,
  notional: 1000,
  unrealizedPnl: -200,
  initialMargin: 100,
  maintenanceMargin: 10,
  maintenanceMarginPercentage: 0.01,
  leverage: 10,
  liquidationPrice: 0.080808,
  marginMode: 'isolated',
  info: { isolatedWallet: '400' },
};

function analyzed(book: Json, options: Partial<AnalyzeOptions> = {}): AnalyzeAnswer {
  const answer = analyzeCcxt({ positions: JSON.stringify(book) }, { ...OPTIONS, ...options });
  if (isAnalyzeRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer;
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
