/**
 * Random histories of pools that liquidate by orders, under policies, halts, breakers, groups and waterfalls that change
 * in between: every law holds, the journal decides again to the same bytes, and a snapshot goes on the same.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { createEngine, type Engine, type EngineRecord, type Recorded } from '../../src/engine/index.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { encodeRecord } from '../../src/engine/record.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/engine/snapshot.js';
import { wholeStateHash } from '../../src/engine/stateHash.js';
import { playHistory, playSteps } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

const hashOf = (engine: Engine) => hashText(engine.stateHash());
const recordsOf = (recorded: readonly Recorded[]): EngineRecord[] =>
  recorded.flatMap(({ record, work }) => [record, ...work]);
const bytesOf = (recorded: readonly Recorded[]) =>
  recordsOf(recorded).map((record) => Buffer.from(encodeRecord(record)).toString('base64'));

describe('random histories with containment', () => {
  it('keep every law and total after each command, quarantine nobody, and reach all there is (LIQ-01, LIQ-02, LIQ-04, LIQ-05, LIQ-08, ISO-01, ISO-03, PRC-04)', () => {
    const missing = new Set(EVERYTHING);
    forSeeds(24, (seed) => {
      playHistory(seed, {
        commands: 250,
        isContained: true,
        observe: ({ state }, _step, recorded) => {
          checkEverything(state);
          for (const name of namesOf(recorded)) missing.delete(name);
        },
      });
    });
    expect([...missing]).toEqual([]);
  });

  it('decide again to the same bytes, also from a snapshot in the middle (law 7, OPS-02)', () => {
    const decideAgain = (seed: string) => {
      const { steps, recorded, engine } = playHistory(seed, { commands: 200, isContained: true });
      const half = Math.floor(steps.length * 0.6);
      const first = createEngine();
      expect(bytesOf(playSteps(first, steps.slice(0, half)))).toEqual(bytesOf(recorded.slice(0, half)));
      const loaded = decodeSnapshot(encodeSnapshot(first));
      expect(bytesOf(playSteps(loaded, steps.slice(half)))).toEqual(bytesOf(recorded.slice(half)));
      expect(hashOf(loaded)).toBe(hashOf(engine));
      expect(hashText(wholeStateHash(loaded.state))).toBe(hashOf(engine));
    };
    forSeeds(10, decideAgain);
    // A long option beside a short perpetual: the index of notices found it later than the predicate.
    decideAgain('h293573931');
    // A halt that ended by itself: nothing changes then, and nobody looked at what had been set aside.
    decideAgain('h897978937');
  });
});

const EVERYTHING: readonly string[] = [
  'reductionOrdered',
  'a reduction filled',
  'unwindingOrdered',
  'an unwinding filled',
  'takenOver',
  'accountTakenOver',
  'liquidationFee',
  'covered',
  'deleveraged',
  'shared',
  'lossRecovered',
  'noticeGiven',
  'halted',
  'haltLifted',
  'waterfallSet',
  'groupSet',
  'refused: instrument_halted',
  'refused: losses_open',
];

function* namesOf({ record, work }: Recorded): Generator<string> {
  for (const { command, outcome } of [record, ...work]) {
    if (outcome.kind === 'rejected') {
      yield `refused: ${outcome.rejection.code}`;
      continue;
    }
    for (const event of outcome.events) {
      yield event.kind;
      if ('transfers' in event) for (const { flow } of event.transfers) yield flow;
      if (event.kind !== 'filled' || command.kind !== 'fill') continue;
      for (const { party, order } of [command.buyer, command.seller]) {
        if (party === 'liquidation' && order !== '') yield 'an unwinding filled';
        if (party === 'account' && /#r\d+$/.test(order)) yield 'a reduction filled';
      }
    }
  }
}
