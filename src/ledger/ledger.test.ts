import { describe, expect, it } from 'vitest';
import { mixName } from '../base/index.js';
import { UndoLog } from '../base/undoLog.js';
import {
  CLIENT_KINDS,
  LEDGER_KINDS,
  type LedgerKind,
  NEVER_NEGATIVE,
  POOL_KINDS,
  VENUE_KINDS,
} from './chart.js';
import { Ledger } from './ledger.js';
import { trialBalance } from './trialBalance.js';

function makeLedger() {
  const undo = new UndoLog();
  const ledger = new Ledger(undo);
  const open = (kind: LedgerKind, assetRow = 0) =>
    ledger.open(
      { kind, assetRow, clientRow: 3, accountRow: 4, poolRow: 5 },
      mixName(`${kind}${ledger.table.size}`),
    );
  return { undo, ledger, open, post: ledger.claimPost() };
}

describe('the ledger', () => {
  it('moves an amount from one account to another, so that every entry balances (LED-02)', () => {
    const { ledger, open, post } = makeLedger();
    const [external, wallet] = [open('external'), open('wallet')];
    post({ from: external, to: wallet, amount: 7n });
    post({ from: wallet, to: external, amount: 2n });
    expect([ledger.balance(external), ledger.balance(wallet)]).toEqual([-5n, 5n]);
    expect(trialBalance(ledger)).toMatchObject([
      { assetRow: 0, total: 0n, byKind: { external: -5n, wallet: 5n, margin: 0n } },
    ]);
  });

  it.each<[string, (l: ReturnType<typeof makeLedger>) => void, RegExp]>([
    [
      'a negative amount',
      ({ open, post }) => post({ from: open('external'), to: open('wallet'), amount: -1n }),
      /never negative/,
    ],
    [
      'one account on both sides (LED-05)',
      ({ open, post }) => ((row) => post({ from: row, to: row, amount: 1n }))(open('external')),
      /two sides/,
    ],
    [
      'two assets in one movement (LED-04)',
      ({ open, post }) => post({ from: open('external', 0), to: open('wallet', 1), amount: 1n }),
      /one asset/,
    ],
    [
      'a balance beyond int64',
      ({ open, post }) =>
        ((e, w) => [2n ** 62n, 2n ** 62n].map((amount) => post({ from: e, to: w, amount })))(
          open('external'),
          open('wallet'),
        ),
      /int64/,
    ],
  ])('refuses %s', (_name, act, message) => {
    expect(() => act(makeLedger())).toThrow(message);
  });

  it('lets no kind that holds money go below zero, and lets the mirrors (ISO-02, law 3)', () => {
    for (const kind of LEDGER_KINDS) {
      const { ledger, open, post } = makeLedger();
      const [row, other] = [open(kind), open('external')];
      const pay = () => post({ from: row, to: other, amount: 1n });
      if (NEVER_NEGATIVE.has(kind)) {
        expect(pay, kind).toThrow('would be negative');
        expect(ledger.balance(row)).toBe(0n);
      } else {
        pay();
        expect(ledger.balance(row), kind).toBe(-1n);
      }
    }
    expect(
      ['wallet', 'margin', 'pendingDeposit', 'pendingWithdrawal', 'insuranceFund'].every((kind) =>
        NEVER_NEGATIVE.has(kind as LedgerKind),
      ),
    ).toBe(true);
  });

  it('gives the right to post once (LED-01)', () => {
    const { ledger } = makeLedger();
    expect(() => ledger.claimPost()).toThrow('the right to post is taken');
  });

  it('says whose each account is, and puts balances back', () => {
    const { undo, ledger, open, post } = makeLedger();
    const [external, margin] = [open('external'), open('margin')];
    expect(ledger.describe(margin)).toEqual({
      kind: 'margin',
      assetRow: 0,
      clientRow: 3,
      accountRow: 4,
      poolRow: 5,
    });
    const mark = undo.mark();
    post({ from: external, to: margin, amount: 9n });
    undo.rollback(mark);
    expect([ledger.balance(external), ledger.balance(margin)]).toEqual([0n, 0n]);
  });

  it('gives the trial balance a column per asset, in order, also when it is broken (LED-06)', () => {
    const { ledger, open, post } = makeLedger();
    const [a, b] = [open('external', 2), open('fees', 2)];
    open('external', 0);
    post({ from: a, to: b, amount: 5n });
    const balance = [...ledger.table.entries()].find(([name]) => name === 'balance')![1];
    balance.restore(b, 6n);
    expect(trialBalance(ledger).map(({ assetRow, total }) => [assetRow, total])).toEqual([
      [0, 0n],
      [2, 1n],
    ]);
  });

  it('has every kind of the chart in one set of owners, and margin accounts in none', () => {
    const owned = [...VENUE_KINDS, ...CLIENT_KINDS, ...POOL_KINDS, 'margin'];
    expect([...owned].sort()).toEqual([...LEDGER_KINDS].sort());
  });
});
