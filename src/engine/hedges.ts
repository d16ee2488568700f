/**
 * Whether a position stands against others of its account, so that closing it may leave more to be required than before:
 * the other leg of an instrument margined net, the other options of an underlying, in mode portfolio everything. A trade
 * that lays another position bare is no reduction (ORD-03): it is tested as an opening.
 */
import { LEG_RULES, type Leg } from '../margin/index.js';
import { marginModeOf } from './accountMargin.js';
import { hasClosedForm, positionOf, positionsOf } from './accountParts.js';
import { listedInstrument, type State } from './state.js';

export function mayHedgeOthers(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: Leg },
): boolean {
  const { accountRow, instrumentRow } = at;
  if (hasClosedForm(state, accountRow)) return false;
  const { positions, accounts, pools } = state;
  const own = positionOf(state, at);
  const others = positionsOf(state, accountRow)
    .filter((row) => row !== own && positions.lots.get(row) !== 0n)
    .map((row) => positions.instrument.get(row));
  if (marginModeOf(state, accountRow) === 'portfolio') return others.length > 0;
  const { option } = listedInstrument(state, instrumentRow);
  if (option !== null)
    return others.some((row) => listedInstrument(state, row).option?.underlying === option.underlying);
  const legRule = LEG_RULES[pools.legRule.get(accounts.pool.get(accountRow))];
  return legRule === 'net' && others.includes(instrumentRow);
}
