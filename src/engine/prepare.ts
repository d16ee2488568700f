/**
 * Rows a command will write to and that are not there yet: a position of an account in a new instrument, a balance in
 * a new asset. They are opened before the command is decided, so that a decision never meets a missing row; where the
 * command is refused, nothing of them remains.
 */
import { LEG_RULES, type LEGS, type LegRule } from '../margin/index.js';
import { isId } from '../market/index.js';
import { accountAssetOf, assetsOf, isSpot, positionOf } from './accountParts.js';
import { openingsOfCarving } from './carvedAccount.js';
import type { Command, CommandOf, FillSide } from './command.js';
import { legOfMerged } from './commands/movePosition.js';
import type { Event } from './event.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { type SpotPair, spotPair } from './spotPair.js';
import { clientLedgerRow, pairKey, type State, settleAssetRow } from './state.js';

export function openingsFor(state: State, command: Command): readonly Event[] {
  switch (command.kind) {
    case 'fill':
      return openingsOfFill(state, command);
    case 'placeOrder':
      return openingsOfOrder(state, command);
    case 'mergeAccount':
      return openingsOfMerge(state, command);
    case 'switchMode':
      return openingsOfSwitch(state, command);
    case 'borrow':
      return openingsOfAllocation(state, command);
    case 'allocate':
      return command.asset === null ? [] : openingsOfAllocation(state, command);
    case 'moveInstrument':
      return openingsOfMove(state, {
        instruments: [command.instrument],
        poolRow: state.pools.names.rowOf(command.toPool),
      });
    case 'splitPool':
      return openingsOfSplit(state, command);
    case 'carveRaised':
      return openingsOfCarving(state, command.positionRow);
    default:
      return NONE;
  }
}

const NONE: readonly Event[] = [];

function openingsOfFill(state: State, { instrument, buyer, seller }: CommandOf<'fill'>): readonly Event[] {
  const instrumentRow = state.instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return NONE;
  const events = openingsOfSide(state, instrumentRow, buyer);
  const others = openingsOfSide(state, instrumentRow, seller);
  return others.length === 0 ? events : [...events, ...others];
}

function openingsOfOrder(state: State, command: CommandOf<'placeOrder'>): readonly Event[] {
  const instrumentRow = state.instruments.names.rowOf(command.instrument);
  const accountRow = state.accounts.names.rowOf(command.account);
  if (instrumentRow < 0 || accountRow < 0 || !isSharedInPoolOf(state, accountRow, instrumentRow)) return NONE;
  if (isSpot(state, instrumentRow)) return openingsOfPair(state, accountRow, spotPair(state, instrumentRow));
  return openingsOfPosition(state, { accountRow, instrumentRow, leg: command.leg });
}

function openingsOfMerge(state: State, command: CommandOf<'mergeAccount'>): readonly Event[] {
  const { accounts } = state;
  const fromRow = accounts.names.rowOf(command.account);
  const accountRow = accounts.names.rowOf(command.into);
  if (fromRow < 0 || accountRow < 0) return NONE;
  const instrumentRow = accounts.instrument.get(fromRow);
  if (instrumentRow < 0 || !isSharedInPoolOf(state, accountRow, instrumentRow)) return NONE;
  return openingsOfPosition(state, { accountRow, instrumentRow, leg: legOfMerged(state, command) });
}

function openingsOfSwitch(state: State, { account, instrument }: CommandOf<'switchMode'>): readonly Event[] {
  const accountRow = state.accounts.names.rowOf(account);
  const instrumentRow = instrument === null ? -1 : state.instruments.names.rowOf(instrument);
  if (accountRow < 0 || instrumentRow < 0 || !isSharedInPoolOf(state, accountRow, instrumentRow)) return NONE;
  return openingsOfPosition(state, { accountRow, instrumentRow, leg: 'net' });
}

function openingsOfSide(state: State, instrumentRow: number, side: FillSide): readonly Event[] {
  if (side.party !== 'account') return NONE;
  const accountRow = state.accounts.names.rowOf(side.id);
  if (accountRow < 0 || !isSharedInPoolOf(state, accountRow, instrumentRow)) return NONE;
  if (isSpot(state, instrumentRow)) return openingsOfPair(state, accountRow, spotPair(state, instrumentRow));
  return openingsOfPosition(state, { accountRow, instrumentRow, leg: side.leg });
}

/** What it lacks to trade a spot pair. */
function openingsOfPair(state: State, accountRow: number, { base, quote }: SpotPair): readonly Event[] {
  return [...openingsOfAsset(state, accountRow, base), ...openingsOfAsset(state, accountRow, quote)];
}

/** What a cross or portfolio account lacks to hold a leg of an instrument. */
export function openingsOfPosition(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: (typeof LEGS)[number] },
): readonly Event[] {
  const events = [
    ...openingsOfAsset(state, at.accountRow, state.instruments.poolAsset.get(at.instrumentRow)),
  ];
  if (positionOf(state, at) < 0) events.push({ kind: 'positionOpened', ...at });
  return events;
}

function isSharedInPoolOf(state: State, accountRow: number, instrumentRow: number): boolean {
  const { accounts, instruments } = state;
  return (
    accounts.instrument.get(accountRow) < 0 &&
    accounts.pool.get(accountRow) === instruments.pool.get(instrumentRow)
  );
}

function openingsOfAllocation(
  state: State,
  { account, asset }: Pick<CommandOf<'allocate'>, 'account' | 'asset'>,
): readonly Event[] {
  const accountRow = state.accounts.names.rowOf(account);
  const assetRow = asset === null ? -1 : state.assets.names.rowOf(asset);
  if (accountRow < 0 || assetRow < 0) return NONE;
  const poolAssetRow = state.poolAssetRows.get(pairKey(state.accounts.pool.get(accountRow), assetRow));
  if (poolAssetRow === undefined || state.accounts.instrument.get(accountRow) >= 0) return NONE;
  return openingsOfAsset(state, accountRow, poolAssetRow);
}

/** What the other pool lacks of the assets that accounts of the instruments have a balance in, be it of nothing. */
function openingsOfMove(
  state: State,
  { instruments: names, poolRow }: { readonly instruments: readonly string[]; readonly poolRow: number },
): readonly Event[] {
  const { accounts, accountAssets, instruments, poolAssets } = state;
  const instrumentRows = new Set(names.map((name) => instruments.names.rowOf(name)));
  if (instrumentRows.has(-1) || poolRow < 0) return NONE;
  const assets = new Set([...instrumentRows].map((row) => settleAssetRow(state, row)));
  for (let row = 0; row < accounts.table.size; row++) {
    if (!instrumentRows.has(accounts.instrument.get(row))) continue;
    for (const at of assetsOf(state, row)) assets.add(poolAssets.asset.get(accountAssets.poolAsset.get(at)));
  }
  return [...assets]
    .filter((assetRow) => !state.poolAssetRows.has(pairKey(poolRow, assetRow)))
    .map((assetRow) => ({ kind: 'poolAssetOpened', poolRow, assetRow }));
}

/** A pool that is not there yet: as the one that is split, with its way of liquidating and its fund's cool-down. */
function openingsOfSplit(
  state: State,
  { pool, toPool, instruments }: CommandOf<'splitPool'>,
): readonly Event[] {
  const { pools } = state;
  const [fromRow, toRow] = [pool, toPool].map((name) => pools.names.rowOf(name)) as [number, number];
  if (toRow >= 0) return openingsOfMove(state, { instruments, poolRow: toRow });
  if (fromRow < 0 || !isId(toPool)) return NONE;
  const poolRow = pools.table.size;
  const valuationAssetRow = pools.valuationAsset.get(fromRow);
  const events: Event[] = [
    {
      kind: 'poolOpened',
      pool: toPool,
      isDesk: pools.isDesk.get(fromRow) === 1,
      workBudget: pools.workBudget.get(fromRow),
      needsOrders: pools.needsOrders.get(fromRow) === 1,
      valuationAssetRow,
      legRule: LEG_RULES[pools.legRule.get(fromRow)] as LegRule,
    },
  ];
  const policy = liquidationPolicyOf(state, fromRow);
  if (policy !== null) events.push({ kind: 'liquidationSet', poolRow, policy });
  const coolDownMs = pools.fundCoolDownMs.get(fromRow);
  if (coolDownMs > 0) events.push({ kind: 'fundCoolDownSet', poolRow, coolDownMs });
  // Its valuation asset is opened with it.
  const isNew = (event: Event) => !('assetRow' in event && event.assetRow === valuationAssetRow);
  return [...events, ...openingsOfMove(state, { instruments, poolRow }).filter(isNew)];
}

/** A balance in an asset, and the wallet it can go back to. */
export function openingsOfAsset(state: State, accountRow: number, poolAssetRow: number): readonly Event[] {
  if (accountAssetOf(state, accountRow, poolAssetRow) >= 0) return NONE;
  const clientRow = state.accounts.client.get(accountRow);
  const assetRow = state.poolAssets.asset.get(poolAssetRow);
  const events: Event[] = [{ kind: 'accountAssetOpened', accountRow, poolAssetRow }];
  if (clientLedgerRow(state, { clientRow, assetRow }, 'wallet') < 0)
    events.unshift({ kind: 'walletOpened', clientRow, assetRow });
  return events;
}
