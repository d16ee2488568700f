/**
 * What the isolation level of an instrument lets an account do in it. A position that was open when the level rose is
 * grandfathered: until the grace is over its account trades as before, and afterwards may only reduce it (MAR-13).
 */
import { allowsMode, LEVEL_EFFECTS } from '../isolation/index.js';
import type { MarginMode } from '../margin/index.js';
import { marginModeOf } from './accountMargin.js';
import { ordersOf, positionsOf } from './accountParts.js';
import { holdsPosition } from './levelOrders.js';
import { keptLevelOf, levelEffectsOf } from './levelStore.js';
import { type Rejection, reject } from './rejection.js';
import type { State } from './state.js';

export interface HeldInstrument {
  readonly accountRow: number;
  readonly instrumentRow: number;
}

/** Why the account may not open or enlarge a position in the instrument, by its level. */
export function openingLevelFault(state: State, at: HeldInstrument): Rejection | null {
  const { instrumentRow, accountRow } = at;
  const { inForce } = keptLevelOf(state, instrumentRow);
  const { level } = inForce;
  const instrument = state.instruments.names.nameOf(instrumentRow);
  if (LEVEL_EFFECTS[level].opening === 'closingOnly')
    return reject('instrument_reduce_only', { instrument, level });
  const marginMode = marginModeOf(state, accountRow);
  return allowsMode(level, marginMode) || isGrandfathered(state, at)
    ? null
    : reject('level_forbids_mode', {
        account: state.accounts.names.nameOf(accountRow),
        instrument,
        level,
        marginMode,
        sinceMs: inForce.effectiveMs,
        graceUntilMs: inForce.graceUntilMs,
      });
}

/** Whether the account has a position that the level would not let it open any more, and its grace is not over. */
function isGrandfathered(state: State, at: HeldInstrument): boolean {
  return (
    !keptLevelOf(state, at.instrumentRow).isGraceOver && holdsPosition(state, at.accountRow, at.instrumentRow)
  );
}

/**
 * Why a position in the instrument, or an order, may not come into an account of that mode by a switch or a merger. Coming
 * into one that shares less than the account it leaves is always allowed.
 */
export function arrivalLevelFault(
  state: State,
  at: HeldInstrument & { readonly marginMode: MarginMode },
): Rejection | null {
  const { instrumentRow, accountRow, marginMode } = at;
  const { inForce } = keptLevelOf(state, instrumentRow);
  if (sharingOf(marginMode) <= sharingOf(marginModeOf(state, accountRow))) return null;
  return allowsMode(inForce.level, marginMode)
    ? null
    : reject('level_forbids_mode', {
        account: state.accounts.names.nameOf(accountRow),
        instrument: state.instruments.names.nameOf(instrumentRow),
        level: inForce.level,
        marginMode,
        sinceMs: inForce.effectiveMs,
        graceUntilMs: inForce.graceUntilMs,
      });
}

const SHARING = { isolated: 0, cross: 1, portfolio: 2 } as const satisfies Record<MarginMode, number>;

function sharingOf(mode: MarginMode): number {
  return SHARING[mode];
}

/** The first instrument of the account that may not come along into the mode. */
export function switchLevelFault(state: State, accountRow: number, marginMode: MarginMode): Rejection | null {
  const { positions, orders } = state;
  const rows = new Set([
    ...positionsOf(state, accountRow)
      .filter((row) => positions.lots.get(row) !== 0n)
      .map((row) => positions.instrument.get(row)),
    ...ordersOf(state, accountRow)
      .filter((row) => orders.isReduceOnly.get(row) === 0)
      .map((row) => orders.instrument.get(row)),
  ]);
  for (const instrumentRow of [...rows].sort((a, b) => a - b)) {
    const fault = arrivalLevelFault(state, { accountRow, instrumentRow, marginMode });
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * The instrument whose level keeps everything in the account, or -1: its margin is locked while a position in it is
 * open, in a shared account from the end of the grace.
 */
export function lockingInstrument(state: State, accountRow: number): number {
  if (state.levels.size === 0) return -1;
  const { positions } = state;
  const marginMode = marginModeOf(state, accountRow);
  for (const row of positionsOf(state, accountRow)) {
    const instrumentRow = positions.instrument.get(row);
    if (positions.lots.get(row) === 0n || levelEffectsOf(state, instrumentRow).removal !== 'locked') continue;
    if (marginMode === 'isolated' || keptLevelOf(state, instrumentRow).isGraceOver) return instrumentRow;
  }
  return -1;
}
