/** Random histories under the eyes of the slow books: after each command everything is compared and every law scanned. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/engine/command.js';
import type { Engine, Event, Recorded } from '../../src/engine/index.js';
import type { State } from '../../src/engine/state.js';
import { MARGIN_MODES } from '../../src/margin/index.js';
import { playHistory } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

const PORTFOLIO = MARGIN_MODES.indexOf('portfolio');

describe('random histories', () => {
  it('keep laws 1, 2, 3, 5 and 8, every running total and the state hash equal to a full scan after each command, and agree with the slow books (LED-01, LED-02, LED-03, LED-05, ISO-01, ISO-02, ISO-06, MAR-01, MAR-03, PRC-01, FND-01, FND-02, FND-03, LIQ-03, LIQ-04, LIQ-05, LIQ-06, LIQ-07, LIQ-11, OPS-01)', () => {
    forSeeds(70, (seed) => {
      const judge = createJudge();
      playHistory(seed, { commands: 300, observe: (engine, _step, recorded) => judge.see(engine, recorded) });
    });
  });

  it('never quarantine a pool: what could break a law of one is refused before (law 8)', () => {
    forSeeds(60, (seed) => {
      const { engine } = playHistory(seed, { commands: 400 });
      const { pools } = engine.state;
      for (let row = 0; row < pools.table.size; row++) expect(pools.isQuarantined.get(row)).toBe(0);
    });
  });

  it('reach every part of the waterfall, and all that orders, rules and whole accounts do, so that none of the above is empty', () => {
    const missing = new Set(EVERYTHING);
    for (let i = 0; i < 240 && missing.size > 0; i++) {
      const observe = ({ state }: Engine, _step: unknown, recorded: Recorded) => {
        for (const name of describeAll(state, recorded)) missing.delete(name);
      };
      playHistory(`reach${i}`, { commands: 300, observe });
    }
    expect([...missing]).toEqual([]);
  });
});

const EVERYTHING: readonly string[] = [
  'takenOver',
  'accountTakenOver',
  'takeover in portfolio',
  'convertIn',
  'seize',
  'premiumPay',
  'modeSwitched',
  'modeSwitched to portfolio',
  'positionMoved',
  'orderAccepted',
  'orderAmended',
  'orderCancelled',
  'a fill of two orders',
  'a fill of orders in portfolio',
  'a fill that draws on a hold',
  'a fill that cancels another order',
  'unwound',
  'covered',
  'deleveraged',
  'tornUp',
  'shared',
  'shareExhausted',
  'expirySettled',
  'instrumentSettled',
  'soundnessAssessed',
  'outsidePaid',
  'parametersApplied for opening',
  'parametersApplied for liquidation',
  'parametersApplied and somebody woken',
  'parametersCancelled',
  'delisted with positions',
  'autoMarginAdded',
  'feeTierSet',
  'reduceOnlySet',
  'scenariosSent',
  'scenariosSent and somebody woken',
  'refused: position_cap',
  'refused: open_interest_cap',
  'refused: instrument_reduce_only',
  'refused: scenarios_stale',
  'refused: order_required',
];

function* describeAll(state: State, { record, work }: Recorded): Generator<string> {
  for (const { command, outcome } of [record, ...work]) {
    if (outcome.kind === 'rejected') yield `refused: ${outcome.rejection.code}`;
    else for (const event of outcome.events) yield* describeEvent(state, command, event);
  }
}

function* describeEvent(state: State, command: Command, event: Event): Generator<string> {
  yield event.kind === 'deleveraged' && event.isTearUp ? 'tornUp' : event.kind;
  if ('transfers' in event) for (const { flow } of event.transfers) yield flow;
  const isPortfolio = (accountRow: number) => state.accounts.mode.get(accountRow) === PORTFOLIO;
  if ('woken' in event && event.woken.length > 0) yield `${event.kind} and somebody woken`;
  switch (event.kind) {
    case 'accountTakenOver':
      if (isPortfolio(event.accountRow)) yield 'takeover in portfolio';
      return;
    case 'modeSwitched':
      yield `modeSwitched to ${event.marginMode}`;
      return;
    case 'parametersApplied':
      yield `parametersApplied for ${event.applies}`;
      return;
    case 'expired':
      // What nobody holds is settled in the same record.
      if (command.kind === 'delist') yield 'delisted with positions';
      return;
    case 'filled': {
      if (command.kind !== 'fill') return;
      const ordered = [command.buyer, command.seller].filter(({ order }) => order !== '');
      if (ordered.length === 2) yield 'a fill of two orders';
      if (ordered.some(({ id }) => isPortfolio(state.accounts.names.rowOf(id))))
        yield 'a fill of orders in portfolio';
      if (event.holds.length > 0 && event.allocations.length > 0) yield 'a fill that draws on a hold';
      const own = new Set(ordered.map(({ order }) => state.orders.names.rowOf(order)));
      if (event.orders.some(({ orderRow, lots }) => lots === 0n && !own.has(orderRow)))
        yield 'a fill that cancels another order';
      return;
    }
    default:
  }
}
