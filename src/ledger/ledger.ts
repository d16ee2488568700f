/**
 * The ledger: balances of every account in the chart, and the one way to change them. Each movement takes a
 * non-negative amount from one account to another of the same asset, so every entry balances by
 * construction. Who may move what to whom is not known here: the right to post is claimed once, by the ring
 * fence.
 */
import { assert, BrokenAssertion, type Hash128 } from '../base/index.js';
import { type Int64Column, Table, type WholeColumn } from '../base/table.js';
import type { UndoLog } from '../base/undoLog.js';
import type { Minor } from '../base/units.js';
import { LEDGER_KINDS, type LedgerAccount, type LedgerKind, NEVER_NEGATIVE } from './chart.js';

/** A movement between two ledger accounts, by row. */
export interface Movement {
  readonly from: number;
  readonly to: number;
  readonly amount: Minor;
}

export type Post = (movement: Movement) => void;

/** Law 3: an account that holds somebody's money would fall below zero. Nothing was posted. */
export class NegativeBalance extends BrokenAssertion {
  override readonly name = 'NegativeBalance';
  readonly ledgerRow: number;

  constructor(ledgerRow: number, message: string) {
    super(message);
    this.ledgerRow = ledgerRow;
  }
}

const KIND_CODES = new Map<LedgerKind, number>(LEDGER_KINDS.map((kind, code) => [kind, code]));
const NEVER_NEGATIVE_CODES = new Set([...NEVER_NEGATIVE].map((kind) => KIND_CODES.get(kind)));

export class Ledger {
  readonly table: Table;
  private readonly kind: WholeColumn;
  private readonly asset: WholeColumn;
  private readonly client: WholeColumn;
  private readonly account: WholeColumn;
  private readonly pool: WholeColumn;
  private readonly balances: Int64Column;
  private isPostClaimed = false;

  constructor(undo: UndoLog) {
    this.table = new Table('ledgerAccounts', undo);
    this.kind = this.table.whole('kind');
    this.asset = this.table.whole('asset', { isDerived: true });
    this.client = this.table.whole('client', { isDerived: true });
    this.account = this.table.whole('account', { isDerived: true });
    this.pool = this.table.whole('pool', { isDerived: true });
    this.balances = this.table.int64('balance');
  }

  /** Opens an account, known by its owner's identity, and returns its row. */
  open(account: LedgerAccount, identity: Hash128): number {
    const row = this.table.append(identity);
    this.kind.set(row, KIND_CODES.get(account.kind) as number);
    this.asset.set(row, account.assetRow);
    this.client.set(row, account.clientRow);
    this.account.set(row, account.accountRow);
    this.pool.set(row, account.poolRow);
    return row;
  }

  balance(row: number): Minor {
    return this.balances.get(row);
  }

  kindOf(row: number): LedgerKind {
    return LEDGER_KINDS[this.kind.get(row)] as LedgerKind;
  }

  assetOf(row: number): number {
    return this.asset.get(row);
  }

  clientOf(row: number): number {
    return this.client.get(row);
  }

  accountOf(row: number): number {
    return this.account.get(row);
  }

  poolOf(row: number): number {
    return this.pool.get(row);
  }

  /** A margin account is in another pool from now on, with what it holds. */
  moveToPool(row: number, poolRow: number): void {
    assert(this.kindOf(row) === 'margin', 'only margin accounts go from pool to pool');
    this.pool.set(row, poolRow);
  }

  describe(row: number): LedgerAccount {
    return {
      kind: this.kindOf(row),
      assetRow: this.asset.get(row),
      clientRow: this.client.get(row),
      accountRow: this.account.get(row),
      poolRow: this.pool.get(row),
    };
  }

  /** The right to post. There is one; the ring fence holds it. */
  claimPost(): Post {
    assert(!this.isPostClaimed, 'the right to post is taken: every movement goes through the ring fence');
    this.isPostClaimed = true;
    return (movement) => this.post(movement);
  }

  private post({ from, to, amount }: Movement): void {
    assert(amount >= 0n, 'a posting is never negative');
    assert(from !== to, 'a movement has two sides');
    assert(this.asset.get(from) === this.asset.get(to), 'a movement stays in one asset');
    const left = this.balances.get(from) - amount;
    if (left < 0n && NEVER_NEGATIVE_CODES.has(this.kind.get(from))) {
      throw new NegativeBalance(from, `law 3: ${this.kindOf(from)} ${from} would be negative`);
    }
    this.balances.set(from, left);
    this.balances.set(to, this.balances.get(to) + amount);
  }
}
