import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ccxtHoldings } from './ccxtBalance.js';
import { type CcxtBook, readCcxtBook } from './ccxtBook.js';
import { parseCcxtSymbol } from './ccxtSymbol.js';
import { agreedText, parseTexts, plainDecimal, type TextObject } from './ccxtText.js';
import { ccxtTiers } from './ccxtTiers.js';

describe('numbers', () => {
  it.each([
    ['9.6e-07', '0.00000096'],
    ['-1.5E+3', '-1500'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['+2.50', '2.5'],
    ['1.', '1'],
    ['-0.0', '0'],
    ['1e60', `1${'0'.repeat(60)}`],
    ['1e61', null],
    ['1e-61', null],
    ['1e999999999', null],
    ['NaN', null],
    ['', null],
    ['0x10', null],
    ['1,5', null],
  ])('%s is %s', (text, plain) => expect(plainDecimal(text)).toBe(plain));

  it('are kept as they are written, and digits in strings and names are left alone', () => {
    const found = parseTexts('{"a1":[1.10,-2e-3],"b \\" 7":"8.90","c":null,"d":true}');
    expect(found).toEqual({ ok: true, value: { a1: ['1.1', '-0.002'], 'b " 7': '8.90', c: null, d: true } });
  });

  it('survive any document of JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const found = parseTexts(text);
        if (!found.ok) return;
        const revived = JSON.parse(text, (_key, value: unknown) =>
          typeof value === 'number' ? (plainDecimal(String(value)) ?? value) : value,
        ) as unknown;
        const isSame = JSON.stringify(found.value) === JSON.stringify(revived);
        // Numbers that no decimal text can hold stay as they are written.
        expect(isSame || /[eE]/.test(text)).toBe(true);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('are taken raw where the venue has more digits, and never where it means something else', () => {
    const info: TextObject = { entryPrice: '1597.7400000001', other: '12', pos: '-0.5' };
    expect(agreedText('1597.74', info, ['entryPrice'])).toBe('1597.7400000001');
    expect(agreedText('1597.74', info, ['other', 'missing'])).toBe('1597.74');
    expect(agreedText('0.5', info, ['pos'])).toBe('0.5');
    expect(agreedText(null, info, ['entryPrice'])).toBeNull();
  });
});

describe('symbols', () => {
  it.each([
    ['BTC/USDT', 'spot', 'linear', 'USDT', null],
    ['BTC/USDT:USDT', 'perpetual', 'linear', 'USDT', null],
    ['BTC/USD:BTC', 'perpetual', 'inverse', 'BTC', null],
    ['BTC/USDT:USDT-261225', 'future', 'linear', 'USDT', '2026-12-25T08:00:00.000Z'],
    ['BTC/USD:BTC-261225-65000-C', 'option', 'inverse', 'BTC', '2026-12-25T08:00:00.000Z'],
    ['1000PEPE/USDT:USDT', 'perpetual', 'linear', 'USDT', null],
  ])('%s is a %s', (text, kind, payoff, settle, expiry) => {
    const found = parseCcxtSymbol(text);
    if (!found.ok) throw new Error(found.error);
    const { expiryMs } = found.value;
    expect(found.value).toMatchObject({ kind, payoff, settle });
    expect(expiryMs === null ? null : new Date(expiryMs).toISOString()).toBe(expiry);
  });

  it('an option has a strike and a type', () => {
    expect(parseCcxtSymbol('ETH/USDC:USDC-260626-2500.5-P')).toMatchObject({
      value: { strike: '2500.5', optionType: 'put', payoff: 'linear' },
    });
  });

  it.each([
    'BTCUSDT',
    '',
    'BTC/USDT:',
    'BTC/USDT:ETH',
    'BTC/USDT:USDT-261325',
    'BTC/USDT:USDT-260230',
    'BTC/USDT:USDT-261225-65000',
    'BTC/USDT:USDT-261225-65000-X',
    'BTC/USDT:USDT\n',
    `${'A'.repeat(40)}/USDT`,
  ])('%j is none that can be computed', (text) => expect(parseCcxtSymbol(text).ok).toBe(false));
});

describe('tiers', () => {
  const row = (tier: number, min: string, max: string | null, rate: string) => ({
    tier: String(tier),
    symbol: 'X/USDT:USDT',
    minNotional: min,
    maxNotional: max,
    maintenanceMarginRate: rate,
    maxLeverage: '50',
  });

  it('join where a venue lists the next from one unit above', () => {
    const tiers = ccxtTiers(
      { 'X/USDT:USDT': [row(1, '0', '2000', '0.01'), row(2, '2001', null, '0.02')] },
      'X/USDT:USDT',
    );
    expect(tiers).toEqual([
      { notionalFloor: '0', notionalCap: '2000', maintenanceMarginRate: '0.01', maxLeverage: '50' },
      { notionalCap: null, maintenanceMarginRate: '0.02', maxLeverage: '50' },
    ]);
  });

  it('keep their holes and overlaps, for the calculator to refuse', () => {
    for (const floor of ['3000', '1500']) {
      const tiers = ccxtTiers([row(1, '0', '2000', '0.01'), row(2, floor, null, '0.02')], 'X/USDT:USDT');
      expect(tiers?.[1]?.notionalFloor).toBe(floor);
    }
  });

  it('are none for another symbol, or without a rate', () => {
    expect(ccxtTiers([row(1, '0', '2000', '0.01')], 'Y/USDT:USDT')).toBeNull();
    expect(ccxtTiers({ 'X/USDT:USDT': [{ tier: '1' }] }, 'X/USDT:USDT')).toBeNull();
    expect(ccxtTiers(null, 'X/USDT:USDT')).toBeNull();
  });
});

describe('balances', () => {
  it('are the wallet where the venue names one, else the unified total', () => {
    const held = ccxtHoldings({
      info: { data: [{ details: [{ ccy: 'USDT', cashBal: '990.5', eq: '1001' }] }] },
      total: { USDT: '1001', BTC: '0.5', ETH: '0' },
      debt: { BTC: '0.1' },
    });
    expect(held).toEqual([
      { asset: 'USDT', amount: '990.5', debt: null, rawField: 'cashBal' },
      { asset: 'BTC', amount: '0.5', debt: '0.1', rawField: null },
    ]);
  });
});

describe('a book', () => {
  const position = {
    symbol: 'BTC/USDT:USDT',
    contracts: 1,
    contractSize: 0.1,
    side: 'long',
    markPrice: 100,
    info: {},
  };

  it('is read from one text or several, and leaves out what is closed', () => {
    const closed = { ...position, contracts: 0 };
    const list = JSON.stringify([position, closed, { ...closed, contracts: null, info: { pos: '' } }]);
    const one = read({
      positions: JSON.stringify({ positions: [position], balance: { total: { USDT: 5 } } }),
    });
    const several = read({ positions: list, balance: '{"total":{"USDT":5}}' });
    const [position0] = one.positions;
    expect(several).toEqual({
      ...one,
      positions: [{ ...position0, path: '/0' }],
      tiersPlace: several.tiersPlace,
    });
    expect(one.positions).toHaveLength(1);
    expect(one.holdings).toHaveLength(1);
  });

  it('has two positions of one symbol where the venue names them apart, or modes differ', () => {
    const apart = read({
      positions: JSON.stringify([
        { ...position, id: 'a' },
        { ...position, id: 'b' },
        { ...position, id: 'c', marginMode: 'isolated' },
        { ...position, id: 'd', side: 'short' },
      ]),
    });
    expect(apart.positions).toHaveLength(4);
  });

  it('takes the side from the sign where there is none', () => {
    const book = read({ positions: JSON.stringify([{ ...position, side: null, contracts: -2 }]) });
    expect(book.positions[0]).toMatchObject({ side: 'short', contracts: '2' });
  });

  it.each([
    ['malformed_json', 'positions', '', { positions: '[' }],
    ['malformed_json', 'balance', '', { positions: '[]', balance: 'NaN' }],
    ['not_ccxt', 'positions', '', { positions: '7' }],
    ['not_ccxt', 'positions', '/positions', { positions: '{}' }],
    ['not_ccxt', 'balance', '', { positions: '[]', balance: '[]' }],
    ['bad_position', 'positions', '/0', { positions: '[1]' }],
    ['bad_position', 'positions', '/0/symbol', { positions: '[{"contracts":1}]' }],
    [
      'bad_position',
      'positions',
      '/1/symbol',
      { positions: JSON.stringify([position, { ...position, symbol: 'BTCUSDT' }]) },
    ],
    ...(
      [
        ['contractSize', null],
        ['side', null],
        ['side', 'up'],
        // A position whose size cannot be read is never taken for a closed one.
        ['contracts', null],
        ['contracts', 1e300],
        ['contracts', 'abc'],
        ['contracts', true],
        ['contracts', -1],
        ['marginMode', 'foo'],
        ['marginMode', 3],
        ['entryPrice', 'abc'],
        ['markPrice', -100],
        ['leverage', {}],
        ['maintenanceMarginPercentage', 'x'],
      ] as const
    ).map(
      ([field, value]) =>
        [
          'bad_position',
          'positions',
          `/1/${field}`,
          { positions: JSON.stringify([position, { ...position, symbol: 'X/USDT:USDT', [field]: value }]) },
        ] as const,
    ),
    ['duplicate_position', 'positions', '/1', { positions: JSON.stringify([position, position]) }],
    [
      'duplicate_position',
      'positions',
      '/1',
      { positions: JSON.stringify([position, { ...position, contracts: 3, marginMode: 'cross' }]) },
    ],
    ['not_ccxt', 'positions', '/balance', { positions: '{"positions":[],"balance":"x"}' }],
    ['bad_balance', 'balance', '/total', { positions: '[]', balance: '{}' }],
    ['bad_balance', 'balance', '/total/USDT', { positions: '[]', balance: '{"total":{"USDT":"many"}}' }],
    ['not_ccxt', 'positions', '/leverageTiers', { positions: '{"positions":[],"leverageTiers":"x"}' }],
    ['bad_tiers', 'tiers', '/BTC~1USDT:USDT', { positions: '[]', tiers: '{"BTC/USDT:USDT":"x"}' }],
    ['bad_tiers', 'tiers', '/0/maintenanceMarginRate', { positions: '[]', tiers: '[{"tier":1}]' }],
    ['bad_markets', 'markets', '/X/taker', { positions: '[]', markets: '{"X":{"taker":"a"}}' }],
    [
      'bad_markets',
      'markets',
      '/X/precision/price',
      { positions: '[]', markets: '{"X":{"precision":{"price":0}}}' },
    ],
  ] as const)('is refused: %s in %s at %j', (code, input, path, texts) => {
    expect(readCcxtBook(texts)).toMatchObject({ ok: false, error: { code, input, path } });
  });
});

function read(input: Parameters<typeof readCcxtBook>[0]): CcxtBook {
  const found = readCcxtBook(input);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
