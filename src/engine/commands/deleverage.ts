/**
 * Closes the lots of a takeover that fund and venue cannot cover against winners, at the value where those lots leave
 * nothing: just the needed lots, by the pool's policy, each winner checked again (LIQ-06). Lots that find no winner are
 * torn up at the mark against the other side, and what they are short of becomes a deficit (LIQ-07).
 */
import { abs, assert, min, mulDivCeil, mulDivFloor, PPM, saturateInt64 } from '../../base/index.js';
import {
  type DeleverageAllocation,
  type DeleverageCandidate,
  deleveragingValue,
  neededLots,
  type TakeoverInDeficit,
  takeFromPlaced,
} from '../../liquidation/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { DeleverageLine } from '../deleverageLines.js';
import { type Draft, finishDraft, newDraft } from '../draft.js';
import type { EventOf, FILL_REASONS } from '../event.js';
import { layersOf } from '../lossLayers.js';
import { hasUsableMark, markValue, takeoverEquity } from '../marginView.js';
import { reject } from '../rejection.js';
import { poolLedgerRow, type State } from '../state.js';
import { budgetOf } from '../takeoverBudget.js';
import { accruedFunding } from '../trade.js';
import { isWinner } from './deleverageWinner.js';
import { tradeAtMark } from './markTrade.js';

/**
 * Accounts closed in one step of an open queue, or torn up in one: the rest follows in the next, so that no event grows
 * without bound. What is shared, or capped, is one event whatever its length: shares of a rest would be other shares.
 */
const FILLS_MAX = 256;

/** The takeover as deleveraging sees it. */
interface Deficit extends TakeoverInDeficit {
  readonly takeoverRow: number;
  readonly instrumentRow: number;
  readonly positionRow: number;
  readonly neededLots: bigint;
}

/** Lots taken from one position, and why. */
interface Taken {
  readonly positionRow: number;
  readonly lots: bigint;
  readonly rank: number;
  readonly reason: (typeof FILL_REASONS)[number];
}

export function decideDeleverage(situation: Situation, { takeoverRow }: CommandOf<'deleverage'>): Decision {
  const { state, timeMs } = situation;
  const deficit = deficitOf(situation, takeoverRow);
  if (deficit === null) return reject('nothing_to_do');
  const { instrumentRow, neededLots } = deficit;
  if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable');
  const line = situation.derived.deleverageLine(instrumentRow, deficit.lots > 0n ? 'short' : 'long');
  // Nobody is asked twice at one mark for one takeover: a share, or a cap, would be another one.
  if (isSpentAtMark(state, deficit)) return tearUp(situation, deficit, line);
  const { policy, placed } = line;
  const isOpenQueue = policy.kind === 'queue' && policy.maxSharePpm === PPM && policy.maxLots === null;
  const { asked, takenLots, shortLots } = takeFromPlaced({
    policy,
    neededLots,
    placed,
    mayTake: ({ row }, lots) => isWinner(situation, deficit, row, lots),
    ...(isOpenQueue ? { accountsMax: FILLS_MAX } : {}),
  });
  if (takenLots === 0n) return tearUp(situation, deficit, line);
  const accountRow = (row: number) => state.positions.account.get(row);
  return [
    closeAgainst(situation, deficit, {
      taken: asked.flatMap(asTaken),
      isTearUp: false,
      passedOver: asked
        .filter(({ reason }) => reason === 'refused')
        .slice(0, FILLS_MAX)
        .map(({ row, rank }) => ({ accountRow: accountRow(row), rank: rank ?? 0 })),
      tearUpLots: isOpenQueue ? 0n : shortLots,
    }),
  ];
}

/** Whether winners gave all that they may for this takeover, at this very mark. */
function isSpentAtMark({ takeovers, instruments }: State, { takeoverRow, instrumentRow }: Deficit): boolean {
  return (
    takeovers.spentTicks.get(takeoverRow) === instruments.markTicks.get(instrumentRow) &&
    takeovers.spentMarkMs.get(takeoverRow) === instruments.markTimeMs.get(instrumentRow)
  );
}

function asTaken({ row, lots, rank, reason }: DeleverageAllocation): Taken[] {
  if (lots === 0n) return [];
  assert(reason === 'whole' || reason === 'capped' || reason === 'part', 'who gives lots has a reason to');
  return [{ positionRow: row, lots, rank: rank ?? 0, reason }];
}

/** Nobody may give more: the other side is closed at the mark, winners first, which costs it nothing (LIQ-07). */
function tearUp(situation: Situation, deficit: Deficit, line: DeleverageLine): Decision {
  const taken: Taken[] = [];
  let left = deficit.neededLots;
  for (const { row, lots } of otherSide(line)) {
    if (left === 0n || taken.length === FILLS_MAX) break;
    const part = min(left, abs(lots));
    taken.push({ positionRow: row, lots: part, rank: 0, reason: 'tornUp' });
    left -= part;
  }
  if (taken.length === 0) return reject('nothing_to_do');
  return [closeAgainst(situation, deficit, { taken, isTearUp: true, passedOver: [], tearUpLots: 0n })];
}

function* otherSide(line: DeleverageLine): Generator<DeleverageCandidate> {
  for (const { candidate } of line.placed) yield candidate;
  for (const { candidate } of line.unplaced()) yield candidate;
}

/** How many of the takeover's lots fund and venue cannot cover, after what they owe already; null where they cover all. */
function deficitOf(situation: Situation, takeoverRow: number): Deficit | null {
  const { state } = situation;
  const { takeovers, positions, instruments } = state;
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  const positionRow = takeovers.position.get(takeoverRow);
  const lots = positions.lots.get(positionRow);
  const shortMinor = -takeoverEquity(state, takeoverRow);
  if (lots === 0n || shortMinor <= 0n) return null;
  const layers = layersOf(situation, instruments.poolAsset.get(instrumentRow));
  const needed = neededLots({ lots, shortMinor, budgetMinor: budgetOf(layers, takeoverRow) });
  if (needed === 0n) return null;
  return {
    takeoverRow,
    instrumentRow,
    positionRow,
    lots,
    cost: positions.cost.get(positionRow),
    collateral: takeovers.collateral.get(takeoverRow) + accruedFunding(state, positionRow),
    neededLots: needed,
  };
}

function closeAgainst(
  situation: Situation,
  deficit: Deficit,
  closing: {
    readonly taken: readonly Taken[];
    readonly isTearUp: boolean;
    readonly passedOver: EventOf<'deleveraged'>['passedOver'];
    readonly tearUpLots: bigint;
  },
): EventOf<'deleveraged'> {
  const { state } = situation;
  const { taken, isTearUp, passedOver, tearUpLots } = closing;
  const { instrumentRow, takeoverRow } = deficit;
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const direction = deficit.lots > 0n ? 1n : -1n;
  const draft = newDraft();
  const fills: EventOf<'deleveraged'>['fills'][number][] = [];
  let lots = 0n;
  let value = 0n;
  let forgoneMinor = 0n;
  for (const part of taken) {
    // Signed value of the lots as the takeover sells them; the account takes the other side.
    const atMark = -markValue(state, instrumentRow, direction * part.lots);
    const partValue = isTearUp ? atMark : deleveragingValue(deficit, part.lots);
    const { positionRow, rank, reason } = part;
    tradeAtMark(situation, draft, { positionRow, lots: direction * part.lots, value: -partValue });
    // What the takeover is paid above the mark is what the account gives up.
    fills.push({
      accountRow: state.positions.account.get(positionRow),
      lots: part.lots,
      value: -partValue,
      forgoneMinor: atMark - partValue,
      rank,
      reason,
    });
    lots += part.lots;
    value += partValue;
    forgoneMinor += atMark - partValue;
  }
  const lossMinor = mulDivCeil(-takeoverEquity(state, takeoverRow), lots, abs(deficit.lots));
  const outcome = tradeAtMark(situation, draft, {
    positionRow: deficit.positionRow,
    lots: -direction * lots,
    value,
  });
  if (isTearUp && outcome.lots !== 0n)
    recogniseTornUp(state, draft, deficit, { lots, realized: outcome.realized });
  finishDraft(state, draft, poolAssetRow);
  return {
    kind: 'deleveraged',
    instrumentRow,
    takeoverRow,
    isTearUp,
    markTicks: state.instruments.markTicks.get(instrumentRow),
    takeoverLots: abs(deficit.lots),
    neededLots: deficit.neededLots,
    lossMinor: saturateInt64(lossMinor),
    forgoneMinor: saturateInt64(forgoneMinor),
    fills,
    passedOver,
    tearUpLots,
    ...draft,
  };
}

/** Torn-up lots of a takeover that goes on are short of something now: their share of collateral less their loss. */
function recogniseTornUp(
  state: State,
  draft: Draft,
  deficit: Deficit,
  torn: { readonly lots: bigint; readonly realized: bigint },
): void {
  const { takeoverRow } = deficit;
  const collateralOfTorn = mulDivFloor(deficit.collateral, torn.lots, abs(deficit.lots));
  const amount = -(collateralOfTorn + torn.realized);
  if (amount <= 0n) return;
  const poolAssetRow = state.instruments.poolAsset.get(deficit.instrumentRow);
  draft.deficits.push({
    accountRow: state.takeovers.account.get(takeoverRow),
    poolAssetRow,
    takeoverRow,
    cause: 'liquidation',
    amount,
  });
  draft.transfers.push({
    flow: 'recognise',
    from: poolLedgerRow(state, poolAssetRow, 'receivable'),
    to: poolLedgerRow(state, poolAssetRow, 'liquidation'),
    amount,
  });
  const change = draft.takeovers.findIndex((takeover) => takeover.takeoverRow === takeoverRow);
  const before = draft.takeovers[change] as { takeoverRow: number; collateral: bigint; isClosed: boolean };
  draft.takeovers[change] = { ...before, collateral: before.collateral + amount };
}
