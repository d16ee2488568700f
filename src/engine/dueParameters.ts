/**
 * Changes of parameters whose time has come: they come into force before the next command about their pool is decided, as
 * part of its record, so that nothing is ever judged by terms that are over.
 */

import { isLiquidatable } from '../margin/index.js';
import { isSharedLiquidatable } from './accountHealth.js';
import { hasClosedForm } from './accountParts.js';
import type { Command } from './command.js';
import { poolsOfCommand } from './commandPools.js';
import type { Situation } from './decision.js';
import type { Derived } from './derived.js';
import type { Event } from './event.js';
import type { ScheduledTerms } from './listing.js';
import { accountView, hasUsableMark } from './marginView.js';
import { newPrices } from './priceChange.js';
import type { State } from './state.js';

const NONE: readonly Event[] = [];

export function dueParameters({ state, derived, timeMs }: Situation, command: Command): readonly Event[] {
  const { scheduled } = state.instruments;
  if (scheduled.size === 0) return NONE;
  const pools = poolsOfCommand(state, command);
  const events: Event[] = [];
  for (const [instrumentRow, terms] of [...scheduled].sort(([a], [b]) => a - b)) {
    // A pool is moved by commands about it alone (law 4).
    if (!pools.has(state.instruments.pool.get(instrumentRow))) continue;
    if (timeMs >= terms.graceUntilMs) {
      const woken = terms.liquidateAtOnce
        ? underNewTerms(state, derived, { instrumentRow, terms, timeMs })
        : [];
      events.push({ kind: 'parametersApplied', instrumentRow, applies: 'liquidation', woken });
    } else if (timeMs >= terms.effectiveMs && !terms.isOpeningApplied) {
      events.push({ kind: 'parametersApplied', instrumentRow, applies: 'opening', woken: [] });
    }
  }
  return events;
}

/** Holders that the new terms find at or under maintenance margin, at a mark that may decide. */
function underNewTerms(
  state: State,
  derived: Derived,
  of: { readonly instrumentRow: number; readonly terms: ScheduledTerms; readonly timeMs: number },
): number[] {
  const { instrumentRow, terms, timeMs } = of;
  if (!hasUsableMark(state, instrumentRow, timeMs)) return [];
  const { instruments, positions, accounts } = state;
  const markTicks = instruments.markTicks.get(instrumentRow);
  const rows = new Set<number>();
  for (const side of ['long', 'short'] as const)
    for (const row of derived.holders(instrumentRow, side)) rows.add(positions.account.get(row));
  const change = newPrices();
  change.terms.set(instrumentRow, terms.listed);
  const woken = [...rows].filter(
    (row) =>
      accounts.isQueued.get(row) === 0 &&
      (hasClosedForm(state, row)
        ? isLiquidatable(terms.listed.liquidationTerms, accountView(state, row), markTicks)
        : isSharedLiquidatable(state, row, change)),
  );
  return woken.sort((a, b) => a - b);
}
