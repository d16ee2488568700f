import { describe, expect, it } from 'vitest';
import { eventsOf, HOUR_MS, linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import type { CommandOf, FillSide } from '../command.js';

type Fill = CommandOf<'fill'>;

const side = (id: string, changes: Partial<FillSide> = {}): FillSide => ({
  party: 'account',
  leg: 'net',
  order: '',
  id,
  allocateMinor: 0n,
  allocateInitial: true,
  ...changes,
});
const bare = (id: string, allocateMinor = 0n) => side(id, { allocateInitial: false, allocateMinor });

/** X-PERP at 40,000; ada, bob and eve with 10,000 USDT each and an account at 10x. */
function venue(changes: Parameters<typeof linearPerpetual>[1] = {}): World {
  const world = standardWorld(usdt(1_000));
  world.accept(linearPerpetual('X-PERP', changes));
  world.mark({ 'X-PERP': 400_000n });
  for (const client of ['ada', 'bob', 'eve']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'X-PERP', 10);
  }
  return world;
}

const fill = (changes: Partial<Fill> = {}): Fill => ({
  kind: 'fill',
  instrument: 'X-PERP',
  priceTicks: 400_000n,
  lots: 100n,
  buyer: side('ada'),
  seller: side('bob'),
  taker: 'buyer',
  ...changes,
});

describe('a fill', () => {
  it('brings its margin in the same event, on both sides (MAR-01)', () => {
    const world = venue();
    const { record } = world.accept(fill());
    const [event] = eventsOf([record], 'filled');
    const assetRowOf = (account: string) => world.state.accounts.firstAsset.get(world.row(account));
    expect(event?.allocations).toEqual([
      { accountAssetRow: assetRowOf('ada'), amount: usdt(400) },
      { accountAssetRow: assetRowOf('bob'), amount: usdt(400) },
    ]);
    expect([world.balance('ada'), world.balance('bob'), world.wallet('ada')]).toEqual([
      usdt(400),
      usdt(400),
      usdt(9_600),
    ]);
    expect([world.position('ada'), world.position('bob')]).toEqual([
      { lots: 100n, cost: usdt(4_000) },
      { lots: -100n, cost: -usdt(4_000) },
    ]);
  });

  it('is refused whole when one side fails, whichever it is (MAR-01)', () => {
    for (const poor of ['buyer', 'seller'] as const)
      for (const taker of ['buyer', 'seller'] as const) {
        const world = venue();
        const before = [world.wallet('ada'), world.wallet('bob')];
        expect(world.refuse(fill({ [poor]: bare(poor === 'buyer' ? 'ada' : 'bob'), taker }))).toBe(
          'insufficient_initial_margin',
        );
        expect([world.position('ada').lots, world.position('bob').lots]).toEqual([0n, 0n]);
        expect([world.wallet('ada'), world.wallet('bob')]).toEqual(before);
      }
  });

  it('says the exact missing amount: with it the fill stands, with a unit less it does not (MAR-01, LED-03)', () => {
    for (const closeFee of ['none', 'inRate', 'inMargin'] as const)
      for (const basis of ['entry', 'mark'] as const)
        for (const priceTicks of [390_001n, 400_000n, 410_003n])
          for (const role of ['buyer', 'seller'] as const) {
            const world = venue({ closeFee, initialBasis: basis, takerFeePpm: 777n, makerFeePpm: 111n });
            const id = role === 'buyer' ? 'ada' : 'bob';
            const with_ = (minor: bigint) => fill({ priceTicks, lots: 77n, [role]: bare(id, minor) });
            const { outcome } = world.send(with_(0n)).record;
            if (outcome.kind !== 'rejected') throw new Error('accepted without margin');
            const { minor } = outcome.rejection.context['missing'] as { minor: bigint };
            expect(world.refuse(with_(minor - 1n)), `${closeFee} ${basis} ${role}`).toBe(
              'insufficient_initial_margin',
            );
            expect(world.refuse(with_(minor)), `${closeFee} ${basis} ${role}`).toBe('accepted');
            const automatic = venue({ closeFee, initialBasis: basis, takerFeePpm: 777n, makerFeePpm: 111n });
            automatic.accept(fill({ priceTicks, lots: 77n }));
            expect(automatic.wallet(id)).toBe(world.wallet(id));
          }
  });

  it.each<[string, Partial<Fill>, string]>([
    ['no lots', { lots: 0n }, 'invalid_size'],
    ['negative lots', { lots: -1n }, 'invalid_size'],
    ['more lots than a position can have', { lots: 2n ** 53n + 1n }, 'invalid_size'],
    ['more value than the ledger carries', { lots: 2n ** 53n }, 'invalid_size'],
    ['the largest int64', { lots: 2n ** 63n - 1n }, 'invalid_size'],
    ['a price of zero', { priceTicks: 0n }, 'invalid_price'],
    ['a negative price', { priceTicks: -400_000n }, 'invalid_price'],
    ['a price beyond the instrument', { priceTicks: 2n ** 41n }, 'invalid_price'],
    ['a price outside the band', { priceTicks: 800_001n }, 'fill_outside_band'],
    ['an unknown instrument', { instrument: 'none' }, 'unknown_instrument'],
    ['an unknown account', { buyer: side('nobody') }, 'unknown_account'],
    ['an id of no end', { buyer: side('x'.repeat(10_000)) }, 'unknown_account'],
    ['one account on both sides', { seller: side('ada') }, 'same_account'],
    ['the outside in a venue', { seller: side('', { party: 'counterparty' }) }, 'counterparty_needs_desk'],
    [
      'a takeover that is not there',
      { seller: side('main#1', { party: 'liquidation' }) },
      'unknown_takeover',
    ],
    ['a negative allocation', { buyer: bare('ada', -1n) }, 'insufficient_initial_margin'],
    [
      'a negative allocation with margin asked',
      { buyer: side('ada', { allocateMinor: -1n }) },
      'invalid_amount',
    ],
    [
      'an allocation beyond the wallet',
      { buyer: bare('ada', usdt(10_000) + 1n) },
      'insufficient_wallet_balance',
    ],
    ['an allocation beyond all bounds', { buyer: bare('ada', 2n ** 62n) }, 'invalid_amount'],
  ])('with %s is refused (LED-04)', (_name, changes, code) => {
    expect(venue().refuse(fill(changes))).toBe(code);
  });

  it('is refused for an account of another instrument', () => {
    const world = venue();
    world.account('ada-btc', 'ada', 'BTC-PERP', 10);
    expect(world.refuse(fill({ buyer: side('ada-btc') }))).toBe('wrong_instrument');
  });

  it('opens nothing at a mark that may not decide, and closes all the same (PRC-01, PRC-04, ORD-03)', () => {
    const world = venue();
    world.accept(fill());
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(fill({ lots: 1n }))).toBe('mark_unusable');
    expect(world.refuse(fill({ buyer: side('bob'), seller: side('ada'), lots: 40n }))).toBe('accepted');
    // One side closes, the other would open.
    expect(world.refuse(fill({ buyer: side('eve'), seller: side('ada'), lots: 1n }))).toBe('mark_unusable');
    expect(world.position('ada').lots).toBe(60n);
  });

  it('charges the loss to the mark at entry and lends no profit of the fill itself (ISO-05)', () => {
    const world = venue({ initialBasis: 'mark' });
    world.accept(fill({ priceTicks: 420_000n }));
    // The buyer is 200 under at once: 400 for the margin at the mark and 200 for the loss. The seller is lent nothing.
    expect([world.balance('ada'), world.balance('bob')]).toEqual([usdt(600), usdt(400)]);
  });

  it('draws on one wallet for both sides where one client stands on both', () => {
    const world = venue();
    world.account('ada-2', 'ada', 'X-PERP', 10);
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w',
      client: 'ada',
      asset: 'USDT',
      amountMinor: usdt(9_201),
    });
    expect(world.wallet('ada')).toBe(usdt(799));
    expect(world.refuse(fill({ seller: side('ada-2') }))).toBe('insufficient_wallet_balance');
    world.accept({ kind: 'returnWithdrawal', withdrawal: 'w' });
    expect(world.refuse(fill({ seller: side('ada-2') }))).toBe('accepted');
    expect(world.wallet('ada')).toBe(usdt(9_200));
  });

  it('between accounts of one client never leaves a deficit to the pool, nor an account about to (ISO-05)', () => {
    const world = venue();
    world.account('ada-2', 'ada', 'X-PERP', 10);
    world.accept(fill());
    // ada sells to herself 30% under the mark: 1,200 lost of 400.
    const toHerself = fill({ buyer: side('ada-2'), seller: side('ada'), priceTicks: 280_000n });
    expect(world.refuse(toHerself)).toBe('self_trade_deficit');
    expect(world.refuse({ ...toHerself, lots: 60n })).toBe('self_trade_deficit');
    expect(world.fund('main')).toBe(usdt(1_000));
    expect(world.refuse({ ...toHerself, priceTicks: 400_000n })).toBe('accepted');
  });
});

describe('reducing', () => {
  it('needs no margin and draws none, also under margin (ORD-03)', () => {
    const world = venue();
    world.accept(fill());
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w',
      client: 'ada',
      asset: 'USDT',
      amountMinor: usdt(9_600),
    });
    world.mark({ 'X-PERP': 365_000n });
    // Equity 50 of 400: above maintenance, far under initial.
    world.accept(fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 365_000n, lots: 60n }));
    expect(world.position('ada')).toEqual({ lots: 40n, cost: usdt(1_600) });
    expect(world.balance('ada')).toBe(usdt(400 - 210));
  });

  it('rounds a split cost so that profit is realized late, and closes without a rest (LED-03)', () => {
    const world = venue({ tickSize: '0.001', lotSize: '0.001' });
    world.mark({ 'X-PERP': 400_000n });
    world.accept(fill({ lots: 1n, priceTicks: 400_000n }));
    world.accept(fill({ lots: 2n, priceTicks: 400_001n }));
    expect(world.position('ada')).toEqual({ lots: 3n, cost: 1_200_002n });
    const before = world.balance('ada');
    for (let i = 0; i < 3; i++)
      world.accept(fill({ buyer: side('bob'), seller: side('ada'), lots: 1n, priceTicks: 400_001n }));
    expect(world.position('ada')).toEqual({ lots: 0n, cost: 0n });
    expect(world.position('bob')).toEqual({ lots: 0n, cost: 0n });
    expect(world.balance('ada') - before).toBe(1n);
  });

  it('carries in its cost what margin does not cover while the position goes on: equity stays, the pool pays nothing (ISO-02)', () => {
    const world = venue({ markMaxJumpPpm: 10_000_000n });
    world.accept(fill());
    world.mark({ 'X-PERP': 500_000n });
    // ada holds 400 and a profit of 1,000. She sells half at 30,000: 500 lost on it.
    const { record } = world.accept(
      fill({ buyer: side('bob'), seller: side('ada'), priceTicks: 300_000n, lots: 50n }),
    );
    expect(eventsOf([record], 'filled')[0]?.deficits).toEqual([]);
    expect(world.balance('ada')).toBe(0n);
    expect(world.position('ada')).toEqual({ lots: 50n, cost: usdt(2_000 + 100) });
    expect(world.fund('main')).toBe(usdt(1_000));
  });

  it('beyond bankruptcy leaves the rest to the pool, with its cause, and never touches the wallet (ISO-01, ISO-02)', () => {
    const world = venue();
    world.accept(fill());
    const { record } = world.accept(fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 350_000n }));
    expect(eventsOf([record], 'filled')[0]?.deficits).toEqual([
      { accountRow: world.row('ada'), poolAssetRow: 0, takeoverRow: -1, cause: 'close', amount: usdt(100) },
    ]);
    expect([world.balance('ada'), world.wallet('ada'), world.fund('main')]).toEqual([
      0n,
      usdt(9_600),
      usdt(900),
    ]);
  });

  it('that leaves the account at maintenance is followed by its liquidation in the same submission', () => {
    const world = venue();
    world.accept(fill());
    world.mark({ 'X-PERP': 365_000n });
    const { record, work } = world.accept(
      fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 330_000n, lots: 10n }),
    );
    expect(eventsOf([record], 'filled')[0]?.woken).toEqual([world.row('ada')]);
    expect(work[0]?.command).toEqual({ kind: 'takeOver', accountRow: world.row('ada') });
  });
});

describe('a flip', () => {
  it('closes, then opens, in one event with one realized posting and margin for the new side only (ORD-01)', () => {
    const world = venue();
    world.accept(fill());
    world.mark({ 'X-PERP': 410_000n });
    const { record } = world.accept(
      fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 410_000n, lots: 150n }),
    );
    const [event] = eventsOf([record], 'filled');
    const { accounts, accountAssets } = world.state;
    const margin = accountAssets.ledgerRow.get(accounts.firstAsset.get(world.row('ada')));
    const postings = event!.transfers.filter(({ from, to }) => from === margin || to === margin);
    expect(postings.map(({ flow, amount }) => [flow, amount])).toEqual([['realizeGain', usdt(100)]]);
    expect(world.position('ada')).toEqual({ lots: -50n, cost: -usdt(2_050) });
    // 400 + 100 are more than the 205 that 50 lots ask for: nothing is drawn.
    expect(world.wallet('ada')).toBe(usdt(9_600));
  });

  it('is refused whole where the new side has no margin, although closing alone would stand (ORD-01)', () => {
    const world = venue();
    world.accept(fill());
    world.mark({ 'X-PERP': 365_000n });
    const flip = fill({ buyer: side('eve'), seller: bare('ada'), priceTicks: 365_000n, lots: 200n });
    expect(world.refuse(flip)).toBe('insufficient_initial_margin');
    expect(world.position('ada').lots).toBe(100n);
    expect(world.refuse({ ...flip, lots: 100n })).toBe('accepted');
  });

  it('out of a position that is under water pays its loss first, out of the wallet it was told to draw on (ORD-01, ISO-02)', () => {
    const world = venue();
    world.accept(fill());
    const { record } = world.accept(
      fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 350_000n, lots: 101n }),
    );
    const [event] = eventsOf([record], 'filled');
    expect(event?.deficits).toEqual([]);
    expect(world.position('ada').lots).toBe(-1n);
    expect(world.fund('main')).toBe(usdt(1_000));
  });
});

describe('fees', () => {
  it('round up, rebates down, and a rebate never exceeds what the taker paid (LED-03, FND-04)', () => {
    const world = venue({ takerFeePpm: 1_000n, makerFeePpm: -333n, tickSize: '0.001', lotSize: '0.001' });
    world.mark({ 'X-PERP': 400_001n });
    const before = [world.wallet('ada'), world.wallet('bob')];
    const { record } = world.accept(fill({ lots: 1n, priceTicks: 400_001n }));
    const flows = eventsOf([record], 'filled')[0]!.transfers.filter(
      ({ flow }) => flow === 'fee' || flow === 'rebate',
    );
    // 400,001 minor units: 400.001 of fee is 401, 133.2 of rebate is 133.
    expect(flows.map(({ flow, amount }) => [flow, amount])).toEqual([
      ['fee', 401n],
      ['rebate', 133n],
    ]);
    expect(before[0]! - world.wallet('ada') - world.balance('ada')).toBe(401n);
  });

  it('take at most what is left after the loss, and the maker gets no more than that (FND-04)', () => {
    const world = venue({ takerFeePpm: 100_000n, makerFeePpm: -100_000n });
    world.accept(fill({ lots: 10n }));
    world.mark({ 'X-PERP': 370_000n });
    // ada: margin left after a loss of everything but a little.
    const held = world.balance('ada');
    const { record } = world.accept(
      fill({ buyer: side('eve'), seller: bare('ada'), taker: 'seller', priceTicks: 370_000n, lots: 10n }),
    );
    const [event] = eventsOf([record], 'filled');
    const fee = event!.transfers.find(({ flow }) => flow === 'fee')!.amount;
    const rebate = event!.transfers.find(({ flow }) => flow === 'rebate')!.amount;
    expect(fee).toBe(held - usdt(30));
    expect(fee < usdt(37)).toBe(true);
    expect(rebate).toBe(fee);
    expect([world.balance('ada'), event!.deficits.length]).toEqual([0n, 0]);
  });
});

describe('brackets', () => {
  it('are looked up by notional, and a fill that crosses a boundary pays the higher rate (MAR-07)', () => {
    const world = standardWorld();
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(1_000_000) });
      world.account(client, client, 'BTC-PERP', 100);
    }
    const trade = (lots: bigint) =>
      world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots });
    trade(1_250n);
    expect(world.balance('ada')).toBe(usdt(500));
    // A lot more is beyond 50,000: there the largest leverage is 50x.
    expect(world.refuse(fill({ instrument: 'BTC-PERP', lots: 1n }))).toBe('leverage_out_of_range');
    for (const account of ['ada', 'bob']) world.account(`${account}-50x`, account, 'BTC-PERP', 50);
    world.trade({
      buyer: 'ada-50x',
      seller: 'bob-50x',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 1_251n,
    });
    expect(world.balance('ada-50x')).toBe(usdt(50_040) / 50n);
  });
});

describe('a fill against a takeover', () => {
  /** ada is taken over at 36,100: main#1 holds her 100 lots. */
  function withTakeover(): World {
    const world = venue();
    world.accept(fill());
    world.mark({ 'X-PERP': 361_000n });
    expect(world.state.takeovers.names.rowOf('main#1')).toBe(0);
    return world;
  }
  const liquidation = side('main#1', { party: 'liquidation', leg: 'net', order: '', allocateInitial: false });
  const unwind = (changes: Partial<Fill> = {}) =>
    fill({ buyer: side('eve'), seller: liquidation, priceTicks: 361_000n, ...changes });

  it('unwinds it, and what is left goes to the fund (LIQ-03)', () => {
    const world = withTakeover();
    world.accept(unwind({ lots: 30n }));
    expect(world.state.takeovers.status.get(0)).toBe(0);
    world.accept(unwind({ lots: 70n }));
    // 400 of margin less 390 of loss.
    expect([world.fund('main'), world.state.takeovers.status.get(0)]).toEqual([usdt(1_010), 1]);
    expect(world.refuse(unwind({ lots: 1n }))).toBe('unknown_takeover');
  });

  it('recognises a deficit with its cause when the last lot is gone, and the fund covers it (LIQ-05)', () => {
    const world = withTakeover();
    const { record, work } = world.accept(unwind({ priceTicks: 355_000n }));
    expect(eventsOf([record], 'filled')[0]?.deficits).toEqual([
      {
        accountRow: world.row('ada'),
        poolAssetRow: 0,
        takeoverRow: 0,
        cause: 'liquidation',
        amount: usdt(50),
      },
    ]);
    expect(eventsOf(work, 'covered').map(({ amount }) => amount)).toEqual([usdt(50)]);
    expect([world.fund('main'), world.wallet('ada')]).toEqual([usdt(950), usdt(9_600)]);
  });

  it.each<[string, Partial<Fill>, string]>([
    ['more lots than it has', { lots: 101n }, 'liquidation_not_reducing'],
    ['more of the same side', { buyer: liquidation, seller: side('eve') }, 'liquidation_not_reducing'],
    ['another takeover', { buyer: liquidation }, 'liquidation_not_reducing'],
    ['a price outside the band', { priceTicks: 800_000n }, 'fill_outside_band'],
  ])('is refused with %s', (_name, changes, code) => {
    expect(withTakeover().refuse(unwind(changes))).toBe(code);
  });

  it('of another instrument is refused', () => {
    const world = withTakeover();
    world.account('eve-btc', 'eve', 'BTC-PERP', 5);
    expect(
      world.refuse(unwind({ instrument: 'BTC-PERP', buyer: side('eve-btc'), priceTicks: 400_000n })),
    ).toBe('wrong_instrument');
  });

  it('needs a margin account on the other side', () => {
    const world = standardWorld(usdt(1_000));
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: 'desk',
      isDesk: true,
      workBudget: 1,
    });
    world.accept(linearPerpetual('D-PERP', { pool: 'desk' }));
    world.mark({ 'D-PERP': 400_000n });
    world.client('ada', { USDT: usdt(10_000) });
    world.account('a', 'ada', 'D-PERP', 10);
    const outside = side('', { party: 'counterparty', leg: 'net', order: '', allocateInitial: false });
    world.accept(fill({ instrument: 'D-PERP', buyer: side('a'), seller: outside }));
    // The budget is for one step: the takeover waits to be unwound.
    world.mark({ 'D-PERP': 361_000n });
    const wanted = fill({
      instrument: 'D-PERP',
      buyer: outside,
      seller: side('desk#1', { party: 'liquidation' }),
      priceTicks: 361_000n,
    });
    expect(world.refuse(wanted)).toBe('no_account_side');
    expect(world.refuse({ ...wanted, seller: outside })).toBe('no_account_side');
  });
});
