/**
 * Law 4. (a) What becomes of a margin account follows from its own commands, what is posted to it and the public
 * inputs: it fares the same when it is alone in the world. (b) What becomes of a pool follows from its own
 * commands: with every command of the other pools erased it ends with the same hash.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { assetsOf, positionsOf } from '../../src/engine/accountParts.js';
import type { FillSide } from '../../src/engine/command.js';
import {
  createEngine,
  type Engine,
  type EngineRecord,
  type ExternalCommand,
} from '../../src/engine/index.js';
import { poolLedgerRow, type State } from '../../src/engine/state.js';
import { poolHash } from '../../src/engine/stateHash.js';
import { type PlayedHistory, playHistory, playSteps, type Step } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

/** Enough that the venue is never short; separable histories fill the wallets themselves: the provisos of law 4(b). */
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
  const ofAccount = (row: number) => (row < 0 ? '' : state.pools.names.nameOf(state.accounts.pool.get(row)));
  switch (command.kind) {
    case 'openPool':
    case 'listInstrument':
    case 'listCollateral':
    case 'topUpFund':
    case 'drawDownFund':
    case 'fundFacility':
    case 'drainFacility':
    case 'defineScenarios':
    case 'sendScenarios':
    case 'resume':
    case 'splitPool':
    case 'windDownPool':
    case 'closePool':
    case 'reopenPool':
      return command.pool;
    case 'scheduleParameters':
      return ofInstrument(command.definition.id);
    case 'openAccount':
      return command.instrument === null ? command.pool : ofInstrument(command.instrument);
    case 'fill':
    case 'applyFunding':
    case 'expire':
    case 'setReduceOnly':
    case 'delist':
    case 'cancelParameters':
    case 'moveInstrument':
      return ofInstrument(command.instrument);
    case 'allocate':
    case 'release':
    case 'setLeverage':
    case 'setAutoMargin':
    case 'closeAccount':
    case 'placeOrder':
    case 'switchMode':
    case 'carvePosition':
    case 'mergeAccount':
      return ofAccount(state.accounts.names.rowOf(command.account));
    case 'amendOrder':
    case 'cancelOrder': {
      const row = state.orders.names.rowOf(command.order);
      return row < 0 ? '' : ofAccount(state.orders.account.get(row));
    }
    default:
      return null;
  }
}

/** Gives the venue more than it will ever need. */
function withPlenty(step: Step): Step[] {
  const { command, clockMs, commandId } = step;
  const extra = (kind: string, asset: string, more: ExternalCommand): Step => ({
    commandId: `${commandId}-${kind}-${asset}`,
    command: more,
    clockMs,
  });
  if (command.kind !== 'listAsset') return [];
  return [
    extra('capital', command.asset, { kind: 'injectCapital', asset: command.asset, amountMinor: PLENTY }),
  ];
}

/** What money alone decided: with more of it in the wallet the same command may be accepted, so it is left out. */
const WALLET_CODES: readonly string[] = [
  'insufficient_wallet_balance',
  'insufficient_venue_funds',
  'insufficient_order_margin',
];

/** The history of some pools alone: their own commands, everybody's clients and cash, and their own marks. */
function onlyPools(played: PlayedHistory, pools: ReadonlySet<string>): Step[] {
  const { engine, steps, recorded } = played;
  return steps.flatMap((step, at): Step[] => {
    const { outcome } = recorded[at]!.record;
    if (outcome.kind === 'rejected' && WALLET_CODES.includes(outcome.rejection.code)) return [];
    const of = poolOf(engine, step.command);
    if (of !== null && !pools.has(of)) return [];
    // What was refused because of a pool that is not there any more.
    if (outcome.kind === 'rejected' && 'toPool' in step.command && !pools.has(step.command.toPool)) return [];
    if (step.command.kind !== 'mark') return [step, ...withPlenty(step)];
    const marks = step.command.marks.filter(({ instrument }) => {
      const row = engine.state.instruments.names.rowOf(instrument);
      return row >= 0 && pools.has(engine.state.pools.names.nameOf(engine.state.instruments.pool.get(row)));
    });
    const assetPrices = step.command.assetPrices.filter((price) => pools.has(price.pool));
    return marks.length + assetPrices.length === 0
      ? []
      : [{ ...step, command: { ...step.command, marks, assetPrices } }];
  });
}

/** Pools between which an instrument has gone, each pool in one group: where it is now, its instruments were always. */
function groupsOf({ engine, recorded }: PlayedHistory): readonly ReadonlySet<string>[] {
  const { names, table } = engine.state.pools;
  let groups = Array.from({ length: table.size }, (_, row) => new Set([names.nameOf(row)]));
  for (const { record } of recorded) {
    if (record.outcome.kind === 'rejected') continue;
    for (const event of record.outcome.events) {
      if (event.kind !== 'instrumentMoved') continue;
      const ends = [event.fromPoolRow, event.poolRow].map((row) => names.nameOf(row));
      const isJoined = (group: ReadonlySet<string>) => ends.some((pool) => group.has(pool));
      const joined = new Set(groups.filter(isJoined).flatMap((group) => [...group]));
      groups = [...groups.filter((group) => !isJoined(group)), joined];
    }
  }
  return groups;
}

/** Ends every group of pools with the hashes it has among the others. */
function expectUnmoved(played: PlayedHistory): void {
  // Terms whose time has come come into force with the next command, of whatever pool it is.
  const { timeMs: clockMs } = played.engine.state.clock;
  const last: Step = { commandId: 'last', command: { kind: 'openClient', client: 'last' }, clockMs };
  submitAll(played.engine, [last]);
  for (const group of groupsOf(played)) {
    const alone = createEngine();
    submitAll(alone, [...onlyPools(played, group), last]);
    for (const pool of group) {
      const rows = [played.engine, alone].map(({ state }) => state.pools.names.rowOf(pool));
      const full = hashText(poolHash(played.engine.state, rows[0]!));
      expect(hashText(poolHash(alone.state, rows[1]!)), `pool ${pool} without the others`).toBe(full);
    }
  }
}

describe('noninterference', () => {
  it('ends a pool with the same hash when every command of the others is erased (law 4b, ISO-03)', () => {
    forSeeds(80, (seed) => {
      expectUnmoved(playHistory(seed, { commands: 250, isSeparable: true }));
    });
  });

  it('does so where instruments move, and pools are split, wound down and closed: pools that share no instrument ever (law 4b, ISO-03)', () => {
    const seen = { groups: 0, moved: 0, split: 0, closed: 0 };
    forSeeds(12, (seed) => {
      const options = { commands: 200, isSeparable: true, isMoving: true, isEnding: true };
      const played = playHistory(`moved-${seed}`, options);
      expectUnmoved(played);
      seen.groups += groupsOf(played).filter(({ size }) => size > 1).length > 1 ? 1 : 0;
      for (const { record } of played.recorded) {
        if (record.outcome.kind === 'rejected') continue;
        if (record.command.kind === 'moveInstrument') seen.moved++;
        if (record.command.kind === 'splitPool') seen.split++;
        if (record.command.kind === 'closePool') seen.closed++;
      }
    });
    expect(seen.groups).toBeGreaterThan(1);
    expect(seen.moved).toBeGreaterThan(20);
    expect(seen.split).toBeGreaterThan(2);
    expect(seen.closed).toBeGreaterThan(5);
  });

  it('treats a margin account alone in the world, against the outside, as it does among the others (law 4a, ISO-01)', () => {
    const compared = { isolated: 0, shared: 0 };
    forSeeds(50, (seed) => {
      /** What each account was after each step. */
      const among: WorldState[] = [];
      const observe = ({ state }: Engine) => {
        const accounts = Array.from({ length: state.accounts.table.size }, (_, row) => stateOf(state, row));
        among.push({ accounts, facilities: facilitiesOf(state) });
      };
      const played = playHistory(seed, { commands: 250, isSeparable: true, workBudget: 100_000, observe });
      const { size } = played.engine.state.accounts.table;
      for (let row = 0; row < size; row++) {
        const isShared = played.engine.state.accounts.instrument.get(row) < 0;
        compared[isShared ? 'shared' : 'isolated'] += followAlone(played, row, among);
      }
    });
    expect(compared.isolated).toBeGreaterThan(500);
    expect(compared.shared).toBeGreaterThan(100);
  });
});

/** Replays one account with the outside on the other side of its fills; answers how many fills were compared. */
function followAlone(played: PlayedHistory, accountRow: number, among: readonly WorldState[]): number {
  const { steps, recorded } = played;
  const { state } = played.engine;
  const id = state.accounts.names.nameOf(accountRow);
  const opened = steps.find(
    ({ command }) => command.kind === 'openAccount' && command.account === id,
  )?.command;
  const instrument = opened?.kind === 'openAccount' ? opened.instrument : null;
  const instrumentRow = instrument === null ? -1 : state.instruments.names.rowOf(instrument);
  const isShared = instrument === null;
  /** What it trades: one instrument, or all of its pool. */
  const isOwn = (id: string) => {
    const row = state.instruments.names.rowOf(id);
    return isShared
      ? row >= 0 && state.instruments.pool.get(row) === state.accounts.pool.get(accountRow)
      : row === instrumentRow;
  };
  const pool = state.pools.names.nameOf(state.accounts.pool.get(accountRow));
  const client = state.clients.names.nameOf(state.accounts.client.get(accountRow));
  const isOwnDeposit = (id: string) =>
    steps.some(
      ({ command }) =>
        command.kind === 'announceDeposit' && command.deposit === id && command.client === client,
    );
  const alone = createEngine();
  let compared = 0;
  for (const [at, step] of steps.entries()) {
    const { record, work } = recorded[at]!;
    // What others lost was posted to this account, or what the pool has for all decided: it is not alone any more.
    if ([record, ...work].some((each) => isPostedTo(state, each, accountRow))) return compared;
    for (const own of record.outcome.kind === 'accepted' ? ownCommand(step.command) : []) {
      const records = submitAll(alone, [{ ...step, command: own }, ...withPlenty(step)]);
      // Its gains pay for a loss of its own past here, which there still waits to be unwound.
      const rowAlone = alone.state.accounts.names.rowOf(id);
      if (records.some((each) => isPostedTo(alone.state, each, rowAlone))) return compared;
      const { outcome } = records[0]!;
      const code = outcome.kind === 'rejected' ? outcome.rejection.code : 'accepted';
      // Only the gate of the pool may answer another way.
      if (code === 'pool_not_sound' || code === 'insufficient_pool_cash') return compared;
      // Between two orders a fill may be off the mark; against the outside it may not.
      if (code === 'fill_outside_band') return compared;
      // Alone, a mark that was old for this instrument is a batch of nothing new: either way it moves nothing.
      if (own.kind === 'mark' && code === 'time_backwards') continue;
      expect(code, `${own.kind} of ${id} alone`).toBe('accepted');
      if (own.kind === 'fill') compared++;
    }
    const expected = among[at]!.accounts[accountRow];
    // Others have drawn on the facility that all share: what it can still convert is another matter alone.
    if (isShared && facilitiesOf(alone.state).get(pool) !== among[at]!.facilities.get(pool)) return compared;
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
        return (isShared ? command.pool === pool : isOwn(command.id)) ? [command] : [];
      case 'scheduleParameters':
        return isOwn(command.definition.id) ? [command] : [];
      case 'listCollateral':
      case 'fundFacility':
      case 'drainFacility':
      case 'defineScenarios':
      case 'sendScenarios':
        return isShared && command.pool === pool ? [command] : [];
      case 'openClient':
      case 'announceDeposit':
      case 'setFeeTier':
        return command.client === client ? [command] : [];
      case 'finalizeDeposit':
        return isOwnDeposit(command.deposit) ? [command] : [];
      case 'openAccount':
      case 'allocate':
      case 'release':
      case 'setLeverage':
      case 'setAutoMargin':
      case 'closeAccount':
      case 'placeOrder':
        return command.account === id ? [command] : [];
      case 'amendOrder':
      case 'cancelOrder':
        return state.orders.account.get(state.orders.names.rowOf(command.order)) === accountRow
          ? [command]
          : [];
      case 'applyFunding':
      case 'expire':
      case 'setReduceOnly':
      case 'delist':
      case 'cancelParameters':
        return isOwn(command.instrument) ? [command] : [];
      case 'mark': {
        const marks = command.marks.filter((mark) => isOwn(mark.instrument));
        const assetPrices = command.assetPrices.filter((price) => isShared && price.pool === pool);
        return marks.length + assetPrices.length === 0 ? [] : [{ ...command, marks, assetPrices }];
      }
      case 'fill': {
        const isBuyer = command.buyer.party === 'account' && command.buyer.id === id;
        const isSeller = command.seller.party === 'account' && command.seller.id === id;
        const outside: FillSide = {
          party: 'counterparty',
          leg: 'net',
          order: '',
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
  const { accounts, accountAssets, assets, instruments, positions, poolAssets, ledger } = state;
  const balances = assetsOf(state, row).map((at) => ({
    asset: assets.names.nameOf(poolAssets.asset.get(accountAssets.poolAsset.get(at))),
    balance: ledger.balance(accountAssets.ledgerRow.get(at)),
    netPrincipal: accountAssets.netPrincipal.get(at),
  }));
  const held = positionsOf(state, row).map((at) => ({
    instrument: instruments.names.nameOf(positions.instrument.get(at)),
    leg: positions.leg.get(at),
    lots: positions.lots.get(at),
    cost: positions.cost.get(at),
    premium: positions.premium.get(at),
    fundingIndex: positions.fundingIndex.get(at),
  }));
  return {
    balances,
    held,
    leveragePpm: accounts.leveragePpm.get(row),
    status: accounts.status.get(row),
    isQueued: accounts.isQueued.get(row),
  };
}

type AccountState = ReturnType<typeof stateOf>;

interface WorldState {
  readonly accounts: readonly AccountState[];
  readonly facilities: ReadonlyMap<string, string>;
}

/** What each pool's facility holds, as text, assets by name. */
function facilitiesOf(state: State): ReadonlyMap<string, string> {
  const { assets, ledger, poolAssets, pools } = state;
  const found = new Map<string, string>();
  for (let row = 0; row < poolAssets.table.size; row++) {
    const pool = pools.names.nameOf(poolAssets.pool.get(row));
    const held = ledger.balance(poolLedgerRow(state, row, 'facility'));
    if (held === 0n) continue;
    const lines = `${found.get(pool) ?? ''} ${assets.names.nameOf(poolAssets.asset.get(row))}=${held}`;
    found.set(pool, lines.split(' ').sort().join(' '));
  }
  return found;
}

/**
 * Whether the pool reached into the account: closed it against a loss, made its gains share one, converted out of the
 * facility all have, or settled an expiry pair by pair, a unit of rounding for each.
 */
function isPostedTo(state: State, { outcome }: EngineRecord, accountRow: number): boolean {
  if (outcome.kind === 'rejected') return false;
  return outcome.events.some((event) => {
    if (event.kind === 'deleveraged') return event.fills.some((fill) => fill.accountRow === accountRow);
    if (event.kind === 'shared' || event.kind === 'clawedBack')
      return event.payers.some((payer) => payer.accountRow === accountRow);
    // What moves between accounts of one client is another account's too.
    if (event.kind === 'positionMoved')
      return event.fromAccountRow === accountRow || event.toAccountRow === accountRow;
    if (event.kind === 'modeSwitched') return event.accountRow === accountRow;
    if (event.kind === 'expirySettled')
      return event.positions.some(({ position }) => state.positions.account.get(position) === accountRow);
    return (
      'transfers' in event &&
      event.transfers.some(
        ({ flow, from }) => flow === 'convertOut' && state.ledger.accountOf(from) === accountRow,
      )
    );
  });
}
