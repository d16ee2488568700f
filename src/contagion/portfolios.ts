/** Whose money stands behind what, before it is split over accounts: the book's accounts, or all of an owner's as one. */
import type { Minor } from '../base/index.js';
import type { Book, BookAccount, BookHolding, BookPosition } from './book.js';
import type { Policy } from './policy.js';

export interface Portfolio {
  /** Id of the account it came from, of the first where there are several. */
  readonly id: string;
  readonly owner: string;
  readonly accounts: readonly BookAccount[];
  readonly collateral: readonly BookHolding[];
  readonly positions: readonly BookPosition[];
  readonly isIsolated: boolean;
}

/** In the order of the book's accounts. */
export function portfoliosOf({ accounts }: Book, policy: Policy): readonly Portfolio[] {
  const groups = policy.accounts === 'cross' ? mergedByOwner(accounts) : accounts.map((account) => [account]);
  return groups.map((members) => {
    const [head] = members as [BookAccount];
    return {
      id: head.id,
      owner: head.owner,
      accounts: members,
      collateral: summed(members.flatMap(({ collateral }) => collateral)),
      positions: members.flatMap(({ positions }) => positions),
      isIsolated: policy.accounts === 'given' ? head.mode === 'isolated' : policy.accounts === 'isolated',
    };
  });
}

/** An owner's accounts come together unless they hold the same instrument: positions are never netted. */
function mergedByOwner(accounts: readonly BookAccount[]): BookAccount[][] {
  const groups: { members: BookAccount[]; instruments: Set<string> }[] = [];
  const ofOwner = new Map<string, (typeof groups)[number][]>();
  for (const account of accounts) {
    const names = account.positions.map(({ instrument }) => instrument);
    const own = ofOwner.get(account.owner) ?? [];
    let group = own.find(({ instruments }) => names.every((name) => !instruments.has(name)));
    if (group === undefined) {
      group = { members: [], instruments: new Set() };
      groups.push(group);
      ofOwner.set(account.owner, [...own, group]);
    }
    group.members.push(account);
    for (const name of names) group.instruments.add(name);
  }
  return groups.map(({ members }) => members);
}

function summed(holdings: readonly BookHolding[]): BookHolding[] {
  const amounts = new Map<string, Minor>();
  for (const { asset, amountMinor } of holdings) amounts.set(asset, (amounts.get(asset) ?? 0n) + amountMinor);
  return [...amounts].map(([asset, amountMinor]) => ({ asset, amountMinor }));
}
