/**
 * Random histories in which prices are made of several sources, by rules that change: after every command the slow books
 * agree and every law holds, and replay, audit and snapshot give the same bytes and the same state.
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

describe('random histories with prices of several sources', () => {
  it('agree with the slow books on every index, and on whom it wakes (MAR-11, PRC-01)', () => {
    const missing = new Set(EVERYTHING);
    forSeeds(5, (seed) => {
      const judge = createJudge();
      playHistory(`sources-${seed}`, {
        commands: 200,
        isSourced: true,
        observe: (engine, _step, recorded) => {
          judge.see(engine, recorded);
          for (const name of namesOf(recorded)) missing.delete(name);
        },
      });
    });
    expect([...missing]).toEqual([]);
  });

  it('replay, decide again and come out of a snapshot the same (OPS-02)', () => {
    forSeeds(2, (seed) => {
      const played = playHistory(`sources-again-${seed}`, { commands: 200, isSourced: true });
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
  'composed',
  'tooFewSources',
  'nothingNew',
  'used',
  'clipped',
  'missing',
  'stale',
  'notPositive',
  'outlier',
  'ownBookAlone',
  'refused: price_from_sources',
];

function* namesOf({ record }: Recorded): Generator<string> {
  const { outcome } = record;
  if (outcome.kind === 'rejected') return yield `refused: ${outcome.rejection.code}`;
  for (const event of outcome.events) {
    if (event.kind !== 'quoted') continue;
    for (const made of [...event.assets, ...event.instruments]) {
      yield made.outcome;
      for (const { verdict } of made.sources) yield verdict;
    }
  }
}
