/** Random histories under the eyes of the slow books: after each command everything is compared and every law scanned. */
import { describe, expect, it } from 'vitest';
import { playHistory } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

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

  it('reach every part of the waterfall, and all that whole accounts do, so that none of the above is empty', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const { recorded } = playHistory(`reach${i}`, { commands: 300 });
      for (const { record, work } of recorded)
        for (const { outcome } of [record, ...work])
          for (const event of outcome.kind === 'accepted' ? outcome.events : []) {
            seen.add(event.kind === 'deleveraged' && event.isTearUp ? 'tornUp' : event.kind);
            if ('transfers' in event) for (const { flow } of event.transfers) seen.add(flow);
          }
    }
    for (const kind of [
      'takenOver',
      'accountTakenOver',
      'convertIn',
      'seize',
      'premiumPay',
      'modeSwitched',
      'positionMoved',
      'orderAccepted',
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
    ])
      expect(seen).toContain(kind);
  });
});
