/** Numbers at the end of what the ledger holds, and input that no well-meaning caller sends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import type { Engine, ExternalCommand } from '../../src/engine/index.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { encodeRecord } from '../../src/engine/record.js';
import { wholeStateHash } from '../../src/engine/stateHash.js';
import { playHistory } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

const hashOf = (engine: Engine) => hashText(engine.stateHash());

describe('huge numbers', () => {
  it('keep every law or are refused: the engine never stops, and everything it did can be recorded (LED-04)', () => {
    let largest = 0n;
    forSeeds(60, (seed) => {
      playHistory(seed, {
        commands: 200,
        isHuge: true,
        observe({ state }, _step, { record, work }) {
          checkEverything(state);
          for (const each of [record, ...work]) {
            expect(encodeRecord(each).length).toBeGreaterThan(0);
            if (each.outcome.kind === 'rejected') continue;
            for (const event of each.outcome.events)
              if (event.kind === 'takenOver' && event.equity < largest) largest = event.equity;
          }
        },
      });
    });
    // Gaps that owe about as much as any one command could bring (2^60).
    expect(largest < -(2n ** 59n)).toBe(true);
  });

  it('agree with the slow books as small ones do', () => {
    forSeeds(20, (seed) => {
      const judge = createJudge();
      playHistory(seed, {
        commands: 200,
        isHuge: true,
        observe: (engine, _step, recorded) => judge.see(engine, recorded),
      });
    });
  });
});

describe('malformed commands', () => {
  /** Anything at all in the place of a value. */
  const junk = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      0.5,
      2 ** 60,
      '',
      '1',
      'NaN',
      {},
      [],
      true,
    ),
    fc.constantFrom<unknown>(
      2n ** 63n,
      -(2n ** 63n) - 1n,
      2n ** 4_000n,
      () => 1,
      Symbol('x'),
      new Date(0),
      '\ud800'.repeat(3),
    ),
    fc.bigInt(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.object({ maxDepth: 2 }),
  );

  it('throw before anything is touched, or are refused: the state hash stays and the engine goes on (OPS-01, PRC-01)', () => {
    const { engine, steps } = playHistory('malformed', { commands: 150 });
    const samples = [...new Map(steps.map(({ command }) => [command.kind, command])).values()];
    let count = 0;
    let thrown = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(),
        junk,
        fc.boolean(),
        (sample, at, value, isRemoved) => {
          const command: Record<string, unknown> = { ...sample };
          const fields = Object.keys(command);
          const field = fields[at % fields.length] as string;
          if (isRemoved) delete command[field];
          else command[field] = value;
          const before = hashOf(engine);
          const { sequence } = engine.state.clock;
          try {
            const submission = engine.submit(
              `malformed${count++}`,
              command as unknown as ExternalCommand,
              engine.state.clock.timeMs,
            );
            if (submission.kind === 'recorded' && submission.record.outcome.kind === 'rejected')
              expect(hashOf(engine)).toBe(before);
          } catch {
            thrown++;
            expect(hashOf(engine)).toBe(before);
            expect(engine.state.clock.sequence).toBe(sequence);
          }
          expect(
            engine.submit(`alive${count}`, { kind: 'resume', pool: 'none' }, engine.state.clock.timeMs).kind,
          ).toBe('recorded');
        },
      ),
      { numRuns: 2_000, seed: 1 },
    );
    expect(thrown).toBeGreaterThan(200);
    expect(hashOf(engine)).toBe(hashText(wholeStateHash(engine.state)));
    checkEverything(engine.state);
  });

  it('leave a dry run as harmless as a submission', () => {
    const { engine, steps } = playHistory('malformed dry', { commands: 100 });
    const samples = [...new Map(steps.map(({ command }) => [command.kind, command])).values()];
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), junk, (sample, at, value) => {
        const fields = Object.keys(sample);
        const command = {
          ...sample,
          [fields[at % fields.length] as string]: value,
        } as unknown as ExternalCommand;
        const before = hashOf(engine);
        try {
          engine.dryRun(command, engine.state.clock.timeMs, () => undefined);
        } catch {
          // Whatever it says, nothing of it may stay.
        }
        expect(hashOf(engine)).toBe(before);
      }),
      { numRuns: 1_000, seed: 2 },
    );
    expect(hashOf(engine)).toBe(hashText(wholeStateHash(engine.state)));
    expect(
      engine.submit('alive', { kind: 'openClient', client: 'alive' }, engine.state.clock.timeMs).kind,
    ).toBe('recorded');
  });

  it.each<[string, string, number]>([
    ['no id', '', 1_700_000_000_000],
    ['a fraction of a millisecond', 'x', 1_700_000_000_000.5],
    ['no time', 'x', Number.NaN],
    ['an endless time', 'x', Number.POSITIVE_INFINITY],
    ['a time before all time', 'x', -1],
  ])('with %s are turned away at the door (PRC-01, PRC-03)', (_name, commandId, clockMs) => {
    const { engine } = playHistory('door', { commands: 5 });
    const before = { ...engine.state.clock };
    expect(() => engine.submit(commandId, { kind: 'openClient', client: 'new' }, clockMs)).toThrow();
    expect(engine.state.clock).toEqual(before);
    expect(engine.submit('y', { kind: 'openClient', client: 'new' }, before.timeMs).kind).toBe('recorded');
  });
});
