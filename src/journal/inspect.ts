/**
 * Reads every byte of a store without changing any, and says what is there and what is wrong with it. Opening and
 * verifying both go through here, so neither can be more lenient than the other.
 */
import { BASE_NAME, type Base, loadBase } from './baseFile.js';
import { type ChainHead, genesis } from './chain.js';
import { type Files, TEMPORARY_SUFFIX } from './files.js';
import { FrameIndex } from './frameIndex.js';
import { HEAD_NAME, type Head, loadHead } from './headFile.js';
import { inspectSegment, type SegmentInspection } from './inspectSegment.js';
import type { Finding } from './journal.js';
import { SECTOR_BYTES } from './sector.js';
import { readFully } from './sectorReader.js';
import { decodeSegmentHeader, type SegmentHeader, segmentName, segmentNumber } from './segment.js';
import { checkSnapshot, snapshotNames } from './snapshots.js';

export interface Inspection {
  readonly findings: readonly Finding[];
  /** Null where there is no journal yet. */
  readonly journalId: Uint8Array | null;
  /** Null where the journal begins with its first segment. */
  readonly base: Base | null;
  /** The last whole frame. */
  readonly head: ChainHead;
  readonly headFile: Head | null;
  readonly segments: number;
  readonly lastSegment: LastSegment | null;
  readonly index: FrameIndex;
  readonly snapshots: readonly string[];
  /** Unfinished files of an interrupted run. */
  readonly leftovers: readonly string[];
}

export interface LastSegment {
  readonly header: SegmentHeader;
  readonly endSector: number;
  readonly lastFrameSector: number | null;
  readonly tornEndSector: number | null;
}

export interface InspectOptions {
  readonly acceptTornTail?: boolean;
  /** The segments before the base are there too: read from the first one on. */
  readonly ignoreBase?: boolean;
  readonly onSegment?: (progress: { readonly segment: number; readonly segments: number }) => void;
}

export function inspect(files: Files, directory: string, options: InspectOptions = {}): Inspection {
  const names = files.list(directory);
  const survey: Survey = { files, directory, findings: [], claims: [], index: new FrameIndex(), options };
  const snapshots = snapshotNames(files, directory);
  const headFile = names.includes(HEAD_NAME) ? readHead(survey) : null;
  const ids = readSnapshots(survey, snapshots);
  const base = names.includes(BASE_NAME) && options.ignoreBase !== true ? readBase(survey) : null;
  const walk = walkSegments(survey, names, base);
  if (headFile !== null) ids.push({ file: HEAD_NAME, id: headFile.journalId });
  checkIds(survey, walk.journalId, ids);
  checkStart(survey, { names, snapshots, headFile, walk });
  if (base !== null && snapshots.length === 0)
    survey.findings.push({
      file: BASE_NAME,
      offset: 0,
      what: 'no snapshot holds what the segments before it led to',
    });
  if (survey.findings.length === 0) checkClaims(survey, walk.head);
  return {
    findings: survey.findings,
    journalId: walk.journalId,
    base,
    head: walk.head,
    headFile,
    segments: walk.segments,
    lastSegment: walk.last,
    index: survey.index,
    snapshots,
    leftovers: names.filter((name) => name.endsWith(TEMPORARY_SUFFIX) || isBefore(base, name)),
  };
}

interface Survey {
  readonly files: Files;
  readonly directory: string;
  readonly findings: Finding[];
  readonly claims: Claim[];
  readonly index: FrameIndex;
  readonly options: InspectOptions;
}

/** A file's statement that a frame is durable: the journal must have it, with that hash. */
interface Claim {
  readonly file: string;
  readonly at: ChainHead;
  met: boolean;
}

interface Walk {
  readonly journalId: Uint8Array | null;
  readonly head: ChainHead;
  readonly segments: number;
  readonly last: LastSegment | null;
}

function readHead(survey: Survey): Head | null {
  const head = readable(() => loadHead(survey.files, survey.directory));
  if (typeof head === 'string') {
    survey.findings.push({ file: HEAD_NAME, offset: 0, what: head });
    return null;
  }
  survey.claims.push({ file: HEAD_NAME, at: head.durable, met: false });
  return head;
}

function readBase(survey: Survey): Base | null {
  const base = readable(() => loadBase(survey.files, survey.directory));
  if (typeof base !== 'string') return base;
  survey.findings.push({ file: BASE_NAME, offset: 0, what: base });
  return null;
}

/** A segment that is in the archive already, and was not removed any more. */
function isBefore(base: Base | null, name: string): boolean {
  const segment = segmentNumber(name);
  return base !== null && segment !== null && segment < base.segment;
}

function readable<T>(read: () => T | string): T | string {
  try {
    return read();
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readSnapshots(survey: Survey, names: readonly string[]): { file: string; id: Uint8Array }[] {
  const ids: { file: string; id: Uint8Array }[] = [];
  for (const file of names) {
    const header = readable(() => checkSnapshot(survey.files, survey.directory, file));
    if (typeof header === 'string') {
      survey.findings.push({ file, offset: 0, what: header });
      continue;
    }
    survey.claims.push({ file, at: header.at, met: false });
    ids.push({ file, id: header.journalId });
  }
  return ids;
}

function walkSegments(survey: Survey, names: readonly string[], base: Base | null): Walk {
  const numbers = names
    .map(segmentNumber)
    .filter((number) => number !== null)
    .sort((a, b) => a - b);
  const lastNumber = numbers.at(-1) ?? 0;
  const first = base?.segment ?? 1;
  let walk: Walk = {
    journalId: base?.journalId ?? null,
    head: base?.at ?? genesis(new Uint8Array(0)),
    segments: lastNumber,
    last: null,
  };
  if (base !== null) meetClaims(survey, base.at);
  /** Whether everything before is known, so that the next header can be held against it. */
  let sound = true;
  for (let segment = first; segment <= Math.max(lastNumber, first); segment++) {
    if (segment > lastNumber && base === null) break;
    if (!numbers.includes(segment)) {
      survey.findings.push({ file: segmentName(segment), offset: 0, what: 'the segment is missing' });
      sound = false;
      continue;
    }
    survey.options.onSegment?.({ segment, segments: lastNumber });
    const isLast = segment === lastNumber;
    const next = walkSegment(survey, { segment, isLast, before: walk, sound });
    sound = next.sound;
    walk = { ...walk, ...next.walk };
  }
  return walk;
}

interface SegmentPlace {
  readonly segment: number;
  readonly isLast: boolean;
  readonly before: Walk;
  readonly sound: boolean;
}

function walkSegment(survey: Survey, place: SegmentPlace): { walk: Partial<Walk>; sound: boolean } {
  const name = segmentName(place.segment);
  const found = readable(() => readSegment(survey, name, place));
  if (typeof found === 'string') {
    survey.findings.push({ file: name, offset: 0, what: found });
    return { walk: {}, sound: false };
  }
  const { header, inspection } = found;
  for (const { offset, what } of inspection.damage) survey.findings.push({ file: name, offset, what });
  const last = place.isLast ? { header, ...inspection } : null;
  return {
    walk: { journalId: header.journalId, head: inspection.head, last },
    sound: inspection.damage.length === 0,
  };
}

function readSegment(
  survey: Survey,
  name: string,
  place: SegmentPlace,
): { header: SegmentHeader; inspection: SegmentInspection } | string {
  const file = survey.files.openToRead(`${survey.directory}/${name}`);
  try {
    const sector = Buffer.alloc(SECTOR_BYTES);
    const header = decodeSegmentHeader(sector.subarray(0, readFully(file, sector, 0)));
    if (typeof header === 'string') return header;
    const wrong = misplaced(header, place);
    if (wrong !== null) return wrong;
    if (file.size() !== header.bytes) return `it has ${file.size()} bytes, not ${header.bytes}`;
    const inspection = inspectSegment(file, header, {
      isLast: place.isLast,
      acceptTornTail: survey.options.acceptTornTail ?? false,
      onFrame: ({ header: { firstSequence } }, head, at) => {
        survey.index.add({ firstSequence, segment: place.segment, sector: at });
        meetClaims(survey, head);
      },
    });
    return { header, inspection };
  } finally {
    file.close();
  }
}

/** What is wrong with a sound header that stands in the wrong place. */
function misplaced(header: SegmentHeader, { segment, before, sound }: SegmentPlace): string | null {
  if (header.segment !== segment) return `it is segment ${header.segment}`;
  const id = before.journalId ?? header.journalId;
  if (!equal(header.journalId, id)) return 'it belongs to another journal';
  if (!sound) return null;
  const expected = segment === 1 ? genesis(header.journalId) : before.head;
  const follows =
    header.after.frame === expected.frame &&
    header.after.sequence === expected.sequence &&
    equal(header.after.hash, expected.hash);
  return follows ? null : `it follows frame ${header.after.frame}, the segment before ends with another`;
}

function meetClaims(survey: Survey, head: ChainHead): void {
  for (const claim of survey.claims) {
    if (claim.at.frame !== head.frame) continue;
    claim.met = claim.at.sequence === head.sequence && equal(claim.at.hash, head.hash);
  }
}

function checkClaims(survey: Survey, head: ChainHead): void {
  for (const { file, at, met } of survey.claims) {
    if (met || at.frame === 0) continue;
    const what = `it says that record ${at.sequence} of frame ${at.frame} is durable; the segments`;
    const lost = at.frame > head.frame ? `end with frame ${head.frame}` : 'hold another frame';
    survey.findings.push({ file, offset: 0, what: `${what} ${lost}` });
  }
}

function checkIds(survey: Survey, id: Uint8Array | null, others: { file: string; id: Uint8Array }[]): void {
  for (const other of others) {
    if (id === null || equal(other.id, id)) continue;
    survey.findings.push({ file: other.file, offset: 0, what: 'it belongs to another journal' });
  }
}

/** A store without head or without segments is one whose making was interrupted, or one that has lost them. */
function checkStart(
  survey: Survey,
  store: { names: readonly string[]; snapshots: readonly string[]; headFile: Head | null; walk: Walk },
): void {
  const { names, snapshots, headFile, walk } = store;
  const written = walk.head.frame > 0 || walk.last?.tornEndSector != null;
  const started = written || walk.segments > 1 || snapshots.length > 0;
  const hasHead = names.includes(HEAD_NAME);
  if (started && !hasHead) survey.findings.push({ file: HEAD_NAME, offset: 0, what: 'the head is missing' });
  const lastNamed = headFile?.segment ?? (hasHead || started ? 1 : 0);
  for (let segment = walk.segments + 1; segment <= lastNamed; segment++) {
    survey.findings.push({ file: segmentName(segment), offset: 0, what: 'the segment is missing' });
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
