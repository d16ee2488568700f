import { describe, expect, it } from 'vitest';
import { hashText } from '../base/index.js';
import { approval, markCorrection, tradeBust } from '../testkit/corrections.js';
import { lendingOf, lendingWorld } from '../testkit/lendingWorld.js';
import { levelWorld, modesWorld } from '../testkit/levelWorld.js';
import { SHARED_REFUSALS } from '../testkit/sharedRefusals.js';
import { indexQuote, sourceWorld, usde } from '../testkit/sourceWorld.js';
import { setWaterfall } from '../testkit/waterfallProposals.js';
import { coins, HOUR_MS, linearPerpetual, standardWorld, times, usdt, type World } from '../testkit/world.js';
import type { CommandOf, ExternalCommand, FillSide } from './command.js';
import { decodeRecord, encodeRecord } from './record.js';
import { REJECTION_CODES, REJECTIONS, type RejectionCode } from './rejection.js';

const side = (id: string, changes: Partial<FillSide> = {}): FillSide => ({
  party: 'account',
  leg: 'net',
  order: '',
  id,
  allocateMinor: 0n,
  allocateInitial: true,
  ...changes,
});

const fill = (changes: Partial<CommandOf<'fill'>> = {}): CommandOf<'fill'> => ({
  kind: 'fill',
  instrument: 'BTC-PERP',
  priceTicks: 400_000n,
  lots: 100n,
  buyer: side('ada'),
  seller: side('bob'),
  taker: 'buyer',
  ...changes,
});

/** ada long, bob short 100 lots at 40,000; eve has an account and nothing in it. */
function traded(): World {
  const world = standardWorld(usdt(1_000));
  for (const client of ['ada', 'bob', 'eve']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', 10);
  }
  world.accept(fill());
  return world;
}

const MOVE = {
  kind: 'moveInstrument',
  instrument: 'BTC-PERP',
  toPool: 'second',
  fundSharePpm: null,
} as const;

function secondPool(world: World): void {
  world.accept({
    kind: 'openPool',
    pool: 'second',
    isDesk: false,
    workBudget: 1_000,
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
  });
}

/** Eve has lent 20,000 USDT, ada has 1 BTC in a cross account and has borrowed. */
function borrowing(command: ExternalCommand, amount = 5_000): () => [World, ExternalCommand] {
  return () => {
    const world = lendingWorld();
    world.accept(lendingOf('USDT', { accountDebtCapMinor: usdt(20_000) }));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(20_000) });
    world.cross('ada', 'ada', { BTC: coins(1) });
    world.cross('bob', 'bob', { BTC: coins(1) });
    if (amount > 0)
      world.accept({ kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: usdt(amount) });
    return [world, command];
  };
}

const SPOT = { instrument: 'BTC-USDT', priceTicks: 400_000n, lots: 1_000n, taker: 'buyer' } as const;
const spotSide = (id: string) => side(id, { allocateInitial: false });
const takeBack = (amountMinor: bigint | null) =>
  ({ kind: 'withdrawSupply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor }) as const;

/** Two accounts to liquidate and a budget for one: the other is queued, its mark stale. */
function queued(): { world: World; account: string } {
  const world = traded();
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'slow',
    isDesk: false,
    workBudget: 1,
  });
  world.accept(linearPerpetual('S', { pool: 'slow' }));
  world.mark({ S: 400_000n });
  for (const client of ['ada', 'bob', 'eve'])
    world.account(`${client}-s`, client, 'S', client === 'bob' ? 2 : 10);
  for (const buyer of ['ada-s', 'eve-s'])
    world.accept(fill({ instrument: 'S', buyer: side(buyer), seller: side('bob-s'), lots: 10n }));
  world.mark({ S: 361_000n });
  world.timeMs += 2 * HOUR_MS;
  const account = ['ada-s', 'eve-s'].find(
    (id) => world.state.accounts.isQueued.get(world.row(id)) === 1,
  ) as string;
  return { world, account };
}

/** bob took his gain out while all was sound; ada, who owes it, has less: dan's principal is more than the pool's cash. */
function withoutCash(): World {
  const world = standardWorld(0n);
  for (const client of ['ada', 'bob', 'dan']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', client === 'ada' ? 50 : 10);
  }
  world.accept(fill());
  world.mark({ 'BTC-PERP': 396_000n });
  world.accept(fill({ buyer: side('bob'), seller: side('dan'), priceTicks: 390_100n }));
  world.accept({ kind: 'closeAccount', account: 'bob' });
  world.mark({ 'BTC-PERP': 390_000n });
  return world;
}

const brokenPool = (world: World) => {
  world.state.totals.cost.add(0, 1n);
  world.state.undo.clear();
};

type Case = () => readonly [World, ExternalCommand];
const plain =
  (command: ExternalCommand): Case =>
  () => [traded(), command];

/** For each code of the published list one command that is refused with it, in the order of the list. */
const CASES: Readonly<Record<RejectionCode, Case>> = {
  ...SHARED_REFUSALS,
  unknown_source: () => [
    sourceWorld(),
    { kind: 'quote', assets: [], instruments: [indexQuote('c', 400_000n, 0)] },
  ],
  price_from_sources: () => {
    const world = sourceWorld();
    const assetPrices = [{ pool: 'main', asset: 'USDE', price: usde(0.65) }];
    return [world, { kind: 'mark', sourceTimeMs: world.timeMs, marks: [], assetPrices }];
  },
  notice_too_short: () => {
    const world = levelWorld();
    world.level('isolated');
    return [world, world.levelCommand('cross', { effectiveMs: world.timeMs + HOUR_MS })];
  },
  level_forbids_mode: () => {
    const world = modesWorld();
    world.level('isolated');
    return [world, world.fill('cross', 'eve', 1n)];
  },
  margin_locked: () => {
    const world = modesWorld();
    world.accept(world.fill('isolated', 'eve', 1n));
    world.level('strictIsolated');
    return [world, { kind: 'release', account: 'isolated', asset: null, amountMinor: 1n }];
  },
  invalid_id: plain({ kind: 'openClient', client: 'not an id' }),
  invalid_amount: plain({ kind: 'allocate', asset: null, account: 'ada', amountMinor: 0n }),
  invalid_price: plain(fill({ priceTicks: 0n })),
  invalid_size: plain(fill({ lots: 0n })),
  out_of_range: () => {
    const world = traded();
    for (let i = 0; i < 7; i++)
      world.send({
        kind: 'announceDeposit',
        deposit: `d${i}`,
        client: 'ada',
        asset: 'USDT',
        amountMinor: 2n ** 60n,
      });
    return [
      world,
      { kind: 'announceDeposit', deposit: 'd7', client: 'ada', asset: 'USDT', amountMinor: 2n ** 60n },
    ];
  },
  invalid_definition: plain(linearPerpetual('X', { tickSize: '0' })),
  unknown_asset: plain({ kind: 'injectCapital', asset: 'none', amountMinor: 1n }),
  unknown_pool: plain({ kind: 'resume', pool: 'none' }),
  unknown_instrument: plain(fill({ instrument: 'none' })),
  unknown_client: plain({
    kind: 'openAccount',
    marginMode: 'isolated',
    pool: null,
    hasLegs: false,
    account: 'x',
    client: 'none',
    instrument: 'BTC-PERP',
    leveragePpm: times(1),
  }),
  unknown_account: plain({ kind: 'closeAccount', account: 'none' }),
  unknown_takeover: plain(fill({ seller: side('main#9', { party: 'liquidation' }) })),
  unknown_cash_movement: plain({ kind: 'sendWithdrawal', withdrawal: 'none' }),
  already_exists: plain({ kind: 'openClient', client: 'ada' }),
  pool_quarantined: () => {
    const world = traded();
    brokenPool(world);
    world.send(fill({ lots: 1n }));
    return [world, { kind: 'allocate', asset: null, account: 'ada', amountMinor: 1n }];
  },
  pool_not_open: () => {
    const world = traded();
    world.accept({ kind: 'windDownPool', pool: 'main' });
    return [world, fill({ lots: 1n })];
  },
  pool_open: plain({ kind: 'closePool', pool: 'main' }),
  pool_not_empty: () => {
    const world = traded();
    world.accept({ kind: 'windDownPool', pool: 'main' });
    return [world, { kind: 'closePool', pool: 'main' }];
  },
  time_backwards: () => {
    const world = traded();
    const at = {
      kind: 'applyFunding',
      instrument: 'BTC-PERP',
      fundingTimeMs: world.timeMs,
      ratePpm: 1n,
    } as const;
    world.accept(at);
    return [world, { ...at, ratePpm: 2n }];
  },
  source_time_ahead: plain({
    kind: 'applyFunding',
    instrument: 'BTC-PERP',
    fundingTimeMs: 1_800_000_000_000,
    ratePpm: 1n,
  }),
  instrument_not_trading: () => {
    const world = traded();
    world.accept(linearPerpetual('F', { instrumentKind: 'future', expiryMs: world.timeMs + 1 }));
    world.timeMs += 1;
    world.mark({ F: 1_000n });
    world.accept({ kind: 'expire', instrument: 'F' });
    return [
      world,
      {
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: 'f',
        client: 'ada',
        instrument: 'F',
        leveragePpm: times(1),
      },
    ];
  },
  instrument_not_expired: plain({ kind: 'expire', instrument: 'BTC-PERP' }),
  account_closed: () => {
    const world = traded();
    world.accept({ kind: 'closeAccount', account: 'eve' });
    return [world, { kind: 'allocate', asset: null, account: 'eve', amountMinor: 1n }];
  },
  account_not_flat: plain({ kind: 'closeAccount', account: 'ada' }),
  wrong_cash_status: plain({ kind: 'finalizeDeposit', deposit: 'ada-USDT' }),
  wrong_instrument: () => {
    const world = traded();
    world.accept(linearPerpetual('ETH-PERP'));
    world.account('eth', 'ada', 'ETH-PERP', 1);
    return [world, fill({ buyer: side('eth') })];
  },
  same_account: plain(fill({ seller: side('ada') })),
  no_account_side: () => {
    const world = standardWorld(0n);
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: 'd',
      isDesk: true,
      workBudget: 1,
    });
    world.accept(linearPerpetual('D', { pool: 'd' }));
    world.mark({ D: 400_000n });
    world.client('ada', { USDT: usdt(1_000) });
    world.account('ada', 'ada', 'D', 10);
    const outside = side('', { party: 'counterparty', leg: 'net', order: '', allocateInitial: false });
    world.accept(fill({ instrument: 'D', lots: 10n, seller: outside }));
    world.mark({ D: 361_000n });
    const takeover = side('d#1', { party: 'liquidation', leg: 'net', order: '', allocateInitial: false });
    return [
      world,
      fill({ instrument: 'D', lots: 10n, priceTicks: 361_000n, buyer: outside, seller: takeover }),
    ];
  },
  counterparty_needs_desk: plain(fill({ seller: side('', { party: 'counterparty' }) })),
  liquidation_not_reducing: () => {
    const world = traded();
    world.mark({ 'BTC-PERP': 361_000n });
    return [
      world,
      fill({ buyer: side('main#1', { party: 'liquidation' }), seller: side('eve'), priceTicks: 361_000n }),
    ];
  },
  leverage_out_of_range: plain({ kind: 'setLeverage', account: 'eve', leveragePpm: 0n }),
  funding_rate_out_of_range: plain({
    kind: 'applyFunding',
    instrument: 'BTC-PERP',
    fundingTimeMs: 1_700_000_000_000,
    ratePpm: 2n ** 40n,
  }),
  mark_unusable: () => {
    const world = traded();
    world.timeMs += 2 * HOUR_MS;
    return [world, fill()];
  },
  fill_outside_band: plain(fill({ priceTicks: 800_001n })),
  position_too_large: () => {
    const world = standardWorld(0n);
    world.accept(
      linearPerpetual('T', {
        tickSize: '0.001',
        lotSize: '0.001',
        markTicksPerTick: 1n,
        brackets: [
          {
            notionalCapMinor: null,
            initialMarginRatePpm: 10_000n,
            maintenanceMarginRatePpm: 5_000n,
            leverageMaxPpm: times(100),
          },
        ],
      }),
    );
    world.mark({ T: 1n });
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: 2n ** 59n });
      world.account(client, client, 'T', 1);
    }
    world.accept(fill({ instrument: 'T', priceTicks: 1n, lots: 2n ** 53n }));
    return [world, fill({ instrument: 'T', priceTicks: 1n, lots: 1n })];
  },
  insufficient_wallet_balance: plain({
    kind: 'allocate',
    asset: null,
    account: 'ada',
    amountMinor: usdt(10_000),
  }),
  insufficient_initial_margin: plain(fill({ buyer: side('eve', { allocateInitial: false }) })),
  unknown_lending: borrowing({ kind: 'borrow', account: 'ada', asset: 'BTC', amountMinor: 1n }),
  account_has_debts: borrowing({ kind: 'closeAccount', account: 'ada' }),
  no_debt: borrowing({ kind: 'repay', account: 'ada', asset: 'USDT', amountMinor: null }, 0),
  debt_cap: borrowing({ kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: usdt(15_001) }),
  insufficient_lending_cash: borrowing(takeBack(null)),
  insufficient_supply: borrowing(takeBack(usdt(20_000) + 1n)),
  insufficient_account_balance: borrowing({
    kind: 'fill',
    ...SPOT,
    buyer: spotSide('ada'),
    seller: spotSide('bob'),
  }),
  spot_needs_accounts: borrowing({
    kind: 'fill',
    ...SPOT,
    buyer: spotSide('ada'),
    seller: { ...spotSide('main#1'), party: 'liquidation' },
  }),
  lending_exhausted: () => {
    // What is taken in kind is worth next to nothing to the pool: the lenders lose everything.
    const world = lendingWorld({ collateral: { conversionSpreadPpm: 999_999n } });
    world.accept(lendingOf('USDT', { accountDebtCapMinor: usdt(20_000) }));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(15_000) });
    world.cross('ada', 'ada', { BTC: coins(0.9) });
    world.accept({ kind: 'borrow', account: 'ada', asset: 'USDT', amountMinor: usdt(15_000) });
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(15_000) });
    for (const price of [5_000, 500, 50, 5, 1]) world.price(price);
    return [world, { kind: 'supply', client: 'gil', pool: 'main', asset: 'USDT', amountMinor: 1n }];
  },
  insufficient_margin_for_leverage: plain({ kind: 'setLeverage', account: 'ada', leveragePpm: times(1) }),
  account_in_liquidation: () => {
    const { world, account } = queued();
    return [world, { kind: 'release', asset: null, account, amountMinor: 1n }];
  },
  top_up_must_cure: () => {
    const { world, account } = queued();
    return [world, { kind: 'allocate', asset: null, account, amountMinor: 1n }];
  },
  removal_floor: plain({ kind: 'release', asset: null, account: 'ada', amountMinor: 1n }),
  pool_not_sound: () => {
    const world = traded();
    world.accept(fill({ buyer: side('eve'), seller: side('ada'), priceTicks: 410_000n }));
    world.timeMs += 2 * HOUR_MS;
    return [world, { kind: 'closeAccount', account: 'ada' }];
  },
  insufficient_pool_cash: () => {
    const world = withoutCash();
    return [world, { kind: 'release', asset: null, account: 'dan', amountMinor: world.balance('dan') }];
  },
  insufficient_venue_funds: plain({
    kind: 'drawDownFund',
    pool: 'main',
    asset: 'USDT',
    amountMinor: usdt(1_001),
  }),
  fund_at_rest: () => {
    const world = traded();
    world.accept({ kind: 'setFundCoolDown', pool: 'main', coolDownMs: HOUR_MS });
    return [world, { kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: 1n }];
  },
  nothing_to_do: plain({ kind: 'mark', assetPrices: [], sourceTimeMs: 1_700_000_000_000, marks: [] }),
  losses_open: () => {
    const { world } = queued();
    return [world, setWaterfall('main')];
  },
  pools_unlike: plain({ kind: 'moveInstrument', instrument: 'BTC-PERP', toPool: 'main', fundSharePpm: null }),
  pool_at_work: () => {
    const world = traded();
    secondPool(world);
    world.accept({ kind: 'halt', pool: 'second', instrument: null, untilMs: world.timeMs + 1 });
    return [world, MOVE];
  },
  instrument_bound: () => {
    const world = traded();
    secondPool(world);
    const { kind: _kind, ...definition } = linearPerpetual('BTC-PERP', { takerFeePpm: 7n });
    const graceUntilMs = world.timeMs + 2;
    world.accept({
      kind: 'scheduleParameters',
      definition,
      effectiveMs: world.timeMs + 1,
      graceUntilMs,
      liquidateAtOnce: false,
    });
    return [world, MOVE];
  },
  shared_holders: () => {
    const world = lendingWorld();
    for (const id of ['ada', 'bob']) world.cross(id, id, { USDT: usdt(10_000), BTC: coins(1) });
    world.accept(
      fill({
        buyer: side('ada', { allocateInitial: false }),
        seller: side('bob', { allocateInitial: false }),
      }),
    );
    secondPool(world);
    return [world, MOVE];
  },
  unknown_proposal: plain(approval('nothing')),
  proposal_closed: () => {
    const world = traded();
    world.accept(tradeBust(world));
    world.accept({ kind: 'withdrawProposal', proposal: 'fix', operator: 'ann' });
    return [world, approval()];
  },
  proposal_expired: () => {
    const world = traded();
    return [world, tradeBust(world, { expiresMs: world.timeMs })];
  },
  same_operator: () => {
    const world = traded();
    world.accept(tradeBust(world));
    return [world, approval('fix', 'ann')];
  },
  already_corrected: () => {
    const world = traded();
    world.accept(tradeBust(world, { priceTicks: 400_000n }));
    world.accept(approval());
    return [world, tradeBust(world, { proposal: 'twin' })];
  },
  facts_disagree: () => {
    const world = traded();
    return [world, markCorrection(world, { toMs: world.timeMs + 1 })];
  },
  nothing_to_correct: () => {
    const world = traded();
    return [world, markCorrection(world, { wrongTicks: 4_000_000n })];
  },
  correction_unfunded: () => {
    const world = traded();
    // They hold 100 lots: 200 would be made good in cash, 2,000, and the fund has 1,000.
    world.accept(tradeBust(world, { lots: 200n }));
    return [world, approval()];
  },
  unknown_deficit: plain({
    kind: 'recover',
    pool: 'main',
    asset: 'USDT',
    deficit: 7,
    takeover: null,
    amountMinor: 1n,
  }),
  self_trade_deficit: () => {
    const world = traded();
    world.account('ada-2', 'ada', 'BTC-PERP', 10);
    return [world, fill({ buyer: side('ada-2'), seller: side('ada'), priceTicks: 200_000n })];
  },
  loss_written_off: () => {
    const world = standardWorld(0n);
    for (const client of ['ada', 'bob', 'dan']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'BTC-PERP', client === 'ada' ? 10 : 5);
    }
    world.accept(fill());
    world.mark({ 'BTC-PERP': 365_000n });
    // ada closes 300 below what she has, and the gains of the others share it.
    world.accept(fill({ buyer: side('dan'), seller: side('ada'), priceTicks: 330_000n }));
    const loss = { pool: 'main', asset: 'USDT', deficit: 0, takeover: null } as const;
    world.accept({ kind: 'writeOffLoss', ...loss });
    return [world, { kind: 'recover', ...loss, amountMinor: 1n }];
  },
};

describe('the list of refusals', () => {
  it('is complete here: every published code is reached by a case, and none is that is not published (OPS-01)', () => {
    expect(Object.keys(CASES).sort()).toEqual([...REJECTION_CODES].sort());
  });

  it.each(REJECTION_CODES)(
    '%s is answered with the numbers that decided, recorded, and leaves no other trace (OPS-01)',
    (code) => {
      const [world, command] = CASES[code]();
      const before = hashText(world.engine.stateHash());
      const { sequence } = world.state.clock;
      const { record, work } = world.send(command);
      if (record.outcome.kind !== 'rejected') throw new Error(`${command.kind} was accepted`);
      expect(record.outcome.rejection.code).toBe(code);
      expect(work).toEqual([]);
      expect(hashText(world.engine.stateHash())).toBe(before);
      expect(world.state.clock.sequence).toBe(sequence + 1);
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
      // What may stand alone says all in its name.
      const isBare = ['counterparty_needs_desk', 'no_account_side', 'nothing_to_do'].includes(code);
      expect(Object.keys(record.outcome.rejection.context).length > 0).toBe(!isBare);
    },
  );

  it('tells a person what is wrong and what to do, and a program the HTTP status', () => {
    for (const code of REJECTION_CODES) {
      const { message, remedy, status } = REJECTIONS[code];
      expect(message.length > 10 && remedy.length > 5, code).toBe(true);
      expect([400, 404, 409, 422]).toContain(status);
      if (code.startsWith('unknown_')) expect(status).toBe(404);
    }
  });

  it('cuts what a hostile id could blow up', () => {
    const world = traded();
    const { record } = world.send({ kind: 'closeAccount', account: 'x'.repeat(1_000_000) });
    if (record.outcome.kind !== 'rejected') throw new Error('accepted');
    expect((record.outcome.rejection.context['id'] as string).length).toBeLessThan(100);
  });
});
