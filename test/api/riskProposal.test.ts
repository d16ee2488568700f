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

describe('a proposal of haircuts and counted caps (MAR-08)', () => {
  /** AAA and ZZZ are collateral of a pool that values in USDT; ZZZ has no history. */
  beforeEach(async () => {
    await service.accept({ kind: 'listAsset', asset: 'ZZZ', decimals: 6 });
    await service.accept({ kind: 'openPool', pool: 'shared', admission: 'fills', valuationAsset: 'USDT' });
    for (const asset of ['AAA', 'ZZZ'])
      await service.accept({
        kind: 'listCollateral',
        pool: 'shared',
        asset,
        haircutRate: '0.05',
        priceMaxAgeMs: 60_000,
        priceMaxJumpRate: '0.5',
        priceConfirmations: 1,
      });
  });
  const counted = async () =>
    (await service.get('/v1/pools')).body.pools
      .find(({ pool }: { pool: string }) => pool === 'shared')
      .assets.find(({ asset }: { asset: string }) => asset === 'AAA').collateral;
  const liquidity = () => {
    const file = join(folder, 'liquidity.csv');
    const rows = Array.from(
      { length: 20 },
      (_, day) =>
        `2002-01-${String(day + 1).padStart(2, '0')},own,AAA,${day < 2 ? 54_321 : 900_000},99.9,100.1`,
    );
    writeFileSync(file, ['date,venue,instrument,volume,best_bid,best_ask', ...rows, ''].join('\n'));
    return file;
  };

  it('has what counts before and after with the reason, and changes nothing', async () => {
    const made = await proposal();
    expect(made.skippedCollateral).toEqual([{ pool: 'shared', asset: 'ZZZ', reason: 'no_history' }]);
    const [one] = made.collateral;
    expect(one).toMatchObject({
      pool: 'shared',
      asset: 'AAA',
      because: 'model',
      neutral: ['liquidity'],
      limited: false,
      before: { haircutRate: '0.05', countedCap: null },
      after: { countedCap: null },
      command: { kind: 'scheduleCollateral', pool: 'shared', asset: 'AAA' },
    });
    const haircut = Number(one?.after.haircutRate);
    expect(haircut).toBeGreaterThanOrEqual(one?.rate as number);
    expect(haircut).toBeLessThan((one?.rate as number) + 0.0025);
    // A holder loses by falls alone: no more than the rate of both sides of the perpetual.
    expect(one?.rate).toBeLessThanOrEqual(made.instruments[0]?.initialRate as number);
    expect((await propose()).out).toContain('ZZZ in shared: no proposal, no_history');
  });

  it('caps what one account may count where a file tells what can be sold, within limits', async () => {
    const [one] = (await proposal('--liquidity', liquidity())).collateral;
    // A tenth of the 54,321 that nineteen days of twenty exceed, down to two digits.
    expect(one).toMatchObject({ because: 'liquidity', after: { countedCap: '5400' }, neutral: [] });
    const [held] = (await proposal('--liquidity', liquidity(), '--rise-max', '0.2')).collateral;
    expect(held).toMatchObject({ limited: true, after: { haircutRate: '0.06', countedCap: '5400' } });
  });

  it('is applied when told to, once, comes into force at its time, and is stale from then on', async () => {
    const file = saved(await proposal('--liquidity', liquidity(), '--rise-max', '0.2'));
    expect((await apply(file)).out).toMatch(/AAA in shared +0\.05 +0\.06 +none +5400/);
    expect((await apply(file, '--yes')).out).toMatch(/AAA in shared: scheduled, sequence \d+/);
    const sequence = await service.sequence();
    await apply(file, '--yes');
    expect(await service.sequence()).toBe(sequence);
    expect(await counted()).toMatchObject({ haircutRate: '0.05', scheduled: { haircutRate: '0.06' } });
    service.timeMs += 24 * HOUR_MS;
    await service.accept({ kind: 'resume', pool: 'shared' });
    expect(await counted()).toMatchObject({
      haircutRate: '0.06',
      countedCap: '5400',
      liquidation: { haircutRate: '0.05', countedCap: null },
    });
    expect(await refusalOf(apply(file, '--yes'))).toBe('stale_proposal');
  });

  it('counts the accounts it would make liquidatable beside those of the rates', async () => {
    await service.accept({
      kind: 'mark',
      sourceTimeMs: service.timeMs,
      marks: [],
      assetPrices: [{ pool: 'shared', asset: 'AAA', price: '10' }],
    });
    await service.accept({ ...PERP, id: 'SHARED-PERP', pool: 'shared', tiers: [TIGHT] } as never);
    await openSharedAccount();
    const made = await proposal();
    const only = { ...made, instruments: [] };
    expect((await apply(saved(only), '--liquidatable-max', '9')).out).toMatch(
      /AAA in shared: 1 accounts would lack margin, 1 of them be newly liquidatable/,
    );
    expect(await refusalOf(apply(saved(only), '--yes'))).toBe('impact_too_large');
  });

  const TIGHT = {
    notionalCap: null,
    initialMarginRate: '0.99',
    maintenanceMarginRate: '0.98',
    maxLeverage: '1',
  };

  /** ada is long 100 at 10 on 106 AAA at 10: 1,007 of the 1,060 count, and 980 are needed to stay. */
  async function openSharedAccount(): Promise<void> {
    for (const client of ['ada', 'bob']) {
      await service.accept({ kind: 'openClient', client });
      const deposit = { deposit: client, client, asset: 'AAA', amount: '1000' };
      await service.accept({ kind: 'announceDeposit', ...deposit });
      await service.accept({ kind: 'finalizeDeposit', deposit: client });
      const of = { account: client, client, marginMode: 'cross', pool: 'shared', leverage: '1' };
      await service.accept({ kind: 'openAccount', ...of });
      await service.accept({
        kind: 'allocate',
        account: client,
        asset: 'AAA',
        amount: client === 'ada' ? '106' : '1000',
      });
    }
    await service.accept({
      kind: 'mark',
      sourceTimeMs: service.timeMs,
      marks: [{ instrument: 'SHARED-PERP', price: '10' }],
    });
    const side = (id: string) => ({ party: 'account', id });
    await service.accept({
      kind: 'fill',
      instrument: 'SHARED-PERP',
      price: '10',
      quantity: '100',
      buyer: side('ada'),
      seller: side('bob'),
      taker: 'buyer',
    });
  }
});

describe('a proposal of scenarios for portfolio accounts (MAR-10)', () => {
  const MARKS: Record<string, string> = { 'AAA-S': '10', 'BBB-S': '5' };
  const mark = (marks = MARKS) =>
    service.accept({
      kind: 'mark',
      sourceTimeMs: service.timeMs,
      marks: Object.entries(marks).map(([instrument, price]) => ({ instrument, price })),
      assetPrices: [{ pool: 'shared', asset: 'AAA', price: '10' }],
    });
  beforeEach(async () => {
    await service.accept({ kind: 'openPool', pool: 'shared', admission: 'fills', valuationAsset: 'USDT' });
    await service.accept({
      kind: 'listCollateral',
      pool: 'shared',
      asset: 'AAA',
      haircutRate: '0.05',
      priceMaxAgeMs: 60_000,
      priceMaxJumpRate: '0.5',
      priceConfirmations: 1,
    });
    await service.accept({ kind: 'listAsset', asset: 'BBB', decimals: 6 });
    for (const base of ['AAA', 'BBB'])
      await service.accept({ ...PERP, id: `${base}-S`, base, pool: 'shared' } as never);
    await mark();
  });
  const shared = async () =>
    (await service.get('/v1/pools')).body.pools.find(({ pool }: { pool: string }) => pool === 'shared');
  const only = async (...options: string[]) => ({
    ...(await proposal('--scenarios', 'shared', ...options)),
    instruments: [],
    collateral: [],
  });

  it('has the days its underlyings went through together, and is in force once it is applied', async () => {
    const made = await only();
    expect(made).toEqual(await only());
    const [one] = made.scenarioSets;
    expect(one?.underlyings.map(({ underlying }) => underlying)).toEqual(['AAA', 'BBB']);
    expect(one?.set.scenarios).toHaveLength(500);
    expect(one?.assets).toEqual([{ asset: 'AAA', underlying: 'AAA' }]);
    expect([one?.neutral, one?.still]).toEqual([['AAA-S', 'BBB-S'], []]);
    const file = saved(made);
    expect((await apply(file)).out).toMatch(
      /history-[\d-]+-[0-9a-f]{8} in shared: 500 days of AAA -0\.\d+ to 0\.\d+/,
    );
    expect((await shared()).scenarios).toBe(null);
    expect((await apply(file, '--yes')).code).toBe(0);
    expect((await shared()).scenarios).toEqual({ inForce: one?.set.id, defined: one?.set.id });
  });

  it('asks of a single position the expected shortfall of its own days, times the factor (MAR-10)', async () => {
    const made = await only();
    await apply(saved(made), '--yes');
    for (const client of ['ada', 'bob']) {
      await service.accept({ kind: 'openClient', client });
      await service.accept({
        kind: 'announceDeposit',
        deposit: client,
        client,
        asset: 'USDT',
        amount: '100000',
      });
      await service.accept({ kind: 'finalizeDeposit', deposit: client });
      const of = { account: client, client, marginMode: 'portfolio', pool: 'shared', leverage: '10' };
      await service.accept({ kind: 'openAccount', ...of });
      await service.accept({ kind: 'allocate', account: client, asset: 'USDT', amount: '100000' });
    }
    const side = (id: string) => ({ party: 'account', id });
    await service.accept({
      kind: 'fill',
      instrument: 'BBB-S',
      price: '5',
      quantity: '1000',
      buyer: side('ada'),
      seller: side('bob'),
      taker: 'buyer',
    });
    const moves =
      made.scenarioSets[0]?.underlyings.find(({ underlying }) => underlying === 'BBB')?.moves ?? [];
    const tailOf = (losses: number[]) => {
      // 2.5% of 500 days are 12.5: the twelve worst, and half of the next.
      const worst = losses.sort((a, b) => b - a);
      return (worst.slice(0, 12).reduce((sum, loss) => sum + loss, 0) + 0.5 * (worst[12] as number)) / 12.5;
    };
    for (const [account, sign] of [
      ['ada', -1],
      ['bob', 1],
    ] as const) {
      const { body } = await service.get(`/v1/accounts/${account}`);
      const shortfall = tailOf(moves.map((move) => Math.max(0, sign * Number(move) * 5_000)));
      expect(Number(body.initialMargin)).toBeCloseTo(1.3 * shortfall, 3);
      expect(Number(body.maintenanceMargin)).toBeCloseTo(shortfall, 3);
    }
  });

  it('is sent anew at the marks of the moment, also when they have moved', async () => {
    const file = saved(await only());
    await apply(file, '--yes');
    await mark({ 'AAA-S': '11', 'BBB-S': '4' });
    const vectors = () => runCommand(risk, ['vectors', file, '--url', service.url]);
    expect((await vectors()).out).toMatch(/history-.* in shared: sent, sequence \d+/);
    const { body } = await service.get(`/v1/journal?from=${await service.sequence()}`);
    expect(body.records[0].outcome.events[0]).toMatchObject({
      kind: 'scenariosSent',
      instruments: [{ referencePrice: '11' }, { referencePrice: '4' }],
    });
    expect(
      await refusalOf(runCommand(risk, ['vectors', saved({ ...(await proposal()) }), '--url', service.url])),
    ).toBe('usage');
    expect(await refusalOf(runCommand(risk, ['vectors', file]))).toBe('usage');
  });

  it('adds for size where a file tells what can be sold', async () => {
    const file = join(folder, 'liquidity.csv');
    const rows = Array.from(
      { length: 20 },
      (_, day) => `2002-01-${String(day + 1).padStart(2, '0')},own,AAA-S,100000,99.9,100.1`,
    );
    writeFileSync(file, ['date,venue,instrument,volume,best_bid,best_ask', ...rows, ''].join('\n'));
    const [one] = (await proposal('--scenarios', 'shared', '--liquidity', file)).scenarioSets;
    const [aaa, bbb] = one?.instruments ?? [];
    // 100,000 a day at 10 are 10,000 contracts, of which a margin period of a day takes a tenth.
    expect(aaa).toMatchObject({ instrument: 'AAA-S', halfSpreadRate: '0.001' });
    expect(aaa?.liquidity.map(({ from }) => from)[0]).toBe('0');
    expect(aaa?.concentration[0]?.from).toBe('1000');
    expect(bbb).toMatchObject({ liquidity: [], concentration: [], halfSpreadRate: '0' });
    expect((await apply(saved({ ...(await only('--liquidity', file)) }), '--yes')).code).toBe(0);
  });

  it('is not made where something of the pool cannot be priced, and says what', async () => {
    const reasons = async (pools: string) =>
      (await proposal('--scenarios', pools)).skippedScenarios.map(({ pool, reason, at }) =>
        `${pool} ${reason} ${at}`.trim(),
      );
    expect(await reasons('none,main')).toEqual(['none unknown_pool', 'main pool_isolated_only']);
    await service.accept({ ...PERP, id: 'ZZZ-S', base: 'BTC', pool: 'shared' } as never);
    expect(await reasons('shared')).toEqual(['shared no_mark ZZZ-S']);
    await service.accept({
      kind: 'mark',
      sourceTimeMs: service.timeMs,
      marks: [{ instrument: 'ZZZ-S', price: '10' }],
    });
    expect(await reasons('shared')).toEqual(['shared no_history ZZZ-S']);
    expect(await refusalOf(propose('--scenarios', 'a,,b'))).toBe('usage');
    expect(await refusalOf(propose('--scenarios', 'a,a'))).toBe('usage');
  });
});
