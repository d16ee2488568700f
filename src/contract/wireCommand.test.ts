import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExternalCommand, encodeCommand, listedInstrument, type State } from '../engine/index.js';
import { arbitraryOf } from '../testkit/fromSchema.js';
import { playHistory } from '../testkit/histories.js';
import { createWorld, inversePerpetual, linearPerpetual, standardWorld } from '../testkit/world.js';
import { commandJson } from './commandView.js';
import { ERRORS, type Issue } from './errors.js';
import { DEPTH_MAX, parseJsonText } from './jsonText.js';
import { hasDecimalMarks } from './scale.js';
import { parseCommand, readCommand, translateCommand } from './wireCommand.js';
import { WIRE_COMMANDS, WIRE_KINDS } from './wireSchema.js';

/** USDT and BTC; BTC-PERP linear (tick 0.1, ten mark ticks, lot 0.001) and BTC-INV inverse (tick 0.5, lot 1). */
function venue() {
  const world = standardWorld();
  world.accept(inversePerpetual('BTC-INV'));
  world.client('ada', {});
  world.account('ada-1', 'ada', 'BTC-PERP', 10);
  world.account('ada-2', 'ada', 'BTC-INV', 10);
  return world;
}

const { state } = venue();
const read = (value: unknown) => readCommand(state, value);
const accepted = (value: unknown): ExternalCommand => {
  const command = read(value);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  return command.value;
};
const refusals = (value: unknown) => {
  const command = read(value);
  return command.ok ? [] : command.error.map(({ code, path }) => `${code} ${path}`);
};

const fill = {
  kind: 'fill',
  instrument: 'BTC-PERP',
  price: '43000.1',
  quantity: '0.5',
  buyer: { party: 'account', id: 'ada-1', order: 'ada-1/7', allocate: '12.5' },
  seller: { party: 'counterparty' },
  taker: 'buyer',
};

describe('a command of the wire', () => {
  it('becomes whole numbers in the units of its asset and instrument', () => {
    expect(accepted({ kind: 'injectCapital', asset: 'USDT', amount: '1250.000001' })).toEqual({
      kind: 'injectCapital',
      asset: 'USDT',
      amountMinor: 1_250_000_001n,
    });
    expect(accepted({ kind: 'allocate', account: 'ada-2', amount: '0.00000001' })).toMatchObject({
      amountMinor: 1n,
    });
    expect(accepted({ kind: 'setLeverage', account: 'ada-1', leverage: '12.5' })).toMatchObject({
      leveragePpm: 12_500_000n,
    });
    expect(
      accepted({ kind: 'applyFunding', instrument: 'BTC-PERP', fundingTimeMs: 5, rate: '-0.0001' }),
    ).toMatchObject({ ratePpm: -100n, fundingTimeMs: 5 });
    expect(accepted(fill)).toEqual({
      kind: 'fill',
      instrument: 'BTC-PERP',
      priceTicks: 430_001n,
      lots: 500n,
      buyer: {
        party: 'account',
        id: 'ada-1',
        leg: 'net',
        order: 'ada-1/7',
        allocateMinor: 12_500_000n,
        allocateInitial: false,
      },
      seller: {
        party: 'counterparty',
        id: '',
        leg: 'net',
        order: '',
        allocateMinor: 0n,
        allocateInitial: false,
      },
      taker: 'buyer',
    });
    const marks = [
      { instrument: 'BTC-PERP', price: '43000.05' },
      { instrument: 'BTC-INV', price: '43000.05', indexPrice: '42999.5' },
    ];
    expect(accepted({ kind: 'mark', sourceTimeMs: 7, marks })).toMatchObject({
      marks: [
        { instrument: 'BTC-PERP', markTicks: 4_300_005n, indexTicks: 0n },
        { instrument: 'BTC-INV', markTicks: 860_001n, indexTicks: 859_990n },
      ],
    });
  });

  it('lists an instrument with its defaults written out, in one spelling of each number', () => {
    const command = accepted({
      kind: 'listInstrument',
      id: 'ETH-PERP',
      pool: 'main',
      instrumentKind: 'perpetual',
      payoff: 'linear',
      base: 'ETH',
      quote: 'USDT',
      settle: 'USDT',
      contractSize: '1.0',
      tickSize: '0.010',
      lotSize: '0.01',
      makerFeeRate: '-0.0001',
      takerFeeRate: '0.0005',
      maintenanceBasis: 'mark',
      markMaxAgeMs: 60_000,
      markMaxJumpRate: '0.1',
      markConfirmations: 3,
      fillBandRate: '0.05',
      fundingRateMax: '0.0075',
      tiers: [{ initialMarginRate: '0.01', maintenanceMarginRate: '0.005', maxLeverage: '100' }],
    });
    expect(command).toEqual({
      ...linearPerpetual('ETH-PERP'),
      tickSize: '0.01',
      lotSize: '0.01',
      markTicksPerTick: 1n,
      makerFeePpm: -100n,
      takerFeePpm: 500n,
      markMaxAgeMs: 60_000,
      markMaxJumpPpm: 100_000n,
      markConfirmations: 3,
      fillBandPpm: 50_000n,
      fundingRateMaxPpm: 7_500n,
      brackets: [
        {
          notionalCapMinor: null,
          initialMarginRatePpm: 10_000n,
          maintenanceMarginRatePpm: 5_000n,
          leverageMaxPpm: 100_000_000n,
        },
      ],
    });
  });

  it('is never rounded: what is off its grid or finer than its unit is refused with its place (LED-04)', () => {
    expect(refusals({ kind: 'injectCapital', asset: 'USDT', amount: '0.0000001' })).toEqual([
      'too_fine /amount',
    ]);
    expect(refusals({ ...fill, price: '43000.15' })).toEqual(['off_tick /price']);
    expect(refusals({ ...fill, quantity: '0.0005' })).toEqual(['off_lot /quantity']);
    expect(refusals({ ...fill, price: '0.01', quantity: '0.0001' })).toEqual([
      'off_tick /price',
      'off_lot /quantity',
    ]);
    expect(refusals({ ...fill, buyer: { ...fill.buyer, allocate: '0.0000001' } })).toEqual([
      'too_fine /buyer/allocate',
    ]);
    const marks = [{ instrument: 'BTC-PERP', price: '43000.005' }];
    expect(refusals({ kind: 'mark', sourceTimeMs: 7, marks })).toEqual(['off_tick /marks/0/price']);
    expect(refusals({ kind: 'setLeverage', account: 'ada-1', leverage: '1.0000001' })).toEqual([
      'too_fine /leverage',
    ]);
  });

  it('outside int64 is refused at the door (LED-04)', () => {
    const largest = '9223372036854.775807';
    expect(accepted({ kind: 'injectCapital', asset: 'USDT', amount: largest })).toMatchObject({
      amountMinor: 2n ** 63n - 1n,
    });
    expect(refusals({ kind: 'injectCapital', asset: 'USDT', amount: '9223372036854.775808' })).toEqual([
      'out_of_range /amount',
    ]);
    expect(refusals({ ...fill, quantity: '9'.repeat(64) })).toEqual(['out_of_range /quantity']);
    expect(refusals({ kind: 'setLeverage', account: 'ada-1', leverage: '9'.repeat(64) })).toEqual([
      'out_of_range /leverage',
    ]);
  });

  it('with an unknown id is refused where its units depend on it', () => {
    expect(refusals({ kind: 'injectCapital', asset: 'EUR', amount: '1' })).toEqual(['unknown_asset /asset']);
    expect(refusals({ kind: 'release', account: 'bob-1', amount: '1' })).toEqual([
      'unknown_account /account',
    ]);
    expect(refusals({ ...fill, instrument: 'ETH-PERP' })).toEqual(['unknown_instrument /instrument']);
    const marks = [
      { instrument: 'BTC-PERP', price: '1' },
      { instrument: 'toString', price: '1' },
    ];
    expect(refusals({ kind: 'mark', sourceTimeMs: 7, marks })).toEqual([
      'unknown_instrument /marks/1/instrument',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['is no object', 'listAsset', 'schema_violation '],
    ['is a list', [], 'schema_violation '],
    ['is null', null, 'schema_violation '],
    ['has no kind', {}, 'schema_violation /kind'],
    ['has a kind that is none', { kind: 'mint' }, 'unknown_kind /kind'],
    ['has a kind of the engine itself', { kind: 'takeOver', accountRow: 0 }, 'unknown_kind /kind'],
    ['has a kind that every object has', { kind: 'constructor' }, 'unknown_kind /kind'],
    ['has a kind that is no text', { kind: { a: 1 } }, 'unknown_kind /kind'],
    ['has a kind that cannot be text', { kind: { toString: 1 } }, 'unknown_kind /kind'],
    ['lacks a field', { kind: 'openClient' }, 'schema_violation /client'],
    ['has a field too many', { kind: 'openClient', client: 'a', admin: true }, 'schema_violation /admin'],
    [
      'carries a prototype',
      JSON.parse('{"kind":"openClient","client":"a","__proto__":{"x":1}}'),
      'schema_violation /__proto__',
    ],
    ['has an empty id', { kind: 'openClient', client: '' }, 'schema_violation /client'],
    [
      'has an id of 65 characters',
      { kind: 'openClient', client: 'a'.repeat(65) },
      'schema_violation /client',
    ],
    ['has an id beyond ASCII', { kind: 'openClient', client: 'zo\u00eb' }, 'schema_violation /client'],
    ['has an id of half a character', { kind: 'openClient', client: 'a\ud800' }, 'schema_violation /client'],
    ['has an id with a line end', { kind: 'openClient', client: 'ada\n' }, 'schema_violation /client'],
    [
      'has a number for an amount',
      { kind: 'injectCapital', asset: 'USDT', amount: 1 },
      'not_a_decimal /amount',
    ],
    [
      'has NaN for an amount',
      { kind: 'injectCapital', asset: 'USDT', amount: 'NaN' },
      'not_a_decimal /amount',
    ],
    ['has an exponent', { kind: 'injectCapital', asset: 'USDT', amount: '1e3' }, 'not_a_decimal /amount'],
    ['has a plus sign', { kind: 'injectCapital', asset: 'USDT', amount: '+1' }, 'not_a_decimal /amount'],
    [
      'has a negative amount',
      { kind: 'injectCapital', asset: 'USDT', amount: '-1' },
      'schema_violation /amount',
    ],
    ['has a negative size', { ...fill, quantity: '-0.5' }, 'schema_violation /quantity'],
    [
      'has digits that are not ASCII',
      { kind: 'injectCapital', asset: 'USDT', amount: '\u0661' },
      'not_a_decimal /amount',
    ],
    [
      'has 65 digits',
      { kind: 'injectCapital', asset: 'USDT', amount: '1'.repeat(65) },
      'schema_violation /amount',
    ],
    [
      'has a fraction for a count',
      { kind: 'listAsset', asset: 'X', decimals: 1.5 },
      'schema_violation /decimals',
    ],
    [
      'has an infinite count',
      { kind: 'listAsset', asset: 'X', decimals: Infinity },
      'schema_violation /decimals',
    ],
    [
      'has a time before time',
      { kind: 'mark', sourceTimeMs: -1, marks: [{ instrument: 'BTC-PERP', price: '1' }] },
      'schema_violation /sourceTimeMs',
    ],
    [
      'has a time past every date',
      { kind: 'mark', sourceTimeMs: 1e16, marks: [{ instrument: 'BTC-PERP', price: '1' }] },
      'schema_violation /sourceTimeMs',
    ],
    ['has no marks', { kind: 'mark', sourceTimeMs: 1, marks: [] }, 'schema_violation /marks'],
    [
      'has 10,001 marks',
      { kind: 'mark', sourceTimeMs: 1, marks: Array(10_001).fill({ instrument: 'BTC-PERP', price: '1' }) },
      'schema_violation /marks',
    ],
    ['has an unknown word', { ...fill, taker: 'both' }, 'schema_violation /taker'],
    ['has a side without its id', { ...fill, buyer: { party: 'account' } }, 'schema_violation /buyer/id'],
    [
      'has an outside with an id',
      { ...fill, seller: { party: 'counterparty', id: 'x' } },
      'schema_violation /seller/id',
    ],
  ])('that %s is refused with its place', (_what, value, refusal) => {
    expect(refusals(value)).toContain(refusal);
  });

  it('names a takeover by its pool and number', () => {
    const buyer = { party: 'liquidation', id: 'main#12' };
    const seller = { party: 'account', id: 'ada-1' };
    expect(accepted({ ...fill, buyer: { ...buyer, order: 'main#12/3' }, seller })).toMatchObject({
      buyer: { order: 'main#12/3' },
    });
    expect(refusals({ ...fill, buyer: { ...buyer, leg: 'long' } })).toEqual(['schema_violation /buyer/leg']);
    expect(accepted({ ...fill, buyer, seller })).toMatchObject({
      buyer: { party: 'liquidation', id: 'main#12' },
    });
    expect(refusals({ ...fill, buyer: { ...buyer, id: 'main#' } })).toEqual(['schema_violation /buyer/id']);
  });

  it('with marks that have no end in decimals is not listed', () => {
    const wire = commandJson(state, linearPerpetual('ETH-PERP'));
    expect(refusals({ ...wire, markTicksPerTick: 3 })).toEqual(['schema_violation /markTicksPerTick']);
    expect(refusals({ ...wire, markTicksPerTick: 524_288 })).toEqual([]);
  });

  it('never answers at the length of its input', () => {
    const long = 'x'.repeat(100_000);
    for (const value of [
      { kind: long },
      { kind: 'openClient', client: long },
      { kind: 'openClient', [long]: 1 },
    ]) {
      const answer = read(value);
      expect(JSON.stringify(answer).length).toBeLessThan(3_000);
    }
  });

  it('fits its schema, translates or is refused with known codes, and reads back as the same command', () => {
    const ids = ['USDT', 'BTC', 'main', 'ada', 'ada-1', 'ada-2', 'BTC-PERP', 'BTC-INV', 'new'];
    const command = fc.oneof(...WIRE_KINDS.map((kind) => arbitraryOf(WIRE_COMMANDS[kind], { ids })));
    let translated = 0;
    fc.assert(
      fc.property(command, (wire) => {
        const parsed = parseCommand(wire);
        if (!parsed.ok) return expectKnown(parsed.error);
        const core = translateCommand(state, parsed.value);
        if (!core.ok) return expectKnown(core.error);
        translated++;
        const again = accepted(JSON.parse(JSON.stringify(commandJson(state, core.value))));
        expect([...encodeCommand(again)]).toEqual([...encodeCommand(core.value)]);
      }),
      { numRuns: 2_000 },
    );
    expect(translated).toBeGreaterThan(200);
  });

  it('is what the engine has recorded, read back (random histories)', () => {
    let read = 0;
    for (const seed of ['wire-1', 'wire-2', 'wire-3']) {
      playHistory(seed, {
        commands: 150,
        observe({ state: now }, { command }, { record }) {
          if (record.outcome.kind === 'rejected' || hasMarksWithoutEnd(now, command)) return;
          read++;
          const again = readCommand(now, JSON.parse(JSON.stringify(commandJson(now, command))));
          expect(again).toEqual({ ok: true, value: command });
        },
      });
    }
    expect(read).toBeGreaterThan(200);
  });
});

function expectKnown(issues: readonly Issue[]): void {
  expect(issues.length).toBeGreaterThan(0);
  for (const { code } of issues) expect(Object.keys(ERRORS)).toContain(code);
}

/** The wire lists no instrument whose marks have no end in decimals; the engine itself does. */
function hasMarksWithoutEnd(now: State, command: ExternalCommand): boolean {
  if (command.kind === 'listInstrument') return !hasDecimalMarks(command.markTicksPerTick);
  if (command.kind === 'scheduleParameters') return !hasDecimalMarks(command.definition.markTicksPerTick);
  const named =
    command.kind === 'mark' ? command.marks : command.kind === 'sendScenarios' ? command.instruments : [];
  return named.some(({ instrument }) => {
    const listed = listedInstrument(now, now.instruments.names.rowOf(instrument));
    return !hasDecimalMarks(listed.definition.markTicksPerTick);
  });
}

describe('JSON text', () => {
  const code = (text: string) => {
    const parsed = parseJsonText(text);
    return parsed.ok ? parsed.value : parsed.error.code;
  };

  it('is parsed as JSON is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5, noUnicodeString: false }), (text) => {
        expect(code(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused where it is none, nested too deeply, or names a field twice', () => {
    for (const text of [
      '',
      '{',
      '{"a":}',
      'NaN',
      '{"a":1}{',
      "{'a':1}",
      '[1,]',
      '"\u0001"',
      ']',
      '"',
      '"a\\',
    ])
      expect(code(text), text).toBe('malformed_json');
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(Array.isArray(code(nested(DEPTH_MAX)))).toBe(true);
    expect(code(nested(DEPTH_MAX + 1))).toBe('too_deep');
    expect(code('['.repeat(500_000))).toBe('too_deep');
    expect(code('{"a":1,"b":{"a":2},"a" : 3}')).toBe('duplicate_key');
    expect(code('{"a":1,"\\u0061":2}')).toBe('duplicate_key');
    expect(code('[{"a":1},{"a":"a"}]')).toEqual([{ a: 1 }, { a: 'a' }]);
    expect(code('{"[":"}","a":"{\\"a\\":"}')).toEqual({ '[': '}', a: '{"a":' });
  });

  it('keeps a prototype as a field of its own', () => {
    const parsed = parseJsonText('{"__proto__":{"admin":true}}');
    expect(parsed.ok && Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('an empty venue', () => {
  it('refuses to translate anything that has units', () => {
    const { state: empty } = createWorld();
    expect(readCommand(empty, { kind: 'openClient', client: 'ada' })).toMatchObject({ ok: true });
    expect(readCommand(empty, fill)).toMatchObject({ ok: false });
  });
});
