/** What must not matter: the order of marks in a batch, a command sent twice, and in which order rows were opened. */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { createEngine, type Engine, type ExternalCommand } from '../../src/engine/index.js';
import { playHistory, playSteps } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

const hashOf = (engine: Engine) => hashText(engine.stateHash());

describe('order and repetition', () => {
  it('give the same state after each command when every batch of marks is sent in reverse (PRC-02)', () => {
    forSeeds(60, (seed) => {
      const hashes: string[] = [];
      const { steps } = playHistory(seed, {
        commands: 200,
        observe: (engine) => hashes.push(hashOf(engine)),
      });
      const reversed = createEngine();
      let batches = 0;
      for (const [at, step] of steps.entries()) {
        let command: ExternalCommand = step.command;
        if (command.kind === 'mark' && command.marks.length + command.assetPrices.length > 1) {
          const { marks, assetPrices } = command;
          command = { ...command, marks: marks.toReversed(), assetPrices: assetPrices.toReversed() };
          batches++;
        }
        playSteps(reversed, [{ ...step, command }]);
        expect(hashOf(reversed), `after ${step.commandId}`).toBe(hashes[at]);
      }
      expect(batches).toBeGreaterThan(0);
    });
  });

  it('answer a command sent twice with the first sequence, and refuse its id to another body, changing nothing (PRC-03)', () => {
    forSeeds(20, (seed) => {
      const { engine, steps, recorded } = playHistory(seed, { commands: 100 });
      const before = hashOf(engine);
      const { sequence } = engine.state.clock;
      for (const [at, { commandId, command, clockMs }] of steps.entries()) {
        const first = recorded[at]!.record.sequence;
        expect(engine.submit(commandId, command, clockMs + 5)).toEqual({
          kind: 'duplicate',
          sequence: first,
        });
        const other = { kind: 'openClient', client: `other${at}` } as const;
        expect(engine.submit(commandId, other, clockMs)).toEqual({ kind: 'conflict', sequence: first });
      }
      expect(hashOf(engine)).toBe(before);
      expect(engine.state.clock.sequence).toBe(sequence);
    });
  });

  it('never let time go back: a clock behind the last command counts as its time (PRC-03)', () => {
    forSeeds(10, (seed) => {
      const played = playHistory(seed, { commands: 60 });
      const engine = createEngine();
      let last = 0;
      for (const [at, step] of played.steps.entries()) {
        const clockMs = at % 3 === 2 ? Math.max(0, step.clockMs - 10_000_000) : step.clockMs;
        const submission = engine.submit(step.commandId, step.command, clockMs);
        if (submission.kind !== 'recorded') throw new Error(submission.kind);
        expect(submission.record.timeMs).toBe(Math.max(last, clockMs));
        last = submission.record.timeMs;
      }
    });
  });
});
