/**
 * Instruments that go from pool to pool in random histories: after every command the slow books agree and every law
 * holds, replay and snapshot give the same state, and pools that no instrument has left or entered do not notice (law 4).
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import {
  createEngine,
  decodeSnapshot,
  type Engine,
  encodeSnapshot,
  type Recorded,
} from '../../src/engine/index.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { type PlayedHistory, playHistory, playSteps } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

const movesOf = (recorded: readonly Recorded[]) =>
  recorded.filter(
    ({ record }) => record.command.kind === 'moveInstrument' && record.outcome.kind === 'accepted',
  ).length;

/** Replayed, decided again and out of a snapshot it is the same, and lives on the same. */
function expectSame({ engine, recorded, steps }: PlayedHistory): void {
  const again = createEngine();
  for (const { record, work } of recorded) for (const each of [record, ...work]) again.replay(each);
  const decided = createEngine();
  playSteps(decided, steps);
  const loaded = decodeSnapshot(encodeSnapshot(engine));
  const { timeMs } = engine.state.clock;
  for (const other of [again, decided, loaded]) {
    expect(hashText(other.stateHash())).toBe(hashText(engine.stateHash()));
    checkEverything(other.state);
  }
  const next = { kind: 'resume', pool: 'alpha' } as const;
  for (const other of [engine, again, decided, loaded]) other.submit('next', next, timeMs + 1);
  for (const other of [again, decided, loaded])
    expect(hashText(other.stateHash())).toBe(hashText(engine.stateHash()));
}

describe('instruments that move', () => {
  it('keep every law, the slow books and the hashes after every command (ISO-03, LIQ-09, LED-01)', () => {
    let moved = 0;
    forSeeds(7, (seed) => {
      const judge = createJudge();
      const observe = (engine: Engine, _step: unknown, recorded: Recorded) => judge.see(engine, recorded);
      const played = playHistory(`moves-${seed}`, { commands: 120, isMoving: true, observe });
      moved += movesOf(played.recorded);
      expectSame(played);
    });
    expect(moved).toBeGreaterThan(10);
  });

  it('do so where pools are wound down, closed and opened again (ISO-04, ISO-06, LIQ-09)', () => {
    let closed = 0;
    forSeeds(8, (seed) => {
      const judge = createJudge();
      const observe = (engine: Engine, _step: unknown, recorded: Recorded) => judge.see(engine, recorded);
      const played = playHistory(`ends-${seed}`, { commands: 120, isMoving: true, isEnding: true, observe });
      closed += played.recorded.filter(
        ({ record }) => record.command.kind === 'closePool' && record.outcome.kind === 'accepted',
      ).length;
      expectSame(played);
    });
    expect(closed).toBeGreaterThan(3);
  });

  it('do so where pools liquidate by orders and have waterfalls, halts and groups (ISO-03, LIQ-05)', () => {
    let moved = 0;
    forSeeds(8, (seed) => {
      const observe = ({ state }: Engine) => checkEverything(state);
      const options = { commands: 200, isContained: true, isMoving: true, observe };
      const played = playHistory(`contained-moves-${seed}`, options);
      moved += movesOf(played.recorded);
      expectSame(played);
    });
    expect(moved).toBeGreaterThan(10);
  });
});
