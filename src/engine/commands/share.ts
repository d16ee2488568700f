/**
 * The last step: what the fund could not pay is shared among the pool's gains, unrealized and realized since
 * the pool was last sound. Only gains pay, never principal, and nobody is brought under maintenance by it.
 *
 * A share of an unrealized gain is realized without closing a lot: the position's cost moves against its holder
 * by the share, so that the same gain is never asked twice.
 */
import { append } from '../../base/append.js';
import { largestPassing, max, min, mulDivFloor, PPM } from '../../base/index.js';
import { type Gain, type LossShare, shareLoss, type WaterfallLayer } from '../../liquidation/index.js';
import { isAccountLiquidatable, spareGain } from '../../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { hasClosedForm, hasRisk, positionsOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { layersOf, shareable } from '../lossLayers.js';
import { accountView, hasUsableMark, markValue } from '../marginView.js';
import { reject } from '../rejection.js';
import { listedInstrument, poolLedgerRow, type State } from '../state.js';

/** Payers in one step: the rest follows in the next, at the same rate, so that no event grows without bound. */
const PAYERS_MAX = 1024;

/** What one account has gained, and what it can give and stay healthy. */
interface SharedGain extends Gain {
  readonly realizedMinor: bigint;
}

export function decideShare(situation: Situation, { poolAssetRow }: CommandOf<'share'>): Decision {
  const { state } = situation;
  const open = [...shareable(layersOf(situation, poolAssetRow))];
  if (open.length === 0) return reject('nothing_to_do');
  const cursor = state.poolAssets.shareCursor.get(poolAssetRow);
  const gains = gainsOf(situation, poolAssetRow);
  for (const { deficitRow, layer, mostMinor } of open) {
    const lossMinor = min(mostMinor, sizeLimit(state, layer, { deficitRow, gains }));
    // Whoever comes after the cursor has not been asked yet; a second round starts over.
    const unasked = shareLoss({ lossMinor, gains: gains.filter(({ row }) => row >= cursor) });
    const shares = unasked.length > 0 || cursor === 0 ? unasked : shareLoss({ lossMinor, gains });
    if (shares.length > 0) return [sharedBy(state, { deficitRow, poolAssetRow, gains, shares })];
  }
  return [{ kind: 'shareExhausted', poolAssetRow }];
}

/** What of the gains one loss may use: of those that are there and those that it has used already. */
function sizeLimit(
  { deficits }: State,
  { sizePpm }: WaterfallLayer,
  loss: { readonly deficitRow: number; readonly gains: readonly SharedGain[] },
): bigint {
  const used = deficits.shared.get(loss.deficitRow);
  const held = loss.gains.reduce((sum, gain) => sum + max(0n, min(gain.gainMinor, gain.capacityMinor)), 0n);
  return max(0n, mulDivFloor(held + used, sizePpm, PPM) - used);
}

function sharedBy(
  state: State,
  found: {
    readonly deficitRow: number;
    readonly poolAssetRow: number;
    readonly gains: readonly SharedGain[];
    readonly shares: readonly LossShare[];
  },
): Shared {
  const { deficitRow, poolAssetRow, gains, shares } = found;
  const asked = shares.slice(0, PAYERS_MAX);
  const gainByRow = new Map(gains.map((gain) => [gain.row, gain]));
  const parts = asked.map(({ row, paysMinor }) =>
    payment(state, poolAssetRow, { gain: gainByRow.get(row) as SharedGain, paysMinor }),
  );
  return {
    kind: 'shared',
    deficitRow,
    cursor: shares[PAYERS_MAX]?.row ?? 0,
    amount: asked.reduce((sum, { paysMinor }) => sum + paysMinor, 0n),
    payers: parts.map(({ payer }) => payer),
    realized: parts.flatMap(({ realized }) => realized),
    transfers: parts.flatMap(({ transfers }) => transfers),
    positions: parts.flatMap(({ positions }) => positions),
  };
}

/** Every account of the pool that has gained in the asset. */
function gainsOf(situation: Situation, poolAssetRow: number): SharedGain[] {
  const { accounts, accountAssets } = situation.state;
  const gains: SharedGain[] = [];
  for (let row = 0; row < accountAssets.table.size; row++) {
    if (accountAssets.poolAsset.get(row) !== poolAssetRow) continue;
    if (accounts.isQueued.get(accountAssets.account.get(row)) === 1) continue;
    const gain = gainOf(situation, row);
    if (gain !== null && gain.gainMinor > 0n) gains.push(gain);
  }
  return gains;
}

/**
 * What one account has gained in one asset: realized, as far as it still holds it, and unrealized, its positions in that
 * asset netted. Null where a gain is at a mark that may not decide: it is not shared, and nothing is taken from behind
 * such a position.
 */
function gainOf({ state, timeMs }: Situation, row: number): SharedGain | null {
  const { accountAssets } = state;
  const accountRow = accountAssets.account.get(row);
  const held = openPositions(state, accountRow, accountAssets.poolAsset.get(row));
  const realizedMinor = min(realizedGain(state, row), state.ledger.balance(accountAssets.ledgerRow.get(row)));
  if (!hasRisk(state, accountRow)) {
    return { row, realizedMinor, gainMinor: realizedMinor, capacityMinor: realizedMinor };
  }
  if (!held.every(({ instrumentRow }) => hasUsableMark(state, instrumentRow, timeMs))) return null;
  const unrealized = max(
    0n,
    held.reduce((sum, { profit }) => sum + profit, 0n),
  );
  const gainMinor = realizedMinor + unrealized;
  if (gainMinor === 0n) return null;
  const gain = { realized: realizedMinor, unrealized };
  return { row, realizedMinor, gainMinor, capacityMinor: capacityOf(state, accountRow, row, gain) };
}

interface OpenPosition {
  readonly positionRow: number;
  readonly instrumentRow: number;
  /** Unrealized, rounded down. */
  readonly profit: bigint;
}

/** The account's open positions that settle in the asset, by row. */
function openPositions(state: State, accountRow: number, poolAssetRow: number): OpenPosition[] {
  const { positions, instruments } = state;
  return positionsOf(state, accountRow)
    .filter(
      (row) =>
        positions.lots.get(row) !== 0n &&
        instruments.poolAsset.get(positions.instrument.get(row)) === poolAssetRow,
    )
    .sort((a, b) => a - b)
    .map((positionRow) => {
      const instrumentRow = positions.instrument.get(positionRow);
      const paid = positions.cost.get(positionRow) + positions.premium.get(positionRow);
      const profit = markValue(state, instrumentRow, positions.lots.get(positionRow)) - paid;
      return { positionRow, instrumentRow, profit };
    });
}

/** How much of the gain the account can give and stay out of liquidation. */
function capacityOf(
  state: State,
  accountRow: number,
  accountAssetRow: number,
  gain: { readonly realized: bigint; readonly unrealized: bigint },
): bigint {
  if (hasClosedForm(state, accountRow)) {
    const instrumentRow = state.accounts.instrument.get(accountRow);
    const { liquidationTerms: marginTerms } = listedInstrument(state, instrumentRow);
    const markTicks = state.instruments.markTicks.get(instrumentRow);
    return spareGain(marginTerms, accountView(state, accountRow), { ...gain, markTicks });
  }
  if (!hasAllPrices(state, accountRow)) return 0n;
  const poolAssetRow = state.accountAssets.poolAsset.get(accountAssetRow);
  // Looked at as it would be once it has paid: a cost that moves may move what the position requires.
  const isHealthyWithout = (amount: bigint) => {
    const shared = { row: accountAssetRow, realizedMinor: gain.realized, gainMinor: amount };
    const paid = payment(state, poolAssetRow, { gain: shared, paysMinor: amount });
    const draft = newDraft();
    append(draft.transfers, paid.transfers);
    append(draft.positions, paid.positions);
    return !isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }));
  };
  const all = gain.realized + gain.unrealized;
  if (isHealthyWithout(all)) return all;
  return isHealthyWithout(0n) ? largestPassing({ passing: 0n, failing: all }, isHealthyWithout) : 0n;
}

/** Gains realized since the pool was last sound, less what of them was shared already. */
function realizedGain(state: State, accountAssetRow: number): bigint {
  const { accountAssets, poolAssets, pools } = state;
  const poolRow = poolAssets.pool.get(accountAssets.poolAsset.get(accountAssetRow));
  const isCurrent = accountAssets.realizedAtCount.get(accountAssetRow) === pools.soundCount.get(poolRow);
  return isCurrent ? max(0n, accountAssets.realizedGain.get(accountAssetRow)) : 0n;
}

type Shared = EventOf<'shared'>;

interface Payment {
  readonly payer: Shared['payers'][number];
  readonly realized: Shared['realized'];
  readonly transfers: Shared['transfers'];
  readonly positions: Shared['positions'];
}

/** Realized gains pay first, from the balance; the rest is realized out of the positions, and paid at once. */
function payment(
  state: State,
  poolAssetRow: number,
  { gain, paysMinor }: { readonly gain: Omit<SharedGain, 'capacityMinor'>; readonly paysMinor: bigint },
): Payment {
  const { accountAssets, positions } = state;
  const accountAssetRow = gain.row;
  const accountRow = accountAssets.account.get(accountAssetRow);
  const ledgerRow = accountAssets.ledgerRow.get(accountAssetRow);
  const fromRealized = min(paysMinor, gain.realizedMinor);
  const fromPositions = paysMinor - fromRealized;
  const payer = { accountRow, gainMinor: gain.gainMinor, paysMinor };
  const realized = fromRealized === 0n ? [] : [{ accountAssetRow, gainMinor: -fromRealized }];
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  const pay = { flow: 'share', from: ledgerRow, to, amount: paysMinor } as const;
  if (fromPositions === 0n) return { payer, realized, transfers: [pay], positions: [] };
  const settlement = poolLedgerRow(state, poolAssetRow, 'settlement');
  let left = fromPositions;
  const changes: Shared['positions'][number][] = [];
  for (const { positionRow: position, profit } of openPositions(state, accountRow, poolAssetRow)) {
    const part = min(left, max(0n, profit));
    if (part === 0n) continue;
    left -= part;
    changes.push({
      position,
      lots: positions.lots.get(position),
      cost: positions.cost.get(position) + part,
      fundingIndex: positions.fundingIndex.get(position),
      premium: positions.premium.get(position),
    });
  }
  return {
    payer,
    realized,
    transfers: [{ flow: 'realizeGain', from: settlement, to: ledgerRow, amount: fromPositions }, pay],
    positions: changes,
  };
}
