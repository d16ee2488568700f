/** The journal is the truth: deciding again, applying again, a snapshot in the middle and a dry run all agree with it. */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { createEngine, type Engine, type EngineRecord, type Recorded } from '../../src/engine/index.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { decodeRecord, encodeRecord } from '../../src/engine/record.js';
import { decodeSnapshot, encodeSnapshot, forkEngine } from '../../src/engine/snapshot.js';
import { tablesOf } from '../../src/engine/state.js';
import { wholeStateHash } from '../../src/engine/stateHash.js';
import { playHistory, playSteps } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

const hashOf = (engine: Engine) => hashText(engine.stateHash());
const recordsOf = (recorded: readonly Recorded[]): EngineRecord[] =>
  recorded.flatMap(({ record, work }) => [record, ...work]);
const bytesOf = (recorded: readonly Recorded[]) =>
  recordsOf(recorded).map((record) => Buffer.from(encodeRecord(record)).toString('base64'));

describe('replay of random histories', () => {
  it('decides the same commands to the same bytes and the same state hash on a fresh engine (law 7)', () => {
    forSeeds(60, (seed) => {
      const played = playHistory(seed, { commands: 200 });
      const again = createEngine();
      expect(bytesOf(playSteps(again, played.steps))).toEqual(bytesOf(played.recorded));
      expect(hashOf(again)).toBe(hashOf(played.engine));
    });
  });

  it('reaches the same state by applying decoded records, with the same answer to what comes next (law 7)', () => {
    forSeeds(60, (seed) => {
      const played = playHistory(seed, { commands: 200 });
      const replayed = createEngine();
      for (const record of recordsOf(played.recorded)) replayed.replay(decodeRecord(encodeRecord(record)));
      expect(replayed.finishReplay()).toEqual([]);
      expect(hashOf(replayed)).toBe(hashOf(played.engine));
      checkEverything(replayed.state);
      const { timeMs } = played.engine.state.clock;
      const probes = played.steps
        .slice(-30)
        .map((step, i) => ({ ...step, commandId: `again${i}`, clockMs: timeMs }));
      expect(bytesOf(playSteps(replayed, probes))).toEqual(bytesOf(playSteps(played.engine, probes)));
    });
  });

  it('takes up work where a journal was cut, to the same records (OPS-02, LIQ-04)', () => {
    forSeeds(30, (seed) => {
      const played = playHistory(seed, { commands: 150 });
      const busy = played.recorded.filter(({ work }) => work.length > 0);
      for (const cut of busy.slice(-6)) {
        const replayed = createEngine();
        for (const record of recordsOf(played.recorded)) {
          // The command arrived and one step of its work did; the rest of it was lost.
          if (record.sequence > cut.record.sequence + 1) break;
          replayed.replay(record);
        }
        expect(replayed.finishReplay().map(encodeRecord)).toEqual(cut.work.slice(1).map(encodeRecord));
      }
    });
  });

  it('goes on from a snapshot in the middle of anything as if there had been none (OPS-02)', () => {
    forSeeds(30, (seed) => {
      const { steps, recorded, engine } = playHistory(seed, { commands: 200 });
      const half = Math.floor(steps.length * 0.6);
      const first = createEngine();
      playSteps(first, steps.slice(0, half));
      const loaded = decodeSnapshot(encodeSnapshot(first));
      expect(hashOf(loaded)).toBe(hashOf(first));
      checkEverything(loaded.state);
      expect(bytesOf(playSteps(loaded, steps.slice(half)))).toEqual(bytesOf(recorded.slice(half)));
      expect(hashOf(loaded)).toBe(hashOf(engine));
    });
  });

  it('gives a fork its own life (OPS-04)', () => {
    forSeeds(10, (seed) => {
      const { steps, engine } = playHistory(seed, { commands: 100 });
      const before = hashOf(engine);
      const fork = forkEngine(engine);
      const probes = steps.slice(-40).map((step, i) => ({ ...step, commandId: `fork${i}` }));
      playSteps(fork, probes);
      expect(hashOf(engine)).toBe(before);
      expect(hashText(wholeStateHash(engine.state))).toBe(before);
    });
  });
});

describe('a dry run', () => {
  /** Everything a dry run could leave behind in the tables, byte by byte. */
  const image = (engine: Engine) =>
    tablesOf(engine.state).map((table) => [
      table.name,
      table.size,
      ...[...table.entries()].map(
        ([name, column]) => `${name}:${[...column.values.slice(0, table.size)].join()}`,
      ),
    ]);

  it('says what the command will do, keeps nothing, and changes nothing of what follows (OPS-01)', () => {
    forSeeds(30, (seed) => {
      const played = playHistory(seed, { commands: 150 });
      const engine = createEngine();
      const recorded: Recorded[] = [];
      for (const [at, { commandId, command, clockMs }] of played.steps.entries()) {
        const before = at % 10 === 0 ? image(engine) : null;
        const hash = hashOf(engine);
        const sequence = engine.state.clock.sequence;
        const foretold = engine.dryRun(command, clockMs, (submission) => {
          checkEverything(engine.state);
          return submission;
        });
        // A command of another kind in between, that does not fit here at all.
        const other = played.steps[(at * 7 + 3) % played.steps.length]!;
        engine.dryRun(other.command, clockMs, () => undefined);
        expect(hashOf(engine)).toBe(hash);
        expect(hashText(wholeStateHash(engine.state))).toBe(hash);
        expect(engine.state.clock.sequence).toBe(sequence);
        if (before !== null) expect(image(engine)).toEqual(before);
        checkEverything(engine.state);
        const [done] = playSteps(engine, [{ commandId, command, clockMs }]);
        recorded.push(done!);
        const named = { ...foretold, record: { ...foretold.record, commandId } };
        expect(bytesOf([named])).toEqual(bytesOf([done!]));
      }
      expect(bytesOf(recorded)).toEqual(bytesOf(played.recorded));
    });
  });

  it('keeps nothing when the one who looks throws', () => {
    const { engine, steps } = playHistory('thrown', { commands: 50 });
    const hash = hashOf(engine);
    const { command } = steps[steps.length - 1]!;
    expect(() =>
      engine.dryRun(command, engine.state.clock.timeMs, () => {
        throw new Error('looked away');
      }),
    ).toThrow('looked away');
    expect(hashOf(engine)).toBe(hash);
    expect(hashText(wholeStateHash(engine.state))).toBe(hash);
  });

  it('leaves work alone that a replay has still to finish (OPS-02)', () => {
    const played = playHistory('unfinished', { commands: 300, workBudget: 10_000 });
    const cut = played.recorded.filter(({ work }) => work.length > 2).pop();
    expect(cut).toBeDefined();
    const replayed = createEngine();
    for (const record of recordsOf(played.recorded)) {
      if (record.sequence > cut!.record.sequence) break;
      replayed.replay(record);
    }
    replayed.dryRun({ kind: 'openClient', client: 'new' }, replayed.state.clock.timeMs, () => undefined);
    expect(replayed.finishReplay().map(encodeRecord)).toEqual(cut!.work.map(encodeRecord));
  });
});
