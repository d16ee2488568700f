/**
 * An isolated account was taken over at a mark that two operators have since corrected, and at the right one it would
 * not have been. It gets back what is still there: the lots that its takeover holds, with their cost and collateral, as
 * they are. What of its equity at the right mark is gone is made good from the pool's fund and the venue.
 */
import { divFloor, max, min } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import { equityFloor, isLiquidatable } from '../../margin/index.js';
import { valueAtMark } from '../../market/index.js';
import { hasPosition, ordersOf } from '../accountParts.js';
import { type Compensation, compensate } from '../compensation.js';
import type { CorrectionOf } from '../correctionFields.js';
import type { Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { PROPOSAL_STATUS, proposedBy } from '../proposals.js';
import { type Rejection, reject } from '../rejection.js';
import {
  ACCOUNT_STATUS,
  INSTRUMENT_STATUS,
  listedInstrument,
  poolLedgerRow,
  type State,
  TAKEOVER_STATUS,
} from '../state.js';
import { accruedFunding } from '../trade.js';
import { unwindingLeft } from '../unwinding.js';
import { unknown } from './checks.js';
import { FLAT } from './takeOverShared.js';

type Reversal = CorrectionOf<'reverseLiquidation'>;

export interface FoundTakeover {
  readonly instrumentRow: number;
  readonly takeoverRow: number;
  readonly accountRow: number;
  readonly rightTicks: bigint;
  /** What the account had by the right mark. */
  readonly equity: bigint;
}

/** The takeover, and that it came of the wrong mark alone. */
export function findReversed(
  { state }: Pick<Situation, 'state'>,
  { instrument, takeover, correctedBy }: Reversal,
): FoundTakeover | Rejection {
  const { accounts, instruments, proposals, takeovers } = state;
  const instrumentRow = instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  const takeoverRow = takeovers.names.rowOf(takeover);
  if (takeoverRow < 0) return unknown('unknown_takeover', takeover);
  const proposalRow = proposals.names.rowOf(correctedBy);
  if (proposalRow < 0) return unknown('unknown_proposal', correctedBy);
  const disagree = (rule: string) => reject('facts_disagree', { rule, takeover });
  if (takeovers.instrument.get(takeoverRow) !== instrumentRow)
    return disagree('the takeover is of another instrument');
  const { correction } = proposedBy(state, proposalRow);
  const isApproved = proposals.status.get(proposalRow) === PROPOSAL_STATUS.approved;
  if (!isApproved || correction.kind !== 'correctMark' || correction.instrument !== instrument)
    return disagree('an approved correction of a mark of the instrument');
  const takenMs = takeovers.timeMs.get(takeoverRow);
  const untilMs = correction.toMs ?? proposals.decidedMs.get(proposalRow);
  if (takenMs < correction.fromMs || takenMs > untilMs)
    return disagree('taken over while the wrong mark stood');
  const accountRow = takeovers.account.get(takeoverRow);
  const isHere = accounts.pool.get(accountRow) === takeovers.pool.get(takeoverRow);
  const lots = takeovers.takenLots.get(takeoverRow);
  if (!isHere || lots === 0n) return disagree('of an isolated account, in the pool where it still is');
  const { rightTicks } = correction;
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  const view = {
    collateral: takeovers.takenCollateral.get(takeoverRow),
    lots,
    cost: takeovers.takenCost.get(takeoverRow),
    fundingPerLot: 0n,
    leverage: accounts.leveragePpm.get(accountRow),
  };
  if (isLiquidatable(liquidationTerms, view, rightTicks))
    return disagree('at the right mark it would have been taken over too');
  const equity = equityFloor(liquidationTerms, view, rightTicks);
  return { instrumentRow, takeoverRow, accountRow, rightTicks, equity };
}

export function decideReverseLiquidation(
  situation: Situation,
  proposalRow: number,
  named: Reversal,
): Rejection | readonly [EventOf<'liquidationReversed'>] {
  const found = findReversed(situation, named);
  if ('code' in found) return found;
  const { state } = situation;
  const { instrumentRow, takeoverRow, accountRow, rightTicks, equity } = found;
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  if (state.accounts.isQueued.get(accountRow) === 1)
    return reject('account_in_liquidation', { account: state.accounts.names.nameOf(accountRow) });
  const given = giveBack(situation, found);
  const amountMinor = max(0n, equity - given.worth);
  const paid: Compensation | Rejection =
    amountMinor === 0n
      ? { compensations: [], transfers: [] }
      : compensate(situation, { accountRow, poolAssetRow, amountMinor, caps: named });
  if ('code' in paid) return paid;
  const { lots, collateral, principalMinor, positions, takeovers } = given;
  return [
    {
      kind: 'liquidationReversed',
      proposalRow,
      instrumentRow,
      takeoverRow,
      accountRow,
      markTicks: rightTicks,
      equity,
      lots,
      collateral,
      principalMinor,
      compensations: paid.compensations,
      transfers: [...given.transfers, ...paid.transfers],
      positions,
      takeovers,
    },
  ];
}

interface GivenBack
  extends Pick<
    EventOf<'liquidationReversed'>,
    'lots' | 'collateral' | 'principalMinor' | 'transfers' | 'positions' | 'takeovers'
  > {
  /** What of the account's equity it is, by the right mark. */
  readonly worth: bigint;
}

const NOTHING: GivenBack = {
  lots: 0n,
  collateral: 0n,
  principalMinor: 0n,
  transfers: [],
  positions: [],
  takeovers: [],
  worth: 0n,
};

/** What the takeover still holds, where the account can carry it; of what it has gained since, nothing. */
function giveBack(situation: Situation, found: FoundTakeover): GivenBack {
  const { state } = situation;
  const { instrumentRow, takeoverRow, accountRow, equity } = found;
  const { accounts, accountAssets, instruments, positions, takeovers } = state;
  if (!mayGoBack(situation, found)) return NOTHING;
  const from = takeovers.position.get(takeoverRow);
  const held = {
    lots: positions.lots.get(from),
    cost: positions.cost.get(from),
    fundingIndex: positions.fundingIndex.get(from),
    premium: positions.premium.get(from),
  };
  const all = takeovers.collateral.get(takeoverRow);
  const isWhole = held.lots === takeovers.takenLots.get(takeoverRow);
  const worth = isWhole ? equity : worthAt(state, found, { ...held, collateral: all });
  const gained = min(all, max(0n, worth - equity));
  const collateral = all - gained;
  if (!isHealthyWith(state, found, { ...held, collateral })) return NOTHING;
  const poolAssetRow = instruments.poolAsset.get(instrumentRow);
  const liquidation = poolLedgerRow(state, poolAssetRow, 'liquidation');
  const margin = accountAssets.ledgerRow.get(accounts.firstAsset.get(accountRow));
  const fund = poolLedgerRow(state, poolAssetRow, 'insuranceFund');
  const transfers: Transfer[] = [];
  if (collateral > 0n)
    transfers.push({ flow: 'giveBack', from: liquidation, to: margin, amount: collateral });
  if (gained > 0n) transfers.push({ flow: 'surplus', from: liquidation, to: fund, amount: gained });
  return {
    lots: held.lots,
    collateral,
    principalMinor: min(collateral, max(0n, takeovers.takenPrincipal.get(takeoverRow))),
    transfers,
    positions: [
      { ...FLAT, position: from, fundingIndex: instruments.fundingIndex.get(instrumentRow) },
      { position: accounts.firstPosition.get(accountRow), ...held },
    ],
    takeovers: [{ takeoverRow, collateral: 0n, isClosed: true }],
    worth: worth - gained,
  };
}

/** The takeover has lots and no order on the market, and the account is there for them: open, isolated, and empty of others. */
function mayGoBack({ state, timeMs }: Situation, found: FoundTakeover): boolean {
  const { accounts, instruments, takeovers } = state;
  const { takeoverRow, accountRow, instrumentRow } = found;
  return (
    takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.open &&
    takeovers.collateral.get(takeoverRow) >= 0n &&
    (takeovers.orderLots.get(takeoverRow) === 0n || unwindingLeft(state, takeoverRow) === 0n) &&
    accounts.status.get(accountRow) === ACCOUNT_STATUS.open &&
    accounts.instrument.get(accountRow) === instrumentRow &&
    !hasPosition(state, accountRow) &&
    ordersOf(state, accountRow).length === 0 &&
    instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading &&
    hasUsableMark(state, instrumentRow, timeMs)
  );
}

interface Held {
  readonly lots: bigint;
  readonly cost: bigint;
  readonly fundingIndex: bigint;
  readonly collateral: bigint;
}

function worthAt(state: State, found: FoundTakeover, { lots, cost, collateral }: Held): bigint {
  const { instrumentRow, takeoverRow, rightTicks } = found;
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  const { numerator, denominator } = valueAtMark(liquidationTerms, lots, rightTicks);
  const funding = accruedFunding(state, state.takeovers.position.get(takeoverRow));
  return collateral + funding + divFloor(numerator, denominator) - cost;
}

/** Whether the account, with what it has now, is above maintenance margin once it holds it again. */
function isHealthyWith(state: State, found: FoundTakeover, held: Held): boolean {
  const { accountRow, instrumentRow } = found;
  const { instruments } = state;
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  const before = accountView(state, accountRow);
  const view = {
    ...before,
    collateral: before.collateral + held.collateral,
    lots: held.lots,
    cost: held.cost,
    fundingPerLot: instruments.fundingIndex.get(instrumentRow) - held.fundingIndex,
  };
  return !isLiquidatable(liquidationTerms, view, instruments.markTicks.get(instrumentRow));
}
