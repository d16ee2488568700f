/** The lines of deleveraging are kept up as accounts change: they must be what ranking everybody anew gives. */
import { describe, expect, it } from 'vitest';
import { candidateOf } from '../../src/engine/deleverageCandidate.js';
import { createEngine, type Engine, listedInstrument } from '../../src/engine/index.js';
import { waterfallOf } from '../../src/engine/waterfallStore.js';
import { orderUnder } from '../../src/liquidation/index.js';
import { playHistory } from '../../src/testkit/histories.js';
import { forSeeds } from '../../src/testkit/runs.js';

describe('lines of deleveraging in random histories', () => {
  it('are those that ranking everybody anew gives, also after commands that were only tried (LIQ-06)', () => {
    let placed = 0;
    let unplaced = 0;
    forSeeds(20, (seed) => {
      const { steps } = playHistory(seed, { commands: 160 });
      const engine = createEngine();
      for (const [at, { commandId, command, clockMs }] of steps.entries()) {
        // Rows that a trial opens are opened again by others.
        const tried = steps[(at * 7 + 3) % steps.length]!.command;
        engine.dryRun(tried, clockMs, () => {
          if (at % 3 === 0) expect(linesOf(engine)).toEqual(slowLinesOf(engine));
        });
        engine.submit(commandId, command, clockMs);
        if (at % 4 !== 0) continue;
        const lines = linesOf(engine);
        for (const line of lines) {
          placed += line.placed.length;
          unplaced += line.unplaced.length;
        }
        expect(lines).toEqual(slowLinesOf(engine));
      }
    });
    expect(placed).toBeGreaterThan(500);
    expect(unplaced).toBeGreaterThan(500);
  });
});

const SIDES = ['long', 'short'] as const;

function linesOf({ state, derived }: Engine) {
  return marked(state).flatMap((instrumentRow) =>
    SIDES.map((side) => {
      const { placed, unplaced } = derived.deleverageLine(instrumentRow, side);
      return { instrumentRow, side, placed: [...placed], unplaced: [...unplaced()] };
    }),
  );
}

/** Every position looked at, and all of them sorted. */
function slowLinesOf({ state }: Engine) {
  const { positions, instruments } = state;
  const rows = Array.from({ length: positions.table.size }, (_, row) => row);
  return marked(state).flatMap((instrumentRow) =>
    SIDES.map((side) => {
      const isOfSide = (row: number) =>
        positions.account.get(row) >= 0 &&
        positions.instrument.get(row) === instrumentRow &&
        (side === 'long' ? positions.lots.get(row) > 0n : positions.lots.get(row) < 0n);
      const order = orderUnder({
        policy: waterfallOf(state, instruments.poolAsset.get(instrumentRow)).deleveraging,
        payoff: listedInstrument(state, instrumentRow).definition.payoff,
        candidates: rows.filter(isOfSide).map((row) => candidateOf(state, row)),
      });
      return { instrumentRow, side, ...order };
    }),
  );
}

/** Before its first mark a position is worth nothing that could be ranked. */
function marked({ instruments }: Engine['state']): readonly number[] {
  return Array.from({ length: instruments.table.size }, (_, row) => row).filter(
    (row) => instruments.markTicks.get(row) > 0n,
  );
}
