import { describe, expect, it } from 'vitest';
import { runCommand } from '../testkit/runCommand.js';
import { UsageError } from './failures.js';
import { risk, riskHelp } from './risk.js';

const BOOK = {
  method: 'historical',
  confidence: '0.9',
  unit: 'pnl',
  positions: [
    { id: 'perp', values: [-10, -6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
    { id: 'hedge', values: [4, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1] },
  ],
};

describe('bulkhead risk', () => {
  it('shows the measures, what positions add, and the tail', async () => {
    const { code, out } = await run(['-'], JSON.stringify(BOOK));
    expect(code).toBe(0);
    expect(out.replace(/, standard error [0-9.e-]+/g, '')).toBe(
      [
        'method              historical',
        'confidence          0.9, long side, one period',
        'sample              20 scenarios, 2 in the tail',
        'value at risk       5',
        'expected shortfall  5.5',
        '',
        'position  adds to shortfall   share  shortfall alone  saved without it',
        '--------  -----------------  ------  ---------------  ----------------',
        'perp                      8  145.5%                8               4.5',
        'hedge                  -2.5  -45.5%                1              -2.5',
        '',
        'tail  loss  weight',
        '----  ----  ------',
        '1        6  0.5000',
        '2        5  0.5000',
        '',
      ].join('\n'),
    );
  });

  it('answers with one line of JSON, and refuses with exit code 1', async () => {
    const answered = await run(['--json', '-'], JSON.stringify(BOOK));
    expect(answered.out.split('\n')).toHaveLength(2);
    expect(JSON.parse(answered.out)).toMatchObject({ expectedShortfall: 5.5 });
    const refused = await run(['-'], JSON.stringify({ ...BOOK, confidence: '1.5' }));
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('refused: bad_confidence at /confidence');
    const other = await run(['--json', '-'], '{');
    expect(other.code).toBe(1);
    expect(JSON.parse(other.out)).toMatchObject({ error: { code: 'malformed_json' } });
  });

  it('makes a document of the example market, and answers it', async () => {
    const made = await run(['--prices', 'market'], '');
    expect(made.code).toBe(0);
    expect(made.err).toContain('CCC: 610 bars from 2001-05-01 to 2002-12-31');
    expect(made.err).toContain('jump');
    const { positions, periods } = JSON.parse(made.out) as { positions: { id: string }[]; periods: string[] };
    expect(positions.map(({ id }) => id)).toEqual(['AAA', 'BBB', 'CCC']);
    expect(periods).toHaveLength(609);
    const { code, out } = await run(['-'], made.out);
    expect(code).toBe(0);
    expect(out).toContain('sample              559 scenarios, 6 in the tail');
    await expect(run(['--prices=nowhere'], '')).rejects.toThrow('no such file or folder');
    await expect(run(['--prices', 'docs'], '')).rejects.toThrow('there is no file');
  });

  it('prints its schema and its help, and wants a file', async () => {
    const { out } = await run(['--schema'], '');
    expect(JSON.parse(out)).toMatchObject({ title: 'bulkhead risk' });
    expect(riskHelp).toContain('peaksOverThreshold');
    await expect(run([], '')).rejects.toThrow(UsageError);
  });
});

const run = (args: readonly string[], input: string) => runCommand(risk, args, input);
