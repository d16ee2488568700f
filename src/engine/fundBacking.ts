/**
 * What of a pool's insurance fund lies in other assets than the one a claim is in: collateral taken in kind, above all.
 * It stands behind the claim before lenders or anybody's gain do (LIQ-05), and pays it as soon as the conversion facility
 * has the asset.
 */
import { max, min, mulDivCeil, mulDivFloor, PPM } from '../base/index.js';
import type { Transfer } from '../isolation/index.js';
import { assetPrice, hasUsablePrice } from './assetPrice.js';
import type { Situation } from './decision.js';
import { fundBalance } from './soundness.js';
import { poolLedgerRow, type State } from './state.js';

/**
 * Minor units of the asset that the fund's other assets are worth at the last good prices, less what the facility keeps
 * and what claims in those assets, and in assets before this one, need themselves. Rounded down.
 */
export function fundBacking(situation: Situation, poolAssetRow: number): bigint {
  const { state, derived } = situation;
  const price = assetPrice(state, poolAssetRow);
  if (price === 0n) return 0n;
  const poolRow = state.poolAssets.pool.get(poolAssetRow);
  let value = 0n;
  for (const row of derived.poolAssetsOf(poolRow)) {
    if (row === poolAssetRow) continue;
    value += mulDivFloor(spareFund(situation, row), convertedPrice(state, row), PPM);
    // Claims are looked at in the order of their assets: what one is backed by does not back the next.
    if (row < poolAssetRow) value -= claims(situation, row) * assetPrice(state, row);
  }
  return max(0n, value) / price;
}

/** Converts of the fund's other assets what the fund lacks in this one, as far as the facility has it. */
export function convertFund(situation: Situation, poolAssetRow: number): readonly Transfer[] {
  const { state, derived, timeMs } = situation;
  if (!hasUsablePrice(state, poolAssetRow, timeMs)) return [];
  const facility = poolLedgerRow(state, poolAssetRow, 'facility');
  const transfers: Transfer[] = [];
  let left = min(claims(situation, poolAssetRow), state.ledger.balance(facility));
  for (const row of derived.poolAssetsOf(state.poolAssets.pool.get(poolAssetRow))) {
    if (row === poolAssetRow || left <= 0n || !hasUsablePrice(state, row, timeMs)) continue;
    const numerator = convertedPrice(state, row);
    const denominator = assetPrice(state, poolAssetRow) * PPM;
    const received = min(left, mulDivFloor(spareFund(situation, row), numerator, denominator));
    if (received === 0n) continue;
    const given = mulDivCeil(received, denominator, numerator);
    transfers.push(
      {
        flow: 'fundConvertOut',
        from: poolLedgerRow(state, row, 'insuranceFund'),
        to: poolLedgerRow(state, row, 'facility'),
        amount: given,
      },
      {
        flow: 'fundConvertIn',
        from: facility,
        to: poolLedgerRow(state, poolAssetRow, 'insuranceFund'),
        amount: received,
      },
    );
    left -= received;
  }
  return transfers;
}

/** What open deficits and losing takeovers in the asset still lack beyond the fund in that very asset. */
function claims({ state, derived }: Situation, poolAssetRow: number): bigint {
  const owed = state.totals.outstanding.get(poolAssetRow) + derived.inventory.exposure(poolAssetRow);
  return max(0n, owed - fundBalance(state, poolAssetRow));
}

function spareFund({ state, derived }: Situation, poolAssetRow: number): bigint {
  const owed = state.totals.outstanding.get(poolAssetRow) + derived.inventory.exposure(poolAssetRow);
  return max(0n, fundBalance(state, poolAssetRow) - owed);
}

/** x ASSET_PRICE_SCALE x PPM, less what the facility keeps of a conversion. */
function convertedPrice(state: State, poolAssetRow: number): bigint {
  const kept = state.poolAssets.conversionSpreadPpm.get(poolAssetRow);
  return assetPrice(state, poolAssetRow) * (PPM - kept);
}
