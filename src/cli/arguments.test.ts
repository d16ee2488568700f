import { describe, expect, it } from 'vitest';
import { oneOf, parseArguments, wholeNumber } from './arguments.js';

const OPTIONS = {
  port: { type: 'string', short: 'p' },
  json: { type: 'boolean' },
  only: { type: 'string', multiple: true },
} as const;

describe('parseArguments', () => {
  it('reads options and arguments', () => {
    const parsed = parseArguments(['a', '--port=5', '--json', '--only', 'x', '--only', 'y'], OPTIONS, {
      positionalsMax: 1,
    });
    expect([parsed.positionals, parsed.text('port'), parsed.flag('json'), parsed.texts('only')]).toEqual([
      ['a'],
      '5',
      true,
      ['x', 'y'],
    ]);
    const none = parseArguments([], OPTIONS);
    expect([none.text('port'), none.flag('json'), none.texts('only')]).toEqual([undefined, false, []]);
  });

  it.each([
    [['--prot', '5'], 'unknown option --prot; did you mean --port?'],
    [['--jsn=1'], 'unknown option --jsn; did you mean --json?'],
    [['--quite-other'], 'unknown option --quite-other'],
    [['--port', '-5'], '--port needs a value; one that begins with a dash is written --port=-5'],
    [['--port', '--json'], '--port needs a value; one that begins with a dash is written --port=-5'],
    [['-x'], 'unknown option -x'],
    [['a', 'b'], 'unexpected argument "b"'],
    [['--port'], "option '-p, --port <value>' argument missing"],
    [['--json=1'], "option '--json' does not take an argument"],
  ])('refuses %j in one sentence', (args, message) => {
    expect(() => parseArguments(args, OPTIONS, { positionalsMax: 1 })).toThrow(message);
    expect(() => parseArguments(args, OPTIONS, { positionalsMax: 1 })).toThrow(
      expect.objectContaining({ name: 'UsageError' }),
    );
  });

  it('asks for an argument that is needed', () => {
    expect(() => parseArguments([], OPTIONS, { positionalsMin: 1, positionalsMax: 1 })).toThrow(
      'an argument is missing',
    );
  });
});

describe('wholeNumber and oneOf', () => {
  const range = { min: 1, max: 65_535, fallback: 4410 };

  it('take what is in range and fall back when nothing was given', () => {
    expect(wholeNumber(parseArguments(['-p', '80'], OPTIONS), 'port', range)).toBe(80);
    expect(wholeNumber(parseArguments([], OPTIONS), 'port', range)).toBe(4410);
    const choice = { words: ['a', 'b'], fallback: 'b' } as const;
    expect(oneOf(parseArguments(['--port', 'a'], OPTIONS), 'port', choice)).toBe('a');
    expect(oneOf(parseArguments([], OPTIONS), 'port', choice)).toBe('b');
    expect(() => oneOf(parseArguments(['--port', 'c'], OPTIONS), 'port', choice)).toThrow(
      '--port takes a or b, not "c"',
    );
  });

  it.each(['0', '65536', '1e3', '0x10', '', '4.5', 'NaN', '99999999999999999999'])('refuse %j', (text) => {
    const parsed = parseArguments([`--port=${text}`], OPTIONS);
    expect(() => wholeNumber(parsed, 'port', range)).toThrow('--port takes a whole number from 1 to 65535');
  });
});
