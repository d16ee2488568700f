/**
 * Corrections that were proposed, and what became of them. What is proposed stands beside the table, which has its
 * digest; a correction that was carried out can be found by what it corrects, so that it happens once.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { assert, type Infer, list, mixBytes, mixName, record, text } from '../base/index.js';
import { type Correction, correction } from './correctionFields.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

export const PROPOSAL_STATUS = { open: 0, approved: 1, withdrawn: 2 } as const;

const proposed = record({ operator: text, correction });
export type Proposed = Infer<typeof proposed>;

export type ProposalStore = Proposed[];

export function proposedBy(state: State, row: number): Proposed {
  return state.proposals.contents[row] as Proposed;
}

/** The approved proposal that corrected the same before, or -1. */
export function correctionOf({ proposals }: State, of: Correction): number {
  return proposals.corrected.get(correctedKey(of)) ?? -1;
}

/** What is corrected, as one word: a fill by its record, a mark by its record and instrument, a takeover by its name. */
function correctedKey(of: Correction): string {
  switch (of.kind) {
    case 'bustTrade':
      return `fill ${of.sequence}`;
    case 'correctMark':
      return `mark ${of.sequence} ${of.instrument}`;
    case 'reverseLiquidation':
      return `takeover ${of.takeover}`;
  }
}

// ---- called by `evolve` alone ----

export function openProposal(state: State, event: EventOf<'correctionProposed'>): void {
  const { proposals, undo } = state;
  const { operator } = event;
  const row = proposals.table.append(mixName(event.proposal));
  proposals.names.add(event.proposal);
  const content = { operator, correction: event.correction };
  proposals.contents.push(content);
  undo.push(() => proposals.contents.pop());
  proposals.pool.set(row, event.poolRow);
  proposals.status.set(row, PROPOSAL_STATUS.open);
  proposals.expiresMs.set(row, event.expiresMs);
  proposals.digest.set(row, digest(content));
}

export function approveProposal(
  state: State,
  { proposalRow }: EventOf<'correctionApproved'>,
  timeMs: number,
): void {
  const { proposals, undo } = state;
  proposals.status.set(proposalRow, PROPOSAL_STATUS.approved);
  proposals.decidedMs.set(proposalRow, timeMs);
  const key = correctedKey(proposedBy(state, proposalRow).correction);
  assert(!proposals.corrected.has(key), 'nothing is corrected twice');
  proposals.corrected.set(key, proposalRow);
  undo.push(() => proposals.corrected.delete(key));
}

/** By full scan. */
export function rebuildCorrected(state: State): void {
  const { proposals } = state;
  for (let row = 0; row < proposals.table.size; row++) {
    if (proposals.status.get(row) === PROPOSAL_STATUS.approved)
      proposals.corrected.set(correctedKey(proposedBy(state, row).correction), row);
  }
}

function digest(content: Proposed): bigint {
  const writer = new ByteWriter();
  proposed.write(writer, content);
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}

const stored = list(proposed);

export function writeProposals(writer: ByteWriter, contents: ProposalStore): void {
  stored.write(writer, contents);
}

export function readProposals(reader: ByteReader, into: ProposalStore): void {
  for (const content of stored.read(reader)) into.push(content);
}
