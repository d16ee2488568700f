/**
 * Law 4. (a) What becomes of a margin account follows from its own commands, what is posted to it and the public
 * inputs: it fares the same when it is alone in the world. (b) What becomes of a pool follows from its own
 * commands: with every command of the other pools erased it ends with the same hash.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import type { FillSide } from '../../src/engine/command.js';
import {
  createEngine,
  type Engine,
  type EngineRecord,
  type ExternalCommand,
} from '../../src/engine/index.js';
import type { State } from '../../src/engine/state.js';
import { poolHash } from '../../src/engine/stateHash.js';
import { type PlayedHistory, playHistory, playSteps, type Step } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

/** Enough in every wallet that no allocation is ever short: the proviso of law 4(b). */
const PLENTY = 2n ** 58n;

function submitAll(engine: Engine, steps: readonly Step[]): EngineRecord[] {
  return playSteps(engine, steps).flatMap(({ record, work }) => [record, ...work]);
}

/** The pool a command belongs to; null where it belongs to none. */
function poolOf({ state }: Engine, command: ExternalCommand): string | null {
  const ofInstrument = (id: string) => {
    const row = state.instruments.names.rowOf(id);
    return row < 0 ? '' : state.pools.names.nameOf(state.instruments.pool.get(row));
  };
  switch (command.kind) {
    case 'openPool':
    case 'listInstrument':
    case 'topUpFund':
    case 'drawDownFund':
    case 'resume':
      return command.pool;
    case 'openAccount':
      return command.instrument === null ? command.pool : ofInstrument(command.instrument);
    case 'fill':
    case 'applyFunding':
    case 'expire':
      return ofInstrument(command.instrument);
    case 'allocate':
    case 'release':
    case 'setLeverage':
    case 'closeAccount': {
      const row = state.accounts.names.rowOf(command.account);
      return row < 0 ? '' : state.pools.names.nameOf(state.accounts.pool.get(row));
    }
    default:
      return null;
  }
}

/** Gives a new client, and the venue, more than they will ever need. */
function withPlenty(step: Step, assets: readonly string[]): Step[] {
  const { command, clockMs, commandId } = step;
  const extra = (kind: string, asset: string, more: ExternalCommand): Step => ({
    commandId: `${commandId}-${kind}-${asset}`,
    command: more,
    clockMs,
  });
  if (command.kind === 'openClient') {
    const { client } = command;
    return assets.flatMap((asset) => {
      const deposit = `plenty-${client}-${asset}`;
      return [
        extra('announce', asset, { kind: 'announceDeposit', deposit, client, asset, amountMinor: PLENTY }),
        extra('final', asset, { kind: 'finalizeDeposit', deposit }),
      ];
    });
  }
  if (command.kind !== 'listAsset') return [];
  return [
    extra('capital', command.asset, { kind: 'injectCapital', asset: command.asset, amountMinor: PLENTY }),
  ];
}

/** What money alone decided: with more of it in the wallet the same command may be accepted, so it is left out. */
const WALLET_CODES: readonly string[] = ['insufficient_wallet_balance', 'insufficient_venue_funds'];

/** The history of one pool alone: its own commands, everybody's clients and cash, and its own marks. */
function onlyPool(played: PlayedHistory, pool: string): Step[] {
  const { engine, steps, recorded } = played;
  const assets = ['USD', 'COIN'];
  return steps.flatMap((step, at): Step[] => {
    const { outcome } = recorded[at]!.record;
    if (outcome.kind === 'rejected' && WALLET_CODES.includes(outcome.rejection.code)) return [];
    const of = poolOf(engine, step.command);
    if (of !== null && of !== pool) return [];
    if (step.command.kind !== 'mark') return [step, ...withPlenty(step, assets)];
    const marks = step.command.marks.filter(({ instrument }) => {
      const row = engine.state.instruments.names.rowOf(instrument);
      return row >= 0 && engine.state.pools.names.nameOf(engine.state.instruments.pool.get(row)) === pool;
    });
    return marks.length === 0 ? [] : [{ ...step, command: { ...step.command, marks } }];
  });
}

describe('noninterference', () => {
  it('ends a pool with the same hash when every command of the others is erased (law 4b, ISO-03)', () => {
    forSeeds(80, (seed) => {
      const played = playHistory(seed, { commands: 250, isSeparable: true });
      for (const pool of ['alpha', 'beta', 'desk']) {
        const alone = createEngine();
        submitAll(alone, onlyPool(played, pool));
        const rows = [played.engine, alone].map(({ state }) => state.pools.names.rowOf(pool));
        const full = hashText(poolHash(played.engine.state, rows[0]!));
        expect(hashText(poolHash(alone.state, rows[1]!)), `pool ${pool} without the others`).toBe(full);
      }
    });
  });

  it('treats a margin account alone in the world, against the outside, as it does among the others (law 4a, ISO-01)', () => {
    let compared = 0;
    forSeeds(50, (seed) => {
      /** What each account was after each step. */
      const among: AccountState[][] = [];
      const observe = ({ state }: Engine) => {
        among.push(Array.from({ length: state.accounts.table.size }, (_, row) => stateOf(state, row)));
      };
      const played = playHistory(seed, { commands: 250, isSeparable: true, workBudget: 100_000, observe });
      const { size } = played.engine.state.accounts.table;
      for (let row = 0; row < size; row++) compared += followAlone(played, row, among);
    });
    expect(compared).toBeGreaterThan(500);
  });
});

/** Replays one account with the outside on the other side of its fills; answers how many fills were compared. */
function followAlone(played: PlayedHistory, accountRow: number, among: readonly AccountState[][]): number {
  const { steps, recorded } = played;
  const { state } = played.engine;
  const id = state.accounts.names.nameOf(accountRow);
  const instrument = state.instruments.names.nameOf(state.accounts.instrument.get(accountRow));
  const pool = state.pools.names.nameOf(state.accounts.pool.get(accountRow));
  const client = state.clients.names.nameOf(state.accounts.client.get(accountRow));
  const alone = createEngine();
  let compared = 0;
  for (const [at, step] of steps.entries()) {
    const { record, work } = recorded[at]!;
    // What others lost was posted to this account: from here on it is not alone any more.
    if (work.some((each) => isPostedTo(each, accountRow))) return compared;
    for (const own of record.outcome.kind === 'accepted' ? ownCommand(step.command) : []) {
      const records = submitAll(alone, [{ ...step, command: own }, ...withPlenty(step, ['USD', 'COIN'])]);
      // Its gains pay for a loss of its own past here, which there still waits to be unwound.
      if (records.some((each) => isPostedTo(each, alone.state.accounts.names.rowOf(id)))) return compared;
      const { outcome } = records[0]!;
      const code = outcome.kind === 'rejected' ? outcome.rejection.code : 'accepted';
      // Only the gate of the pool may answer another way.
      if (code === 'pool_not_sound' || code === 'insufficient_pool_cash') return compared;
      // Alone, a mark that was old for this instrument is a batch of nothing new: either way it moves nothing.
      if (own.kind === 'mark' && code === 'time_backwards') continue;
      expect(code, `${own.kind} of ${id} alone`).toBe('accepted');
      if (own.kind === 'fill') compared++;
    }
    const expected = among[at]![accountRow];
    if (expected === undefined) continue;
    const found = stateOf(alone.state, alone.state.accounts.names.rowOf(id));
    expect(found, `${id} after ${step.commandId} (${step.command.kind})`).toEqual(expected);
  }
  return compared;

  /** The command as it concerns this account alone. */
  function ownCommand(command: ExternalCommand): ExternalCommand[] {
    switch (command.kind) {
      case 'listAsset':
        return [command];
      case 'openPool':
        return command.pool === pool ? [{ ...command, isDesk: true }] : [];
      case 'listInstrument':
        return command.id === instrument ? [command] : [];
      case 'openClient':
        return command.client === client ? [command] : [];
      case 'openAccount':
      case 'allocate':
      case 'release':
      case 'setLeverage':
      case 'closeAccount':
        return command.account === id ? [command] : [];
      case 'applyFunding':
      case 'expire':
        return command.instrument === instrument ? [command] : [];
      case 'mark': {
        const marks = command.marks.filter((mark) => mark.instrument === instrument);
        return marks.length === 0 ? [] : [{ ...command, marks }];
      }
      case 'fill': {
        const isBuyer = command.buyer.party === 'account' && command.buyer.id === id;
        const isSeller = command.seller.party === 'account' && command.seller.id === id;
        const outside: FillSide = {
          party: 'counterparty', leg: 'net', order: '',
          id: '',
          allocateMinor: 0n,
          allocateInitial: false,
        };
        if (isBuyer) return [{ ...command, seller: outside }];
        return isSeller ? [{ ...command, buyer: outside }] : [];
      }
      default:
        return [];
    }
  }
}

/** What an account is, but for the gains its pool remembers: those belong to the gate, which is a public input. */
function stateOf(state: State, row: number) {
  const { accounts, accountAssets, positions, ledger } = state;
  const position = accounts.firstPosition.get(row);
  const asset = accounts.firstAsset.get(row);
  return {
    balance: ledger.balance(accountAssets.ledgerRow.get(asset)),
    lots: positions.lots.get(position),
    cost: positions.cost.get(position),
    fundingIndex: positions.fundingIndex.get(position),
    leveragePpm: accounts.leveragePpm.get(row),
    netPrincipal: accountAssets.netPrincipal.get(asset),
    status: accounts.status.get(row),
    isQueued: accounts.isQueued.get(row),
  };
}

type AccountState = ReturnType<typeof stateOf>;

function isPostedTo({ outcome }: EngineRecord, accountRow: number): boolean {
  if (outcome.kind === 'rejected') return false;
  return outcome.events.some((event) => {
    if (event.kind === 'deleveraged') return event.fills.some((fill) => fill.accountRow === accountRow);
    return event.kind === 'shared' && event.payers.some((payer) => payer.accountRow === accountRow);
  });
}
