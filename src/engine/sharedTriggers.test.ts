/** Who is visited, against a look at every account, on paths that boxes are made for and on paths that they are not. */
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../base/index.js';
import { playHistory } from '../testkit/histories.js';
import { forSeeds } from '../testkit/runs.js';
import { isSharedLiquidatable } from './accountHealth.js';
import { assetsOf, hasClosedForm, hasRisk, positionsOf } from './accountParts.js';
import { createDerived } from './derived.js';
import { newPrices, type PriceChange } from './priceChange.js';
import { listedInstrument, type State } from './state.js';

interface Stretch {
  readonly changes: number;
  /** Largest step of a price, and what all steps have in common, ppm. */
  readonly size: number;
  readonly drift: number;
  /** Chance of a price to be among those that change. */
  readonly share: number;
}

const CALM: Stretch = { changes: 30, size: 1_000, drift: 0, share: 0.5 };
const CRASH: Stretch = { changes: 25, size: 15_000, drift: -90_000, share: 1 };
const ONE_BY_ONE: Stretch = { changes: 60, size: 20_000, drift: -60_000, share: 0.3 };
const REBOUND: Stretch = { changes: 25, size: 30_000, drift: 100_000, share: 0.7 };

describe('accounts that are judged whole', () => {
  it('are visited whenever a change makes them liquidatable, in calm, crash, rebound and the next crash (LIQ-11, FND-02)', () => {
    const seen = { liquidatable: 0, visits: 0, inARow: 0, spared: 0 };
    forSeeds(10, (seed) => {
      const { state } = playHistory(seed, { commands: 120 }).engine;
      const random = seededRandom(`path of ${seed}`);
      const derived = createDerived(state);
      let visitedBefore = new Set<number>();
      for (const stretch of [CALM, CRASH, REBOUND, CALM, ONE_BY_ONE, REBOUND, CRASH]) {
        for (let i = 0; i < stretch.changes; i++) {
          const before = liquidatable(state, newPrices());
          const change = draw(state, stretch, random);
          const visited: number[] = [];
          derived.sharedTriggers().collect(change, (row) => visited.push(row));
          expect(visited).toEqual([...new Set(visited)].sort((a, b) => a - b));
          const after = liquidatable(state, change);
          // Who was liquidatable and stays it is told of with the next change of what it has.
          for (const row of after)
            if (!visited.includes(row) && (!before.has(row) || isTouched(state, row, change)))
              expect.fail(`${state.accounts.names.nameOf(row)} was missed`);
          seen.liquidatable += visited.filter((row) => after.has(row) && !before.has(row)).length;
          seen.visits += visited.length;
          seen.inARow += visited.filter((row) => visitedBefore.has(row) && !after.has(row)).length;
          seen.spared += watched(state).length - visited.length;
          visitedBefore = new Set(visited);
          apply(state, change);
        }
      }
    });
    // Boxes spare most looks, and accounts do become liquidatable, and hot.
    expect(seen.liquidatable).toBeGreaterThan(5);
    expect(seen.inARow).toBeGreaterThan(100);
    expect(seen.spared).toBeGreaterThan(seen.visits);
  });
});

function watched(state: State): number[] {
  const rows = Array.from({ length: state.accounts.table.size }, (_, row) => row);
  return rows.filter(
    (row) => !hasClosedForm(state, row) && state.accounts.isQueued.get(row) === 0 && hasRisk(state, row),
  );
}

function liquidatable(state: State, change: PriceChange): ReadonlySet<number> {
  return new Set(watched(state).filter((row) => isSharedLiquidatable(state, row, change)));
}

function isTouched(state: State, row: number, change: PriceChange): boolean {
  const { accountAssets, positions } = state;
  const held = positionsOf(state, row).filter((at) => positions.lots.get(at) !== 0n);
  const assets = assetsOf(state, row).map((at) => accountAssets.poolAsset.get(at));
  return (
    held.some((at) => change.marks.has(positions.instrument.get(at))) ||
    assets.some((at) => change.assetPrices.has(at))
  );
}

/** Of every kind of input some, now and then none of the others. */
function draw(state: State, { size, drift, share }: Stretch, random: Random): PriceChange {
  const { instruments, poolAssets } = state;
  const change = newPrices();
  const moved = (value: bigint) => {
    const step = BigInt(Math.round(drift + (random.unit() - 0.5) * 2 * size));
    const next = (value * (1_000_000n + step)) / 1_000_000n;
    return next > 1n ? next : 1n;
  };
  for (let row = 0; row < instruments.table.size; row++) {
    const [markTicks, indexTicks] = [instruments.markTicks.get(row), instruments.indexTicks.get(row)];
    if (markTicks > 0n && random.unit() < share)
      change.marks.set(row, { markTicks: moved(markTicks), indexTicks: moved(indexTicks) });
    const { instrumentKind } = listedInstrument(state, row).definition;
    // Options and spot pairs have no funding.
    if (instrumentKind !== 'option' && instrumentKind !== 'spot' && random.unit() < 0.03) {
      const index = instruments.fundingIndex.get(row);
      change.fundingIndexes.set(row, index + BigInt(random.between(-1_000_000, 1_000_000)));
    }
  }
  for (let row = 0; row < poolAssets.table.size; row++) {
    const price = poolAssets.price.get(row);
    if (price > 0n && random.unit() < share) change.assetPrices.set(row, moved(price));
    if (poolAssets.isLending.get(row) === 1 && random.unit() < 0.1)
      change.borrowIndexes.set(row, (poolAssets.borrowIndex.get(row) * 1_001n) / 1_000n);
  }
  return change;
}

function apply({ instruments, poolAssets }: State, change: PriceChange): void {
  for (const [row, { markTicks, indexTicks }] of change.marks) {
    instruments.markTicks.set(row, markTicks);
    instruments.indexTicks.set(row, indexTicks);
  }
  for (const [row, index] of change.fundingIndexes) instruments.fundingIndex.set(row, index);
  for (const [row, price] of change.assetPrices) poolAssets.price.set(row, price);
  for (const [row, index] of change.borrowIndexes) poolAssets.borrowIndex.set(row, index);
}
