/** `bulkhead verify`: every byte, every hash, every law, and every command decided again. */
import { existsSync } from 'node:fs';
import { findingText, type Verification, verifyJournal } from '../journal/index.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal } from './failures.js';
import type { Io } from './io.js';
import { progress } from './progress.js';
import { grouped, pairs } from './table.js';

export const verifyHelp = `Usage: bulkhead verify DIR [--json]

Audits the journal in DIR without changing it: checks every byte and the hash chain, decides every command
again with a fresh engine and compares the records byte for byte, checks the state hash of every frame, the
snapshots, and every law by full scan. Stop the service first, or verify a backup.

Options:
  --json      one JSON object instead of a table
  -h, --help  this page

Exit codes: 0 everything agrees, 1 something does not (each finding is named), 2 wrong usage.

Examples:
  bulkhead verify ./data
  bulkhead verify ./backup --json
`;

export async function verify(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(
    args,
    { json: { type: 'boolean' } },
    { positionalsMin: 1, positionalsMax: 1 },
  );
  const directory = parsed.positionals[0] as string;
  if (!existsSync(directory))
    throw new Refusal('file_unusable', `${directory}: there is no such file or folder`);
  const bar = progress(io, 'verifying');
  const verification = verifyJournal(directory, {
    onRecord: (sequence, last) => bar.show(sequence, last, `record ${sequence}`),
  });
  bar.end();
  io.out(parsed.flag('json') ? `${JSON.stringify(asJson(verification))}\n` : asText(verification));
  return verification.findings.length === 0 ? EXIT_DONE : EXIT_REFUSED;
}

function asJson({ store, findings, ...counts }: Verification) {
  return {
    ok: findings.length === 0,
    ...counts,
    segments: store.segments,
    frames: store.frames,
    tornTail: store.tornTail,
    findings,
  };
}

function asText({ store, findings, ...counts }: Verification): string {
  const wasDecided = store.findings.length === 0;
  const lines = pairs([
    ['segments', grouped(String(store.segments))],
    ['frames', grouped(String(store.frames))],
    ['records', grouped(String(counts.records))],
    [
      'commands',
      wasDecided
        ? `${grouped(String(counts.commands))}, ${grouped(String(counts.rejected))} refused`
        : 'not decided again: the store itself is damaged',
    ],
    ['snapshots', String(counts.snapshots)],
    ...(counts.archive === null
      ? []
      : [
          [
            'not audited',
            `records before ${counts.auditedFrom}: they are in ${counts.archive}, which is not there as it was`,
          ] as const,
        ]),
    ...(wasDecided ? [['state hash', counts.stateHash] as const] : []),
  ]);
  const tail = store.tornTail;
  const torn =
    tail === null
      ? ''
      : `A write that a crash cut short will be cut off: ${tail.file} at byte ${tail.offset}, ${tail.bytes} bytes, never acknowledged.\n`;
  if (findings.length === 0)
    return `${lines}${torn}Everything agrees: bytes, chain, decisions, hashes and laws.\n`;
  return `${lines}${torn}${findings.map((finding) => `DAMAGED: ${findingText(finding)}\n`).join('')}`;
}
