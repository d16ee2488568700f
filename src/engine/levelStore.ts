/**
 * The isolation level of each instrument, kept beside the tables with the numbers that decided it. The state hash sees it
 * as a digest in the table of instruments. An instrument without one is at `portfolio`: everything is allowed.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { assert, list, min, mixBytes, record, u32 } from '../base/index.js';
import { type IsolationLevel, LEVEL_EFFECTS, type LevelEffects, levelRank } from '../isolation/index.js';
import type { EventOf } from './event.js';
import { type KeptLevel, keptLevel, type LevelChange } from './levelFields.js';
import type { State } from './state.js';

export type LevelStore = Map<number, KeptLevel>;

const NEVER_SET: LevelChange = {
  level: 'portfolio',
  revision: 0,
  reasons: [],
  effectiveMs: 0,
  graceUntilMs: 0,
};
const UNSET: KeptLevel = {
  inForce: NEVER_SET,
  liquidationLevel: 'portfolio',
  isGraceOver: true,
  revision: 0,
  cursor: null,
  next: null,
};

export function keptLevelOf({ levels }: State, instrumentRow: number): KeptLevel {
  return levels.get(instrumentRow) ?? UNSET;
}

/** What the level in force for opening allows. */
export function levelEffectsOf(state: State, instrumentRow: number): LevelEffects {
  return LEVEL_EFFECTS[keptLevelOf(state, instrumentRow).inForce.level];
}

/** The lowest offset cap of the instruments, by the level that opens or the one that liquidates, and of the set's own. */
export function offsetCapOf(
  state: State,
  of: {
    readonly instruments: readonly number[];
    readonly capPpm: bigint;
    readonly judges: 'opening' | 'liquidation';
  },
): bigint {
  if (state.levels.size === 0) return of.capPpm;
  return of.instruments.reduce((cap, instrumentRow) => {
    const { inForce, liquidationLevel } = keptLevelOf(state, instrumentRow);
    const level = of.judges === 'opening' ? inForce.level : liquidationLevel;
    return min(cap, LEVEL_EFFECTS[level].offsetCapPpm);
  }, of.capPpm);
}

export function announceLevel(state: State, event: EventOf<'isolationLevelSet'>): void {
  const { instrumentRow, level, revision, reasons, effectiveMs, graceUntilMs } = event;
  const kept = keptLevelOf(state, instrumentRow);
  const next = { level, revision, reasons, effectiveMs, graceUntilMs };
  // Saying the level in force again takes back what was announced.
  put(state, instrumentRow, { ...kept, revision, next: level === kept.inForce.level ? null : next });
}

/** A level comes into force for opening, or its grace is over. */
export function applyLevel(state: State, { instrumentRow, applies }: EventOf<'isolationLevelApplied'>): void {
  const kept = keptLevelOf(state, instrumentRow);
  const inForce = applies === 'graceOver' ? kept.inForce : kept.next;
  assert(inForce !== null, 'a level comes into force that was not announced');
  const isGraceOver = applies !== 'opening';
  const liquidationLevel: IsolationLevel = isGraceOver ? inForce.level : kept.liquidationLevel;
  const next = applies === 'graceOver' ? kept.next : null;
  const isRaised = levelRank(inForce.level) > levelRank(kept.inForce.level);
  // A level that comes down leaves nobody to be carved out.
  const cursor = applies === 'graceOver' ? kept.cursor : isRaised ? 0 : null;
  put(state, instrumentRow, { ...kept, inForce, liquidationLevel, isGraceOver, cursor, next });
  const { scenarioVersion } = state.pools;
  const poolRow = state.instruments.pool.get(instrumentRow);
  scenarioVersion.set(poolRow, scenarioVersion.get(poolRow) + 1);
}

/** Positions up to the cursor were looked at. */
export function advanceLevel(state: State, { instrumentRow, cursor }: EventOf<'holdersGrandfathered'>): void {
  put(state, instrumentRow, { ...keptLevelOf(state, instrumentRow), cursor });
}

function put(state: State, instrumentRow: number, value: KeptLevel): void {
  const { levels, instruments } = state;
  const before = levels.get(instrumentRow);
  levels.set(instrumentRow, value);
  state.undo.push(() => {
    if (before === undefined) levels.delete(instrumentRow);
    else levels.set(instrumentRow, before);
  });
  instruments.levelDigest.set(instrumentRow, digestOfLevel(value));
}

/** What the state hash sees. */
export function digestOfLevel(kept: KeptLevel): bigint {
  const writer = new ByteWriter();
  keptLevel.write(writer, kept);
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}

const stored = list(record({ row: u32, value: keptLevel }));

export function writeLevels(writer: ByteWriter, levels: LevelStore): void {
  const rows = [...levels].sort(([a], [b]) => a - b);
  stored.write(
    writer,
    rows.map(([row, value]) => ({ row, value })),
  );
}

export function readLevels(reader: ByteReader, into: LevelStore): void {
  for (const { row, value } of stored.read(reader)) into.set(row, value);
}
