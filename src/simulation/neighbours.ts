/**
 * The proof that a liquidation touches nobody but the liquidated account. It keeps its own copy of every
 * client's balances and positions, up to date with what the events say they change; at each takeover it
 * compares everything else the same client has, wallets and other margin accounts, before against after.
 */
import type { Minor } from '../base/units.js';
import { assetsOf, positionsOf } from '../engine/accountParts.js';
import type { EngineRecord, Event, State } from '../engine/index.js';

export interface NeighbourProof {
  /** Takeovers looked at. */
  takeovers: number;
  /** Wallets and other margin accounts compared. */
  compared: number;
  /** What a takeover changed outside its own account: names of what should not have moved. */
  readonly changed: string[];
}

export interface NeighbourWatch {
  readonly proof: NeighbourProof;
  readonly see: (record: EngineRecord) => void;
}

export function watchNeighbours(state: State): NeighbourWatch {
  const balances: Minor[] = [];
  const positions: string[] = [];
  const clients = ownedRows(state);
  const proof: NeighbourProof = { takeovers: 0, compared: 0, changed: [] };

  function check(taken: number): void {
    const { accounts, ledger } = state;
    const clientRow = accounts.client.get(taken);
    const owned = clients.of(clientRow);
    proof.takeovers++;
    const isEmpty =
      marginRows(taken).every((row) => ledger.balance(row) === 0n) &&
      positionsOf(state, taken).every((row) => positionText(state, row) === FLAT);
    if (!isEmpty) proof.changed.push(`${accounts.names.nameOf(taken)}, which is not empty`);
    for (const row of owned.wallets) {
      proof.compared++;
      if (ledger.balance(row) !== (balances[row] ?? 0n))
        proof.changed.push(`${ledger.kindOf(row)} of ${state.clients.names.nameOf(clientRow)}`);
    }
    for (const accountRow of owned.accounts) {
      if (accountRow === taken) continue;
      proof.compared++;
      const isSame =
        marginRows(accountRow).every((row) => ledger.balance(row) === (balances[row] ?? 0n)) &&
        positionsOf(state, accountRow).every((row) => positionText(state, row) === (positions[row] ?? FLAT));
      if (!isSame) proof.changed.push(accounts.names.nameOf(accountRow));
    }
  }

  function marginRows(accountRow: number): readonly number[] {
    return assetsOf(state, accountRow).map((row) => state.accountAssets.ledgerRow.get(row));
  }

  function follow(event: Event): void {
    if ('transfers' in event) {
      for (const { from, to } of event.transfers) {
        balances[from] = state.ledger.balance(from);
        balances[to] = state.ledger.balance(to);
      }
    }
    if ('positions' in event) {
      for (const { position } of event.positions) positions[position] = positionText(state, position);
    }
  }

  return {
    proof,
    see({ outcome }) {
      if (outcome.kind === 'rejected') return;
      for (const event of outcome.events)
        if (event.kind === 'takenOver' || event.kind === 'accountTakenOver') check(event.accountRow);
      for (const event of outcome.events) follow(event);
    },
  };
}

const FLAT = '0/0';

function positionText(state: State, position: number): string {
  return `${state.positions.lots.get(position)}/${state.positions.cost.get(position)}`;
}

/** What each client has, by row; looks only at rows opened since it last looked. */
function ownedRows(state: State) {
  const owned = new Map<number, { readonly wallets: number[]; readonly accounts: number[] }>();
  let [ledgerSeen, accountsSeen] = [0, 0];
  const entry = (clientRow: number) => {
    let found = owned.get(clientRow);
    if (found === undefined) {
      found = { wallets: [], accounts: [] };
      owned.set(clientRow, found);
    }
    return found;
  };
  return {
    of(clientRow: number) {
      const { ledger, accounts } = state;
      for (; ledgerSeen < ledger.table.size; ledgerSeen++) {
        const isWallet = ledger.clientOf(ledgerSeen) >= 0 && ledger.kindOf(ledgerSeen) !== 'margin';
        if (isWallet) entry(ledger.clientOf(ledgerSeen)).wallets.push(ledgerSeen);
      }
      for (; accountsSeen < accounts.table.size; accountsSeen++)
        entry(accounts.client.get(accountsSeen)).accounts.push(accountsSeen);
      return entry(clientRow);
    },
  };
}
