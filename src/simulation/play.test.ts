import { describe, expect, it } from 'vitest';
import { openMemoryHost } from '../journal/index.js';
import { readMarketData } from './marketData.js';
import { playSimulation } from './play.js';
import { drawParticipants } from './population.js';
import type { SimulationReport } from './report.js';
import { readVenueFile } from './venueFile.js';
import type { VenueDocument } from './venueSchema.js';

const DAY_MS = 86_400_000;

/** Forty quiet days around 100, then the price given, then ten days there. */
function prices(afterGap: string): string {
  const days = Array.from({ length: 50 }, (_, day) => {
    const date = new Date(Date.UTC(2001, 0, 1) + day * DAY_MS).toISOString().slice(0, 10);
    if (day >= 40) return `${date},${afterGap},${afterGap},${afterGap},${afterGap}`;
    return day % 2 === 0 ? `${date},100,101,99,101` : `${date},101,101,99,100`;
  });
  return ['date,open,high,low,close', ...days].join('\n');
}

const PERPETUAL: VenueDocument['instruments'][number] = {
  id: 'X-PERP',
  pool: 'main',
  prices: 'x.csv',
  kind: 'perpetual',
  payoff: 'linear',
  base: 'X',
  quote: 'USDT',
  settle: 'USDT',
  contractSize: '1',
  tickSize: '0.01',
  lotSize: '0.01',
  markTicksPerTick: 10,
  makerFeeRate: '0.0002',
  takerFeeRate: '0.0005',
  markMaxJumpRate: '0.05',
  markConfirmations: 3,
  fundingRatePerDay: '0.0003',
  tiers: [{ initialMarginRate: '0.01', maintenanceMarginRate: '0.005', maxLeverage: '50' }],
};

const VENUE: VenueDocument = {
  name: 'a small venue',
  seed: '1',
  moves: 'jumps',
  assets: [{ id: 'USDT', decimals: 6 }],
  pools: [{ id: 'main', insuranceFund: { USDT: '1000' } }],
  instruments: [PERPETUAL],
  clients: [
    {
      name: 'client',
      count: 40,
      asset: 'USDT',
      deposit: { min: '1000', max: '5000' },
      accountsPerClient: { min: 1, max: 3 },
      leverages: ['5', '20'],
      strategies: { hold: 3, hedger: 1 },
      defenders: '0.5',
    },
  ],
  marketMakers: [
    { name: 'maker', count: 2, asset: 'USDT', deposit: '5000000', leverage: '2', halfSpread: '0.0002' },
  ],
};

async function play(change: Partial<VenueDocument> = {}, text = prices('60')): Promise<SimulationReport> {
  const venue = readVenueFile(JSON.stringify({ ...VENUE, ...change }));
  if (!venue.ok) throw new Error(`${venue.error.path} ${venue.error.message}`);
  const market = await readMarketData(venue.value, () => text);
  if (!market.ok) throw new Error(market.error.message);
  const host = await openMemoryHost();
  const plan = { venue: venue.value, market: market.value, participants: drawParticipants(venue.value) };
  const report = await playSimulation(host, plan);
  await host.close();
  return report;
}

describe('playSimulation', () => {
  it('ends the same every time, and otherwise with another seed', async () => {
    const [first, second, other] = [await play(), await play(), await play({ seed: '2' })];
    expect(second).toEqual(first);
    expect(other.stateHash).not.toBe(first.stateHash);
  });

  it('keeps every law through a gap past bankruptcy: the trial balance is zero (LED-01)', async () => {
    const report = await play();
    expect(report.faults).toEqual([]);
    expect(report.trialBalance.map(({ total }) => total)).toEqual(['0']);
  });

  it('lets a gap exhaust the fund and deleverage winners, and says which gap it was (LIQ-05)', async () => {
    const report = await play();
    const [gap] = report.exhaustions;
    expect(gap?.timeMs).toBeGreaterThanOrEqual(Date.UTC(2001, 1, 10));
    expect(gap?.gaps[0]).toMatchObject({
      instrument: 'X-PERP',
      fromPrice: '100',
      toPrice: '60',
      move: '-40',
    });
    expect(Number(gap?.deleveraging)).toBeGreaterThan(0);
    expect(gap?.deleveragedAccounts).toBeGreaterThan(0);
    const [losses] = report.losses;
    expect(losses!.deficits.expiry).toBe('0');
    expect(Number(losses!.deficits.liquidation)).toBeGreaterThan(0);
    const paid = [
      losses!.ownCollateral,
      losses!.insuranceFund,
      losses!.deleveraging,
      losses!.lossSharing,
      losses!.open,
    ];
    expect(Number(losses!.loss)).toBeCloseTo(
      paid.reduce((sum, text) => sum + Number(text), 0),
      5,
    );
  });

  it('needs no fund where the same fall comes in steps that margin can follow', async () => {
    const quiet = await play({ moves: 'stepped', instruments: [{ ...PERPETUAL, markMaxJumpRate: '0.005' }] });
    expect(quiet.liquidations.length).toBeGreaterThan(0);
    expect(quiet.exhaustions).toEqual([]);
    expect(quiet.losses[0]!.deleveraging).toBe('0');
  });

  it('plays jumps on the days named and steps on all others', async () => {
    const instruments = [{ ...PERPETUAL, markMaxJumpRate: '0.005' }];
    const steps = await play({ moves: 'stepped', instruments });
    const gap = await play({ moves: 'stepped', instruments, jumpDays: ['2001-02-10'] });
    expect(gap.exhaustions.length).toBeGreaterThan(0);
    expect(gap.steps).toBeLessThan(steps.steps);
  });

  it('leaves the wallets and other accounts of liquidated clients alone (ISO-01)', async () => {
    const { neighbours, liquidations } = await play();
    expect(neighbours.takeovers).toBe(liquidations.length);
    expect(neighbours.compared).toBeGreaterThan(liquidations.length);
    expect(neighbours.changed).toEqual([]);
  });

  it('rolls the fund forward and gives what is above its cap to the venue (LIQ-09)', async () => {
    const pools = [{ id: 'main', insuranceFund: { USDT: '1000' }, insuranceFundCap: { USDT: '1500' } }];
    const instruments = [{ ...PERPETUAL, markMaxJumpRate: '0.005' }];
    const { funds, trialBalance, faults } = await play({ moves: 'stepped', pools, instruments });
    expect(faults).toEqual([]);
    expect(Number(funds[0]!.drawDowns)).toBeGreaterThan(0);
    expect(Number(funds[0]!.closing)).toBeLessThanOrEqual(1500);
    expect(trialBalance[0]!.byKind.capital).toBe(funds[0]!.drawDowns);
  });

  it('settles a future at its expiry and plays on without it (FND-06)', async () => {
    const { fundingRatePerDay: _, ...terms } = PERPETUAL;
    const future = { ...terms, id: 'X-FUTURE', kind: 'future' as const, expiryDate: '2001-02-05' };
    const report = await play({ instruments: [future] });
    expect(report.faults).toEqual([]);
    expect(report.commandsByKind['expire']).toBe(1);
    expect(report.workByKind['settleExpiry']).toBeGreaterThan(0);
    expect(report.exhaustions).toEqual([]);
  });

  it('plays inverse instruments, settled in the coin, beside linear ones', async () => {
    const inverse = {
      ...PERPETUAL,
      id: 'X-COIN',
      payoff: 'inverse' as const,
      settle: 'X',
      contractSize: '10',
      lotSize: '1',
    };
    const report = await play({
      assets: [...VENUE.assets, { id: 'X', decimals: 8 }],
      pools: [{ id: 'main', insuranceFund: { USDT: '1000', X: '1' } }],
      instruments: [PERPETUAL, inverse],
      clients: [
        ...VENUE.clients,
        { ...VENUE.clients[0]!, name: 'holder', asset: 'X', deposit: { min: '10', max: '50' } },
      ],
      marketMakers: [
        ...VENUE.marketMakers,
        { name: 'coin', count: 2, asset: 'X', deposit: '50000', leverage: '2' },
      ],
    });
    expect(report.faults).toEqual([]);
    expect(report.refusals).toEqual([]);
    expect(report.trialBalance.map(({ asset, total }) => [asset, total])).toEqual([
      ['USDT', '0'],
      ['X', '0'],
    ]);
    expect(report.funds.map(({ pool, asset }) => [pool, asset])).toEqual([
      ['main', 'USDT'],
      ['main', 'X'],
    ]);
    expect(report.exhaustions.some(({ asset }) => asset === 'X')).toBe(true);
  });

  it('lets clients come back who have lost nine tenths, and take profits out', async () => {
    const gamblers = {
      ...VENUE.clients[0]!,
      accountsPerClient: { min: 1, max: 1 },
      strategies: { hold: 1 },
      leverages: ['50'],
      marginShare: '1',
    };
    const once = await play({ clients: [gamblers] });
    const again = await play({ clients: [{ ...gamblers, depositAgainDays: 1, takeProfitAt: '1' }] });
    const count = ({ commandsByKind }: SimulationReport, kind: string) => commandsByKind[kind] ?? 0;
    expect(count(again, 'finalizeDeposit')).toBeGreaterThan(count(once, 'finalizeDeposit'));
    expect(count(again, 'settleWithdrawal')).toBeGreaterThan(count(once, 'settleWithdrawal'));
    expect(again.faults).toEqual([]);
  });
});
