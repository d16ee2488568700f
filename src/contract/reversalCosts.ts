/**
 * What it would take to reverse takeovers that came of a wrong mark, as of now: the engine's own answer, on a trial in
 * which the mark is corrected and every takeover is proposed and approved, one after the other, under no cap.
 */
import type { Engine, Event, ExternalCommand, Recorded, State } from '../engine/index.js';
import { correctionOf, PROPOSAL_STATUS, proposedBy } from '../engine/proposals.js';
import { correctionCommands, freeProposal, type RightMark, type WrongSpan } from './markCounterfactual.js';
import type { Problem } from './problem.js';
import { rejectionProblem } from './rejectionView.js';
import { formatAmount, formatQuantity, instrumentScale } from './scale.js';

/** possible: propose it; refused: the engine would not, and says why; reversed: it was done before. */
export interface ReversalCost {
  readonly takeover: string;
  readonly status: 'possible' | 'refused' | 'reversed';
  /** What fund and venue would pay after those before it in the list; null where it is not possible. */
  readonly cost: string | null;
  readonly ofFund: string | null;
  readonly ofVenue: string | null;
  /** What of the position would be the account's again; the rest is paid. */
  readonly quantityBack: string | null;
  readonly refusal: { readonly code: string; readonly detail: string } | null;
}

export interface ReversalPlan {
  /** The approved correction that reversals would refer to; null: it is to be proposed first. */
  readonly correctedBy: string | null;
  readonly reversals: readonly ReversalCost[];
  readonly cost: string;
  readonly ofFund: string;
  readonly ofVenue: string;
}

export function planReversals(
  engine: Engine,
  takeovers: readonly string[],
  at: { readonly right: RightMark; readonly span: WrongSpan },
): ReversalPlan {
  const { state } = engine;
  const { right, span } = at;
  const scale = instrumentScale(state, right.instrumentRow);
  const correctedBy = approvedCorrection(state, right, span);
  const sums = { fund: 0n, venue: 0n };
  const reversals = engine.trial(state.clock.timeMs, (run) => {
    const corrected = correctedBy === null ? correct(run, state, at) : { proposal: correctedBy };
    return takeovers.map((takeover) => {
      const proposed = proposal(state, right, takeover);
      if (correctionOf(state, { kind: 'reverseLiquidation', ...proposed }) >= 0) return reversed(takeover);
      if ('code' in corrected) return refused(takeover, corrected);
      const made = reverse(run, state, { ...proposed, correctedBy: corrected.proposal });
      if ('code' in made) return refused(takeover, made);
      const { fundPaidMinor, venuePaidMinor } = paidBy(made);
      sums.fund += fundPaidMinor;
      sums.venue += venuePaidMinor;
      return {
        takeover,
        status: 'possible' as const,
        cost: formatAmount(fundPaidMinor + venuePaidMinor, scale),
        ofFund: formatAmount(fundPaidMinor, scale),
        ofVenue: formatAmount(venuePaidMinor, scale),
        quantityBack: scale.instrument === null ? null : formatQuantity(made.lots, scale.instrument),
        refusal: null,
      };
    });
  });
  return {
    correctedBy,
    reversals,
    cost: formatAmount(sums.fund + sums.venue, scale),
    ofFund: formatAmount(sums.fund, scale),
    ofVenue: formatAmount(sums.venue, scale),
  };
}

type Run = (command: ExternalCommand) => Recorded;
type Reversed = Extract<Event, { readonly kind: 'liquidationReversed' }>;

/** As large a cap as a column holds: what it costs is asked, not what is allowed. */
const NO_CAP = 2n ** 62n;

/** The approved proposal that says the same of the mark, or null. */
function approvedCorrection(state: State, right: RightMark, { sequence }: WrongSpan): string | null {
  const { proposals, instruments } = state;
  for (let row = 0; row < proposals.table.size; row++) {
    const { correction } = proposedBy(state, row);
    if (proposals.status.get(row) !== PROPOSAL_STATUS.approved || correction.kind !== 'correctMark') continue;
    const isSame =
      correction.instrument === instruments.names.nameOf(right.instrumentRow) &&
      correction.sequence === sequence &&
      correction.rightTicks === right.markTicks;
    if (isSame) return proposals.names.nameOf(row);
  }
  return null;
}

function correct(
  run: Run,
  state: State,
  { right, span }: { readonly right: RightMark; readonly span: WrongSpan },
): { readonly proposal: string } | Problem {
  const commands = correctionCommands(state, right, span);
  return firstRefusal(run, state, commands) ?? { proposal: commands[1].proposal };
}

function proposal(state: State, { instrumentRow }: RightMark, takeover: string) {
  const instrument = state.instruments.names.nameOf(instrumentRow);
  return { instrument, takeover, correctedBy: '', fundCapMinor: NO_CAP, venueCapMinor: NO_CAP };
}

function reverse(run: Run, state: State, facts: ReturnType<typeof proposal>): Reversed | Problem {
  const id = freeProposal(state);
  const expiresMs = Number.MAX_SAFE_INTEGER;
  const proposing = {
    kind: 'proposeReversal',
    proposal: id,
    operator: 'first',
    expiresMs,
    ...facts,
  } as const;
  const approving = { kind: 'approve', proposal: id, operator: 'second' } as const;
  const fault = firstRefusal(run, state, [proposing]);
  if (fault !== null) return fault;
  const { outcome } = run(approving).record;
  if (outcome.kind === 'rejected') return rejectionProblem(state, proposing, outcome.rejection);
  return outcome.events.find((event): event is Reversed => event.kind === 'liquidationReversed') as Reversed;
}

function firstRefusal(run: Run, state: State, commands: readonly ExternalCommand[]): Problem | null {
  for (const command of commands) {
    const { outcome } = run(command).record;
    if (outcome.kind === 'rejected') return rejectionProblem(state, command, outcome.rejection);
  }
  return null;
}

function paidBy({ compensations }: Reversed) {
  const [paid] = compensations;
  return paid ?? { fundPaidMinor: 0n, venuePaidMinor: 0n };
}

const NO_COST = { cost: null, ofFund: null, ofVenue: null, quantityBack: null } as const;

function reversed(takeover: string): ReversalCost {
  return { takeover, status: 'reversed', ...NO_COST, refusal: null };
}

function refused(takeover: string, { code, detail }: Problem): ReversalCost {
  return { takeover, status: 'refused', ...NO_COST, refusal: { code, detail } };
}
