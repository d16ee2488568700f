/**
 * What a mark costs when it liquidates nobody, and what a changed position costs, with all positions on one
 * instrument. Run: npx tsc -b bench && node dist/bench/tick.js
 */
import { seededRandom } from '../src/base/random.js';
import { createThresholdIndex } from '../src/liquidation/thresholdIndex.js';
import { compare, printMachine } from './harness.js';

const INDEX = 'threshold index';
const COLUMN = 'typed column';
const OBJECTS = 'bigint objects';
const INDEX_TICKS = 10_000;
const CHANGES = 10_000;
const MARK = 10n ** 12n;

printMachine();
for (const positions of [10_000, 100_000, 1_000_000]) {
  const random = seededRandom(`tick ${positions}`);
  const anyKey = () => MARK - 1n - (BigInt(random.word()) << 6n);
  const index = createThresholdIndex({ fires: 'atOrAbove' });
  const column = new BigInt64Array(positions);
  const objects: { key: bigint }[] = [];
  for (let slot = 0; slot < positions; slot++) {
    const key = anyKey();
    index.set(slot, key);
    column[slot] = key;
    objects.push({ key });
  }

  // Marks that move, and stay above every key.
  const marks = Array.from({ length: 1024 }, () => MARK + BigInt(random.word()));
  let tick = 0;
  const nextMark = () => marks[tick++ & 1023] as bigint;
  let fired = 0;
  const fire = () => {
    fired++;
  };
  const scansPerRound = Math.max(1, Math.floor(1_000_000 / positions));

  compare({
    workload: `tick that fires nothing, ${positions} positions`,
    baseline: COLUMN,
    rounds: 40,
    variants: [
      {
        name: INDEX,
        operations: INDEX_TICKS,
        run: () => {
          for (let i = 0; i < INDEX_TICKS; i++) index.collect(nextMark(), fire);
          return fired;
        },
      },
      {
        name: COLUMN,
        operations: scansPerRound,
        run: () => {
          for (let i = 0; i < scansPerRound; i++) scanColumn(column, nextMark(), fire);
          return fired;
        },
      },
      {
        name: OBJECTS,
        operations: scansPerRound,
        run: () => {
          for (let i = 0; i < scansPerRound; i++) scanObjects(objects, nextMark(), fire);
          return fired;
        },
      },
    ],
  });

  // The scans only store a changed key: what they save here they pay at each tick.
  // Batches take turns, since a key set to what it was already would change nothing above it.
  const batches = Array.from({ length: 16 }, () =>
    Array.from({ length: CHANGES }, () => ({ slot: random.between(0, positions - 1), key: anyKey() })),
  );
  const inTurn = () => {
    let turn = 0;
    return () => batches[turn++ % batches.length] as { slot: number; key: bigint }[];
  };
  const [indexChanges, columnChanges, objectChanges] = [inTurn(), inTurn(), inTurn()];
  compare({
    workload: `re-index of a changed position, ${positions} positions`,
    baseline: OBJECTS,
    rounds: 40,
    variants: [
      {
        name: INDEX,
        operations: CHANGES,
        run: () => {
          for (const { slot, key } of indexChanges()) index.set(slot, key);
          return index.size;
        },
      },
      {
        name: COLUMN,
        operations: CHANGES,
        run: () => {
          for (const { slot, key } of columnChanges()) column[slot] = key;
          return column.length;
        },
      },
      {
        name: OBJECTS,
        operations: CHANGES,
        run: () => {
          for (const { slot, key } of objectChanges()) (objects[slot] as { key: bigint }).key = key;
          return objects.length;
        },
      },
    ],
  });
}

function scanColumn(keys: BigInt64Array, mark: bigint, visit: (slot: number) => void): void {
  const reached = BigInt.asIntN(64, mark);
  for (let slot = 0; slot < keys.length; slot++) if (keys[slot]! >= reached) visit(slot);
}

function scanObjects(objects: readonly { key: bigint }[], mark: bigint, visit: (slot: number) => void): void {
  for (let slot = 0; slot < objects.length; slot++) if (objects[slot]!.key >= mark) visit(slot);
}
