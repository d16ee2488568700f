import { describe, expect, it } from 'vitest';
import { FLOWS, type FlowName } from '../../isolation/index.js';
import { trialBalance } from '../../ledger/index.js';
import { lendingOf, lendingWorld, YEAR_MS } from '../../testkit/lendingWorld.js';
import { layer, setWaterfall } from '../../testkit/waterfallProposals.js';
import { coins, eventsOf, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { FUND_LINES, fundClosing, LINE_OF_FLOW } from '../fundBooks.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';
import { outstandingOf, pairKey, poolLedgerRow, venueLedgerRow } from '../state.js';

/**
 * ada closes 300 below what she has, and the pool `p` pays: 100 by its fund, 50 by the venue, the rest by bob, who is
 * 245 up, cleo, 105 up, and dan, who bought from her and is 350 up.
 */
function shared(money: { fund?: number; venue?: number; gainsPpm?: bigint } = {}): World {
  const { fund = 100, venue = 50, gainsPpm = 1_000_000n } = money;
  const world = standardWorld(0n);
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'p',
    isDesk: false,
    workBudget: 1_000,
  });
  world.accept(linearPerpetual('X', { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(10_000) });
  if (fund > 0) world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  const topUp = layer('topUp', { capMinor: usdt(venue) });
  const layers = [
    layer('account'),
    layer('insuranceFund'),
    topUp,
    layer('lossSharing', { sizePpm: gainsPpm }),
  ];
  world.accept(setWaterfall('p', { layers }));
  if (venue > 0) world.accept({ kind: 'reserveCapital', pool: 'p', asset: 'USDT', amountMinor: usdt(1_000) });
  world.mark({ X: 400_000n });
  for (const [client, leverage] of Object.entries({ ada: 10, bob: 5, cleo: 5, dan: 5 })) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'X', leverage);
  }
  const trade = (buyer: string, seller: string, lots: bigint, priceTicks = 400_000n) =>
    world.trade({ buyer, seller, instrument: 'X', priceTicks, lots });
  trade('ada', 'bob', 70n);
  trade('ada', 'cleo', 30n);
  world.mark({ X: 365_000n });
  // dan buys from her at 33,000: 700 lost, 400 there.
  trade('dan', 'ada', 100n, 330_000n);
  return world;
}

/** What losses of X have had of the fund of p. */
const fundUsed = ({ state }: World) =>
  state.totals.used.get('insuranceFund', {
    poolRow: state.pools.names.rowOf('p'),
    instrumentRow: state.instruments.names.rowOf('X'),
  });
const capital = (world: World) => world.state.ledger.balance(venueLedgerRow(world.state, 0, 'capital'));
const poolAsset = (world: World) =>
  world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf('X'));
const recover = (amount: number, deficit = 0) =>
  ({
    kind: 'recover',
    pool: 'p',
    asset: 'USDT',
    deficit,
    takeover: null,
    amountMinor: usdt(amount),
  }) as const;

describe('a loss', () => {
  it('keeps who paid it: fund, venue, and each account that shared it (LIQ-08)', () => {
    const world = shared();
    const { deficits, lossClaims } = world.state;
    expect([deficits.amount.get(0), deficits.covered.get(0), deficits.toppedUp.get(0)]).toEqual(
      [300, 150, 50].map(usdt),
    );
    const paid = [0, 1, 2].map((row) => [lossClaims.account.get(row), lossClaims.paid.get(row)]);
    const sum = paid.reduce((total, [, part]) => total + BigInt(part as bigint), 0n);
    expect(paid.map(([account]) => account)).toEqual(
      ['bob', 'cleo', 'dan'].map((client) => world.row(client)),
    );
    expect(paid.map(([, part]) => part)).toEqual([52.5, 22.5, 75].map(usdt));
    expect([sum, deficits.shared.get(0)]).toEqual([usdt(150), usdt(150)]);
    expect(deficits.instrument.get(0)).toBe(world.state.instruments.names.rowOf('X'));
    expect(outstandingOf(world.state, 0)).toBe(0n);
  });
});

describe('what comes back of a loss', () => {
  it('goes to the gains first, by what each paid, then to the venue and the fund; no more than was paid (LIQ-08)', () => {
    const world = shared();
    const { deficits, lossClaims } = world.state;
    const clients = ['bob', 'cleo', 'dan'];
    const before = { wallets: clients.map((client) => world.wallet(client)), capital: capital(world) };
    const back = () => clients.map((client, i) => world.wallet(client) - (before.wallets[i] as bigint));
    world.accept(recover(75));
    expect(back()).toEqual([26.25, 11.25, 37.5].map(usdt));
    // The rest of the gains' 150, the venue's own 50, and 20 of the fund's 100.
    world.accept(recover(145));
    expect(back()).toEqual([52.5, 22.5, 75].map(usdt));
    expect(deficits.sharesReturned.get(0)).toBe(usdt(150));
    // Who has everything back has no claim left.
    expect([0, 1, 2].map((row) => lossClaims.table.isFree(row))).toEqual([true, true, true]);
    expect([world.fund('p'), deficits.venueReturned.get(0), deficits.fundReturned.get(0)]).toEqual(
      [20, 50, 20].map(usdt),
    );
    expect(before.capital - capital(world)).toBe(usdt(170));
    expect(world.refuse(recover(81))).toBe('invalid_amount');
    world.accept(recover(80));
    expect(world.fund('p')).toBe(usdt(100));
    expect(world.refuse(recover(1))).toBe('invalid_amount');
    expect(fundUsed(world)).toBe(0n);
    checkEverything(world.state);
    expect(trialBalance(world.state.ledger).every(({ total }) => total === 0n)).toBe(true);
  });

  it('goes back by the list it arose under, whatever the list is when it comes (LIQ-08)', () => {
    const world = shared({ venue: 50 });
    const { deficits } = world.state;
    const turned = [layer('account'), layer('topUp', { capMinor: usdt(50) }), layer('insuranceFund')];
    world.accept(setWaterfall('p', { layers: [...turned, layer('lossSharing')], revision: 2 }));
    // The gains' 150 and 30 of the venue's 50: it stood behind the fund.
    world.accept(recover(180));
    expect([deficits.venueReturned.get(0), deficits.fundReturned.get(0)]).toEqual([usdt(30), 0n]);
    checkEverything(world.state);
  });

  it('closes first what is still open (LIQ-08)', () => {
    // Gains are asked for a tenth of their 700: 80 stay open.
    const world = shared({ gainsPpm: 100_000n });
    const { state } = world;
    const row = poolAsset(world);
    expect(state.totals.outstanding.get(row)).toBe(usdt(80));
    const wallet = world.wallet('dan');
    world.accept(recover(81));
    expect([state.totals.outstanding.get(row), state.deficits.recovered.get(0)]).toEqual([0n, usdt(80)]);
    expect(state.poolAssets.firstOpenDeficit.get(row)).toBe(-1);
    expect(world.wallet('dan') - wallet).toBe(usdt(0.5));
    checkEverything(state);
  });

  it('reaches the wallet of an account that is closed, and only it: others see nothing (LIQ-08, ISO-01)', () => {
    const world = shared();
    world.trade({ buyer: 'cleo', seller: 'dan', instrument: 'X', priceTicks: 365_000n, lots: 30n });
    world.accept({ kind: 'closeAccount', account: 'cleo' });
    const [bob, cleo, ada] = ['bob', 'cleo', 'ada'].map((client) => world.wallet(client)) as [
      bigint,
      bigint,
      bigint,
    ];
    const paid = [0, 1].map((row) => world.state.lossClaims.paid.get(row));
    world.accept(recover(150));
    expect([world.wallet('bob') - bob, world.wallet('cleo') - cleo]).toEqual(paid);
    expect(world.wallet('ada')).toBe(ada);
  });

  it('is refused for a deficit that is not there, and without the money (LIQ-08)', () => {
    const world = shared();
    expect(world.refuse(recover(1, 7))).toBe('unknown_deficit');
    expect(world.refuse({ ...recover(1), pool: 'main' })).toBe('unknown_deficit');
    expect(world.refuse({ ...recover(1), asset: 'EUR' })).toBe('unknown_asset');
    expect(world.refuse(recover(0))).toBe('invalid_amount');
    expect(world.refuse(recover(100_000))).toBe('insufficient_venue_funds');
  });

  it('survives a snapshot in between (OPS-02)', () => {
    const world = shared();
    world.accept(recover(60));
    const again = decodeSnapshot(encodeSnapshot(world.engine));
    for (const engine of [world.engine, again]) {
      const { kind } = engine.submit('back', recover(90), world.timeMs);
      expect(kind).toBe('recorded');
    }
    expect(again.stateHash()).toEqual(world.engine.stateHash());
  });
});

describe('what lenders bore', () => {
  it('goes back into their lending pool, and what the fund forwent of interest after them (LIQ-08)', () => {
    // All interest is the fund's, and all cash is out; 5 BTC taken in kind back 49,500 of a debt of 110,000.
    const world = lendingWorld();
    const { state } = world;
    world.accept(
      lendingOf('USDT', { reserveSharePpm: 1_000_000n, debtInitialPpm: 100_000n, slopeAbovePpm: 0n }),
    );
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    world.cross('ada', 'ada', { BTC: coins(5) });
    world.accept({ kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: usdt(100_000) });
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(100_000) });
    world.timeMs += YEAR_MS;
    world.price(40_000);
    world.accept({ kind: 'accrueInterest', pool: 'main', asset: 'USDT', accrualTimeMs: world.timeMs });
    world.price(10_000);
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(200_000) });
    const row = state.poolAssetRows.get(pairKey(0, state.assets.names.rowOf('USDT'))) as number;
    const [loss] = eventsOf(world.records, 'lenderLossBorne');
    const { deficitRow, amount, reserveForgoneMinor } = loss as NonNullable<typeof loss>;
    expect(amount > reserveForgoneMinor && reserveForgoneMinor > 0n).toBe(true);
    const give = (amountMinor: bigint) =>
      world.accept({
        kind: 'recover',
        pool: 'main',
        asset: 'USDT',
        deficit: deficitRow,
        takeover: null,
        amountMinor,
      });
    give(outstandingOf(state, deficitRow));
    const claim = world.claim('eve');
    give(amount - reserveForgoneMinor);
    expect(world.claim('eve') - claim).toBe(amount - reserveForgoneMinor);
    const owed = state.poolAssets.reserveOwed.get(row);
    give(reserveForgoneMinor);
    expect(state.poolAssets.reserveOwed.get(row) - owed).toBe(reserveForgoneMinor);
    expect(world.claim('eve') - claim).toBe(amount - reserveForgoneMinor);
    checkEverything(state);
  });
});

describe('the insurance fund', () => {
  it('is the sum of its lines: opened with nothing, what came in less what went out (LIQ-05)', () => {
    const world = shared();
    const row = poolAsset(world);
    const { poolAssets } = world.state;
    world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(7) });
    world.accept(recover(220));
    world.accept({ kind: 'drawDownFund', pool: 'p', asset: 'USDT', amountMinor: usdt(5) });
    expect(poolAssets.fundInjected.get(row)).toBe(usdt(157));
    expect(poolAssets.fundDrawn.get(row)).toBe(usdt(150));
    expect(poolAssets.fundRecovered.get(row)).toBe(usdt(20));
    expect(poolAssets.fundDrawnDown.get(row)).toBe(usdt(5));
    expect(fundClosing(world.state, row)).toBe(world.fund('p'));
    expect(world.fund('p')).toBe(usdt(22));
    expect(eventsOf(world.records, 'covered')).toHaveLength(2);
  });

  it('has a line for every flow that has it at an end, on the right side', () => {
    for (const [name, { from, to }] of Object.entries(FLOWS) as [FlowName, (typeof FLOWS)[FlowName]][]) {
      const comes = (to as readonly string[]).includes('insuranceFund');
      const goes = (from as readonly string[]).includes('insuranceFund');
      // From one fund to another: a line at each end.
      if (comes && goes) continue;
      const line = LINE_OF_FLOW[name];
      expect(line !== undefined, name).toBe(comes || goes);
      if (line !== undefined) expect(FUND_LINES[line] > 0n, name).toBe(comes);
    }
  });

  it('breaks the law of its pool when a line is wrong (law 5)', () => {
    const world = shared();
    const row = poolAsset(world);
    const { state } = world;
    state.poolAssets.fundFees.set(row, 1n);
    expect(() => checkEverything(state)).toThrow('law 5: the insurance fund');
    expect(state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund'))).toBe(0n);
  });
});
