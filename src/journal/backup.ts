/**
 * Copies the durable part of a journal into another folder while it is being written. Sealed segments never
 * change and the durable part of the last one neither, so reading them needs no pause.
 */
import { baseOf, writeBase } from './baseFile.js';
import { type Files, publishFile, type ReadFile, zeros } from './files.js';
import { HEAD_NAME, type Head, writeHead } from './headFile.js';
import { readFully } from './sectorReader.js';
import { segmentName, segmentNumber } from './segment.js';
import { snapshotNames } from './snapshots.js';

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  /** What is durable now. */
  readonly head: Head;
  /** Where the durable part of the last segment ends. */
  readonly endByte: number;
}

const CHUNK_BYTES = 1 << 20;

/** The head comes last: a copy that was interrupted has none and is refused. */
export async function copyJournal(files: Files, { from, to, head, endByte }: CopyOptions): Promise<void> {
  await files.makeDirectory(to);
  if (files.list(to).some((name) => name === HEAD_NAME || segmentNumber(name) !== null)) {
    throw new Error(`there is a journal in ${to} already`);
  }
  const base = baseOf(files, from);
  for (let segment = base?.segment ?? 1; segment <= head.segment; segment++) {
    const end = segment === head.segment ? endByte : Number.POSITIVE_INFINITY;
    await copyFile(files, { from, to, name: segmentName(segment), end });
  }
  for (const name of snapshotNames(files, from)) {
    if (Number(name.slice(-16)) > head.durable.sequence) continue;
    await copyFile(files, { from, to, name, end: Number.POSITIVE_INFINITY });
  }
  if (base !== null) await writeBase(files, to, base);
  await writeHead(files, to, head);
}

export async function copyFile(
  files: Files,
  { from, to, name, end }: { from: string; to: string; name: string; end: number },
): Promise<void> {
  const source = files.openToRead(`${from}/${name}`);
  try {
    await publishFile(files, { directory: to, name }, partsOf(source, end));
  } finally {
    source.close();
  }
}

/** The bytes up to `end`, then zeros up to the size of the file. */
function* partsOf(source: ReadFile, end: number): Iterable<Uint8Array> {
  const size = source.size();
  const copied = Math.min(end, size);
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, copied));
  for (let at = 0; at < copied; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, copied - at));
    if (readFully(source, part, at) < part.length)
      throw new Error('a file became shorter while it was copied');
    yield part;
  }
  yield* zeros(size - copied);
}
