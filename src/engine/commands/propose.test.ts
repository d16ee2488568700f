import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { trialBalance } from '../../ledger/index.js';
import { approval, markCorrection, reversal, tradeBust } from '../../testkit/corrections.js';
import {
  commandKinds,
  eventsOf,
  linearPerpetual,
  standardWorld,
  usdt,
  type World,
} from '../../testkit/world.js';
import { COMMAND_KINDS, EXTERNAL_KINDS } from '../command.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';
import { pairKey, venueLedgerRow } from '../state.js';

/** ada, bob, cleo and dan with 10,000 in their wallets and an account each; 10,000 of venue capital. */
function opened(fund = usdt(1_000)): World {
  const world = standardWorld(0n);
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(10_000) + fund });
  if (fund > 0n) world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: fund });
  for (const client of ['ada', 'bob', 'cleo', 'dan']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', 5);
  }
  return world;
}

/** ada buys 0.1 of bob at 50,000 while all else is at 40,000. */
function fatFinger(fund = usdt(1_000)): World {
  const world = opened(fund);
  const fill = { buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', lots: 100n, priceTicks: 500_000n };
  world.trade({ ...fill, margin: usdt(2_000) });
  return world;
}

const capital = (world: World) => world.state.ledger.balance(venueLedgerRow(world.state, 0, 'capital'));

function sound(world: World): void {
  checkEverything(world.state);
  expect(trialBalance(world.state.ledger).every(({ total }) => total === 0n)).toBe(true);
  expect(world.state.pools.isQuarantined.get(0)).toBe(0);
}

describe('a correction', () => {
  it('is no command: it is proposed, and another operator approves it (OPS-03)', () => {
    for (const kind of ['bustTrade', 'correctMark', 'reverseLiquidation'])
      expect(COMMAND_KINDS as readonly string[]).not.toContain(kind);
    expect(EXTERNAL_KINDS).toContain('approve');
    const world = fatFinger();
    const before = [world.balance('ada'), world.balance('bob'), world.fund('main'), capital(world)];
    world.accept(tradeBust(world));
    expect([world.balance('ada'), world.balance('bob'), world.fund('main'), capital(world)]).toEqual(before);
    expect(world.refuse(approval('fix', 'ann'))).toBe('same_operator');
    expect(world.refuse(approval('fix', 'ANN'))).toBe('same_operator');
    expect(world.refuse(approval('fix', 'no one'))).toBe('invalid_id');
    expect(world.refuse(approval('other'))).toBe('unknown_proposal');
    const { outcome } = world.accept(approval()).record;
    const kinds = outcome.kind === 'accepted' ? outcome.events.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['correctionApproved', 'tradeBusted']);
    expect(world.refuse(approval())).toBe('proposal_closed');
    expect(world.refuse(approval('fix', 'cleo'))).toBe('proposal_closed');
  });

  it('can be approved until its time, and not once it is withdrawn', () => {
    const world = fatFinger();
    world.accept(tradeBust(world, { expiresMs: world.timeMs + 1_000 }));
    world.timeMs += 1_001;
    expect(world.refuse(approval())).toBe('proposal_expired');
    expect(world.refuse(tradeBust(world, { proposal: 'late', expiresMs: world.timeMs }))).toBe(
      'proposal_expired',
    );
    world.accept(tradeBust(world, { proposal: 'again' }));
    expect(world.refuse(tradeBust(world, { proposal: 'again' }))).toBe('already_exists');
    world.accept({ kind: 'withdrawProposal', proposal: 'again', operator: 'cleo' });
    expect(world.refuse(approval('again'))).toBe('proposal_closed');
    expect(world.refuse({ kind: 'withdrawProposal', proposal: 'again', operator: 'ann' })).toBe(
      'proposal_closed',
    );
  });

  it('happens once, whoever proposes it again and under whatever name', () => {
    const world = fatFinger();
    world.accept(tradeBust(world));
    world.accept(tradeBust(world, { proposal: 'twin', operator: 'cleo' }));
    world.accept(approval());
    expect(world.refuse(approval('twin'))).toBe('already_corrected');
    expect(world.refuse(tradeBust(world, { proposal: 'third' }))).toBe('already_corrected');
    world.accept(tradeBust(world, { proposal: 'another', sequence: 2 }));
  });

  it('survives a snapshot between proposal and approval, and cannot be repeated after it (OPS-02)', () => {
    const world = fatFinger();
    world.accept(tradeBust(world));
    const again = decodeSnapshot(encodeSnapshot(world.engine));
    for (const engine of [world.engine, again]) engine.submit('ok', approval(), world.timeMs);
    expect(hashText(again.stateHash())).toBe(hashText(world.engine.stateHash()));
    const later = decodeSnapshot(encodeSnapshot(again));
    const twice = later.submit('twice', tradeBust(world, { proposal: 'twin' }), world.timeMs);
    const outcome = twice.kind === 'recorded' ? twice.record.outcome : null;
    expect(outcome?.kind === 'rejected' && outcome.rejection.code).toBe('already_corrected');
  });
});

describe('a busted trade', () => {
  it('is traded back at its own price where both still hold it, and nobody else pays (LIQ-08, LED-01)', () => {
    const world = opened();
    const money = () => ['ada', 'bob'].map((client) => world.wallet(client) + world.balance(client));
    const before = [...money(), world.fund('main'), capital(world)];
    world.trade({
      buyer: 'ada',
      seller: 'bob',
      instrument: 'BTC-PERP',
      lots: 100n,
      priceTicks: 500_000n,
      margin: usdt(2_000),
    });
    world.accept(tradeBust(world));
    world.accept(approval());
    expect([...money(), world.fund('main'), capital(world)]).toEqual(before);
    expect([world.position('ada').lots, world.position('bob').lots]).toEqual([0n, 0n]);
    const [bust] = eventsOf(world.records, 'tradeBusted');
    expect(bust).toMatchObject({ isTradedBack: true, sequence: 1, compensations: [] });
    sound(world);
  });

  it('is made good in cash by the fund and then the venue where a side has closed (LIQ-08, LIQ-09)', () => {
    const world = fatFinger(usdt(600));
    world.trade({ buyer: 'bob', seller: 'dan', instrument: 'BTC-PERP', lots: 100n, priceTicks: 400_000n });
    const before = { ada: world.balance('ada'), bob: world.balance('bob'), capital: capital(world) };
    // She paid 1,000 too much: 600 is what the fund has, and 450 what it is allowed.
    world.accept(tradeBust(world, { fundCapMinor: usdt(450) }));
    world.accept(approval());
    expect(world.balance('ada') - before.ada).toBe(usdt(1_000));
    expect(world.balance('bob')).toBe(before.bob);
    expect([world.fund('main'), before.capital - capital(world)]).toEqual([usdt(150), usdt(550)]);
    const poolAsset = world.state.poolAssetRows.get(pairKey(0, 0)) as number;
    expect(world.state.poolAssets.fundCompensated.get(poolAsset)).toBe(usdt(450));
    sound(world);
  });

  it('makes good the seller where the price was too low, and reaches the wallet of a closed account', () => {
    const world = opened();
    world.trade({
      buyer: 'ada',
      seller: 'bob',
      instrument: 'BTC-PERP',
      lots: 100n,
      priceTicks: 380_000n,
      margin: usdt(2_000),
    });
    world.trade({ buyer: 'bob', seller: 'dan', instrument: 'BTC-PERP', lots: 100n, priceTicks: 400_000n });
    world.accept({ kind: 'closeAccount', account: 'bob' });
    const before = world.wallet('bob');
    world.accept(tradeBust(world, { priceTicks: 380_000n }));
    world.accept(approval());
    expect([world.wallet('bob') - before, world.balance('bob')]).toEqual([usdt(200), 0n]);
    sound(world);
  });

  it('is not paid by a fund that owes, nor beyond what was allowed: all of it or nothing (LIQ-09)', () => {
    const world = fatFinger(usdt(2_000));
    world.trade({ buyer: 'bob', seller: 'dan', instrument: 'BTC-PERP', lots: 100n, priceTicks: 400_000n });
    world.accept(tradeBust(world, { fundCapMinor: usdt(999), venueCapMinor: 0n }));
    expect(world.refuse(approval())).toBe('correction_unfunded');
    world.accept(tradeBust(world, { proposal: 'more', venueCapMinor: 0n }));
    // The mark is too old to say what the pool owes.
    world.timeMs += 7_200_000;
    expect(world.refuse(approval('more'))).toBe('proposal_expired');
    world.accept(tradeBust(world, { proposal: 'stale', venueCapMinor: 0n }));
    expect(world.refuse(approval('stale'))).toBe('correction_unfunded');
    world.mark({ 'BTC-PERP': 400_000n });
    world.accept(approval('stale'));
    expect(world.fund('main')).toBe(usdt(1_000));
    sound(world);
  });

  it('is refused where the state knows better', () => {
    const world = fatFinger();
    world.client('eve', { USDT: usdt(100) });
    world.accept({ ...linearPerpetual('ETH-PERP') });
    world.account('eve', 'eve', 'ETH-PERP', 5);
    expect(world.refuse(tradeBust(world, { buyer: 'eve' }))).toBe('facts_disagree');
    expect(world.refuse(tradeBust(world, { buyer: 'nobody' }))).toBe('unknown_account');
    expect(world.refuse(tradeBust(world, { buyer: 'bob' }))).toBe('same_account');
    expect(world.refuse(tradeBust(world, { buyer: '', seller: '' }))).toBe('no_account_side');
    expect(world.refuse(tradeBust(world, { lots: 0n }))).toBe('invalid_size');
    expect(world.refuse(tradeBust(world, { fairTicks: 0n }))).toBe('invalid_price');
    expect(world.refuse(tradeBust(world, { instrument: 'X' }))).toBe('unknown_instrument');
    expect(world.refuse(tradeBust(world, { venueCapMinor: -1n }))).toBe('invalid_definition');
    // Of a side that was no account nothing is turned back, and if it was the one who was hurt, nothing is owed.
    world.accept(tradeBust(world, { buyer: '' }));
    expect(world.refuse(approval())).toBe('nothing_to_correct');
  });
});

/** ada is long 0.1 at 5x from 40,000 against bob; a mark of 32,100 comes in and she is taken over. */
function wronglyMarked(fund = usdt(1_000)): World {
  const world = opened(fund);
  world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', lots: 100n, priceTicks: 400_000n });
  world.mark({ 'BTC-PERP': 321_000n });
  return world;
}

describe('a corrected mark', () => {
  it('takes the place of the wrong one past the guard of jumps, and wakes whom it reaches (PRC-01, OPS-03)', () => {
    const world = opened();
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', lots: 100n, priceTicks: 400_000n });
    world.mark({ 'BTC-PERP': 390_000n });
    world.accept(markCorrection(world, { wrongTicks: 3_900_000n, rightTicks: 1_000_000n }));
    expect(commandKinds(world.accept(approval()).work)).toContain('takeOver');
    const row = world.state.instruments.names.rowOf('BTC-PERP');
    expect(world.state.instruments.markTicks.get(row)).toBe(1_000_000n);
    expect(world.state.instruments.isSuspect.get(row)).toBe(0);
    sound(world);
  });

  it('is refused where the wrong mark stands no more, and is then only said for what it did', () => {
    const world = opened();
    const fromMs = world.timeMs;
    world.mark({ 'BTC-PERP': 390_000n });
    world.accept(markCorrection(world, { wrongTicks: 3_900_000n }));
    world.timeMs += 1_000;
    world.mark({ 'BTC-PERP': 401_000n });
    expect(world.refuse(approval())).toBe('facts_disagree');
    const past = { proposal: 'past', fromMs, toMs: world.timeMs, wrongTicks: 3_900_000n };
    world.accept(markCorrection(world, past));
    world.accept(approval('past'));
    const row = world.state.instruments.names.rowOf('BTC-PERP');
    expect(world.state.instruments.markTicks.get(row)).toBe(4_010_000n);
    expect(world.refuse(markCorrection(world, { ...past, proposal: 'x', toMs: world.timeMs + 1 }))).toBe(
      'facts_disagree',
    );
    expect(world.refuse(markCorrection(world, { ...past, proposal: 'x', rightTicks: 3_900_000n }))).toBe(
      'nothing_to_correct',
    );
    expect(world.refuse(markCorrection(world, { ...past, proposal: 'x', rightTicks: 0n }))).toBe(
      'invalid_price',
    );
    expect(world.refuse(markCorrection(world, { ...past, proposal: 'x', indexTicks: 1n }))).toBe(
      'invalid_price',
    );
  });
});

describe('a reversed liquidation', () => {
  it('gives back what the takeover still holds, exactly, and costs nobody (LIQ-03, LIQ-08)', () => {
    const world = wronglyMarked();
    const { state } = world;
    expect(world.position('ada').lots).toBe(0n);
    const cost = state.positions.cost.get(state.takeovers.position.get(0));
    world.accept(markCorrection(world, { wrongTicks: 3_210_000n }));
    world.accept(approval());
    const before = [world.fund('main'), capital(world), world.wallet('ada')];
    world.accept(reversal(world));
    world.accept(approval('back'));
    expect(world.position('ada')).toEqual({ lots: 100n, cost });
    expect(world.balance('ada')).toBe(usdt(800));
    expect([world.fund('main'), capital(world), world.wallet('ada')]).toEqual(before);
    expect(state.takeovers.status.get(0)).toBe(1);
    expect(state.accountAssets.netPrincipal.get(state.accounts.firstAsset.get(world.row('ada')))).toBe(
      usdt(800),
    );
    expect(world.refuse(reversal(world, { proposal: 'twice' }))).toBe('already_corrected');
    sound(world);
  });

  it('makes good in cash what is gone, by the equity the account had at the right mark (LIQ-08)', () => {
    const world = wronglyMarked(usdt(2_000));
    const unwind = (lots: bigint) =>
      world.accept({
        kind: 'fill',
        instrument: 'BTC-PERP',
        priceTicks: 322_000n,
        lots,
        buyer: {
          party: 'account',
          id: 'cleo',
          leg: 'net',
          order: '',
          allocateMinor: usdt(2_000),
          allocateInitial: false,
        },
        seller: {
          party: 'liquidation',
          id: 'main#1',
          leg: 'net',
          order: '',
          allocateMinor: 0n,
          allocateInitial: false,
        },
        taker: 'buyer',
      });
    unwind(40n);
    world.accept(markCorrection(world, { wrongTicks: 3_210_000n }));
    world.accept(approval());
    const before = { fund: world.fund('main'), capital: capital(world), ada: world.balance('ada') };
    world.accept(reversal(world));
    world.accept(approval('back'));
    // 0.06 is there still; 0.04 was sold 7,800 under the right mark: 312.
    expect(world.position('ada').lots).toBe(60n);
    const [event] = eventsOf(world.records, 'liquidationReversed');
    expect(event).toMatchObject({ lots: 60n, equity: usdt(800), markTicks: 4_000_000n });
    expect(before.fund - world.fund('main') + before.capital - capital(world)).toBe(usdt(312));
    const pnl = 60n * 400_000n * 100n - world.position('ada').cost;
    expect(world.balance('ada') + pnl).toBe(usdt(800));
    sound(world);
  });

  it('is all in cash once the takeover is gone, into the wallet where the account is closed (LIQ-08)', () => {
    const world = wronglyMarked(usdt(2_000));
    world.accept({
      kind: 'fill',
      instrument: 'BTC-PERP',
      priceTicks: 322_000n,
      lots: 100n,
      buyer: {
        party: 'account',
        id: 'cleo',
        leg: 'net',
        order: '',
        allocateMinor: usdt(2_000),
        allocateInitial: false,
      },
      seller: {
        party: 'liquidation',
        id: 'main#1',
        leg: 'net',
        order: '',
        allocateMinor: 0n,
        allocateInitial: false,
      },
      taker: 'buyer',
    });
    world.accept({ kind: 'closeAccount', account: 'ada' });
    const wallet = world.wallet('ada');
    world.accept(markCorrection(world, { wrongTicks: 3_210_000n }));
    world.accept(approval());
    world.accept(reversal(world));
    world.accept(approval('back'));
    expect(world.wallet('ada') - wallet).toBe(usdt(800));
    expect([world.balance('ada'), world.position('ada').lots]).toEqual([0n, 0n]);
    sound(world);
  });

  it('is refused for another instrument, time or account, and where the right mark says the same', () => {
    const world = wronglyMarked();
    expect(world.refuse(reversal(world))).toBe('unknown_proposal');
    const wrong = { wrongTicks: 3_210_000n };
    world.accept(markCorrection(world, wrong));
    expect(world.refuse(reversal(world))).toBe('facts_disagree');
    world.accept(approval());
    expect(world.refuse(reversal(world, { takeover: 'main#7' }))).toBe('unknown_takeover');
    // At 32,120 she would have been taken over too; and before, the mark was right.
    const before = { sequence: 2, fromMs: world.timeMs - 9_000, toMs: world.timeMs - 1 };
    world.accept(markCorrection(world, { ...wrong, ...before, proposal: 'early' }));
    world.accept(approval('early'));
    expect(world.refuse(reversal(world, { correctedBy: 'early' }))).toBe('facts_disagree');
    const low = { proposal: 'low', sequence: 3, toMs: world.timeMs, rightTicks: 3_212_000n };
    world.accept(markCorrection(world, { ...wrong, ...low }));
    world.accept(approval('low'));
    expect(world.refuse(reversal(world, { correctedBy: 'low' }))).toBe('facts_disagree');
    world.accept(reversal(world));
    sound(world);
  });
});
