/**
 * The last step: what the fund could not pay is shared among the pool's gains, unrealized and realized since
 * the pool was last sound. Only gains pay, never principal, and nobody is brought under maintenance by it.
 *
 * A share of an unrealized gain is realized without closing a lot: the position's cost moves against its holder
 * by the share, so that the same gain is never asked twice.
 */
import { max, min, mulDivFloor, PPM } from '../../base/index.js';
import { type LossShare, shareLoss, type WaterfallLayer } from '../../liquidation/index.js';
import { type AccountGain, capacityOf, openPositions, payment, realizedGain } from '../accountGains.js';
import { hasRisk } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { layersOf, shareable } from '../lossLayers.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import type { State } from '../state.js';

/** Payers in one step: the rest follows in the next, at the same rate, so that no event grows without bound. */
const PAYERS_MAX = 1024;

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
  loss: { readonly deficitRow: number; readonly gains: readonly AccountGain[] },
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
    readonly gains: readonly AccountGain[];
    readonly shares: readonly LossShare[];
  },
): Shared {
  const { deficitRow, poolAssetRow, gains, shares } = found;
  const asked = shares.slice(0, PAYERS_MAX);
  const gainByRow = new Map(gains.map((gain) => [gain.row, gain]));
  const parts = asked.map(({ row, paysMinor }) => ({
    payer: {
      accountRow: state.accountAssets.account.get(row),
      gainMinor: (gainByRow.get(row) as AccountGain).gainMinor,
      paysMinor,
    },
    ...payment(state, poolAssetRow, { gain: gainByRow.get(row) as AccountGain, paysMinor, flow: 'share' }),
  }));
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
function gainsOf(situation: Situation, poolAssetRow: number): AccountGain[] {
  const { accounts, accountAssets } = situation.state;
  const gains: AccountGain[] = [];
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
function gainOf({ state, timeMs }: Situation, row: number): AccountGain | null {
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

type Shared = EventOf<'shared'>;
