import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../src/cli/io.js';
import { main } from '../src/cli/main.js';
import { openHost } from '../src/journal/index.js';
import { standardWorld, usdt } from '../src/testkit/world.js';

let directory: string;

/** The commands of a small world, sent to a durable host: ada/10x is liquidated and deleveraged. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-commands-'));
  const world = standardWorld(usdt(100));
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  world.account('ada/10x', 'ada', 'BTC-PERP', 10);
  world.account('bob/1', 'bob', 'BTC-PERP', 5);
  world.trade({
    buyer: 'ada/10x',
    seller: 'bob/1',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots: 100n,
  });
  world.mark({ 'BTC-PERP': 320_000n });
  const host = await openHost({ directory, segmentBytes: 1 << 20, clock: () => world.timeMs });
  for (const { commandId, command } of world.records) {
    if (commandId !== '') await host.submit(commandId, command as Parameters<typeof host.submit>[1]);
  }
  await host.snapshot();
  await host.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io: Io = {
    input: (async function* () {})(),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isErrTerminal: false,
    hasColour: false,
    env: {},
  };
  return { code: await main(args, io), out, err };
}

describe('bulkhead verify', () => {
  it('says that everything agrees, and counts (OPS-02)', async () => {
    const { code, out } = await run('verify', directory);
    expect(code).toBe(0);
    expect(out).toContain('Everything agrees');
    const json = JSON.parse((await run('verify', directory, '--json')).out) as Record<string, unknown>;
    expect(json).toMatchObject({ ok: true, snapshots: 1, findings: [] });
  });

  it('names a changed byte and exits 1, and the other commands refuse to read on', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'bulkhead-damaged-'));
    for (const name of readdirSync(directory))
      writeFileSync(join(copy, name), readFileSync(join(directory, name)));
    const segment = join(copy, 'segment-00000001');
    const bytes = readFileSync(segment);
    bytes[2000] = (bytes[2000] as number) ^ 4;
    writeFileSync(segment, bytes);
    const verified = await run('verify', copy);
    expect(verified).toMatchObject({ code: 1 });
    expect(verified.out).toMatch(/DAMAGED: segment-00000001 at byte \d+/);
    expect(await run('replay', copy)).toMatchObject({ code: 1, out: '' });
    expect(await run('explain', copy, '--account', 'ada/10x')).toMatchObject({ code: 1, out: '' });
    rmSync(copy, { recursive: true });
  });

  it('says that there is no journal where there is none, and not that one is damaged', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'bulkhead-empty-'));
    for (const command of ['explain', 'replay']) {
      const { code, err } = await run(command, empty, ...(command === 'explain' ? ['--account', 'ada'] : []));
      expect(code).toBe(1);
      expect(err).toContain(`${empty}: there is no journal here`);
      expect(err).not.toContain('damaged');
    }
    rmSync(empty, { recursive: true });
  });
});

describe('bulkhead replay', () => {
  it('leads to the state that verify finds, and to every state before', async () => {
    const verified = JSON.parse((await run('verify', directory, '--json')).out) as {
      stateHash: string;
      records: number;
    };
    const replayed = JSON.parse((await run('replay', directory, '--json')).out) as Record<string, unknown>;
    expect(replayed).toMatchObject({
      sequence: verified.records,
      stateHash: verified.stateHash,
      takeovers: 1,
    });
    const before = JSON.parse((await run('replay', directory, '--until', '5', '--json')).out) as Record<
      string,
      unknown
    >;
    expect(before).toMatchObject({ sequence: 5, takeovers: 0 });
    expect(before['stateHash']).not.toBe(verified.stateHash);
  });

  it('prints the records asked for, a line each', async () => {
    const { out } = await run('replay', directory, '--from', '2', '--until', '4', '--records', '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { sequence: number });
    expect(lines.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
  });

  it('refuses a folder without a journal', async () => {
    expect(await run('replay', join(directory, 'nothing'))).toMatchObject({ code: 1, out: '' });
    expect(await run('replay', directory, '--until', 'x')).toMatchObject({ code: 2, out: '' });
  });
});

describe('bulkhead explain', () => {
  it('shows every number that decided about a liquidation (OPS-03)', async () => {
    const { code, out } = await run('explain', directory, '--account', 'ada/10x');
    expect(code).toBe(0);
    expect(out).toContain('takeOver');
    expect(out).toMatch(/markPrice +32000\n/);
    expect(out).toContain('equity -400 <= maintenance margin 16: liquidatable');
  });

  it('refuses an account that the journal does not know', async () => {
    const { code, err } = await run('explain', directory, '--account', 'nobody');
    expect(code).toBe(1);
    expect(err).toContain('nobody');
  });

  it('tells what a wrong mark did, and what each reversal would cost (OPS-03)', async () => {
    const [mark] = JSON.parse(
      (await run('explain', directory, '--account', 'ada/10x', '--json')).out,
    ).steps.filter(({ command }: { command: string }) => command === 'mark') as { sequence: number }[];
    const args = ['explain', directory, '--mark', String(mark?.sequence), '--instrument', 'BTC-PERP'];
    const { code, out } = await run(...args, '--right', '39000');
    expect(code).toBe(0);
    expect(out).toMatch(/^right mark +39000$/m);
    expect(out).toMatch(/ada\/10x +main#1 +0\.1 +-400 USDT +300 of 19\.5 +not liquidatable$/m);
    expect(out).toMatch(/^Deleveraged$/m);
    expect(out).toMatch(/^ {2}main#1 is refused: .*needed 225 USDT/m);
    const json = JSON.parse((await run(...args, '--right', '39000', '--json')).out) as Record<
      string,
      unknown
    >;
    expect(json).toMatchObject({ takeovers: [{ account: 'ada/10x', atRight: { equity: '300' } }] });
    const lower = await run(...args, '--right', '36000');
    expect(lower.out).not.toContain('Reversals');
  });

  it('refuses a mark that is not there, and half a question', async () => {
    const args = ['explain', directory, '--instrument', 'BTC-PERP', '--right', '39000'];
    expect(await run(...args, '--mark', '1')).toMatchObject({ code: 1, out: '' });
    for (const wrong of [
      ['--mark', 'x'],
      ['--mark', '5..4'],
      [],
      ['--account', 'a'],
      ['--mark', '5', '--mark-time', '5'],
    ])
      expect(await run(...args, ...wrong)).toMatchObject({ code: 2, out: '' });
    expect(await run('explain', directory, '--mark', '5')).toMatchObject({ code: 2, out: '' });
    expect(await run('explain', directory)).toMatchObject({ code: 2, out: '' });
  });
});
