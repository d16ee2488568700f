/**
 * Random histories in which isolation levels rise and come down: after every command the slow books agree and every law
 * holds, and replay, audit and snapshot give the same bytes and the same state.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { createEngine, decodeSnapshot, encodeSnapshot, type Recorded } from '../../src/engine/index.js';
import { encodeRecord } from '../../src/engine/record.js';
import { playHistory, playSteps } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

const bytesOf = (recorded: readonly Recorded[]) =>
  recorded
    .flatMap(({ record, work }) => [record, ...work])
    .map((record) => Buffer.from(encodeRecord(record)).toString('base64'));

describe('random histories with isolation levels', () => {
  it('agree with the slow books: nothing opens, arrives or leaves against a level (MAR-13, MAR-08)', () => {
    const missing = new Set(EVERYTHING);
    forSeeds(18, (seed) => {
      const judge = createJudge();
      playHistory(`levels-${seed}`, {
        commands: 200,
        isLevelled: true,
        observe: (engine, _step, recorded) => {
          judge.see(engine, recorded);
          for (const name of namesOf(recorded)) missing.delete(name);
        },
      });
    });
    expect([...missing]).toEqual([]);
  });

  it('replay, decide again and come out of a snapshot the same (OPS-02)', () => {
    forSeeds(3, (seed) => {
      const played = playHistory(`levels-again-${seed}`, { commands: 200, isLevelled: true });
      const { steps, recorded, engine } = played;
      const replayed = createEngine();
      for (const { record, work } of recorded) for (const each of [record, ...work]) replayed.replay(each);
      const half = Math.floor(steps.length / 2);
      const first = createEngine();
      playSteps(first, steps.slice(0, half));
      const loaded = decodeSnapshot(encodeSnapshot(first));
      expect(bytesOf(playSteps(loaded, steps.slice(half)))).toEqual(bytesOf(recorded.slice(half)));
      for (const other of [replayed, loaded])
        expect(hashText(other.stateHash())).toBe(hashText(engine.stateHash()));
    });
  });
});

const EVERYTHING: readonly string[] = [
  'opening',
  'graceOver',
  'atOnce',
  'refused: level_forbids_mode',
  'refused: margin_locked',
  'orders ended',
  'carved',
  'stays: noConsent',
];

function* namesOf({ record, work }: Recorded): Generator<string> {
  for (const { command, outcome } of [record, ...work]) {
    if (outcome.kind === 'rejected') {
      yield `refused: ${outcome.rejection.code}`;
      continue;
    }
    for (const event of outcome.events) {
      yield event.kind;
      if (event.kind === 'isolationLevelApplied') {
        yield event.applies;
        if (event.orders.length > 0) yield 'orders ended';
      }
      if (event.kind === 'positionMoved' && command.kind === 'carveRaised') yield 'carved';
      if (event.kind === 'holdersGrandfathered')
        for (const { reason } of event.grandfathered) yield `stays: ${reason}`;
    }
  }
}
