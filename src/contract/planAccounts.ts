/** From accounts as they stand to those of a plan: their names, legs that move, collateral that moves. */
import { err, ok, type Result } from '../base/result.js';
import { type HeldAccount, type IsolationPlan, planTransfers } from '../risk/index.js';
import type { PlanAnswer } from './planAnswerSchema.js';
import { type PlanDocumentFault, planFault } from './planFaults.js';
import type { PlanDocument } from './planSchema.js';

export interface PlannedWay {
  /** Name of each account of the plan; those that have to be opened. */
  readonly names: readonly string[];
  readonly opened: readonly boolean[];
  readonly transfers: PlanAnswer['transfers'];
}

export function plannedWay(
  { accounts }: Pick<PlanDocument, 'accounts'>,
  plan: IsolationPlan,
): Result<PlannedWay, PlanDocumentFault> {
  if (accounts === undefined) {
    return ok({
      ...named(
        plan.accounts.map(() => null),
        [],
      ),
      transfers: null,
    });
  }
  const fault = accountsFault(accounts, plan);
  if (fault !== null) return err(fault);
  const held: HeldAccount[] = accounts.map((account) => ({
    ...account,
    collateral: Number(account.collateral),
  }));
  const found = planTransfers(held, plan.accounts);
  if (!found.ok) return err(planFault(found.error.code, '/accounts', found.error.context));
  const { moves, released } = found.value;
  const { names, opened } = named(
    found.value.accounts,
    held.map(({ id }) => id),
  );
  const holder = new Map(held.flatMap(({ id, legs }) => legs.map((leg) => [leg, id] as const)));
  return ok({
    names,
    opened,
    transfers: {
      legs: plan.accounts.flatMap(({ legs }, at) => {
        const to = names[at] as string;
        return legs.flatMap((leg) => {
          const from = holder.get(leg) as string;
          return from === to ? [] : [{ leg, from, to }];
        });
      }),
      collateral: moves.map(({ from, to, amount }) => ({ from, to: names[to] as string, amount })),
      released,
    },
  });
}

/** New accounts are numbered past names that are taken; without held ones none is new. */
function named(accounts: readonly (string | null)[], taken: readonly string[]) {
  const stem = taken.length === 0 ? 'account' : 'new';
  let next = 0;
  const fresh = () => {
    do next += 1;
    while (taken.includes(`${stem}-${next}`));
    return `${stem}-${next}`;
  };
  return { names: accounts.map((name) => name ?? fresh()), opened: accounts.map((name) => name === null) };
}

function accountsFault(
  accounts: NonNullable<PlanDocument['accounts']>,
  plan: IsolationPlan,
): PlanDocumentFault | null {
  const known = new Set(plan.accounts.flatMap(({ legs }) => legs));
  const ids = new Set<string>();
  const held = new Set<string>();
  for (const [at, { id, legs, collateral }] of accounts.entries()) {
    if (ids.has(id)) return planFault('duplicate_id', `/accounts/${at}/id`, { id });
    ids.add(id);
    if (Number(collateral) < 0) return planFault('negative', `/accounts/${at}/collateral`);
    for (const [place, leg] of legs.entries()) {
      const path = `/accounts/${at}/legs/${place}`;
      if (!known.has(leg)) return planFault('unknown_leg', path, { leg });
      if (held.has(leg)) return planFault('leg_in_two_accounts', path, { leg });
      held.add(leg);
    }
  }
  const missing = [...known].find((leg) => !held.has(leg));
  return missing === undefined ? null : planFault('leg_without_account', '/accounts', { leg: missing });
}
