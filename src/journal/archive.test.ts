/** Segments that leave for the archive: every record stays somewhere, whatever goes wrong on the way. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.js';
import { FaultyFiles, type Operation } from '../testkit/faultyFiles.js';
import { appendNext, DIRECTORY, openSmall, recordOf, stateHashOf } from '../testkit/journalFixtures.js';
import { wholeStore } from './archive.js';
import { baseOf } from './baseFile.js';
import { checkJournal } from './checkJournal.js';
import { openHost } from './host.js';
import { JournalDamaged } from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { readJournal } from './readOnlyJournal.js';
import type { SegmentedJournal } from './segmentedJournal.js';
import { verifyJournal } from './verify.js';

const ARCHIVE = '/archive';

/** Records over several segments, with a snapshot now and then. */
async function fill(journal: SegmentedJournal, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    appendNext(journal, 5);
    await journal.flush();
    if (round % 10 === 9) await journal.saveSnapshot(new Uint8Array(journal.lastSequence));
  }
}

function expectFrom(
  read: Iterable<{ sequence: number; record: Uint8Array }>,
  first: number,
  last: number,
): void {
  let next = first;
  for (const { sequence, record } of read) {
    expect(sequence).toBe(next++);
    expect(Buffer.compare(record, recordOf(sequence))).toBe(0);
  }
  expect(next).toBe(last + 1);
}

/** The first record that is in the journal's own folder. */
const firstHere = (files: FaultyFiles) => (baseOf(files, DIRECTORY)?.at.sequence ?? 0) + 1;

const segmentsIn = (files: FaultyFiles, directory: string) =>
  files.paths().filter((path) => path.startsWith(directory) && /segment-[0-9]{8}$/.test(path));

describe('the archive of a journal', () => {
  it('takes full segments of before the oldest snapshot, and the journal goes on from the rest', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await fill(journal, 60);
    await journal.archive(ARCHIVE);
    // Two snapshots are kept: of 250 and 300.
    const first = firstHere(files);
    expect(first).toBeGreaterThan(100);
    expect(first).toBeLessThanOrEqual(251);
    expectFrom(journal.read(1), 1, 300);
    for (const sequence of [1, 50, first - 1, first, 300])
      expect(Buffer.compare(journal.readOne(sequence) as Uint8Array, recordOf(sequence))).toBe(0);
    await fill(journal, 3);
    await journal.close();
    const again = await openSmall(files);
    expectFrom(again.read(first - 20), first - 20, 315);
    await fill(again, 20);
    await again.archive(ARCHIVE);
    expect(firstHere(files)).toBeGreaterThan(first);
    expectFrom(again.read(1), 1, 415);
    await again.close();
    expect(segmentsIn(files, ARCHIVE).length).toBeGreaterThan(3);
  });

  it('takes nothing where there is no snapshot to go on from', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    for (let round = 0; round < 60; round++) {
      appendNext(journal, 5);
      await journal.flush();
    }
    await journal.archive(ARCHIVE);
    expect(segmentsIn(files, ARCHIVE)).toEqual([]);
    await journal.close();
  });

  it('is read together with the journal where it is there, and missed where it is not', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await fill(journal, 60);
    await journal.archive(ARCHIVE);
    const first = firstHere(files);
    await journal.close();
    const whole = readJournal(DIRECTORY, files);
    expect(whole).toMatchObject({ firstSequence: 1, archive: null, lastSequence: 300 });
    expectFrom(whole.read(1), 1, 300);
    expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: 300 });
    const [one] = segmentsIn(files, ARCHIVE);
    await files.rename({ from: one as string, to: '/elsewhere' });
    const part = readJournal(DIRECTORY, files);
    expect(part.firstSequence).toBe(first);
    expect(part.archive).toContain(ARCHIVE);
    expectFrom(part.read(1), first, 300);
    expect(part.oldestSnapshot()?.sequence).toBeGreaterThanOrEqual(first - 1);
    const again = await openSmall(files);
    expect(again.firstSequence).toBe(first);
    expect(again.readOne(first - 1)).toBe(null);
    expectFrom(again.read(first), first, 300);
    await again.close();
  });

  it('is part of the chain: a changed byte in it, or a base of another chain, is found', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await fill(journal, 60);
    await journal.archive(ARCHIVE);
    await journal.close();
    const [one] = segmentsIn(files, ARCHIVE);
    files.change(one as string, 600, (byte) => byte ^ 1);
    expect(checkJournal(files, DIRECTORY).findings.length).toBeGreaterThan(0);
    files.change(one as string, 600, (byte) => byte ^ 1);
    expect(checkJournal(files, DIRECTORY).findings).toEqual([]);
    files.change(`${DIRECTORY}/base`, 70, (byte) => byte ^ 1);
    await expect(openSmall(files)).rejects.toBeInstanceOf(JournalDamaged);
  });

  it('goes with a backup as the place where the rest is', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await fill(journal, 60);
    await journal.archive(ARCHIVE);
    await journal.backup('/copy');
    await journal.close();
    expect(checkJournal(files, '/copy')).toMatchObject({ findings: [], records: 300 });
    const copy = await openSmall(files, { directory: '/copy', stateHash: () => stateHashOf(301) });
    expectFrom(copy.read(1), 1, 300);
    await copy.close();
  });

  it('loses no record wherever it is interrupted, by the process or by the power (OPS-02)', async () => {
    const random = seededRandom('archive');
    const operations = await (async () => {
      const files = new FaultyFiles();
      const journal = await openSmall(files);
      await fill(journal, 60);
      files.operations.length = 0;
      await journal.archive(ARCHIVE);
      const count = files.operations.length;
      await journal.close();
      return count;
    })();
    expect(operations).toBeGreaterThan(10);
    for (let at = 0; at < operations; at++) {
      for (const isPower of [false, true]) {
        const files = new FaultyFiles();
        const journal = await openSmall(files);
        await fill(journal, 60);
        const from = files.operations.length;
        files.fault = ({ index }: Operation) => (index === from + at ? 'crash' : undefined);
        await journal.archive(ARCHIVE).catch(() => undefined);
        await journal.close().catch(() => undefined);
        if (isPower) files.losePower(() => random.unit() < 0.5);
        else files.kill();
        const whole = readJournal(DIRECTORY, files);
        expect(whole.archive).toBe(null);
        expectFrom(whole.read(1), 1, 300);
        const again = await openSmall(files);
        expectFrom(again.read(1), 1, 300);
        await again.archive(ARCHIVE);
        expect(firstHere(files)).toBeGreaterThan(100);
        appendNext(again, 1);
        await again.flush();
        await again.close();
        expectFrom(readJournal(DIRECTORY, files).read(1), 1, 301);
      }
    }
  });

  it('leaves a store without one as it is', () => {
    const files = new FaultyFiles();
    expect(wholeStore(files, DIRECTORY)).toMatchObject({ files, ignoreBase: false, missing: null });
  });
});

describe('an engine with an archive', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-archive-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts from its snapshot, is audited whole with it and from the snapshot without', async () => {
    const [directory, archive] = [join(folder, 'data'), join(folder, 'old')];
    const options = { directory, archive, segmentBytes: 8192, snapshotEvery: 100 };
    const host = await openHost(options);
    for (let at = 0; at < 700; at++)
      await host.submit(`c${at}`, { kind: 'openClient', client: `client-${at}` });
    await host.snapshot();
    const first = (baseOf(nodeFiles, directory)?.at.sequence ?? 0) + 1;
    expect(first).toBeGreaterThan(100);
    // The first answer to a command of long ago is read from the archive.
    expect(await host.submit('c3', { kind: 'openClient', client: 'client-3' })).toMatchObject({
      kind: 'duplicate',
      record: { sequence: 4 },
    });
    expect([...host.records(1)]).toHaveLength(700);
    await host.close();
    const whole = verifyJournal(directory);
    expect(whole).toMatchObject({ findings: [], records: 700, commands: 700, auditedFrom: 1, archive: null });

    renameSync(archive, join(folder, 'away'));
    const part = verifyJournal(directory);
    expect(part).toMatchObject({ findings: [], records: 700, stateHash: whole.stateHash });
    expect(part.auditedFrom).toBeGreaterThan(100);
    expect(part.archive).toContain(archive);
    const last = await openHost(options);
    expect(await last.submit('c3', { kind: 'openClient', client: 'client-3' })).toEqual({
      kind: 'archived',
      sequence: 4,
    });
    expect(last.firstSequence).toBe(first);
    expect(last.engine.state.clients.table.size).toBe(700);
    await last.close();
    expect(readdirSync(directory)).toContain('base');
  });
});
