/**
 * What fills between accounts of one client or group have moved from one to the other, kept with the position of the one
 * that could be left short of it (ISO-05). One row for a position and an account on the other side:
 *
 *   gain = value - (lots at the mark)
 *
 * `value` is what the position paid on those fills, `lots` what it opened with them and still holds; both signed as the
 * position is. A fill changes the gain by exactly what it moved at the mark of its moment; from then on it goes with the
 * mark for the lots still held. Lots that leave, leave at the mark: the gain stays what it was. Rounded down.
 */
import { abs, max, min, mixIdentity, sign } from '../base/index.js';
import { hasRisk, positionsOf } from './accountParts.js';
import type { DeficitFact, Event, EventOf, RelatedFact } from './event.js';
import { areOne } from './groups.js';
import { exitValueCeil } from './marginView.js';
import type { State } from './state.js';
import type { TradeOutcome } from './trade.js';

/** One side of a fill: who took how many lots at what value, and what of them opened. */
export interface FilledSide {
  readonly accountRow: number;
  readonly positionRow: number;
  readonly lots: bigint;
  readonly value: bigint;
  readonly outcome: TradeOutcome;
}

/** What a fill moves, from the view of either side; nothing between accounts that are not one. */
export function relatedFacts(
  state: State,
  instrumentRow: number,
  sides: readonly FilledSide[],
): RelatedFact[] {
  const [a, b] = sides;
  if (a === undefined || b === undefined || a.accountRow < 0 || b.accountRow < 0) return [];
  const { client } = state.accounts;
  if (!areOne(state, client.get(a.accountRow), client.get(b.accountRow))) return [];
  const fact = ({ positionRow, lots, value, outcome }: FilledSide, accountRow: number): RelatedFact => {
    const opened = sign(lots) * outcome.openedLots;
    return {
      positionRow,
      accountRow,
      lots: opened,
      value: value - exitValueCeil(state, instrumentRow, lots - opened),
    };
  };
  return [fact(a, b.accountRow), fact(b, a.accountRow)];
}

export interface RelatedGain {
  readonly row: number;
  /** Who has gained. */
  readonly accountRow: number;
  readonly gainMinor: bigint;
}

/** What the accounts on the other side are up on fills with the position. */
export function relatedGains(state: State, positionRow: number): RelatedGain[] {
  const { account } = state.relatedGains;
  return rowsOf(state, positionRow)
    .map((row) => ({ row, accountRow: account.get(row), gainMinor: gainOf(state, row) }))
    .filter(({ gainMinor }) => gainMinor > 0n);
}

function gainOf(state: State, row: number): bigint {
  const { relatedGains, positions } = state;
  const instrumentRow = positions.instrument.get(relatedGains.position.get(row));
  return max(
    0n,
    relatedGains.value.get(row) - exitValueCeil(state, instrumentRow, relatedGains.lots.get(row)),
  );
}

// ---- called by `evolve` alone ----

/** Before positions change hands in an event, what is remembered with them goes along. */
export function moveRelated(state: State, event: Event): void {
  switch (event.kind) {
    case 'takenOver':
      return moveRows(state, state.accounts.firstPosition.get(event.accountRow), event.positionRow);
    case 'accountTakenOver':
      return moveToParts(state, event);
    case 'positionMoved':
      return moveToAccount(state, event);
    case 'liquidationReversed':
      if (event.lots !== 0n)
        moveRows(
          state,
          state.takeovers.position.get(event.takeoverRow),
          state.accounts.firstPosition.get(event.accountRow),
        );
      return;
    default:
      return;
  }
}

/** To the part in its instrument; of a position that is flat to the first part in its asset, if there is one. */
function moveToParts(state: State, { accountRow, parts }: EventOf<'accountTakenOver'>): void {
  const { instruments, positions } = state;
  for (const from of positionsOf(state, accountRow)) {
    const instrumentRow = positions.instrument.get(from);
    const poolAssetRow = instruments.poolAsset.get(instrumentRow);
    const part =
      parts.find((each) => each.instrumentRow === instrumentRow) ??
      parts.find((each) => instruments.poolAsset.get(each.instrumentRow) === poolAssetRow);
    if (part !== undefined) moveRows(state, from, part.positionRow);
  }
}

/** With a position, or the money of an account without one, goes both what is owed and what was gained. */
function moveToAccount(state: State, event: EventOf<'positionMoved'>): void {
  const { fromAccountRow, toAccountRow } = event;
  const { accounts, positions, relatedGains } = state;
  const rowOf = (accountRow: number) =>
    event.positions.find(({ position }) => positions.account.get(position) === accountRow)?.position ?? -1;
  const [from, to] = [rowOf(fromAccountRow), rowOf(toAccountRow)];
  if (from >= 0 && to >= 0) moveRows(state, from, to);
  const instrumentRow = from >= 0 ? positions.instrument.get(from) : accounts.instrument.get(fromAccountRow);
  for (let row = 0; row < relatedGains.table.size; row++) {
    const position = relatedGains.position.get(row);
    const isGained =
      relatedGains.account.get(row) === fromAccountRow &&
      positions.instrument.get(position) === instrumentRow;
    if (isGained) moveRow(state, row, { position, account: toAccountRow });
  }
}

/** Lots that the position holds no more leave at the mark, those of accounts of later rows first. */
export function clampRelated(state: State, positionRow: number): void {
  const { relatedGains, positions } = state;
  if (positions.firstRelated.get(positionRow) < 0) return;
  const held = positions.lots.get(positionRow);
  let left = abs(held);
  for (const row of rowsOf(state, positionRow)) {
    const lots = relatedGains.lots.get(row);
    const stays = sign(lots) === sign(held) ? min(abs(lots), left) : 0n;
    left -= stays;
    const gone = lots - sign(lots) * stays;
    if (gone === 0n) continue;
    const value = exitValueCeil(state, positions.instrument.get(positionRow), gone);
    set(state, row, { lots: lots - gone, value: relatedGains.value.get(row) - value });
  }
}

export function addRelated(state: State, { positionRow, accountRow, lots, value }: RelatedFact): void {
  const row = rowFor(state, { position: positionRow, account: accountRow });
  const { relatedGains } = state;
  set(state, row, { lots: relatedGains.lots.get(row) + lots, value: relatedGains.value.get(row) + value });
}

/** What is remembered against a deficit: it can be asked for, and is forgotten with the position. */
export function takeRelatedGains(
  state: State,
  fact: DeficitFact,
): { accountRow: number; claimMinor: bigint }[] {
  const claims: { accountRow: number; claimMinor: bigint }[] = [];
  for (const positionRow of positionsOfDeficit(state, fact)) {
    for (const { row, accountRow, gainMinor } of relatedGains(state, positionRow)) {
      const known = claims.find((claim) => claim.accountRow === accountRow);
      if (known === undefined) claims.push({ accountRow, claimMinor: gainMinor });
      else known.claimMinor += gainMinor;
      const { lots, value } = state.relatedGains;
      set(state, row, { lots: lots.get(row), value: value.get(row) - gainMinor });
    }
  }
  return claims;
}

function positionsOfDeficit(state: State, { accountRow, takeoverRow, poolAssetRow }: DeficitFact): number[] {
  const { instruments, positions, takeovers } = state;
  if (takeoverRow >= 0) return [takeovers.position.get(takeoverRow)];
  return positionsOf(state, accountRow).filter(
    (row) => instruments.poolAsset.get(positions.instrument.get(row)) === poolAssetRow,
  );
}

/** An account with nothing open and nothing owed has paid for all its fills, and so has a takeover that is closed. */
export function forgetRelated(state: State, event: Event): void {
  if ('positions' in event) {
    for (const { position, lots } of event.positions) {
      if (lots !== 0n) continue;
      const accountRow = state.positions.account.get(position);
      if (accountRow >= 0) forgetIdle(state, accountRow);
      else closeTakeover(state, position);
    }
  }
  if ('debts' in event) {
    for (const { accountAssetRow } of event.debts)
      forgetIdle(state, state.accountAssets.account.get(accountAssetRow));
  }
}

function closeTakeover(state: State, positionRow: number): void {
  if (state.positions.firstRelated.get(positionRow) < 0) return;
  clearRows(state, positionRow);
  countTakeover(state, positionRow, -1);
  state.positions.firstRelated.set(positionRow, -1);
}

function forgetIdle(state: State, accountRow: number): void {
  const rows = positionsOf(state, accountRow);
  if (rows.every((row) => state.positions.firstRelated.get(row) < 0) || hasRisk(state, accountRow)) return;
  for (const row of rows) clearRows(state, row);
}

// ---- rows ----

/** By account, so that the order does not hang on who came first. */
function rowsOf({ positions, relatedGains }: State, positionRow: number): number[] {
  const { account, next } = relatedGains;
  const rows: number[] = [];
  for (let row = positions.firstRelated.get(positionRow); row >= 0; row = next.get(row)) rows.push(row);
  return rows.sort((a, b) => account.get(a) - account.get(b));
}

interface Key {
  readonly position: number;
  readonly account: number;
}

function rowFor(state: State, { position, account }: Key): number {
  const { accounts, positions, relatedGains } = state;
  const known = rowsOf(state, position).find((row) => relatedGains.account.get(row) === account);
  if (known !== undefined) return known;
  const row = relatedGains.table.append(
    mixIdentity(positions.table.identities.get(position), accounts.table.identities.get(account)),
  );
  countTakeover(state, position, 1);
  relatedGains.position.set(row, position);
  relatedGains.account.set(row, account);
  relatedGains.next.set(row, positions.firstRelated.get(position));
  positions.firstRelated.set(position, row);
  return row;
}

/** Called before the first row of a takeover's position, and when it is closed. */
function countTakeover({ pools, positions }: State, position: number, change: number): void {
  const poolRow = positions.pool.get(position);
  const isFirst = positions.firstRelated.get(position) < 0;
  if (positions.takeover.get(position) < 0 || change > 0 !== isFirst) return;
  pools.relatedTakeovers.set(poolRow, pools.relatedTakeovers.get(poolRow) + change);
}

function moveRows(state: State, from: number, to: number): void {
  for (const row of rowsOf(state, from))
    moveRow(state, row, { position: to, account: state.relatedGains.account.get(row) });
}

function moveRow(state: State, row: number, to: Key): void {
  const { lots, value } = state.relatedGains;
  const moved = { lots: lots.get(row), value: value.get(row) };
  if (moved.lots === 0n && moved.value === 0n) return;
  set(state, row, { lots: 0n, value: 0n });
  addRelated(state, { positionRow: to.position, accountRow: to.account, ...moved });
}

function clearRows(state: State, positionRow: number): void {
  for (const row of rowsOf(state, positionRow)) set(state, row, { lots: 0n, value: 0n });
}

function set(
  { relatedGains }: State,
  row: number,
  { lots, value }: { readonly lots: bigint; readonly value: bigint },
): void {
  if (relatedGains.lots.get(row) !== lots) relatedGains.lots.set(row, lots);
  if (relatedGains.value.get(row) !== value) relatedGains.value.set(row, value);
}
