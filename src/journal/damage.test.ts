/** Every byte of a store, changed: the change is named, and the store refused. */
import { beforeAll, describe, expect, it } from 'vitest';
import { FaultyFiles } from '../testkit/faultyFiles.js';
import { appendNext, DIRECTORY, expectRecords, openSmall } from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import { JournalDamaged } from './journal.js';
import { sealSector, sectorSeed } from './sector.js';
import { decodeSegmentHeader, type SegmentHeader, segmentSeed } from './segment.js';

const SEGMENT_BYTES = 4096;
const SECTOR_BYTES = 512;

type Store = readonly { readonly path: string; readonly bytes: Buffer }[];

/** Two segments with frames of one and several sectors, and a snapshot; the head is older unless it is closed. */
async function makeStore({ closed }: { closed: boolean }): Promise<Store> {
  const files = new FaultyFiles();
  const journal = await openSmall(files, { segmentBytes: SEGMENT_BYTES });
  for (const count of [1, 5, 4]) {
    appendNext(journal, count);
    await journal.flush();
  }
  await journal.saveSnapshot(Uint8Array.from({ length: 300 }, (_, i) => i & 0xff));
  for (const count of [2, 3, 4]) {
    appendNext(journal, count);
    await journal.flush();
  }
  if (closed) await journal.close();
  files.kill();
  return storeOf(files);
}

function storeOf(files: FaultyFiles): Store {
  return files
    .paths()
    .filter((path) => !path.endsWith('.tmp'))
    .map((path) => ({ path, bytes: files.bytesOf(path) as Buffer }));
}

function filesOf(store: Store): FaultyFiles {
  const files = new FaultyFiles();
  for (const { path, bytes } of store) files.put(path, bytes);
  return files;
}

const CHANGES: { name: string; to: (byte: number) => number }[] = [
  { name: 'all bits of', to: (byte) => byte ^ 0xff },
  { name: 'the lowest bit of', to: (byte) => byte ^ 0x01 },
  { name: 'the highest bit of', to: (byte) => byte ^ 0x80 },
];

describe.each([{ closed: true }, { closed: false }])('a store that was closed: $closed', ({ closed }) => {
  let store: Store = [];

  beforeAll(async () => {
    store = await makeStore({ closed });
    expect(store.map(({ path }) => path.slice(DIRECTORY.length + 1))).toEqual([
      'head',
      'segment-00000001',
      'segment-00000002',
      'snapshot-0000000000000010',
    ]);
    expect(checkJournal(filesOf(store), DIRECTORY)).toMatchObject({
      findings: [],
      segments: 2,
      frames: 6,
      records: 19,
      snapshots: 1,
      tornTail: null,
    });
  });

  it.each(CHANGES)('is refused with $name any byte changed, and the place is named', ({ to }) => {
    const files = filesOf(store);
    for (const { path, bytes } of store) {
      for (let offset = 0; offset < bytes.length; offset++) {
        files.change(path, offset, to);
        const { findings } = checkJournal(files, DIRECTORY);
        const named = findings.some(({ file, offset: at }) => {
          const near = path.includes('snapshot') ? at === 0 : at <= offset && offset < at + SECTOR_BYTES;
          return path.endsWith(file) && near;
        });
        if (!named) expect.fail(`${path} at ${offset}: ${JSON.stringify(findings)}`);
        files.change(path, offset, () => bytes.readUInt8(offset));
      }
    }
    expect(checkJournal(files, DIRECTORY).findings).toEqual([]);
  });

  it('is refused at opening with any byte wiped, and nothing is changed', async () => {
    for (const { path, bytes } of store) {
      for (let offset = 0; offset < bytes.length; offset += 5) {
        const files = filesOf(store);
        files.change(path, offset, (byte) => (byte === 0 ? 0x20 : 0));
        await expect(openSmall(files)).rejects.toThrow(JournalDamaged);
        expect(files.operations.map(({ name }) => name)).toEqual(['makeDirectory']);
      }
    }
  });

  it('is refused with any file missing, shorter or longer', async () => {
    for (const { path, bytes } of store) {
      const others = store.filter((file) => file.path !== path);
      const variants = [
        { what: 'shorter', files: [...others, { path, bytes: bytes.subarray(0, bytes.length - 1) }] },
        { what: 'empty', files: [...others, { path, bytes: Buffer.alloc(0) }] },
        { what: 'longer', files: [...others, { path, bytes: Buffer.concat([bytes, Buffer.alloc(1)]) }] },
        // That a snapshot is gone cannot be known, and nothing is lost with it.
        ...(path.includes('snapshot') ? [] : [{ what: 'missing', files: others }]),
      ];
      for (const { what, files } of variants) {
        const { findings } = checkJournal(filesOf(files), DIRECTORY);
        const named = findings.some(({ file }) => path.endsWith(file));
        if (!named) expect.fail(`${path} ${what}: ${JSON.stringify(findings)}`);
      }
    }
  });

  it('is refused with any two sectors exchanged', () => {
    for (const { path, bytes } of store) {
      for (let a = 0; a < bytes.length; a += SECTOR_BYTES) {
        for (let b = a + SECTOR_BYTES; b + SECTOR_BYTES <= bytes.length; b += SECTOR_BYTES) {
          const [first, second] = [
            Buffer.from(bytes.subarray(a, a + SECTOR_BYTES)),
            bytes.subarray(b, b + SECTOR_BYTES),
          ];
          if (first.equals(second)) continue;
          const exchanged = Buffer.from(bytes);
          exchanged.set(second, a);
          exchanged.set(first, b);
          const files = filesOf(store);
          files.put(path, exchanged);
          expect(checkJournal(files, DIRECTORY).findings.length).toBeGreaterThan(0);
        }
      }
    }
  });

  it('is refused with any sector wiped that is not of the last frame', () => {
    for (const { path, bytes } of store) {
      for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
        const isLastFrame = path.endsWith('segment-00000002') && at >= lastFrameOffset(bytes);
        const wiped = Buffer.from(bytes).fill(0, at, Math.min(at + SECTOR_BYTES, bytes.length));
        if (wiped.equals(bytes) || (isLastFrame && !closed)) continue;
        const files = filesOf(store);
        files.put(path, wiped);
        if (checkJournal(files, DIRECTORY).findings.length === 0) expect.fail(`${path} at ${at}`);
      }
    }
  });
});

/** The last frame has as many sectors as bear the last tag. */
function lastFrameOffset(segment: Buffer): number {
  const tags = Array.from({ length: segment.length / SECTOR_BYTES }, (_, i) =>
    segment.readUInt32LE(i * SECTOR_BYTES + 504),
  );
  const lastTag = tags.findLast((tag) => tag !== 0) as number;
  return tags.indexOf(lastTag) * SECTOR_BYTES;
}

describe('damage', () => {
  it('of a file of another journal is named', async () => {
    const [ours, theirs] = [await makeStore({ closed: true }), await makeStore({ closed: true })];
    for (const { path, bytes } of theirs) {
      const files = filesOf(ours);
      files.put(path, bytes);
      expect(checkJournal(files, DIRECTORY).findings.length).toBeGreaterThan(0);
    }
  });

  it('behind sound checksums, as forgery leaves it, breaks the hash chain', async () => {
    const store = await makeStore({ closed: true });
    const { path, bytes } = store[1] as Store[number];
    const seed = segmentSeed(decodeSegmentHeader(bytes.subarray(0, SECTOR_BYTES)) as SegmentHeader);
    const tag = bytes.readUInt32LE(SECTOR_BYTES + 504);
    for (const place of [0, 31, 40, 48, 60, 72, 90]) {
      const forged = Buffer.from(bytes);
      const at = SECTOR_BYTES + place;
      forged.writeUInt8(forged.readUInt8(at) ^ 1, at);
      sealSector(forged, SECTOR_BYTES, { tag, seed: sectorSeed(seed, 1) });
      const files = filesOf(store);
      files.put(path, forged);
      expect(checkJournal(files, DIRECTORY).findings).toEqual([
        { file: 'segment-00000001', offset: SECTOR_BYTES, what: 'frame 1: the hash chain is broken' },
      ]);
    }
  });

  it('of many sectors is named place by place', async () => {
    const files = filesOf(await makeStore({ closed: true }));
    const path = `${DIRECTORY}/segment-00000001`;
    for (const offset of [600, 1200, 1700]) files.change(path, offset, (byte) => byte ^ 4);
    const what = 'a sector fails its checksum';
    expect(checkJournal(files, DIRECTORY).findings).toEqual(
      [512, 1024, 1536].map((offset) => ({ file: 'segment-00000001', offset, what })),
    );
  });

  it('in the padding is named to the byte', async () => {
    const files = filesOf(await makeStore({ closed: true }));
    files.change(`${DIRECTORY}/segment-00000002`, 4000, () => 1);
    expect(checkJournal(files, DIRECTORY).findings).toEqual([
      { file: 'segment-00000002', offset: 4000, what: 'padding is not zero' },
    ]);
  });

  it('at the end of an open store is cut off only on an operator’s word, and never behind the head', async () => {
    const store = await makeStore({ closed: false });
    const last = store.find(({ path }) => path.endsWith('segment-00000002')) as Store[number];
    const files = filesOf(store);
    files.change(last.path, lastFrameOffset(last.bytes) + 100, (byte) => byte ^ 1);
    await expect(openSmall(files)).rejects.toThrow(JournalDamaged);
    const journal = await openSmall(files, { acceptTornTail: true });
    expectRecords(journal, 15);
    await journal.close();

    const closed = filesOf(await makeStore({ closed: true }));
    closed.change(last.path, lastFrameOffset(last.bytes) + 100, (byte) => byte ^ 1);
    await expect(openSmall(closed, { acceptTornTail: true })).rejects.toThrow(
      'record 19 of frame 6 is durable',
    );
    const middle = filesOf(store);
    middle.change(`${DIRECTORY}/segment-00000001`, 600, (byte) => byte ^ 1);
    await expect(openSmall(middle, { acceptTornTail: true })).rejects.toThrow(JournalDamaged);
  });

  it('while reading is thrown, not read', async () => {
    const files = filesOf(await makeStore({ closed: true }));
    const journal = await openSmall(files);
    files.change(`${DIRECTORY}/segment-00000001`, 1200, (byte) => byte ^ 1);
    expect(() => journal.readOne(5)).toThrow(JournalDamaged);
    expect(() => [...journal.read(1)]).toThrow(JournalDamaged);
    files.change(`${DIRECTORY}/snapshot-0000000000000010`, 600, (byte) => byte ^ 1);
    expect(() => journal.latestSnapshot()).toThrow(JournalDamaged);
    await journal.close();
  });
});
