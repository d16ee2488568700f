import { describe, expect, it } from 'vitest';
import { FaultyFiles } from '../testkit/faultyFiles.js';
import {
  appendNext,
  DIRECTORY,
  expectRecords,
  openSmall,
  recordOf,
  SMALL_SEGMENT_BYTES,
} from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import { JournalDamaged, JournalFailed, JournalInUse } from './journal.js';

async function fill(files: FaultyFiles, batches: number): Promise<void> {
  const journal = await openSmall(files);
  for (let i = 0; i < batches; i++) {
    appendNext(journal, 5);
    await journal.flush();
  }
  await journal.close();
}

describe('the segmented journal', () => {
  it('opens again with everything and goes on where it was', async () => {
    const files = new FaultyFiles();
    await fill(files, 20);
    await fill(files, 20);
    const journal = await openSmall(files);
    expect(journal.lastSequence).toBe(200);
    expectRecords(journal, 200);
    await journal.close();
    expect(files.paths().filter((path) => path.includes('segment')).length).toBeGreaterThan(3);
    const check = checkJournal(files, DIRECTORY);
    expect(check).toMatchObject({ findings: [], frames: 40, records: 200, snapshots: 0, tornTail: null });
  });

  it('gathers what arrives during a write into the next frame', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    files.fault = ({ name }) => (name === 'write' ? held : undefined);
    appendNext(journal, 2);
    const first = journal.flush();
    await new Promise((resolve) => setTimeout(resolve));
    appendNext(journal, 3);
    const second = journal.flush();
    appendNext(journal, 4);
    const third = journal.flush();
    files.fault = () => undefined;
    release();
    expect(await Promise.all([first, second, third])).toEqual([2, 9, 9]);
    expect(expectRecords(journal, 9)).toEqual([2, 9]);
    await journal.close();
  });

  it('seals a batch that grows large, whether or not anyone flushes', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    appendNext(journal, 300);
    expect(await journal.flush()).toBe(300);
    expect(expectRecords(journal, 300).length).toBeGreaterThan(10);
    await journal.close();
  });

  it('takes records up to its limit and refuses larger ones unchanged', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    const largest = Array.from({ length: SMALL_SEGMENT_BYTES }, (_, i) => i).findLast((length) => {
      try {
        journal.append(new Uint8Array(length));
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return false;
      }
    }) as number;
    expect(journal.lastSequence).toBe(1);
    expect(largest).toBeGreaterThan(SMALL_SEGMENT_BYTES / 2);
    journal.append(new Uint8Array(100));
    journal.append(new Uint8Array(largest).fill(3));
    await journal.flush();
    expect(journal.readOne(3)).toEqual(Buffer.alloc(largest, 3));
    await journal.close();
  });

  it('prepares the next segment before it is needed and leaves nothing behind', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    while (!files.paths().includes(`${DIRECTORY}/segment-00000002.tmp`)) {
      appendNext(journal, 2);
      await journal.flush();
    }
    await journal.close();
    expect(files.paths()).toEqual([`${DIRECTORY}/head`, `${DIRECTORY}/segment-00000001`]);
  });

  it('keeps out a second writer until the first is closed', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    await expect(openSmall(files)).rejects.toThrow(JournalInUse);
    await journal.close();
    await (await openSmall(files)).close();
  });

  it('lets go of the lock when it refuses to open', async () => {
    const files = new FaultyFiles();
    await fill(files, 1);
    files.change(`${DIRECTORY}/head`, 20, (byte) => byte ^ 1);
    for (let i = 0; i < 2; i++) await expect(openSmall(files)).rejects.toThrow(JournalDamaged);
  });

  it('goes on with segments of another size', async () => {
    const files = new FaultyFiles();
    await fill(files, 10);
    const journal = await openSmall(files, { segmentBytes: 2 * SMALL_SEGMENT_BYTES });
    appendNext(journal, 100);
    await journal.close();
    const again = await openSmall(files);
    expectRecords(again, 150);
    await again.close();
  });

  it.each([0, 100, 4096 + 1, 2 ** 31])('refuses segments of %d bytes', async (segmentBytes) => {
    await expect(openSmall(new FaultyFiles(), { segmentBytes })).rejects.toThrow(RangeError);
  });

  it('says of an empty folder that there is no journal', () => {
    const { findings } = checkJournal(new FaultyFiles(), DIRECTORY);
    expect(findings.map(({ what }) => what)).toEqual(['there is no journal here']);
  });
});

describe('a journal that cannot write', () => {
  it.each(['EIO', 'ENOSPC'] as const)(
    'fails for good with %s and loses nothing acknowledged',
    async (fault) => {
      for (const name of ['write', 'sync', 'rename', 'create', 'syncDirectory'] as const) {
        for (let nth = 0; nth < 12; nth++) {
          const files = new FaultyFiles();
          const journal = await openSmall(files);
          let seen = 0;
          files.fault = (operation) => (operation.name === name && seen++ >= nth ? fault : undefined);
          let acknowledged = 0;
          let failure: unknown = null;
          for (let i = 0; i < 60 && failure === null; i++) {
            appendNext(journal, 3);
            acknowledged = await journal.flush().catch((error) => {
              failure = error;
              return acknowledged;
            });
          }
          expect(failure).toBeInstanceOf(JournalFailed);
          files.fault = () => undefined;
          await expect(journal.flush()).rejects.toBe(failure);
          expect(() => journal.append(recordOf(1))).toThrow(JournalFailed);
          await expect(journal.saveSnapshot(Uint8Array.of(1))).rejects.toBe(failure);
          await journal.close();
          const again = await openSmall(files);
          expect(again.lastSequence).toBeGreaterThanOrEqual(acknowledged);
          expectRecords(again, again.lastSequence);
          await again.close();
        }
      }
    },
  );

  it('rejects what is under way, what is sealed and what is open, in order', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    files.fault = async () => {
      await Promise.resolve();
      throw new Error('EIO');
    };
    const rejected: number[] = [];
    const waiting = [1, 2, 3, 4].map((n) => {
      appendNext(journal, 20);
      return journal.flush().then(
        () => expect.unreachable(),
        (error) => {
          expect(error).toBeInstanceOf(JournalFailed);
          rejected.push(n);
        },
      );
    });
    await Promise.all(waiting);
    expect(rejected).toEqual([1, 2, 3, 4]);
  });

  it('makes durable at opening what a failed sync left in the memory of the system only', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    appendNext(journal, 4);
    await journal.flush();
    appendNext(journal, 2);
    files.partOfWrite = (sectors) => sectors;
    files.fault = ({ name }) => (name === 'write' ? 'EIO' : undefined);
    await expect(journal.flush()).rejects.toThrow(JournalFailed);
    files.kill();
    const again = await openSmall(files);
    expectRecords(again, 6);
    appendNext(again, 1);
    await again.flush();
    files.losePower(() => false);
    const last = await openSmall(files);
    expectRecords(last, 7);
    await last.close();
  });

  it('writes on after short writes', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    files.partOfWrite = (sectors) => Math.max(1, sectors >>> 1);
    files.fault = () => 'short';
    for (let i = 0; i < 20; i++) {
      appendNext(journal, 7);
      await journal.flush();
    }
    await journal.close();
    const again = await openSmall(files);
    expectRecords(again, 140);
    await again.close();
  });

  it('survives a full disk while the next segment is prepared, if there is room when it is needed', async () => {
    const files = new FaultyFiles();
    const journal = await openSmall(files);
    let failed = 0;
    files.fault = ({ name, path }) => {
      if (name !== 'write' || !path.endsWith('segment-00000002.tmp') || failed > 0) return undefined;
      failed++;
      return 'ENOSPC';
    };
    for (let i = 0; i < 40; i++) {
      appendNext(journal, 3);
      await journal.flush();
    }
    expect(failed).toBe(1);
    await journal.close();
    expect(checkJournal(files, DIRECTORY).findings).toEqual([]);
  });
});
