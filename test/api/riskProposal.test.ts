import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Refusal, UsageError } from '../../src/cli/failures.js';
import { risk } from '../../src/cli/risk.js';
import type { RiskProposal } from '../../src/contract/index.js';
import { runCommand } from '../../src/testkit/runCommand.js';
import { BTC_PERP, type Service, startService } from './service.js';

const MARKET = fileURLToPath(new URL('../../market', import.meta.url));
const HOUR_MS = 3_600_000;
const PERP = { ...BTC_PERP, id: 'AAA-PERP', base: 'AAA' };

let service: Service;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-proposal-'));
  service = await startService();
  for (const asset of ['USDT', 'AAA', 'BTC']) await service.accept({ kind: 'listAsset', asset, decimals: 6 });
  await service.accept({ kind: 'openPool', pool: 'main', admission: 'fills' });
  await service.accept(PERP);
  await service.accept(BTC_PERP);
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const propose = (...options: string[]) =>
  runCommand(risk, [
    'propose',
    '--url',
    service.url,
    '--prices',
    MARKET,
    '--model',
    'ewmaNormal',
    ...options,
  ]);
async function proposal(...options: string[]): Promise<RiskProposal> {
  return JSON.parse((await propose(...options, '--json')).out) as RiskProposal;
}
function saved(value: unknown): string {
  const file = join(folder, 'proposal.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
}
const apply = (file: string, ...options: string[]) =>
  runCommand(risk, ['apply', file, '--url', service.url, ...options]);
const ratesNow = async () =>
  (await service.get('/v1/instruments')).body.instruments[0].definition.tiers.map(
    (tier: { initialMarginRate: string }) => tier.initialMarginRate,
  );
const refusalOf = (run: Promise<unknown>) =>
  run.then(
    () => null,
    (error: Error) => (error instanceof Refusal ? error.code : error instanceof UsageError ? 'usage' : error),
  );

/** One long of 100 AAA at 10 with 10 USDT behind it: enough for 1%. */
async function openThinAccount(): Promise<void> {
  const position = async (client: string, amount: string) => {
    await service.accept({ kind: 'openClient', client });
    await service.accept({ kind: 'announceDeposit', deposit: client, client, asset: 'USDT', amount });
    await service.accept({ kind: 'finalizeDeposit', deposit: client });
    await service.accept({
      kind: 'openAccount',
      account: client,
      client,
      instrument: 'AAA-PERP',
      leverage: '100',
    });
    await service.accept({ kind: 'allocate', account: client, amount });
  };
  await position('ada', '12');
  await position('bob', '1000');
  await service.accept({
    kind: 'mark',
    sourceTimeMs: service.timeMs,
    marks: [{ instrument: 'AAA-PERP', price: '10' }],
  });
  const side = (id: string) => ({ party: 'account', id });
  await service.accept({
    kind: 'fill',
    instrument: 'AAA-PERP',
    price: '10',
    quantity: '100',
    buyer: side('ada'),
    seller: side('bob'),
    taker: 'buyer',
  });
}

describe('a proposal of margin rates for a running venue (MAR-08)', () => {
  it('has rates before and after with their reasons, changes nothing, and is the same from the same inputs', async () => {
    const before = await service.stateHash();
    const made = await proposal();
    expect(made).toEqual(await proposal());
    expect(await service.stateHash()).toBe(before);
    expect(made.skipped).toEqual([{ instrument: 'BTC-PERP', reason: 'no_history' }]);
    const [one] = made.instruments;
    expect(one).toMatchObject({ instrument: 'AAA-PERP', history: 'AAA', neutral: ['liquidity'] });
    const [base, upper] = one?.tiers ?? [];
    expect(base).toMatchObject({ before: { initialMarginRate: '0.01' }, because: 'model', limited: false });
    const initial = Number(base?.after.initialMarginRate);
    expect(initial).toBeGreaterThanOrEqual(one?.initialRate as number);
    expect(initial).toBeLessThan((one?.initialRate as number) + 0.0025);
    expect(base?.after.maxLeverage).toBe(String(Math.floor(1e12 / (initial * 1e6)) / 1e6));
    // The step of 0.04 above the first tier is kept.
    expect(upper?.because).toBe('kept');
    expect(Number(upper?.after.initialMarginRate)).toBeCloseTo(initial + 0.04, 9);
    expect((await propose()).out).toContain('nothing has been changed');
  });

  it('stays within limits on what a rate may rise, tier by tier', async () => {
    const [one] = (await proposal('--rise-max', '0.5')).instruments;
    expect(one?.tiers.map(({ after, limited }) => [after.initialMarginRate, limited])).toEqual([
      ['0.015', true],
      ['0.075', true],
    ]);
  });

  it('uses volumes and spreads of the instrument where a file tells them', async () => {
    const file = join(folder, 'liquidity.csv');
    const days = Array.from({ length: 20 }, (_, day) => `2002-01-${String(day + 1).padStart(2, '0')}`);
    const rows = days.map((date, day) => `${date},own,AAA-PERP,${day < 2 ? 50_000 : 900_000},99.9,100.1`);
    writeFileSync(file, ['date,venue,instrument,volume,best_bid,best_ask', ...rows, ''].join('\n'));
    const [one] = (await proposal('--liquidity', file)).instruments;
    expect(one?.neutral).toEqual([]);
    expect(one?.tiers.map(({ because }) => because)).toEqual(['liquidity', 'unknown']);
    const none = await proposal();
    expect(Number(one?.tiers[0]?.after.initialMarginRate)).toBeGreaterThan(
      Number(none.instruments[0]?.tiers[0]?.after.initialMarginRate),
    );
  });

  it('is shown with whom it would leave short, and applied only when told to, once', async () => {
    const file = saved(await proposal());
    const shown = await apply(file);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toContain('--yes applies it');
    expect(await ratesNow()).toEqual(['0.01', '0.05']);
    const applied = await apply(file, '--yes');
    expect(applied.out).toMatch(/AAA-PERP: scheduled, sequence \d+/);
    const sequence = await service.sequence();
    expect((await apply(file, '--yes')).out).toMatch(/AAA-PERP: scheduled/);
    expect(await service.sequence()).toBe(sequence);
    service.timeMs += 24 * HOUR_MS;
    await service.accept({ kind: 'setReduceOnly', instrument: 'AAA-PERP', isReduceOnly: true });
    const [initial] = await ratesNow();
    expect(initial).toBe(
      (JSON.parse((await propose('--json')).out) as RiskProposal).instruments[0]?.tiers[0]?.before
        .initialMarginRate,
    );
    expect(Number(initial)).toBeGreaterThan(0.01);
    expect(await refusalOf(apply(file, '--yes'))).toBe('stale_proposal');
  });

  it('is refused where it would make accounts liquidatable, unless so many are allowed', async () => {
    await openThinAccount();
    const made = await proposal();
    expect((await propose()).out).toContain(
      'AAA-PERP: 1 accounts would lack margin, 1 of them be newly liquidatable',
    );
    expect(await refusalOf(apply(saved(made), '--yes'))).toBe('impact_too_large');
    expect((await apply(saved(made), '--yes', '--liquidatable-max', '1')).code).toBe(0);
  });

  it('is refused where it is none, or was changed by hand into what the venue cannot take', async () => {
    const made = await proposal();
    writeFileSync(join(folder, 'rubbish.json'), '{"format":');
    expect(await refusalOf(apply(join(folder, 'rubbish.json')))).toBe('not_json');
    expect(await refusalOf(apply(saved({ ...made, version: 2 })))).toBe('bad_proposal');
    expect(await refusalOf(apply(saved({ ...made, more: 1 })))).toBe('bad_proposal');
    const [one] = made.instruments;
    const wrong = structuredClone(one) as NonNullable<typeof one>;
    if (wrong.command !== null) wrong.command.definition.tickSize = '0.5';
    expect(await refusalOf(apply(saved({ ...made, instruments: [wrong] })))).toBe('invalid_definition');
    expect(await refusalOf(runCommand(risk, ['propose', '--url', 'ftp://x', '--prices', MARKET]))).toBe(
      'bad_address',
    );
    expect(
      await refusalOf(runCommand(risk, ['propose', '--url', 'http://127.0.0.1:1', '--prices', MARKET])),
    ).toBe('service_unreachable');
    expect(await refusalOf(propose('--rise-max', '-1'))).toBe('usage');
    expect(await refusalOf(runCommand(risk, ['apply', '--url', service.url]))).toBe('usage');
  });
});
