import { describe, expect, it } from 'vitest';
import {
  commandKinds,
  eventsOf,
  HOUR_MS,
  linearPerpetual,
  standardWorld,
  usdt,
  type World,
} from '../../testkit/world.js';
import { accountView } from '../marginView.js';
import { poolLedgerRow } from '../state.js';

/** ada long, bob short 100 lots of X-PERP at 40,000; 10x and 5x. A jump is more than 10%, two marks confirm it. */
function traded(changes: Parameters<typeof linearPerpetual>[1] = {}): World {
  const world = standardWorld(usdt(1_000));
  world.accept(
    linearPerpetual('X-PERP', {
      markMaxJumpPpm: 100_000n,
      markTicksPerTick: 1n,
      fillBandPpm: 1_000_000n,
      ...changes,
    }),
  );
  world.mark({ 'X-PERP': 400_000n });
  for (const client of ['ada', 'bob']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'X-PERP', client === 'ada' ? 10 : 5);
  }
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'X-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

const markX = (world: World, markTicks: bigint, sourceTimeMs = later(world, 1)) =>
  world.accept({
    kind: 'mark',
    assetPrices: [],
    sourceTimeMs,
    marks: [{ instrument: 'X-PERP', markTicks, indexTicks: markTicks > 0n ? markTicks : 1n }],
  });
const verdict = (recorded: ReturnType<typeof markX>) =>
  eventsOf([recorded.record], 'marked')[0]?.marks[0]?.verdict;
const isGone = (world: World, account = 'ada') => world.position(account).lots === 0n;

/** So much later. */
function later(world: World, ms: number): number {
  world.timeMs += ms;
  return world.timeMs;
}

describe('a mark', () => {
  it.each<[string, (world: World) => ReturnType<typeof markX>, string]>([
    ['older than the limit', (w) => markX(w, 300_000n, later(w, 2 * HOUR_MS) - HOUR_MS - 1), 'ignoredStale'],
    ['of zero', (w) => markX(w, 0n), 'ignoredBad'],
    ['below zero', (w) => markX(w, -300_000n), 'ignoredBad'],
    ['beyond what the instrument carries', (w) => markX(w, 2n ** 41n), 'ignoredBad'],
    ['that jumps', (w) => markX(w, 300_000n), 'heldJump'],
  ])('%s liquidates nobody, moves no price and gates what depends on it (PRC-01)', (_name, act, expected) => {
    const world = traded();
    const recorded = act(world);
    expect(verdict(recorded)).toBe(expected);
    expect([isGone(world), commandKinds(recorded.work).includes('takeOver')]).toEqual([false, false]);
    const row = world.state.instruments.names.rowOf('X-PERP');
    expect(world.state.instruments.markTicks.get(row)).toBe(400_000n);
    expect(world.refuse({ kind: 'release', asset: null, account: 'bob', amountMinor: 1n })).toBe(
      'mark_unusable',
    );
    expect(
      world.refuse({ kind: 'applyFunding', instrument: 'X-PERP', fundingTimeMs: world.timeMs, ratePpm: 1n }),
    ).toBe('mark_unusable');
  });

  it('just inside the age limit acts, a millisecond older does not (PRC-01)', () => {
    const world = traded();
    world.timeMs += 2 * HOUR_MS;
    expect(verdict(markX(world, 390_000n, world.timeMs - HOUR_MS - 1))).toBe('ignoredStale');
    expect(verdict(markX(world, 390_000n, world.timeMs - HOUR_MS))).toBe('accepted');
  });

  it('that jumps acts with the confirming mark, and not with one that disagrees (PRC-01)', () => {
    const world = traded();
    expect(verdict(markX(world, 300_000n))).toBe('heldJump');
    expect(verdict(markX(world, 600_000n))).toBe('heldJump');
    expect(isGone(world)).toBe(false);
    const confirmed = markX(world, 610_000n);
    expect(verdict(confirmed)).toBe('confirmed');
    expect([isGone(world), isGone(world, 'bob')]).toEqual([false, true]);
  });

  it('that jumps is not confirmed by the same tick delivered twice (PRC-01)', () => {
    const world = traded();
    markX(world, 300_000n);
    for (let i = 0; i < 5; i++) expect(verdict(markX(world, 300_000n, world.timeMs))).toBe('heldJump');
    expect(isGone(world)).toBe(false);
    expect(verdict(markX(world, 300_000n))).toBe('confirmed');
    expect(isGone(world)).toBe(true);
  });

  it('that jumped and came back is forgotten: the next jump starts its own count (PRC-01)', () => {
    const world = traded();
    markX(world, 300_000n);
    expect(verdict(markX(world, 405_000n))).toBe('accepted');
    expect(verdict(markX(world, 300_000n))).toBe('heldJump');
    expect(isGone(world)).toBe(false);
    expect(verdict(markX(world, 301_000n))).toBe('confirmed');
    expect(isGone(world)).toBe(true);
  });

  it('at the jump limit is no jump, a tick more is one', () => {
    const world = traded();
    expect(verdict(markX(world, 440_000n))).toBe('accepted');
    expect(verdict(markX(world, 484_001n))).toBe('heldJump');
  });

  it('that was bad is healed by the next good one', () => {
    const world = traded();
    markX(world, 0n);
    expect(verdict(markX(world, 400_000n))).toBe('accepted');
    expect(
      world.refuse({ kind: 'applyFunding', instrument: 'X-PERP', fundingTimeMs: world.timeMs, ratePpm: 1n }),
    ).toBe('accepted');
  });

  it('without a sound index takes the mark for it', () => {
    const world = traded();
    world.accept({
      kind: 'mark',
      assetPrices: [],
      sourceTimeMs: world.timeMs,
      marks: [{ instrument: 'X-PERP', markTicks: 390_000n, indexTicks: 0n }],
    });
    expect(world.state.instruments.indexTicks.get(world.state.instruments.names.rowOf('X-PERP'))).toBe(
      390_000n,
    );
  });
});

describe('a batch of marks', () => {
  const batch = (world: World, marks: readonly (readonly [string, bigint])[], sourceTimeMs = world.timeMs) =>
    world.refuse({
      kind: 'mark',
      assetPrices: [],
      sourceTimeMs,
      marks: marks.map(([instrument, markTicks]) => ({ instrument, markTicks, indexTicks: 1n })),
    });

  it.each<[string, readonly (readonly [string, bigint])[], string]>([
    ['nothing', [], 'nothing_to_do'],
    [
      'an unknown instrument beside a known one',
      [
        ['X-PERP', 300_000n],
        ['none', 1n],
      ],
      'unknown_instrument',
    ],
    [
      'one instrument twice',
      [
        ['X-PERP', 400_000n],
        ['X-PERP', 401_000n],
      ],
      'invalid_definition',
    ],
    ['a number no column holds', [['X-PERP', 2n ** 62n + 1n]], 'invalid_price'],
  ])('of %s is refused whole (PRC-02)', (_name, marks, code) => {
    const world = traded();
    expect(batch(world, marks)).toBe(code);
    expect(isGone(world)).toBe(false);
  });

  it('from the future is refused, a little ahead it is not (PRC-03)', () => {
    const world = traded();
    expect(batch(world, [['X-PERP', 400_000n]], world.timeMs + 5_001)).toBe('source_time_ahead');
    expect(batch(world, [['X-PERP', 400_000n]], world.timeMs + 5_000)).toBe('accepted');
  });

  it('older than everything it names is refused; one instrument ahead does not hold up the others (PRC-03)', () => {
    const world = traded();
    world.timeMs += 1_000;
    batch(world, [['X-PERP', 400_000n]]);
    expect(batch(world, [['X-PERP', 400_000n]], world.timeMs - 1)).toBe('time_backwards');
    const { record } = world.accept({
      kind: 'mark',
      assetPrices: [],
      sourceTimeMs: world.timeMs - 1,
      marks: ['X-PERP', 'BTC-PERP'].map((instrument) => ({
        instrument,
        markTicks: instrument === 'X-PERP' ? 1n : 4_100_000n,
        indexTicks: 1n,
      })),
    });
    expect(eventsOf([record], 'marked')[0]?.marks.map((mark) => mark.verdict)).toEqual([
      'ignoredOld',
      'accepted',
    ]);
  });

  it('acts all at once: two accounts on two instruments go by the same batch, whatever its order (PRC-02)', () => {
    const outcomes = [false, true].map((isReversed) => {
      const world = traded();
      world.account('ada-btc', 'ada', 'BTC-PERP', 10);
      world.account('bob-btc', 'bob', 'BTC-PERP', 5);
      world.trade({
        buyer: 'ada-btc',
        seller: 'bob-btc',
        instrument: 'BTC-PERP',
        priceTicks: 400_000n,
        lots: 100n,
      });
      const marks = [
        { instrument: 'X-PERP', markTicks: 361_000n, indexTicks: 361_000n },
        { instrument: 'BTC-PERP', markTicks: 3_610_000n, indexTicks: 3_610_000n },
      ];
      const { work } = world.accept({
        kind: 'mark',
        assetPrices: [],
        sourceTimeMs: world.timeMs,
        marks: isReversed ? marks.toReversed() : marks,
      });
      expect([isGone(world), isGone(world, 'ada-btc')]).toEqual([true, true]);
      return work.map(({ command }) => command);
    });
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('in one market leaves another alone: while one is halted by a bad mark the other liquidates (PRC-04)', () => {
    const world = traded();
    world.account('ada-btc', 'ada', 'BTC-PERP', 10);
    world.account('bob-btc', 'bob', 'BTC-PERP', 5);
    world.trade({
      buyer: 'ada-btc',
      seller: 'bob-btc',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    markX(world, 0n);
    world.accept({
      kind: 'mark',
      assetPrices: [],
      sourceTimeMs: world.timeMs,
      marks: [
        { instrument: 'X-PERP', markTicks: -5n, indexTicks: 1n },
        { instrument: 'BTC-PERP', markTicks: 3_610_000n, indexTicks: 3_610_000n },
      ],
    });
    expect([isGone(world), isGone(world, 'ada-btc')]).toEqual([false, true]);
  });
});

describe('funding', () => {
  const pay = (world: World, ratePpm: bigint, fundingTimeMs = world.timeMs) =>
    ({ kind: 'applyFunding', instrument: 'X-PERP', fundingTimeMs, ratePpm }) as const;
  const fundingBalance = (world: World, kind: 'funding' | 'rounding') =>
    world.state.ledger.balance(poolLedgerRow(world.state, 0, kind));

  it('counts in equity at once and is collected when the position is touched (FND-01, FND-02)', () => {
    const world = traded();
    world.accept(pay(world, 1_000n));
    // A thousandth of 4,000.
    expect([world.balance('ada'), world.balance('bob')]).toEqual([usdt(400), usdt(800)]);
    expect(accountView(world.state, world.row('ada')).fundingPerLot * 100n).toBe(usdt(4) * 1_000_000n);
    world.trade({ buyer: 'bob', seller: 'ada', instrument: 'X-PERP', priceTicks: 400_000n, lots: 1n });
    expect([world.balance('ada'), world.balance('bob')]).toEqual([usdt(396), usdt(804)]);
    expect(fundingBalance(world, 'funding')).toBe(0n);
  });

  it('is paid by the position at the funding instant, not by one that comes later (FND-02)', () => {
    const world = traded();
    world.accept(pay(world, 1_000n));
    world.client('eve', { USDT: usdt(10_000) });
    world.account('eve', 'eve', 'X-PERP', 10);
    world.trade({ buyer: 'eve', seller: 'bob', instrument: 'X-PERP', priceTicks: 400_000n, lots: 100n });
    expect(world.balance('eve')).toBe(usdt(400));
    expect(accountView(world.state, world.row('eve')).fundingPerLot).toBe(0n);
  });

  it('is zero-sum up to the rounding account, which only grows (FND-03)', () => {
    const world = traded();
    for (const client of ['c1', 'c2', 'c3']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'X-PERP', 7);
    }
    for (const [buyer, lots] of [
      ['c1', 7n],
      ['c2', 11n],
      ['c3', 13n],
    ] as const)
      world.trade({ buyer, seller: 'bob', instrument: 'X-PERP', priceTicks: 400_000n, lots });
    let rounding = 0n;
    for (let i = 0; i < 20; i++) {
      world.timeMs += 1;
      world.accept(pay(world, i % 2 === 0 ? 333n : -177n));
      const buyer = (['ada', 'c1', 'c2', 'c3'] as const)[i % 4]!;
      world.trade({ buyer, seller: 'bob', instrument: 'X-PERP', priceTicks: 400_000n, lots: 1n });
      const now = fundingBalance(world, 'rounding');
      expect(now >= rounding && now - rounding <= 2n).toBe(true);
      rounding = now;
    }
  });

  it.each<[string, (world: World) => ReturnType<typeof pay>, string]>([
    ['at the time of the last one', (w) => pay(w, 1n), 'time_backwards'],
    ['before it', (w) => pay(w, 1n, w.timeMs - 1), 'time_backwards'],
    ['ahead of the clock', (w) => pay(w, 1n, w.timeMs + 1), 'source_time_ahead'],
    ['above the largest rate', (w) => pay(w, 10_001n, later(w, 1)), 'funding_rate_out_of_range'],
    ['under it', (w) => pay(w, -10_001n, later(w, 1)), 'funding_rate_out_of_range'],
    ['at the largest rate', (w) => pay(w, -10_000n, later(w, 1)), 'accepted'],
    ['of nothing', (w) => pay(w, 0n, later(w, 1)), 'accepted'],
  ])('%s: %s', (_name, command, outcome) => {
    const world = traded();
    world.accept(pay(world, 5n));
    expect(world.refuse(command(world))).toBe(outcome);
  });

  it('of an unknown instrument is refused', () => {
    const world = traded();
    expect(world.refuse({ ...pay(world, 1n), instrument: 'none' })).toBe('unknown_instrument');
  });

  it('that brings an account to maintenance liquidates it in the same submission, and never asks the wallet (FND-01)', () => {
    const world = traded();
    for (let i = 0; i < 40 && !isGone(world); i++) {
      world.timeMs += 1_000;
      world.accept(pay(world, 10_000n));
    }
    expect(isGone(world)).toBe(true);
    expect(world.wallet('ada')).toBe(usdt(9_600));
    // 400 of margin, 40 a time, maintenance 20: the tenth payment.
    expect(eventsOf(world.records, 'fundingApplied')).toHaveLength(10);
  });

  it('ends full cover: an account that nothing could liquidate goes as soon as funding owed makes its loss open (FND-01, FND-07)', () => {
    const world = traded({ maintenanceBasis: 'entry', markMaxJumpPpm: 100_000_000n, markConfirmations: 1 });
    world.account('whole', 'ada', 'X-PERP', 1);
    world.trade({
      buyer: 'whole',
      seller: 'bob',
      instrument: 'X-PERP',
      priceTicks: 400_000n,
      lots: 10n,
      margin: usdt(400),
    });
    // Worth 1 of its 400 and still covered: maintenance on entry is 2.
    markX(world, 1_000n);
    expect(world.position('whole').lots).toBe(10n);
    const { work } = world.accept(pay(world, 1n, later(world, 1)));
    expect(eventsOf(work, 'takenOver').map(({ accountRow }) => accountRow)).toEqual([world.row('whole')]);
  });

  it('owed beyond the margin at the last lot is a deficit of the payer, with its cause (FND-01, ISO-02)', () => {
    const world = traded({ markMaxAgeMs: 10 * HOUR_MS });
    // A win on paper keeps the account healthy while funding eats its margin.
    markX(world, 440_000n);
    for (let i = 0; i < 12; i++) {
      world.timeMs += 1_000;
      world.accept(pay(world, 10_000n));
    }
    expect(isGone(world)).toBe(false);
    const { record } = world.trade({
      buyer: 'bob',
      seller: 'ada',
      instrument: 'X-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
    const [deficit] = eventsOf([record], 'filled')[0]!.deficits;
    expect(deficit).toMatchObject({
      accountRow: world.row('ada'),
      cause: 'funding',
      amount: usdt(44 * 12 - 400),
    });
    expect(world.wallet('ada')).toBe(usdt(9_600));
  });
});

describe('a dated future', () => {
  const EXPIRY = 1_700_000_000_000 + HOUR_MS;
  const future = () => traded({ instrumentKind: 'future', expiryMs: EXPIRY, markMaxAgeMs: HOUR_MS });

  it('settles every position at the guarded mark, once, and releases its margin (FND-06)', () => {
    const world = future();
    world.timeMs = EXPIRY;
    markX(world, 410_000n);
    const { record, work } = world.accept({ kind: 'expire', instrument: 'X-PERP' });
    expect(eventsOf([record], 'expired')[0]?.settlementTicks).toBe(410_000n);
    expect(commandKinds(work)).toEqual(['settleExpiry']);
    expect([world.position('ada'), world.position('bob')]).toEqual([
      { lots: 0n, cost: 0n },
      { lots: 0n, cost: 0n },
    ]);
    expect([world.balance('ada'), world.balance('bob')]).toEqual([usdt(500), usdt(700)]);
    world.accept({ kind: 'release', asset: null, account: 'ada', amountMinor: usdt(500) });
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('instrument_not_trading');
  });

  it('takes no fill, no funding and no account once its time has come, before anybody says so (FND-06)', () => {
    const world = future();
    world.timeMs = EXPIRY;
    markX(world, 400_000n);
    const fill = {
      kind: 'fill',
      instrument: 'X-PERP',
      priceTicks: 400_000n,
      lots: 1n,
      buyer: { party: 'account', leg: 'net', order: '', id: 'ada', allocateMinor: 0n, allocateInitial: true },
      seller: {
        party: 'account',
        leg: 'net',
        order: '',
        id: 'bob',
        allocateMinor: 0n,
        allocateInitial: true,
      },
      taker: 'buyer',
    } as const;
    expect(world.refuse(fill)).toBe('instrument_not_trading');
    expect(
      world.refuse({ kind: 'applyFunding', instrument: 'X-PERP', fundingTimeMs: EXPIRY, ratePpm: 1n }),
    ).toBe('instrument_not_trading');
    expect(
      world.refuse({ kind: 'applyFunding', instrument: 'X-PERP', fundingTimeMs: EXPIRY - 1, ratePpm: 1n }),
    ).toBe('accepted');
    world.accept({ kind: 'expire', instrument: 'X-PERP' });
    expect(world.refuse(fill)).toBe('instrument_not_trading');
    expect(
      world.refuse({
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: 'late',
        client: 'ada',
        instrument: 'X-PERP',
        leveragePpm: 1_000_000n,
      }),
    ).toBe('instrument_not_trading');
  });

  it('does not settle before its time, without a usable mark, or where there is no expiry (PRC-01)', () => {
    const world = future();
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('instrument_not_expired');
    expect(world.refuse({ kind: 'expire', instrument: 'BTC-PERP' })).toBe('instrument_not_expired');
    expect(world.refuse({ kind: 'expire', instrument: 'none' })).toBe('unknown_instrument');
    world.timeMs = EXPIRY + HOUR_MS + 1;
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('mark_unusable');
    markX(world, 0n);
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('mark_unusable');
    markX(world, 400_000n);
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('accepted');
  });

  it('makes what a loser cannot pay a deficit of its pool with cause expiry (ISO-02, FND-06)', () => {
    const world = future();
    world.timeMs = EXPIRY;
    // A jump that waits liquidates nobody; confirmed, everybody is liquidated before anything settles.
    markX(world, 300_000n);
    expect(world.refuse({ kind: 'expire', instrument: 'X-PERP' })).toBe('mark_unusable');
    const { work } = markX(world, 300_000n);
    expect(commandKinds(work)).toContain('takeOver');
    world.accept({ kind: 'expire', instrument: 'X-PERP' });
    expect(world.wallet('ada')).toBe(usdt(9_600));
    const row = world.state.instruments.names.rowOf('X-PERP');
    expect([world.state.totals.openInterest.get(row), world.state.instruments.status.get(row)]).toEqual([
      0n,
      2,
    ]);
  });

  it('nobody holds is settled at once', () => {
    const world = standardWorld();
    world.accept(linearPerpetual('F', { instrumentKind: 'future', expiryMs: EXPIRY }));
    world.timeMs = EXPIRY;
    world.mark({ F: 100n });
    const { record } = world.accept({ kind: 'expire', instrument: 'F' });
    expect(record.outcome).toMatchObject({ events: [{ kind: 'expired' }, { kind: 'instrumentSettled' }] });
  });

  it('leaves nobody in a queue for ever: an account queued when it settled is free again (ISO-03, LIQ-10)', () => {
    const world = standardWorld(usdt(10_000));
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: 'slow',
      isDesk: false,
      workBudget: 1,
    });
    world.accept(linearPerpetual('F', { pool: 'slow', instrumentKind: 'future', expiryMs: EXPIRY }));
    world.mark({ F: 400_000n });
    for (const client of ['a1', 'a2', 'a3', 'bob']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'F', client === 'bob' ? 2 : 10);
    }
    for (const buyer of ['a1', 'a2', 'a3'])
      world.trade({ buyer, seller: 'bob', instrument: 'F', priceTicks: 400_000n, lots: 10n });
    world.timeMs = EXPIRY;
    world.mark({ F: 361_000n });
    world.accept({ kind: 'expire', instrument: 'F' });
    // Marks of a settling future are not looked at any more: what is queued cannot be liquidated, only settled.
    world.timeMs += 2 * HOUR_MS;
    for (let i = 0; i < 20; i++) world.accept({ kind: 'resume', pool: 'slow' });
    for (const account of ['a1', 'a2', 'a3']) {
      expect(world.state.accounts.isQueued.get(world.row(account)), account).toBe(0);
      if (world.balance(account) > 0n) world.accept({ kind: 'closeAccount', account });
    }
    expect(world.state.totals.openInterest.get(world.state.instruments.names.rowOf('F'))).toBe(0n);
  });
});
