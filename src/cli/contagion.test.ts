import { describe, expect, it } from 'vitest';
import { CONTAGION_METHODS } from '../contract/contagionSchema.js';
import { runCommand } from '../testkit/runCommand.js';
import { contagion, contagionHelp } from './contagion.js';
import { UsageError } from './failures.js';

const NETWORK = {
  method: 'rogersVeraart',
  alpha: '0.5',
  beta: '0.5',
  nodes: [
    { id: 'ada', assets: '2' },
    { id: 'bob', assets: '2' },
  ],
  liabilities: [
    ['0', '10'],
    ['10', '0'],
  ],
};
const HELD = {
  assets: [{ id: 'BTC', depth: 1000 }],
  nodes: [{ id: 'ada', holdings: { BTC: 100 } }],
};
const OTHERS = [
  { ...NETWORK, method: 'eisenbergNoe', alpha: undefined, beta: undefined },
  { ...NETWORK, method: 'furfine', alpha: undefined, beta: undefined, recovery: '0.5', failed: ['ada'] },
  {
    method: 'debtRank',
    valuation: 'linear',
    nodes: [{ id: 'ada', equity: 5, shock: 0.5 }],
    liabilities: [[0]],
  },
  {
    method: 'greenwoodLandierThesmar',
    assets: [{ id: 'BTC', depth: 1000, shock: 0.05 }],
    nodes: [{ ...HELD.nodes[0], equity: 10 }],
  },
  {
    method: 'thresholdDeleveraging',
    maxLeverage: 12,
    bufferLeverage: 10,
    assets: [{ id: 'BTC', depth: 1000, shock: 0.05 }],
    nodes: [{ ...HELD.nodes[0], equity: 10 }],
  },
  { method: 'overlap', ...HELD },
];

describe('bulkhead contagion', () => {
  it('shows both vectors where they differ', async () => {
    const { code, out } = await run(['-'], JSON.stringify(NETWORK));
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'method            rogersVeraart',
        'clearing vectors  several: ada, bob pay less, or fail, in the least (selfFulfilling)',
        'failed            0, in 0 rounds',
        'unpaid            0',
        'cost of failure   0',
        '',
        'node  state   round  received  paid to nodes  paid outside  rate  unpaid  equity',
        '----  ------  -----  --------  -------------  ------------  ----  ------  ------',
        'ada   stands               10             10             0     1       0       2',
        'bob   stands               10             10             0     1       0       2',
        '',
        'the least, if nobody is trusted',
        'node  state   round  received  paid to nodes  paid outside  rate  unpaid  equity',
        '----  ------  -----  --------  -------------  ------------  ----  ------  ------',
        'ada   failed                2              2             0   0.2       8       0',
        'bob   failed                2              2             0   0.2       8       0',
        '',
      ].join('\n'),
    );
  });

  it.each(OTHERS)('answers $method as tables and as one line of JSON', async (document) => {
    const text = await run(['-'], JSON.stringify(document));
    expect(text.code).toBe(0);
    expect(text.out).toMatch(new RegExp(`^method +${document.method}`));
    expect(text.out).toMatch(/\nada /);
    const json = await run(['-', '--json'], JSON.stringify(document));
    expect([json.code, json.out.split('\n').length, JSON.parse(json.out).method]).toEqual([
      0,
      2,
      document.method,
    ]);
  });

  it('refuses a document with exit 1, naming the field and the rule', async () => {
    const bad = {
      ...NETWORK,
      liabilities: [
        ['0', '10'],
        ['10', '1'],
      ],
    };
    const { code, out } = await run(['-'], JSON.stringify(bad));
    expect([code, out]).toEqual([
      1,
      'refused: self_liability at /liabilities/1/1: a node owes nothing to itself: this value must be 0\n',
    ]);
    const json = await run(['-', '--json'], '{');
    expect([json.code, JSON.parse(json.out).error.code]).toEqual([1, 'malformed_json']);
    const twice = await run(['-', '--json'], '{"method":"furfine","method":"debtRank"}');
    expect([twice.code, JSON.parse(twice.out).error.code]).toEqual([1, 'malformed_json']);
  });

  it('prints its schema, which has the document and both answers', async () => {
    const { code, out } = await run(['--schema']);
    expect([code, Object.keys(JSON.parse(out).$defs)]).toEqual([0, ['document', 'answer', 'refusal']]);
  });

  it('refuses wrong usage', async () => {
    await expect(run([])).rejects.toThrow(UsageError);
    await expect(run(['--schema', 'a.json'])).rejects.toThrow('takes no file');
    await expect(run(['--jsn', '-'])).rejects.toThrow('did you mean --json');
  });

  it('has a page of help that names every method', () => {
    for (const method of CONTAGION_METHODS) expect(contagionHelp).toContain(`\n  ${method} `);
    expect(contagionHelp).toContain('Exit codes:');
  });
});

const run = (args: readonly string[], input = '') => runCommand(contagion, args, input);
