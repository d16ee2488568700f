import { describe, expect, it } from 'vitest';
import { FaultyFiles } from '../testkit/faultyFiles.js';
import { appendNext, DIRECTORY, openSmall } from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import { JournalDamaged } from './journal.js';
import { openSegmentedJournal, type SegmentedJournal } from './segmentedJournal.js';
import { snapshotNames } from './snapshots.js';

async function snapshotNext(journal: SegmentedJournal): Promise<number> {
  appendNext(journal, 3);
  return journal.saveSnapshot(new Uint8Array(2000).fill(journal.lastSequence));
}

describe('snapshots', () => {
  it('are there after opening again, the newest first to be used, and only so many are kept', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    for (let i = 0; i < 5; i++) await snapshotNext(journal);
    await journal.close();
    expect(snapshotNames(files, DIRECTORY)).toEqual([
      'snapshot-0000000000000012',
      'snapshot-0000000000000015',
    ]);
    const again = await openSmall(files, { snapshotsKept: 1 });
    expect(again.latestSnapshot()).toEqual({ sequence: 15, content: Buffer.alloc(2000, 15) });
    await snapshotNext(again);
    expect(snapshotNames(files, DIRECTORY)).toEqual(['snapshot-0000000000000018']);
    await again.close();
  });

  it('of an empty journal can be stored', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    expect(await journal.saveSnapshot(Uint8Array.of(1))).toBe(0);
    await journal.close();
    const again = await openSmall(files);
    expect(again.latestSnapshot()?.sequence).toBe(0);
    await again.close();
  });

  it('that do not fit the disk are refused without harm to the journal', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await snapshotNext(journal);
    files.fault = ({ path }) => (path.includes('snapshot') ? 'ENOSPC' : undefined);
    await expect(snapshotNext(journal)).rejects.toThrow('ENOSPC');
    files.fault = () => undefined;
    expect(journal.latestSnapshot()?.sequence).toBe(3);
    appendNext(journal, 1);
    expect(await journal.flush()).toBe(7);
    await journal.close();
    expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: 7, snapshots: 1 });
  });

  it('are stored in order with a close that comes right behind them', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    const saved = [snapshotNext(journal), snapshotNext(journal)];
    await journal.close();
    expect(await Promise.all(saved)).toEqual([3, 6]);
    expect(checkJournal(files, DIRECTORY)).toMatchObject({ findings: [], records: 6, snapshots: 2 });
  });

  it('from beyond the end of the journal are refused', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    appendNext(journal, 3);
    await journal.backup('/before');
    await snapshotNext(journal);
    await journal.close();
    const name = 'snapshot-0000000000000006';
    files.put(`/before/${name}`, files.bytesOf(`${DIRECTORY}/${name}`) as Buffer);
    expect(checkJournal(files, '/before').findings).toEqual([
      {
        file: name,
        offset: 0,
        what: 'it says that record 6 of frame 2 is durable; the segments end with frame 1',
      },
    ]);
    await expect(openSegmentedJournal({ directory: '/before', files })).rejects.toThrow(JournalDamaged);
  });
});
