/** Which account gives how much so that each account of a plan holds its margin. */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';

/** An account as it stands. */
export interface HeldAccount {
  readonly id: string;
  readonly legs: readonly string[];
  readonly collateral: number;
}

export interface PlannedAccount {
  readonly legs: readonly string[];
  readonly margin: number;
}

export interface PlanTransfers {
  /** For each planned account the held one that becomes it; null where one is opened. */
  readonly accounts: readonly (string | null)[];
  readonly moves: readonly Transfer[];
  /** Left in held accounts once all margins are met: may be withdrawn. */
  readonly released: number;
}

export interface Transfer {
  /** The account that gives; null for money from outside. */
  readonly from: string | null;
  /** Place of the planned account that takes. */
  readonly to: number;
  readonly amount: number;
}

/**
 * A held account becomes the planned one with which it shares most legs; the largest need is met from the largest surplus
 * first, from outside last. Refused: a name twice, a leg of no or two accounts, collateral below 0 or not finite.
 */
export function planTransfers(
  held: readonly HeldAccount[],
  planned: readonly PlannedAccount[],
): Result<PlanTransfers, RiskFault> {
  const fault = heldFault(held, planned);
  if (fault !== null) return err(fault);
  const accounts = matched(held, planned);
  const keeper = new Map(accounts.flatMap((id, at) => (id === null ? [] : [[id, at] as const])));
  const givers = held.map(({ id, collateral }) => {
    const at = keeper.get(id);
    return {
      id,
      left: Math.max(0, collateral - (at === undefined ? 0 : (planned[at] as PlannedAccount).margin)),
    };
  });
  givers.sort((a, b) => b.left - a.left || order(a.id, b.id));
  const needs = planned.map(({ margin }, to) => {
    const own = held.find(({ id }) => id === accounts[to])?.collateral ?? 0;
    return { to, open: Math.max(0, margin - own) };
  });
  needs.sort((a, b) => b.open - a.open || a.to - b.to);
  const moves: Transfer[] = [];
  for (const { to, open } of needs) {
    let rest = open;
    for (const giver of givers) {
      const amount = Math.min(rest, giver.left);
      if (amount <= 0) continue;
      moves.push({ from: giver.id, to, amount });
      giver.left -= amount;
      rest -= amount;
    }
    if (rest > 0) moves.push({ from: null, to, amount: rest });
  }
  return ok({ accounts, moves, released: givers.reduce((sum, { left }) => sum + left, 0) });
}

function matched(held: readonly HeldAccount[], planned: readonly PlannedAccount[]): (string | null)[] {
  const pairs = held.flatMap(({ id, legs, collateral }) =>
    planned.map((account, at) => ({
      id,
      at,
      collateral,
      shared: account.legs.filter((leg) => legs.includes(leg)).length,
    })),
  );
  pairs.sort(
    (a, b) => b.shared - a.shared || b.collateral - a.collateral || order(a.id, b.id) || a.at - b.at,
  );
  const accounts: (string | null)[] = planned.map(() => null);
  for (const { id, at, shared } of pairs)
    if (shared > 0 && accounts[at] === null && !accounts.includes(id)) accounts[at] = id;
  return accounts;
}

function heldFault(held: readonly HeldAccount[], planned: readonly PlannedAccount[]): RiskFault | null {
  const seen = new Set<string>();
  const holds = new Set<string>();
  for (const [at, { id, legs, collateral }] of held.entries()) {
    if (seen.has(id)) return riskFault('duplicate_id', 'accounts', { at: [at] });
    seen.add(id);
    if (!Number.isFinite(collateral)) return riskFault('not_finite', 'collateral', { at: [at] });
    if (collateral < 0) return riskFault('bad_parameter', 'collateral', { at: [at] });
    for (const [place, leg] of legs.entries()) {
      if (holds.has(leg)) return riskFault('duplicate_id', 'accounts', { at: [at, place] });
      holds.add(leg);
    }
  }
  const wanted = planned.flatMap(({ legs }) => legs);
  const missing = wanted.find((leg) => !holds.has(leg));
  if (missing !== undefined) return riskFault('bad_parameter', 'accounts', { context: { leg: missing } });
  const left = [...holds].find((leg) => !wanted.includes(leg));
  return left === undefined ? null : riskFault('bad_parameter', 'accounts', { context: { leg: left } });
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
