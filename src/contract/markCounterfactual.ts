/**
 * What an account would have been at another mark, and what the engine would have answered: by the engine's own predicate,
 * and by the engine itself on a trial in which two operators correct the mark first.
 */
import {
  equityNow,
  isLiquidatableNow,
  isSharedLiquidatable,
  judgedAssetRow,
} from '../engine/accountHealth.js';
import { LAST_GOOD, wholeAccountView } from '../engine/accountMargin.js';
import { hasClosedForm, positionsOf } from '../engine/accountParts.js';
import type { Engine, ExternalCommand, Rejection, State } from '../engine/index.js';
import { accountView, listedInstrument } from '../engine/index.js';
import type { PriceChange } from '../engine/priceChange.js';
import { newPrices } from '../engine/priceChange.js';
import {
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  isLiquidatable,
  maintenanceMarginCeil,
} from '../margin/index.js';
import { assetScale, formatAmount } from './scale.js';

/** The mark that would have been right; `indexTicks` of an option its underlying's price, of others 0. */
export interface RightMark {
  readonly instrumentRow: number;
  readonly markTicks: bigint;
  readonly indexTicks: bigint;
}

/** Where an account stands, at the marks of then or at the right one. */
export interface Standing {
  readonly equity: string;
  readonly maintenanceMargin: string;
  readonly liquidatable: boolean;
}

/** Prices on their way, with the right mark in place of the wrong one. */
export function withRight(right: RightMark, arriving: PriceChange = newPrices()): PriceChange {
  const { instrumentRow, markTicks, indexTicks } = right;
  const marks = new Map(arriving.marks);
  marks.set(instrumentRow, { markTicks, indexTicks: indexTicks > 0n ? indexTicks : markTicks });
  return { ...arriving, marks };
}

/** By the state and the prices that come: the predicate that liquidates, of either kind of account. */
export function standingAt(state: State, accountRow: number, change: PriceChange): Standing {
  const scale = assetScale(state, judgedAssetRow(state, accountRow));
  if (!hasClosedForm(state, accountRow)) {
    const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD, change });
    return {
      equity: formatAmount(accountEquityFloor(view), scale),
      maintenanceMargin: formatAmount(accountRequirement(view).maintenance, scale),
      liquidatable: isSharedLiquidatable(state, accountRow, change),
    };
  }
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const markTicks =
    change.marks.get(instrumentRow)?.markTicks ?? state.instruments.markTicks.get(instrumentRow);
  const isFlat = view.lots === 0n;
  return {
    equity: formatAmount(
      isFlat ? equityNow(state, accountRow) : equityFloor(liquidationTerms, view, markTicks),
      scale,
    ),
    maintenanceMargin: formatAmount(
      isFlat ? 0n : maintenanceMarginCeil(liquidationTerms, view, markTicks),
      scale,
    ),
    liquidatable: isFlat
      ? isLiquidatableNow(state, accountRow)
      : isLiquidatable(liquidationTerms, view, markTicks),
  };
}

/** The asset of an account's equity and requirements. */
export function judgedAsset(state: State, accountRow: number): string {
  return assetScale(state, judgedAssetRow(state, accountRow)).asset;
}

/** Whether the account has lots of the instrument: a wrong mark of it reaches only who does. */
export function holdsInstrument(state: State, accountRow: number, instrumentRow: number): boolean {
  const { positions } = state;
  return positionsOf(state, accountRow).some(
    (row) => positions.instrument.get(row) === instrumentRow && positions.lots.get(row) !== 0n,
  );
}

/** Of a proposal: from when to when the wrong mark stood; `toMs` null while it stands. */
export interface WrongSpan {
  readonly sequence: number;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly wrongTicks: bigint;
}

type ProposingCommand = Extract<ExternalCommand, { readonly kind: 'proposeMarkCorrection' }>;
type ApprovingCommand = Extract<ExternalCommand, { readonly kind: 'approve' }>;

/** The proposal, and its approval by another operator: to be played on a trial, under ids nobody has taken. */
export function correctionCommands(
  state: State,
  right: RightMark,
  { sequence, fromMs, toMs, wrongTicks }: WrongSpan,
): readonly [ProposingCommand, ApprovingCommand] {
  const proposal = freeProposal(state);
  return [
    {
      kind: 'proposeMarkCorrection',
      proposal,
      operator: 'first',
      expiresMs: Number.MAX_SAFE_INTEGER,
      instrument: state.instruments.names.nameOf(right.instrumentRow),
      sequence,
      fromMs,
      toMs,
      wrongTicks,
      rightTicks: right.markTicks,
      indexTicks: right.indexTicks,
    },
    { kind: 'approve', proposal, operator: 'second' },
  ];
}

export function freeProposal({ proposals }: State): string {
  for (let count = proposals.table.size; ; count++) {
    if (proposals.names.rowOf(`explain-${count}`) < 0) return `explain-${count}`;
  }
}

/** What the command would have been answered with the mark corrected just before it: accepted, or a code; null where it could not be corrected. */
export function answerAtRight(
  engine: Engine,
  command: ExternalCommand,
  at: { readonly right: RightMark; readonly span: WrongSpan; readonly timeMs: number },
): 'accepted' | Rejection['code'] | null {
  const { right, span, timeMs } = at;
  return engine.trial(timeMs, (run) => {
    for (const corrective of correctionCommands(engine.state, right, { ...span, toMs: null })) {
      const { outcome } = run(corrective).record;
      if (outcome.kind === 'rejected') return null;
    }
    const { outcome } = run(command).record;
    return outcome.kind === 'rejected' ? outcome.rejection.code : 'accepted';
  });
}
