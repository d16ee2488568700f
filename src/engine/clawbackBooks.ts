/** Who may be asked for a deficit first, what each gave back of its gains, and what came back to it. Called by `evolve` alone. */
import { assert, mixIdentity } from '../base/index.js';
import type { EventOf } from './event.js';
import { useLayer } from './layerUse.js';
import type { State } from './state.js';

export function* clawbacksOf({ clawbacks, deficits }: State, deficitRow: number): Generator<number> {
  for (let row = deficits.firstClawback.get(deficitRow); row >= 0; row = clawbacks.next.get(row)) yield row;
}

/** One entry for each account with a gain by fills with the one whose deficit it is. */
export function openClawbacks(
  state: State,
  deficitRow: number,
  claims: readonly { readonly accountRow: number; readonly claimMinor: bigint }[],
): void {
  const { accounts, clawbacks, deficits } = state;
  deficits.firstClawback.set(deficitRow, -1);
  const deficit = deficits.table.identities.get(deficitRow);
  for (const { accountRow, claimMinor } of claims) {
    const row = clawbacks.table.append(mixIdentity(deficit, accounts.table.identities.get(accountRow)));
    clawbacks.deficit.set(row, deficitRow);
    clawbacks.account.set(row, accountRow);
    clawbacks.claim.set(row, claimMinor);
    clawbacks.next.set(row, deficits.firstClawback.get(deficitRow));
    deficits.firstClawback.set(deficitRow, row);
  }
}

export function bookClawback(state: State, { deficitRow, amount, payers }: EventOf<'clawedBack'>): void {
  const { clawbacks } = state;
  useLayer(state, 'clawback', deficitRow, amount);
  for (const { clawbackRow, paysMinor } of payers) {
    clawbacks.paid.set(clawbackRow, clawbacks.paid.get(clawbackRow) + paysMinor);
    const isWithin = clawbacks.paid.get(clawbackRow) <= clawbacks.claim.get(clawbackRow);
    assert(isWithin, 'law 5: nobody gives back more than it gained');
  }
}

export function bookGivenBack(state: State, { givenBack }: EventOf<'lossRecovered'>): void {
  const { clawbacks } = state;
  for (const { clawbackRow, amount } of givenBack) {
    clawbacks.returned.set(clawbackRow, clawbacks.returned.get(clawbackRow) + amount);
    assert(clawbackLeft(state, clawbackRow) >= 0n, 'law 5: nobody gets back more than it paid');
    useLayer(state, 'clawback', clawbacks.deficit.get(clawbackRow), -amount);
  }
}

/** What the account gave back and has not got again. */
export function clawbackLeft({ clawbacks }: State, row: number): bigint {
  return clawbacks.paid.get(row) - clawbacks.returned.get(row);
}

/** Law 5 of what was given back, in full. */
export function checkClawbacks(state: State): void {
  const { clawbacks, deficits } = state;
  for (let deficit = 0; deficit < deficits.table.size; deficit++) {
    let paid = 0n;
    for (const row of clawbacksOf(state, deficit)) paid += clawbacks.paid.get(row);
    assert(paid === deficits.clawedBack.get(deficit), 'law 5: what was clawed back is what each gave back');
  }
}
