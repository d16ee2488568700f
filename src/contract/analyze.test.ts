import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnalyzeAnswer, analyzeCcxt, analyzeDocument, isAnalyzeRefusal } from './analyze.js';
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
    ['incomplete_position', 'markPrice', (b: Json) => delete b['positions'][0]['markPrice']],
    ['incomplete_position', 'entryPrice', (b: Json) => delete b['positions'][0]['entryPrice']],
    ['incomplete_position', 'spot', (b: Json) => set(b['positions'][0], 'symbol', 'BTC/USDT')],
    [
      'incomplete_position',
      'maintenanceMarginPercentage',
      (b: Json) => delete b['positions'][0]['maintenanceMarginPercentage'],
    ],
    ['incomplete_position', 'underlying', (b: Json) => onlyOption(b)],
    ['incomplete_position', 'no open position', (b: Json) => set(b, 'positions', [])],
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
    expect(found).toMatchObject({ error: { code: 'profile_contradiction', input: 'document' } });
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

function analyzed(book: Json): AnalyzeAnswer {
  const answer = analyzeCcxt({ positions: JSON.stringify(book) }, OPTIONS);
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
