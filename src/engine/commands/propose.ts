/**
 * Four eyes on corrections: one operator proposes, another approves, and only then is it decided, on the state as it is
 * then. Nothing else leads to a correction. Either may withdraw it; after its time it can be approved no more.
 */
import { isId } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Correction, CorrectionKind, CorrectionOf } from '../correctionFields.js';
import type { Decision, Situation } from '../decision.js';
import { correctionOf, PROPOSAL_STATUS, proposedBy } from '../proposals.js';
import { type Rejection, reject } from '../rejection.js';
import { decideBustTrade, findBust } from './bustTrade.js';
import { newIdFault, poolFault, unknown } from './checks.js';
import { decideCorrectMark, findWrongMark } from './correctMark.js';
import { decideReverseLiquidation, findReversed } from './reverseLiquidation.js';

interface Corrector<K extends CorrectionKind> {
  /** Whether what is named can be so: a proposal without it is refused at once. */
  readonly find: (
    situation: Situation,
    correction: CorrectionOf<K>,
  ) => { readonly instrumentRow: number } | Rejection;
  readonly decide: (situation: Situation, proposalRow: number, correction: CorrectionOf<K>) => Decision;
}

const CORRECTORS: { readonly [K in CorrectionKind]: Corrector<K> } = {
  bustTrade: { find: findBust, decide: decideBustTrade },
  correctMark: {
    find: findWrongMark,
    decide: (situation, _proposalRow, correction) => decideCorrectMark(situation, correction),
  },
  reverseLiquidation: { find: findReversed, decide: decideReverseLiquidation },
};

export function decideProposeTradeBust(
  situation: Situation,
  { kind: _kind, proposal, operator, expiresMs, ...facts }: CommandOf<'proposeTradeBust'>,
): Decision {
  return propose(situation, { proposal, operator, expiresMs }, { kind: 'bustTrade', ...facts });
}

export function decideProposeMarkCorrection(
  situation: Situation,
  { kind: _kind, proposal, operator, expiresMs, ...facts }: CommandOf<'proposeMarkCorrection'>,
): Decision {
  return propose(situation, { proposal, operator, expiresMs }, { kind: 'correctMark', ...facts });
}

export function decideProposeReversal(
  situation: Situation,
  { kind: _kind, proposal, operator, expiresMs, ...facts }: CommandOf<'proposeReversal'>,
): Decision {
  return propose(situation, { proposal, operator, expiresMs }, { kind: 'reverseLiquidation', ...facts });
}

export function decideApprove(situation: Situation, { proposal, operator }: CommandOf<'approve'>): Decision {
  const { state, timeMs } = situation;
  const proposalRow = openProposalNamed(situation, { proposal, operator });
  if (typeof proposalRow === 'object') return proposalRow;
  const { operator: proposer, correction } = proposedBy(state, proposalRow);
  // Ann and ann are one person's eyes.
  if (proposer.toLowerCase() === operator.toLowerCase()) return reject('same_operator', { operator });
  const expiresMs = state.proposals.expiresMs.get(proposalRow);
  if (timeMs > expiresMs) return reject('proposal_expired', { proposal, expiresMs });
  const instrumentRow = findInstrument(situation, correction);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const corrector = CORRECTORS[correction.kind] as Corrector<CorrectionKind>;
  const decision = corrector.decide(situation, proposalRow, correction);
  if ('code' in decision) return decision;
  const poolRow = state.instruments.pool.get(instrumentRow);
  return [{ kind: 'correctionApproved', proposalRow, poolRow, instrumentRow, operator }, ...decision];
}

export function decideWithdrawProposal(
  situation: Situation,
  { proposal, operator }: CommandOf<'withdrawProposal'>,
): Decision {
  const proposalRow = openProposalNamed(situation, { proposal, operator });
  return typeof proposalRow === 'object'
    ? proposalRow
    : [{ kind: 'proposalWithdrawn', proposalRow, operator }];
}

function propose(
  situation: Situation,
  by: { readonly proposal: string; readonly operator: string; readonly expiresMs: number },
  correction: Correction,
): Decision {
  const { state, timeMs } = situation;
  const { proposal, operator, expiresMs } = by;
  const fault = newIdFault(state.proposals.names, proposal) ?? operatorFault(operator);
  if (fault !== null) return fault;
  if (expiresMs <= timeMs) return reject('proposal_expired', { proposal, expiresMs });
  const instrumentRow = findInstrument(situation, correction);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const poolRow = state.instruments.pool.get(instrumentRow);
  return [{ kind: 'correctionProposed', ...by, poolRow, instrumentRow, correction }];
}

/** The instrument it is about, once what it names can be so and nobody corrected the same before. */
function findInstrument(situation: Situation, correction: Correction): number | Rejection {
  const { state } = situation;
  const { find } = CORRECTORS[correction.kind] as Corrector<CorrectionKind>;
  if ('fundCapMinor' in correction && (correction.fundCapMinor < 0n || correction.venueCapMinor < 0n))
    return reject('invalid_definition', { field: 'fundCap, venueCap', rule: 'not below zero' });
  const found = find(situation, correction);
  if ('code' in found) return found;
  const quarantined = poolFault(state, state.instruments.pool.get(found.instrumentRow));
  if (quarantined !== null) return quarantined;
  const before = correctionOf(state, correction);
  if (before >= 0) return reject('already_corrected', { proposal: state.proposals.names.nameOf(before) });
  return found.instrumentRow;
}

function openProposalNamed(
  { state }: Situation,
  { proposal, operator }: { readonly proposal: string; readonly operator: string },
): number | Rejection {
  const { proposals } = state;
  const fault = operatorFault(operator);
  if (fault !== null) return fault;
  const row = proposals.names.rowOf(proposal);
  if (row < 0) return unknown('unknown_proposal', proposal);
  return proposals.status.get(row) === PROPOSAL_STATUS.open ? row : reject('proposal_closed', { proposal });
}

function operatorFault(operator: string): Rejection | null {
  return isId(operator) ? null : reject('invalid_id', { id: operator.slice(0, 80) });
}
