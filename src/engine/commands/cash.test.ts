import { describe, expect, it } from 'vitest';
import { AMOUNT_MAX } from '../../market/index.js';
import { standardWorld, usdt, type World } from '../../testkit/world.js';
import type { ExternalCommand } from '../command.js';
import { clientLedgerRow } from '../state.js';

const amountMinor = usdt(5);
const announce: ExternalCommand = {
  kind: 'announceDeposit',
  deposit: 'd',
  client: 'ada',
  asset: 'USDT',
  amountMinor,
};
const finalize: ExternalCommand = { kind: 'finalizeDeposit', deposit: 'd' };
const giveBack: ExternalCommand = { kind: 'returnDeposit', deposit: 'd' };
const request: ExternalCommand = {
  kind: 'requestWithdrawal',
  withdrawal: 'd',
  client: 'ada',
  asset: 'USDT',
  amountMinor,
};
const send: ExternalCommand = { kind: 'sendWithdrawal', withdrawal: 'd' };
const settle: ExternalCommand = { kind: 'settleWithdrawal', withdrawal: 'd' };
const comeBack: ExternalCommand = { kind: 'returnWithdrawal', withdrawal: 'd' };

function held(world: World, kind: 'wallet' | 'pendingDeposit' | 'pendingWithdrawal'): bigint {
  const { state } = world;
  const at = { clientRow: state.clients.names.rowOf('ada'), assetRow: state.assets.names.rowOf('USDT') };
  const row = clientLedgerRow(state, at, kind);
  return row < 0 ? 0n : state.ledger.balance(row);
}

const balances = (world: World) => [
  held(world, 'pendingDeposit'),
  held(world, 'wallet'),
  held(world, 'pendingWithdrawal'),
];

function withAda(): World {
  const world = standardWorld();
  world.accept({ kind: 'openClient', client: 'ada' });
  return world;
}

describe('cash in two steps', () => {
  it.each<[string, ExternalCommand[], (number | bigint)[]]>([
    ['announced', [announce], [5, 0, 0]],
    ['final', [announce, finalize], [0, 5, 0]],
    ['returned', [announce, giveBack], [0, 0, 0]],
    ['requested', [announce, finalize, request], [0, 0, 5]],
    ['sent', [announce, finalize, request, send], [0, 0, 5]],
    ['settled', [announce, finalize, request, send, settle], [0, 0, 0]],
    ['back before it was sent', [announce, finalize, request, comeBack], [0, 5, 0]],
    ['back after it was sent', [announce, finalize, request, send, comeBack], [0, 5, 0]],
  ])('when %s: pending deposit, wallet, pending withdrawal', (_name, commands, expected) => {
    const world = withAda();
    for (const command of commands) world.accept(command);
    expect(balances(world)).toEqual(expected.map((amount) => usdt(Number(amount))));
  });

  it.each<[string, ExternalCommand[], ExternalCommand]>([
    ['finalize twice', [announce, finalize], finalize],
    ['finalize what was returned', [announce, giveBack], finalize],
    ['return what is final', [announce, finalize], giveBack],
    ['settle what was not sent', [announce, finalize, request], settle],
    ['send twice', [announce, finalize, request, send], send],
    ['settle twice', [announce, finalize, request, send, settle], settle],
    ['send what came back', [announce, finalize, request, comeBack], send],
    ['take back twice', [announce, finalize, request, comeBack], comeBack],
    ['take back what has arrived', [announce, finalize, request, send, settle], comeBack],
  ])('refuses to %s, and money stays where it is', (_name, before, command) => {
    const world = withAda();
    for (const each of before) world.accept(each);
    const was = balances(world);
    expect(world.refuse(command)).toBe('wrong_cash_status');
    expect(balances(world)).toEqual(was);
  });

  it.each<[string, ExternalCommand, string]>([
    ['an unknown client', { ...announce, client: 'nobody' }, 'unknown_client'],
    ['an unknown asset', { ...announce, asset: 'EUR' }, 'unknown_asset'],
    ['nothing', { ...announce, amountMinor: 0n }, 'invalid_amount'],
    ['less than nothing', { ...announce, amountMinor: -1n }, 'invalid_amount'],
    ['more than one command may move', { ...announce, amountMinor: AMOUNT_MAX + 1n }, 'invalid_amount'],
    ['a bad id', { ...announce, deposit: 'no good' }, 'invalid_id'],
    [
      'a withdrawal of more than the wallet holds',
      { ...request, amountMinor: 1n },
      'insufficient_wallet_balance',
    ],
    ['a withdrawal of nothing', { ...request, amountMinor: 0n }, 'invalid_amount'],
    ['a withdrawal by nobody', { ...request, client: 'nobody' }, 'unknown_client'],
    ['an unknown deposit', finalize, 'unknown_cash_movement'],
    ['an unknown withdrawal', send, 'unknown_cash_movement'],
  ])('refuses %s', (_name, command, code) => {
    expect(withAda().refuse(command)).toBe(code);
  });

  it('keeps the names of deposits and withdrawals apart, and each for good (PRC-03)', () => {
    const world = withAda();
    for (const command of [announce, finalize, request]) world.accept(command);
    expect(world.refuse(announce)).toBe('already_exists');
    expect(world.refuse(request)).toBe('already_exists');
    world.accept(comeBack);
    expect(world.refuse(request)).toBe('already_exists');
  });

  it('refuses what would not fit the columns after many large deposits, and changes nothing (LED-04)', () => {
    const world = withAda();
    const codes = Array.from({ length: 10 }, (_, i) =>
      world.refuse({ ...announce, deposit: `d${i}`, amountMinor: AMOUNT_MAX }),
    );
    expect(codes.slice(0, 7)).toEqual(Array(7).fill('accepted'));
    expect(codes.slice(8)).toEqual(Array(2).fill('out_of_range'));
    const pending = codes.filter((code) => code === 'accepted').length;
    expect(held(world, 'pendingDeposit')).toBe(AMOUNT_MAX * BigInt(pending));
    world.accept({ kind: 'finalizeDeposit', deposit: 'd0' });
  });

  it('never spends a deposit that is not final, nor a withdrawal on its way', () => {
    const world = withAda();
    world.account('a', 'ada', 'BTC-PERP', 5);
    world.accept(announce);
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'a', amountMinor: 1n })).toBe(
      'insufficient_wallet_balance',
    );
    expect(world.refuse(request)).toBe('insufficient_wallet_balance');
    world.accept(finalize);
    world.accept(request);
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'a', amountMinor: 1n })).toBe(
      'insufficient_wallet_balance',
    );
  });
});
