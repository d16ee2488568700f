/**
 * Who is out of what by a loss: an entry for each account that shared a deficit, and for each that forwent profit for a
 * takeover when it was deleveraged. An entry is there until it is paid back, or the loss is written off; then its row is
 * free for the next entry of the pool. So there are as many as there are payers who may still get something.
 */
import { assert, mixIdentity } from '../base/index.js';
import type { State } from './state.js';

/** What an entry belongs to: a takeover, or one deficit. */
export interface ClaimOwner {
  readonly of: 'takeovers' | 'deficits';
  readonly row: number;
}

export function* claimsOf(state: State, { of, row }: ClaimOwner): Generator<number> {
  const { next } = state.lossClaims;
  for (let claim = state[of].firstClaim.get(row); claim >= 0; claim = next.get(claim)) yield claim;
}

export function openClaim(
  state: State,
  { of, row }: ClaimOwner,
  paid: { readonly accountRow: number; readonly paidMinor: bigint },
): void {
  const { accounts, lossClaims } = state;
  const { firstClaim, claimCount, table } = state[of];
  const count = claimCount.get(row);
  const payer = accounts.table.identities.get(paid.accountRow);
  const claim = freeRow(state, state[of].pool.get(row), mixIdentity(table.identities.get(row), payer, count));
  lossClaims.deficit.set(claim, of === 'deficits' ? row : -1);
  lossClaims.takeover.set(claim, of === 'takeovers' ? row : -1);
  lossClaims.account.set(claim, paid.accountRow);
  lossClaims.paid.set(claim, paid.paidMinor);
  lossClaims.next.set(claim, firstClaim.get(row));
  firstClaim.set(row, claim);
  claimCount.set(row, count + 1);
}

export function payClaim({ lossClaims }: State, claim: number, amount: bigint): void {
  const returned = lossClaims.returned.get(claim) + amount;
  assert(returned <= lossClaims.paid.get(claim), 'law 5: nobody gets back more than it paid');
  lossClaims.returned.set(claim, returned);
}

/** Frees the entries that are paid back whole, or all of them; the others stay in their order. */
export function closeClaims(state: State, owner: ClaimOwner, which: 'paidBack' | 'all'): void {
  const { lossClaims } = state;
  const { firstClaim } = state[owner.of];
  const poolRow = state[owner.of].pool.get(owner.row);
  let last = -1;
  for (const claim of [...claimsOf(state, owner)]) {
    if (which === 'paidBack' && claimLeft(state, claim) > 0n) {
      last = claim;
      continue;
    }
    const next = lossClaims.next.get(claim);
    if (last < 0) firstClaim.set(owner.row, next);
    else lossClaims.next.set(last, next);
    freeClaim(state, poolRow, claim);
  }
}

/** What the account is still out of. */
export function claimLeft({ lossClaims }: State, claim: number): bigint {
  return lossClaims.paid.get(claim) - lossClaims.returned.get(claim);
}

export function poolOfClaim({ deficits, lossClaims, takeovers }: State, claim: number): number {
  const takeoverRow = lossClaims.takeover.get(claim);
  return takeoverRow >= 0
    ? takeovers.pool.get(takeoverRow)
    : deficits.pool.get(lossClaims.deficit.get(claim));
}

/** Law 5 of what is owed back, in full; and each row is of one list, or free in its pool. */
export function checkClaims(state: State): void {
  const { deficits, lossClaims, pools, takeovers } = state;
  let found = 0;
  const leftOf = (owner: ClaimOwner) => {
    let left = 0n;
    for (const claim of claimsOf(state, owner)) {
      found++;
      left += claimLeft(state, claim);
    }
    return left;
  };
  for (let row = 0; row < takeovers.table.size; row++) {
    const owed = takeovers.forgone.get(row) - takeovers.forgoneReturned.get(row);
    const left = leftOf({ of: 'takeovers', row });
    const isKept = left === (takeovers.isWrittenOff.get(row) === 1 ? 0n : owed);
    assert(isKept, 'law 5: what winners forwent is what each of them did');
  }
  for (let row = 0; row < deficits.table.size; row++) {
    const owed = deficits.shared.get(row) - deficits.sharesReturned.get(row);
    const left = leftOf({ of: 'deficits', row });
    const isKept = left === (deficits.isWrittenOff.get(row) === 1 ? 0n : owed);
    assert(isKept, 'law 5: what gains shared is what each of them did');
  }
  for (let row = 0; row < pools.table.size; row++) {
    for (let claim = pools.firstFreeClaim.get(row); claim >= 0; claim = lossClaims.next.get(claim)) {
      found++;
      assert(lossClaims.table.isFree(claim), 'a claim that is free has no identity');
    }
  }
  assert(found === lossClaims.table.size, 'every claim is of one loss, or free');
}

function freeRow({ lossClaims, pools }: State, poolRow: number, identity: Uint32Array): number {
  const row = pools.firstFreeClaim.get(poolRow);
  if (row < 0) return lossClaims.table.append(identity);
  pools.firstFreeClaim.set(poolRow, lossClaims.next.get(row));
  lossClaims.table.reuse(row, identity);
  return row;
}

function freeClaim({ lossClaims, pools }: State, poolRow: number, claim: number): void {
  lossClaims.table.release(claim);
  lossClaims.next.set(claim, pools.firstFreeClaim.get(poolRow));
  pools.firstFreeClaim.set(poolRow, claim);
}
