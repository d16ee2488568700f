/** Corrections in the story of an account: which concern it, and in a sentence what each did for it (OPS-03). */
import type { Event, EventOf, State } from '../engine/index.js';
import { listedInstrument } from '../engine/index.js';
import { proposedBy } from '../engine/proposals.js';
import { holdsInstrument } from './markCounterfactual.js';
import {
  formatAmount,
  formatMark,
  formatPrice,
  formatQuantity,
  instrumentScale,
  type Scale,
} from './scale.js';

export interface CorrectionTold {
  readonly proposal: string;
  readonly proposedBy: string;
  /** Null while it is only proposed, or was withdrawn. */
  readonly approvedBy: string | null;
  readonly sentence: string;
}

/** An account, and what was taken over from it. */
export interface Corrected {
  readonly accountRow: number;
  readonly takeovers: ReadonlySet<number>;
}

type About = EventOf<'correctionProposed'> | EventOf<'correctionApproved'> | EventOf<'proposalWithdrawn'>;
type Correction = EventOf<'correctionProposed'>['correction'];

/** Whether the event is of a correction that concerns the account; the state is the one after it. */
export function concernsAccount(state: State, event: Event, corrected: Corrected): event is About {
  if (!isAbout(event)) return false;
  const { accounts, instruments, takeovers } = state;
  const correction = correctionOf(state, event);
  const account = accounts.names.nameOf(corrected.accountRow);
  const instrumentRow = instruments.names.rowOf(correction.instrument);
  switch (correction.kind) {
    case 'bustTrade':
      return correction.buyer === account || correction.seller === account;
    case 'reverseLiquidation':
      return corrected.takeovers.has(takeovers.names.rowOf(correction.takeover));
    case 'correctMark': {
      const { fromMs, toMs } = correction;
      const isOfThen = (row: number) =>
        takeovers.instrument.get(row) === instrumentRow &&
        takeovers.timeMs.get(row) >= fromMs &&
        takeovers.timeMs.get(row) <= (toMs ?? state.clock.timeMs);
      return (
        holdsInstrument(state, corrected.accountRow, instrumentRow) || [...corrected.takeovers].some(isOfThen)
      );
    }
  }
}

/** One for each correction among the events of a record. */
export function correctionsTold(
  state: State,
  events: readonly Event[],
  corrected: Corrected,
): readonly CorrectionTold[] {
  return events
    .filter((event) => concernsAccount(state, event, corrected))
    .map((event) => {
      const by = proposedBy(state, rowOf(state, event));
      const proposal = state.proposals.names.nameOf(rowOf(state, event));
      const facts = factsText(state, by.correction);
      if (event.kind === 'correctionProposed')
        return {
          proposal,
          proposedBy: by.operator,
          approvedBy: null,
          sentence: `${by.operator} proposed ${proposal}: ${facts}`,
        };
      const head = `${event.operator} ${event.kind === 'proposalWithdrawn' ? 'withdrew' : 'approved'} ${proposal}, proposed by ${by.operator}: ${facts}`;
      if (event.kind === 'proposalWithdrawn')
        return { proposal, proposedBy: by.operator, approvedBy: null, sentence: head };
      const done = outcomeText(state, events, {
        accountRow: corrected.accountRow,
        correction: by.correction,
      });
      return { proposal, proposedBy: by.operator, approvedBy: event.operator, sentence: `${head}; ${done}` };
    });
}

function isAbout(event: Event): event is About {
  return ['correctionProposed', 'correctionApproved', 'proposalWithdrawn'].includes(event.kind);
}

function rowOf(state: State, event: About): number {
  return event.kind === 'correctionProposed'
    ? state.proposals.names.rowOf(event.proposal)
    : event.proposalRow;
}

function correctionOf(state: State, event: About): Correction {
  return proposedBy(state, rowOf(state, event)).correction;
}

/** What is said to be wrong, and what right. */
function factsText(state: State, correction: Correction): string {
  const { instrument } = correction;
  const listed = listedInstrument(state, state.instruments.names.rowOf(instrument));
  switch (correction.kind) {
    case 'bustTrade': {
      const { lots, priceTicks, fairTicks, sequence } = correction;
      return `the fill of ${formatQuantity(lots, listed)} ${instrument} at ${formatPrice(priceTicks, listed)} in record ${sequence} should have been at ${formatPrice(fairTicks, listed)}`;
    }
    case 'correctMark': {
      const { wrongTicks, rightTicks, sequence } = correction;
      return `the mark of ${instrument} in record ${sequence} was ${formatMark(wrongTicks, listed)} and should have been ${formatMark(rightTicks, listed)}`;
    }
    case 'reverseLiquidation':
      return `the liquidation ${correction.takeover} came of the mark that ${correction.correctedBy} corrected`;
  }
}

/** What an approval did for the account. */
function outcomeText(
  state: State,
  events: readonly Event[],
  { accountRow, correction }: { readonly accountRow: number; readonly correction: Correction },
): string {
  const scale = instrumentScale(state, state.instruments.names.rowOf(correction.instrument));
  for (const event of events) {
    if (event.kind === 'tradeBusted') {
      if (event.isTradedBack) return 'it was traded back at its own price';
      const paid = paidText(event, accountRow, scale);
      return `it could not be traded back; ${paid ?? 'nothing was due to this account'}`;
    }
    if (event.kind === 'liquidationReversed') {
      const { lots, collateral } = event;
      const listed = listedInstrument(state, event.instrumentRow);
      const back =
        lots === 0n
          ? 'nothing of it was left to give back'
          : `${formatQuantity(lots, listed)} ${correction.instrument} and ${formatAmount(collateral, scale)} ${scale.asset} went back`;
      return `${back}; ${paidText(event, accountRow, scale) ?? 'nothing more was due'}`;
    }
  }
  return correction.kind === 'correctMark' && correction.toMs === null
    ? 'the right mark took its place'
    : 'another mark stood by then, and nothing was changed';
}

function paidText(
  { compensations }: EventOf<'tradeBusted'> | EventOf<'liquidationReversed'>,
  accountRow: number,
  scale: Scale,
): string | null {
  const paid = compensations.find((each) => each.accountRow === accountRow);
  if (paid === undefined) return null;
  const { fundPaidMinor, venuePaidMinor, isSwept } = paid;
  const sum = formatAmount(fundPaidMinor + venuePaidMinor, scale);
  const parts = `${formatAmount(fundPaidMinor, scale)} by the fund, ${formatAmount(venuePaidMinor, scale)} by the venue`;
  return `${sum} ${scale.asset} were paid${isSwept ? " into the client's wallet" : ''}: ${parts}`;
}
