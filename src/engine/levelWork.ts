/**
 * What a pool does by itself when an instrument was raised: each position in a shared account whose mode the level does not
 * let it have is carved into an isolated account of the same client, where the level is beyond cross, the client has
 * consented, and both accounts can stand by themselves; else it is grandfathered, with the reason (MAR-13). In order of
 * rows; one step carves one position, or grandfathers as many as come before the next that can be carved.
 */
import { abs, max, smallestAmount } from '../base/index.js';
import { allowsMode } from '../isolation/index.js';
import {
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isLeverageAllowed,
  isolatedOrderMarginCeil,
  LEGS,
  type Leg,
  type OrderView,
} from '../margin/index.js';
import { isHealthyAs } from './accountHealth.js';
import { hasAllPrices, marginModeOf } from './accountMargin.js';
import { accountAssetOf, isClosedFormInstrument, ordersOf } from './accountParts.js';
import type { InternalCommand } from './command.js';
import { scenarioFault, unsettledFault } from './commands/checks.js';
import { FLAT } from './commands/takeOverShared.js';
import type { Situation } from './decision.js';
import { newDraft } from './draft.js';
import type { GrandfatherReason } from './levelFields.js';
import { keptLevelOf } from './levelStore.js';
import { hasUsableMark } from './marginView.js';
import { orderView, orderViews } from './orderFacts.js';
import { isPoolSound } from './soundness.js';
import { missingToStand } from './standing.js';
import { listedInstrument, POOL_STATUS, type State, settleAssetRow } from './state.js';

/** Most positions that one step grandfathers. */
const GRANDFATHERED_MAX = 64;

export function nextLevelWork(situation: Situation, poolRow: number): InternalCommand | null {
  const { state, derived } = situation;
  if (state.levels.size === 0) return null;
  for (const instrumentRow of derived.instrumentsOf(poolRow)) {
    if (keptLevelOf(state, instrumentRow).cursor === null) continue;
    const first = raisedPositions(situation, instrumentRow)[0];
    return first !== undefined && !('reason' in carvingOf(situation, first))
      ? { kind: 'carveRaised', positionRow: first }
      : { kind: 'grandfatherHolders', instrumentRow };
  }
  return null;
}

/** Open positions not looked at yet, in accounts of a mode that the level does not allow, by row. */
export function raisedPositions({ state, derived }: Situation, instrumentRow: number): number[] {
  const { inForce, cursor } = keptLevelOf(state, instrumentRow);
  if (cursor === null) return [];
  const rows: number[] = [];
  for (const side of ['long', 'short'] as const)
    for (const row of derived.holders(instrumentRow, side)) {
      const mode = marginModeOf(state, state.positions.account.get(row));
      if (row >= cursor && mode !== 'isolated' && !allowsMode(inForce.level, mode)) rows.push(row);
    }
  return rows.sort((a, b) => a - b);
}

export interface Stays {
  readonly positionRow: number;
  readonly reason: GrandfatherReason;
  readonly missingMinor: bigint;
}

/** Positions that stay, up to the next that can be carved, and where to go on; null: everything was looked at. */
export function grandfathered(
  situation: Situation,
  instrumentRow: number,
): { readonly stay: readonly Stays[]; readonly cursor: number | null } {
  const stay: Stays[] = [];
  for (const positionRow of raisedPositions(situation, instrumentRow)) {
    const found = carvingOf(situation, positionRow);
    if (!('reason' in found) || stay.length === GRANDFATHERED_MAX) return { stay, cursor: positionRow };
    stay.push({ positionRow, ...found });
  }
  return { stay, cursor: null };
}

export type Carving = { readonly amount: bigint } | Omit<Stays, 'positionRow'>;

/**
 * The collateral with which the position is carved out, or why it stays: the isolated account gets just its initial and
 * order margin after the position's loss, out of the account in which that loss arose, and that one must stand without it
 * by the level before and the level now.
 */
export function carvingOf(situation: Situation, positionRow: number): Carving {
  const { state } = situation;
  const { positions } = state;
  const accountRow = positions.account.get(positionRow);
  const instrumentRow = positions.instrument.get(positionRow);
  const reason = reasonToStay(situation, { accountRow, instrumentRow, positionRow });
  if (reason !== null) return { reason, missingMinor: 0n };
  const leg = LEGS[positions.leg.get(positionRow)] as Leg;
  const moved = ordersOf(state, accountRow).filter((row) => {
    const order = orderView(state, row);
    return order.instrument === instrumentRow && order.leg === leg;
  });
  const orders = moved.map((row) => ({ ...orderView(state, row), leg: 'net' as const }));
  const amount = neededIsolated(state, positionRow, orders);
  if (amount === null) return { reason: 'isolatedShort', missingMinor: 0n };
  const missing = missingOfRemainder(situation, { accountRow, positionRow, amount, moved });
  if (missing === 0n) return { amount };
  return { reason: 'remainderShort', missingMinor: missing ?? 0n };
}

function reasonToStay(
  situation: Situation,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly positionRow: number },
): GrandfatherReason | null {
  const { state, timeMs } = situation;
  const { accounts, positions } = state;
  const { accountRow, instrumentRow, positionRow } = at;
  if (allowsMode(keptLevelOf(state, instrumentRow).inForce.level, 'cross')) return 'levelAllowsCross';
  const leverage = accounts.carveLeveragePpm.get(accountRow);
  if (leverage === 0n) return 'noConsent';
  if (!isClosedFormInstrument(state, instrumentRow)) return 'notIsolatable';
  if (accounts.isQueued.get(accountRow) === 1) return 'inLiquidation';
  const poolRow = accounts.pool.get(accountRow);
  // No account opens in a pool that ends.
  if (state.pools.status.get(poolRow) !== POOL_STATUS.open) return 'poolWindingDown';
  if (!isPoolSound(situation, poolRow)) return 'poolNotSound';
  const isPriced =
    hasUsableMark(state, instrumentRow, timeMs) &&
    hasAllPrices(state, accountRow) &&
    unsettledFault(situation, accountRow) === null &&
    scenarioFault(situation, accountRow, { instruments: [instrumentRow] }) === null;
  if (!isPriced) return 'priceUnusable';
  const { brackets } = listedInstrument(state, instrumentRow).marginTerms;
  return isLeverageAllowed(brackets, abs(positions.cost.get(positionRow)), leverage) ? null : 'leverage';
}

/** Collateral with which the position stands alone, with its orders; null where none is enough. */
function neededIsolated(state: State, positionRow: number, orders: readonly OrderView[]): bigint | null {
  const { positions, instruments, accounts } = state;
  const instrumentRow = positions.instrument.get(positionRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const markTicks = instruments.markTicks.get(instrumentRow);
  const view: IsolatedView = {
    collateral: 0n,
    lots: positions.lots.get(positionRow),
    cost: positions.cost.get(positionRow),
    fundingPerLot: instruments.fundingIndex.get(instrumentRow) - positions.fundingIndex.get(positionRow),
    leverage: accounts.carveLeveragePpm.get(positions.account.get(positionRow)),
  };
  const required = (funded: IsolatedView) =>
    initialMarginCeil(marginTerms, funded, markTicks) +
    isolatedOrderMarginCeil(marginTerms, funded, { markTicks, orders });
  const stands = (amount: bigint) => {
    const funded = { ...view, collateral: amount };
    return (
      equityFloor(marginTerms, funded, markTicks) >= required(funded) &&
      isHealthyAs(state, instrumentRow, funded)
    );
  };
  return smallestAmount(max(0n, required(view) - equityFloor(marginTerms, view, markTicks)), stands);
}

/** What the account that is left would lack without position, orders and that collateral; null where no amount is enough. */
function missingOfRemainder(
  { state, timeMs }: Situation,
  of: {
    readonly accountRow: number;
    readonly positionRow: number;
    readonly amount: bigint;
    readonly moved: readonly number[];
  },
): bigint | null {
  const { accountRow, positionRow, amount, moved } = of;
  const instrumentRow = state.positions.instrument.get(positionRow);
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const from = ledgerOf(state, accountRow, poolAssetRow);
  const held = from < 0 ? 0n : state.ledger.balance(from);
  if (amount > held) return amount - held;
  const draft = newDraft();
  if (amount > 0n) draft.transfers.push({ flow: 'carve', from, to: -1, amount });
  const fundingIndex = state.positions.fundingIndex.get(positionRow);
  draft.positions.push({ ...FLAT, position: positionRow, fundingIndex });
  const orders = orderViews(state, accountRow, { orders: moved.map((orderRow) => ({ orderRow, lots: 0n })) });
  return missingToStand(
    state,
    { accountRow, assetRow: settleAssetRow(state, instrumentRow) },
    { draft, orders, timeMs },
  );
}

function ledgerOf(state: State, accountRow: number, poolAssetRow: number): number {
  const row = accountAssetOf(state, accountRow, poolAssetRow);
  return row < 0 ? -1 : state.accountAssets.ledgerRow.get(row);
}
