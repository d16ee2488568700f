/** Crashes at every operation, with every kind of loss: what was acknowledged is there, nothing is half there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.js';
import { FaultyFiles, type Operation, type Survives } from '../testkit/faultyFiles.js';
import { appendNext, DIRECTORY, expectRecords, openSmall } from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import type { SegmentedJournal } from './segmentedJournal.js';

/** What the clients of the journal have seen. */
interface Seen {
  acknowledged: number;
  snapshot: number;
  /** Sequences at which a frame may end. */
  readonly ends: Set<number>;
}

const nothingSeen = (): Seen => ({ acknowledged: 0, snapshot: 0, ends: new Set([0]) });

/** Batches of all sizes over several segments, some overlapping, with snapshots; ends at the first error. */
async function work(files: FaultyFiles, seen: Seen, rounds: number): Promise<void> {
  let journal: SegmentedJournal | null = null;
  try {
    journal = await openSmall(files);
    seen.ends.add(journal.lastSequence);
    for (let round = 0; round < rounds; round++) {
      await Promise.all([flushNext(journal, seen, (round % 4) + 1), flushLater(journal, seen, round % 3)]);
      if (round % 8 !== 5) continue;
      const at = await journal.saveSnapshot(snapshotAt(journal.lastSequence));
      seen.snapshot = at;
    }
    await journal.close();
  } catch {
    // The test looks at what is on the disk.
    await journal?.close().catch(() => {});
  }
}

async function flushNext(journal: SegmentedJournal, seen: Seen, count: number): Promise<void> {
  appendNext(journal, count);
  seen.ends.add(journal.lastSequence);
  seen.acknowledged = Math.max(seen.acknowledged, await journal.flush());
}

async function flushLater(journal: SegmentedJournal, seen: Seen, count: number): Promise<void> {
  for (let i = 0; i < 3; i++) await Promise.resolve();
  if (count > 0) await flushNext(journal, seen, count);
}

function snapshotAt(sequence: number): Uint8Array {
  return new Uint8Array(sequence * 5).fill(sequence & 0xff);
}

async function expectRecovered(files: FaultyFiles, seen: Seen): Promise<void> {
  const before = checkJournal(files, DIRECTORY).findings.filter(
    ({ what }) => what !== 'there is no journal here',
  );
  expect(before).toEqual([]);
  const journal = await openSmall(files);
  const last = journal.lastSequence;
  expect(last).toBeGreaterThanOrEqual(seen.acknowledged);
  expect([...seen.ends]).toContain(last);
  expectRecords(journal, last);
  const snapshot = journal.latestSnapshot();
  expect(snapshot?.sequence ?? 0).toBeGreaterThanOrEqual(seen.snapshot);
  if (snapshot !== null) {
    expect(Buffer.compare(snapshot.content, snapshotAt(snapshot.sequence))).toBe(0);
  }
  appendNext(journal, 1);
  await journal.flush();
  // What is acknowledged after a recovery outlives the next crash, and remains of the torn write do not.
  files.losePower(() => false);
  const again = await openSmall(files);
  expectRecords(again, last + 1);
  appendNext(again, 9);
  await again.close();
  expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: last + 10, tornTail: null });
}

const ROUNDS = 14;

async function operationsOfWork(): Promise<Operation[]> {
  const files = new FaultyFiles();
  const seen = nothingSeen();
  await work(files, seen, ROUNDS);
  expect(seen.acknowledged).toBeGreaterThan(40);
  return [...files.operations];
}

const losses: { name: string; survives: (seed: string) => Survives | null }[] = [
  { name: 'the process alone', survives: () => null },
  { name: 'all unsynced changes', survives: () => () => false },
  { name: 'no unsynced change', survives: () => () => true },
  { name: 'some unsynced changes', survives: (seed) => chance(seed, 0.5) },
  { name: 'most unsynced changes', survives: (seed) => chance(seed, 0.15) },
  { name: 'few unsynced changes', survives: (seed) => chance(seed, 0.85) },
];

function chance(seed: string, share: number): Survives {
  const random = seededRandom(seed);
  return () => random.unit() < share;
}

function fail(files: FaultyFiles, survives: Survives | null): void {
  if (survives === null) files.kill();
  else files.losePower(survives);
}

describe('after a crash', () => {
  it.each(losses)(
    'at every operation, losing $name, every acknowledged record is there',
    async ({ survives }) => {
      const operations = await operationsOfWork();
      expect(new Set(operations.map(({ name }) => name)).size).toBe(8);
      for (let at = 0; at < operations.length; at++) {
        for (const part of [0, 0.5, 1]) {
          const files = new FaultyFiles();
          const seen = nothingSeen();
          files.fault = ({ index }) => (index === at ? 'crash' : undefined);
          files.partOfWrite = (sectors) => Math.round(sectors * part);
          await work(files, seen, ROUNDS);
          fail(files, survives(`${at} ${part}`));
          await expectRecovered(files, seen);
        }
      }
    },
  );

  it('and a second crash while the first is being repaired, and so on, nothing acknowledged is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(70), loss: fc.nat(losses.length - 1), part: fc.nat(100) }), {
          minLength: 2,
          maxLength: 5,
        }),
        fc.string(),
        async (crashes, seed) => {
          const files = new FaultyFiles();
          const seen = nothingSeen();
          for (const [i, { at, loss, part }] of crashes.entries()) {
            files.fault = ({ index }) => (index === at ? 'crash' : undefined);
            files.partOfWrite = (sectors) => Math.round((sectors * part) / 100);
            await work(files, seen, 6);
            fail(files, losses[loss]?.survives(`${seed} ${i}`) ?? null);
          }
          await expectRecovered(files, seen);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of a disk that lied about a sync, a whole prefix is loaded or the store is refused', async () => {
    let loaded = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.nat(40),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string(),
        async (from, length, share, seed) => {
          const files = new FaultyFiles();
          files.fault = ({ index }) =>
            index === from + length ? 'crash' : index >= from && index < from + length ? 'lie' : undefined;
          await work(files, nothingSeen(), ROUNDS);
          files.losePower(chance(seed, share));
          const { findings } = checkJournal(files, DIRECTORY);
          if (findings.some(({ what }) => what !== 'there is no journal here')) {
            await expect(openSmall(files)).rejects.toThrow('damaged');
            refused++;
            return;
          }
          const journal = await openSmall(files);
          expectRecords(journal, journal.lastSequence);
          await journal.close();
          loaded++;
        },
      ),
      { numRuns: 150 },
    );
    expect(loaded).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('tells what it cut off', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    appendNext(journal, 3);
    await journal.flush();
    appendNext(journal, 12);
    files.fault = ({ name }) => (name === 'write' ? 'crash' : undefined);
    await expect(journal.flush()).rejects.toThrow('died');
    files.kill();
    const tornTail = { file: 'segment-00000001', offset: 1024, bytes: 1024 };
    expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: 3, tornTail });
    const again = await openSmall(files);
    expect(again.tornTail).toEqual(tornTail);
    expectRecords(again, 3);
    await again.close();
  });
});
