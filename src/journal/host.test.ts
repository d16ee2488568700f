import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashText } from '../base/index.js';
import { forkEngine } from '../engine/index.js';
import { linearPerpetual, standardWorld, usdt } from '../testkit/world.js';
import { type Host, openHost } from './host.js';
import { verifyJournal } from './verify.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-host-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (snapshotEvery = 0) =>
  openHost({ directory, clock: () => 1_700_000_000_000, segmentBytes: 1 << 20, snapshotEvery });

async function begin(host: Host): Promise<void> {
  await host.submit('a', { kind: 'listAsset', asset: 'USDT', decimals: 6 });
  await host.submit('b', {
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget: 100,
  });
  await host.submit('c', linearPerpetual('BTC-PERP'));
  await host.submit('d', { kind: 'openClient', client: 'ada' });
}

const deposit = (at: number) =>
  ({
    kind: 'announceDeposit',
    deposit: `d${at}`,
    client: 'ada',
    asset: 'USDT',
    amountMinor: usdt(1),
  }) as const;

describe('the host', () => {
  it('answers when a command is durable, and has it after opening again', async () => {
    const first = await open();
    await begin(first);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, at) => first.submit(`dep-${at}`, deposit(at))),
    );
    expect(answers.every((answer) => answer.kind === 'recorded')).toBe(true);
    const hash = hashText(first.engine.stateHash());
    await first.close();
    const second = await open();
    expect(hashText(second.engine.stateHash())).toBe(hash);
    await second.close();
    expect(verifyJournal(directory)).toMatchObject({
      findings: [],
      records: 504,
      commands: 504,
      stateHash: hash,
    });
  });

  it('answers a repeated command as the first time, and names another body a conflict, also after a restart (PRC-03)', async () => {
    const first = await open();
    await begin(first);
    const answer = await first.submit('x', deposit(1));
    await first.close();
    const second = await open();
    const hash = hashText(second.engine.stateHash());
    expect(await second.submit('x', deposit(1))).toEqual({
      kind: 'duplicate',
      record: answer.kind === 'recorded' && answer.record,
    });
    expect(await second.submit('x', deposit(2))).toEqual({ kind: 'conflict', sequence: 5 });
    expect(hashText(second.engine.stateHash())).toBe(hash);
    await second.close();
  });

  it('goes on from a snapshot with the same hash, register included', async () => {
    const first = await open(200);
    await begin(first);
    for (let at = 0; at < 450; at++) await first.submit(`dep-${at}`, deposit(at));
    const hash = hashText(first.engine.stateHash());
    await first.close();
    expect(readdirSync(directory).some((name) => name.includes('snapshot'))).toBe(true);
    const second = await open(200);
    expect(hashText(second.engine.stateHash())).toBe(hash);
    expect((await second.submit('dep-3', deposit(3))).kind).toBe('duplicate');
    await second.close();
    expect(verifyJournal(directory).findings).toEqual([]);
  });

  it('refuses to start on a flipped byte in any stored file, and verify names it', async () => {
    const first = await open();
    await begin(first);
    for (let at = 0; at < 20; at++) await first.submit(`dep-${at}`, deposit(at));
    await first.close();
    const segment =
      readdirSync(directory).find((name) => name.includes('segment')) ??
      (readdirSync(directory)[0] as string);
    const path = join(directory, segment);
    const bytes = readFileSync(path);
    bytes[1500] = (bytes[1500] as number) ^ 1;
    writeFileSync(path, bytes);
    await expect(open()).rejects.toThrow(/damaged/);
    expect(verifyJournal(directory).findings.length).toBeGreaterThan(0);
  });
});

describe('a trial on the host', () => {
  it('plays one command after another, puts them back, and leaves no byte in the journal (MAR-06)', async () => {
    const host = await open();
    await begin(host);
    const hash = hashText(host.engine.stateHash());
    const seen = await host.trial(
      (run) => {
        const kinds = [1, 1, 2].map((at) => run(deposit(at)).record.outcome.kind);
        return { kinds, sequence: host.engine.state.clock.sequence };
      },
      (played) => ({ ...played, after: host.engine.state.clock.sequence }),
    );
    // The second names a deposit that only the first has made.
    expect(seen).toEqual({ kinds: ['accepted', 'rejected', 'accepted'], sequence: 7, after: 4 });
    expect(hashText(host.engine.stateHash())).toBe(hash);
    expect((await host.submit('x', deposit(1))).kind).toBe('recorded');
    await host.close();
    expect(verifyJournal(directory)).toMatchObject({ findings: [], records: 5, commands: 5 });
  });

  it('puts everything back when playing throws, and goes on', async () => {
    const host = await open();
    await begin(host);
    const hash = hashText(host.engine.stateHash());
    const fails = host.trial(
      (run) => {
        run(deposit(1));
        throw new Error('enough');
      },
      () => 'never',
    );
    await expect(fails).rejects.toThrow('enough');
    expect(hashText(host.engine.stateHash())).toBe(hash);
    expect((await host.submit('x', deposit(1))).kind).toBe('recorded');
    await host.close();
  });
});

describe('a fork of the engine', () => {
  it('has the same hash and then lives its own life (OPS-04)', () => {
    const { engine } = standardWorld();
    const copy = forkEngine(engine);
    const before = hashText(engine.stateHash());
    expect(hashText(copy.stateHash())).toBe(before);
    copy.submit('only-here', { kind: 'openClient', client: 'zoe' }, 1_700_000_000_000);
    expect(hashText(copy.stateHash())).not.toBe(before);
    expect(hashText(engine.stateHash())).toBe(before);
  });
});
