import { describe, expect, it } from 'vitest';
import { parseMinor } from '../base/index.js';
import { equityNow } from '../engine/accountHealth.js';
import type { Engine, EngineRecord, Situation } from '../engine/index.js';
import type { ScheduledTerms } from '../engine/listing.js';
import { playHistory } from '../testkit/histories.js';
import { inversePerpetual, standardWorld, usdt } from '../testkit/world.js';
import { explainAccountNow } from './accountReasons.js';
import { accountView } from './accountView.js';
import { isolatedAccountView } from './isolatedAccountView.js';
import type { Json } from './json.js';
import { poolView } from './poolView.js';
import type { AmountLine } from './positionParts.js';
import { recordJson } from './recordView.js';
import { clientView, instrumentView, trialBalanceJson, venueHealth } from './venueViews.js';

/** Two clients with 1,000 USDT each behind 0.5 BTC at 40,000: the buyer ten times, the seller twice leveraged. */
function twoAccounts() {
  const world = standardWorld();
  for (const [client, leverage] of [['ada', 10] as const, ['bob', 2] as const]) {
    world.client(client, { USDT: usdt(50_000) });
    world.account(`${client}-1`, client, 'BTC-PERP', leverage);
  }
  world.trade({ buyer: 'ada-1', seller: 'bob-1', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 500n });
  const situation: Situation = { state: world.state, derived: world.engine.derived, timeMs: world.timeMs };
  return { world, situation, row: world.row };
}

function sum(lines: readonly AmountLine[], of: string, decimals: number): bigint {
  return lines
    .filter(({ name }) => name.startsWith(`${of}.`))
    .reduce((total, { amount }) => total + minor(amount, decimals), 0n);
}

function minor(text: string, decimals: number): bigint {
  const read = parseMinor(text, decimals);
  if (!read.ok) throw new Error(`${text}: ${read.error}`);
  return read.value;
}

/** Everything but strings of digits would have lost something on its way. */
function expectPlainJson(value: Json, place: string): void {
  expect(['string', 'number', 'boolean', 'object'], place).toContain(typeof value);
  if (typeof value === 'number') expect(Number.isSafeInteger(value), `${place} ${value}`).toBe(true);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    expect(name, place).not.toMatch(/(Row|Ticks|Ppm|Minor|[lL]ots)$/);
    expectPlainJson(inner as Json, `${place}.${name}`);
  }
}

describe('the view of an account', () => {
  it('says what the position is, needs and risks', () => {
    const { situation, row } = twoAccounts();
    expect(accountView(situation, row('ada-1'))).toEqual({
      account: 'ada-1',
      client: 'ada',
      mode: 'isolated',
      instrument: 'BTC-PERP',
      pool: 'main',
      status: 'open',
      asset: 'USDT',
      leverage: '10',
      balance: '2000',
      netPrincipal: '2000',
      equity: '2000',
      unrealizedPnl: '0',
      initialMargin: '2000',
      maintenanceMargin: '100',
      orderMargin: '0',
      walletHold: '0',
      marginRatio: '0.05',
      liquidatable: false,
      liquidationPrice: '36180.9',
      liquidationPriceReason: null,
      bankruptcyPrice: '36000',
      removable: '0',
      markUsable: true,
      lines: [
        { name: 'equity.balance', amount: '2000' },
        { name: 'equity.accruedFunding', amount: '0' },
        { name: 'equity.unrealizedPnl', amount: '0' },
        { name: 'initialMargin.position', amount: '2000' },
        { name: 'maintenanceMargin.position', amount: '100' },
      ],
      position: {
        symbol: 'BTC-PERP',
        side: 'long',
        contracts: '0.5',
        contractSize: '1',
        entryPrice: '40000',
        markPrice: '40000',
        notional: '20000',
        leverage: '10',
        unrealizedPnl: '0',
        accruedFunding: '0',
        collateral: '2000',
        initialMargin: '2000',
        maintenanceMargin: '100',
        marginRatio: '0.05',
        liquidationPrice: '36180.9',
        liquidationPriceReason: null,
        marginMode: 'isolated',
        tier: 1,
        deleveraging: { rank: null, light: 0, quantile: null, ahead: null, reason: 'noProfit' },
        timestamp: 1_700_000_000_000,
      },
      orders: [],
      autoMargin: null,
    });
  });

  it('without a position asks for nothing and has no price (LIQ-10)', () => {
    const { world, situation, row } = twoAccounts();
    world.account('ada-2', 'ada', 'BTC-PERP', 5);
    world.accept({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: usdt(5) });
    expect(accountView(situation, row('ada-2'))).toMatchObject({
      equity: '5',
      marginRatio: '0',
      liquidatable: false,
      liquidationPrice: null,
      liquidationPriceReason: 'none',
      bankruptcyPrice: null,
      removable: '5',
      position: null,
    });
  });

  it('has no liquidation price where no price can reach it (FND-07)', () => {
    const { world, situation, row } = twoAccounts();
    world.accept({ kind: 'allocate', asset: null, account: 'ada-1', amountMinor: usdt(20_000) });
    expect(accountView(situation, row('ada-1'))).toMatchObject({
      liquidationPrice: null,
      liquidationPriceReason: 'none',
      bankruptcyPrice: null,
    });
  });

  it('shows the average entry of an inverse position in quote (inverse: contracts / coins)', () => {
    const { world, situation, row } = twoAccounts();
    world.accept(inversePerpetual('BTC-INV'));
    world.mark({ 'BTC-INV': 80_000n });
    for (const client of ['eve', 'fay']) {
      world.client(client, { BTC: 100_000_000n });
      world.account(`${client}-1`, client, 'BTC-INV', 5);
    }
    world.trade({ buyer: 'eve-1', seller: 'fay-1', instrument: 'BTC-INV', priceTicks: 80_000n, lots: 10n });
    expect(isolatedAccountView(situation, row('eve-1')).position).toMatchObject({
      side: 'long',
      contracts: '10',
      contractSize: '100',
      entryPrice: '40000',
      markPrice: '40000',
      notional: '0.025',
    });
  });

  it('explains itself in sentences with the same numbers (MAR-12)', () => {
    const { situation, row } = twoAccounts();
    const { because } = explainAccountNow(situation, row('ada-1'));
    expect(because).toEqual([
      'Equity 2000 USDT = 2000 balance + 0 accruedFunding + 0 unrealizedPnl.',
      'Maintenance margin 100 = 100 position, initial margin 2000 = 2000 position; tier 1 at notional 20000.',
      'It is liquidated at or below mark 36180.9; the mark is 40000, 0.095477 of the mark away. Nothing is left at 36000.',
      'It is healthy: equity 2000 against maintenance margin 100.',
      'At most 0 USDT may be released: initial margin or the removal floor must stay.',
      'Nothing outside this account pays for it, and it pays for nothing outside: only its own balance is at risk.',
    ]);
  });

  it('adds up, and its removable amount is exactly what release takes (random histories; MAR-03, MAR-12)', () => {
    const checked = { accounts: 0, releases: 0 };
    for (const seed of ['views-1', 'views-2', 'views-3']) {
      let step = 0;
      playHistory(seed, {
        commands: 120,
        observe(engine, { clockMs }) {
          if (step++ % 10 !== 0) return;
          const timeMs = Math.max(engine.state.clock.timeMs, clockMs);
          for (let row = 0; row < engine.state.accounts.table.size; row++)
            checkAccount(engine, row, timeMs, checked);
        },
      });
    }
    expect(checked.accounts).toBeGreaterThan(100);
    expect(checked.releases).toBeGreaterThan(20);
  });
});

function isDue({ effectiveMs, graceUntilMs, isOpeningApplied }: ScheduledTerms, timeMs: number): boolean {
  return timeMs >= graceUntilMs || (timeMs >= effectiveMs && !isOpeningApplied);
}

function checkAccount(
  engine: Engine,
  row: number,
  timeMs: number,
  checked: { accounts: number; releases: number },
): void {
  const { state, derived } = engine;
  const view = accountView({ state, derived, timeMs }, row);
  const decimals = state.assets.decimals.get(state.assets.names.rowOf(view.asset));
  checked.accounts++;
  expect(sum(view.lines, 'equity', decimals)).toBe(minor(view.equity, decimals));
  expect(sum(view.lines, 'initialMargin', decimals)).toBe(minor(view.initialMargin, decimals));
  expect(sum(view.lines, 'maintenanceMargin', decimals)).toBe(minor(view.maintenanceMargin, decimals));
  expect(minor(view.equity, decimals)).toBe(equityNow(state, row));
  const pool = state.accounts.pool.get(row);
  // New terms that are due come into force with the next command that is accepted: views show those in force.
  if ([...state.instruments.scheduled.values()].some((terms) => isDue(terms, timeMs))) return;
  if (view.status === 'closed' || state.pools.isQuarantined.get(pool) === 1) return;
  const held = 'collateral' in view ? view.collateral : [{ asset: view.asset, removable: view.removable }];
  for (const { asset, removable: shown } of held) {
    const removable = minor(shown, state.assets.decimals.get(state.assets.names.rowOf(asset)));
    const release = (amountMinor: bigint) =>
      engine.dryRun(
        { kind: 'release', asset, account: view.account, amountMinor },
        timeMs,
        ({ record }) => record.outcome.kind,
      );
    if (removable > 0n) {
      checked.releases++;
      expect(release(removable), `${view.account} ${shown} ${asset}`).toBe('accepted');
    }
    expect(release(removable + 1n), `${view.account} ${shown} ${asset} and one more`).toBe('rejected');
  }
}

describe('the views of the venue', () => {
  it('say what a client has, and that it adds up', () => {
    const { world, situation } = twoAccounts();
    world.accept({ kind: 'announceDeposit', deposit: 'd2', client: 'ada', asset: 'BTC', amountMinor: 1n });
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w1',
      client: 'ada',
      asset: 'USDT',
      amountMinor: usdt(8),
    });
    expect(clientView(situation, 0)).toEqual({
      client: 'ada',
      feeTier: 0,
      balances: [
        {
          asset: 'USDT',
          free: '47992',
          pendingDeposit: '0',
          pendingWithdrawal: '8',
          margin: '2000',
          total: '50000',
        },
        {
          asset: 'BTC',
          free: '0',
          pendingDeposit: '0.00000001',
          pendingWithdrawal: '0',
          margin: '0',
          total: '0.00000001',
        },
      ],
      lent: [],
      accounts: ['ada-1'],
    });
  });

  it('say how a pool stands after a gap, and why it is not sound (law 8)', () => {
    const { world, situation } = twoAccounts();
    world.mark({ 'BTC-PERP': 350_000n });
    const view = poolView(situation, 0);
    expect(view).toMatchObject({ pool: 'main', status: 'open', queue: [], withoutUsableMark: [] });
    const [takeover] = view.takeovers;
    expect(takeover).toMatchObject({
      takeover: 'main#1',
      account: 'ada-1',
      instrument: 'BTC-PERP',
      side: 'long',
      quantity: '0.5',
      collateral: '2000',
      equity: '-500',
    });
    const [usdtAsset] = view.assets;
    expect(usdtAsset).toMatchObject({
      asset: 'USDT',
      insuranceFund: '1000',
      takeoverShortfall: '500',
      openDeficits: '0',
      queueShortfall: '0',
      surplus: '500',
    });
    expect(venueHealth(situation).pools).toEqual([
      { pool: 'main', status: 'open', sound: true, queued: 0, openTakeovers: 1 },
    ]);
  });

  it('say what an instrument is, and how old its mark is', () => {
    const { world, situation } = twoAccounts();
    const later = { ...situation, timeMs: world.timeMs + 3_600_001 };
    const view = instrumentView(later, 0);
    expect(view).toMatchObject({
      instrument: 'BTC-PERP',
      status: 'trading',
      markPrice: '40000',
      indexPrice: '40000',
      markAgeMs: 3_600_001,
      markUsable: false,
      pendingPrice: null,
      openInterest: '0.5',
      settlementPrice: null,
    });
    expect(view.definition).toMatchObject({ id: 'BTC-PERP', markTicksPerTick: 10, removalFloorRate: '0.1' });
    expect(instrumentView(situation, 0).markUsable).toBe(true);
  });

  it('write every record of random histories in names and decimals, and books that balance (law 1)', () => {
    const kinds = new Set<string>();
    const wanted = ['takenOver', 'filled', 'deleveraged'];
    for (let round = 1; round <= 4 || (round <= 60 && !wanted.every((kind) => kinds.has(kind))); round++) {
      const seed = `records-${round}`;
      const seen: EngineRecord[] = [];
      const { engine } = playHistory(seed, {
        commands: 200,
        observe: (_engine, _step, { record, work }) => seen.push(record, ...work),
      });
      for (const record of seen) {
        expectPlainJson(recordJson(engine.state, record), `${seed} ${record.sequence}`);
        if (record.outcome.kind === 'accepted') for (const { kind } of record.outcome.events) kinds.add(kind);
      }
      for (const { total } of trialBalanceJson(engine.state)) expect(total).toBe('0');
    }
    for (const kind of wanted) expect(kinds).toContain(kind);
  });
});
