import { describe, expect, it } from 'vitest';
import { FaultyFiles } from '../testkit/faultyFiles.js';
import { appendNext, DIRECTORY, expectRecords, openSmall, stateHashOf } from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import { JournalDamaged } from './journal.js';
import { openSegmentedJournal, type SegmentedJournal } from './segmentedJournal.js';

const COPY = '/backup/journal';

async function appendSome(journal: SegmentedJournal, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    appendNext(journal, 4);
    await journal.flush();
    if (round % 10 === 4) await journal.saveSnapshot(Uint8Array.of(round));
  }
}

describe('a backup', () => {
  it('taken while records are appended is a whole journal of what was durable', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await appendSome(journal, 25);
    // A disk that takes its time, so that appending goes on meanwhile.
    files.fault = () => new Promise((resolve) => setImmediate(resolve));
    const [copied] = await Promise.all([journal.backup(COPY), appendSome(journal, 40)]);
    expect(copied).toBeGreaterThanOrEqual(100);
    expect(journal.lastSequence).toBe(260);
    expect(checkJournal(files, COPY)).toMatchObject({
      findings: [],
      records: copied,
      snapshots: 2,
      tornTail: null,
    });
    const copy = await openSegmentedJournal({
      directory: COPY,
      files,
      segmentBytes: 8192,
      stateHash: () => stateHashOf(copied + 6),
    });
    expectRecords(copy, copied);
    expect(copy.latestSnapshot()?.sequence).toBeLessThanOrEqual(copied);
    appendNext(copy, 6);
    await copy.close();
    expect(checkJournal(files, COPY)).toMatchObject({ findings: [], records: copied + 6 });
    await journal.close();
    expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: 260 });
  });

  it('goes into no folder that has a journal', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await appendSome(journal, 3);
    await journal.backup(COPY);
    await expect(journal.backup(COPY)).rejects.toThrow('there is a journal');
    await expect(journal.backup(DIRECTORY)).rejects.toThrow('there is a journal');
    await journal.close();
  });

  it('that was interrupted is refused, and the journal goes on', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await appendSome(journal, 25);
    for (let nth = 0; ; nth++) {
      const copy = `${COPY}-${nth}`;
      let seen = 0;
      files.fault = ({ path }) => (path.startsWith(copy) && seen++ === nth ? 'ENOSPC' : undefined);
      const whole = await journal.backup(copy).then(
        () => true,
        () => false,
      );
      files.fault = () => undefined;
      if (whole) break;
      const isWhole = files.list(copy).includes('head');
      expect(checkJournal(files, copy).findings.length > 0).toBe(!isWhole);
      if (!isWhole && files.list(copy).includes('segment-00000001')) {
        await expect(openSegmentedJournal({ directory: copy, files })).rejects.toThrow(JournalDamaged);
      }
    }
    await appendSome(journal, 3);
    await journal.close();
    expect(checkJournal(files, DIRECTORY).findings).toEqual([]);
  });
});
