/** The contract of the port, run against every journal. */
import { describe, expect, it } from 'vitest';
import { FaultyFiles } from '../testkit/faultyFiles.js';
import { appendNext, expectRecords, openSmall, recordOf, stateHashOf } from '../testkit/journalFixtures.js';
import { type Journal, JournalFailed } from './journal.js';
import { memoryJournal } from './memoryJournal.js';

const journals: { name: string; open: () => Promise<Journal> }[] = [
  {
    name: 'memory',
    open: async () => {
      const journal: Journal = memoryJournal({ stateHash: () => stateHashOf(journal.lastSequence) });
      return journal;
    },
  },
  { name: 'segmented', open: () => openSmall(new FaultyFiles()) },
];

describe.each(journals)('the $name journal', ({ open }) => {
  it('numbers records from 1 in the order they were appended', async () => {
    const journal = await open();
    expect(journal.lastSequence).toBe(0);
    expect([1, 2, 3].map((n) => journal.append(recordOf(n)))).toEqual([1, 2, 3]);
    expect(journal.lastSequence).toBe(3);
    await journal.close();
  });

  it('shows a record only once it is durable', async () => {
    const journal = await open();
    appendNext(journal, 2);
    expect(journal.durableSequence).toBe(0);
    expect([...journal.read(1)]).toEqual([]);
    expect(journal.readOne(1)).toBeNull();
    expect(await journal.flush()).toBe(2);
    expect(journal.durableSequence).toBe(2);
    expectRecords(journal, 2);
    await journal.close();
  });

  it('keeps its own copy of a record', async () => {
    const journal = await open();
    const record = Uint8Array.of(1, 2, 3);
    journal.append(record);
    record.fill(9);
    await journal.flush();
    expect([...(journal.readOne(1) ?? [])]).toEqual([1, 2, 3]);
    await journal.close();
  });

  it('resolves a flush with nothing to write at once with the last durable sequence', async () => {
    const journal = await open();
    expect(await journal.flush()).toBe(0);
    appendNext(journal, 1);
    await journal.flush();
    expect(await journal.flush()).toBe(1);
    await journal.close();
  });

  it('resolves flushes in order, each with all that was appended before it', async () => {
    const journal = await open();
    const answers: { asked: number; durable: number }[] = [];
    const waiting: Promise<void>[] = [];
    for (let asked = 1; asked <= 200; asked++) {
      appendNext(journal, 1);
      waiting.push(journal.flush().then((durable) => void answers.push({ asked, durable })));
      if (asked % 7 === 0) await Promise.resolve();
    }
    await Promise.all(waiting);
    expect(answers.map(({ asked }) => asked)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    for (const { asked, durable } of answers) expect(durable).toBeGreaterThanOrEqual(asked);
    expectRecords(journal, 200);
    await journal.close();
  });

  it('reads from any sequence and single records', async () => {
    const journal = await open();
    for (let i = 0; i < 30; i++) {
      appendNext(journal, 10);
      await journal.flush();
    }
    for (const from of [-1, 0, 1, 2, 150, 299, 300]) {
      const sequences = [...journal.read(from)].map(({ sequence }) => sequence);
      const first = Math.max(1, from);
      expect(sequences).toEqual(Array.from({ length: 301 - first }, (_, i) => first + i));
    }
    expect([...journal.read(301)]).toEqual([]);
    for (let n = 1; n <= 300; n++) {
      expect(Buffer.compare(journal.readOne(n) ?? Buffer.alloc(0), recordOf(n))).toBe(0);
    }
    expect([0, -1, 301].map((n) => journal.readOne(n))).toEqual([null, null, null]);
    await journal.close();
  });

  it('gives the state hash with the last record of each frame', async () => {
    const journal = await open();
    appendNext(journal, 3);
    await journal.flush();
    appendNext(journal, 2);
    await journal.flush();
    expect(expectRecords(journal, 5)).toEqual([3, 5]);
    await journal.close();
  });

  it('stores a snapshot at the last record, once that is durable, and gives back the newest', async () => {
    const journal = await open();
    expect(journal.latestSnapshot()).toBeNull();
    for (const content of [Uint8Array.of(), Uint8Array.of(7, 7), Uint8Array.of(8)]) {
      appendNext(journal, 5);
      const sequence = await journal.saveSnapshot(content);
      expect(sequence).toBe(journal.lastSequence);
      expect(journal.durableSequence).toBe(sequence);
      const newest = journal.latestSnapshot();
      expect({ ...newest, content: [...(newest?.content ?? [])] }).toEqual({
        sequence,
        content: [...content],
      });
    }
    await journal.close();
  });

  it('makes everything durable when it closes and takes nothing afterwards', async () => {
    const journal = await open();
    appendNext(journal, 3);
    const flushed = journal.flush();
    appendNext(journal, 1);
    await journal.close();
    expect(await flushed).toBeGreaterThanOrEqual(3);
    expect(journal.durableSequence).toBe(4);
    expect(() => journal.append(recordOf(5))).toThrow(JournalFailed);
    await expect(journal.flush()).rejects.toThrow(JournalFailed);
    await expect(journal.saveSnapshot(Uint8Array.of(1))).rejects.toThrow(JournalFailed);
    await journal.close();
  });
});
