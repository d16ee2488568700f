/** Lists an asset as collateral of a pool's cross and portfolio accounts: its haircut, its limits, its price guard. */
import { PPM } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Rejection, reject } from '../rejection.js';
import { pairKey } from '../state.js';
import { poolFault, unknown } from './checks.js';

export function decideListCollateral(
  { state }: Situation,
  { kind: _kind, pool, asset, countedCapMinor, peg, ...terms }: CommandOf<'listCollateral'>,
): Decision {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  if (state.pools.valuationAsset.get(poolRow) < 0) return reject('pool_isolated_only', { pool });
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  if (poolAssetRow !== undefined && state.poolAssets.isCollateral.get(poolAssetRow) === 1)
    return reject('already_exists', { id: `${pool}:${asset}` });
  const fault = [
    countedFault({ haircutPpm: terms.haircutPpm, countedCapMinor }),
    rule(
      'peg',
      peg === null || (peg.price > 0n && peg.tolerancePpm >= 0n && peg.tolerancePpm <= PPM),
      'a positive price and a tolerance from 0 to one',
    ),
    rule(
      'peg',
      peg === null || (peg.slopePpm >= 0n && peg.slopePpm <= 1000n * PPM),
      'a slope from 0 to 1000',
    ),
    rule(
      'conversionSpreadPpm',
      terms.conversionSpreadPpm >= 0n && terms.conversionSpreadPpm < PPM,
      'from 0 to under one',
    ),
    rule('priceMaxAgeMs', terms.priceMaxAgeMs > 0, 'positive'),
    rule(
      'priceMaxJumpPpm',
      terms.priceMaxJumpPpm > 0n && terms.priceMaxJumpPpm <= 100n * PPM,
      'positive, at most 100',
    ),
    rule(
      'priceConfirmations',
      terms.priceConfirmations >= 1 && terms.priceConfirmations <= 1000,
      'from 1 to 1000',
    ),
  ].find((found) => found !== null);
  if (fault !== undefined) return fault;
  return [
    {
      kind: 'collateralListed',
      poolRow,
      assetRow,
      ...terms,
      countedCap: countedCapMinor ?? -1n,
      pegPrice: peg?.price ?? 0n,
      pegTolerancePpm: peg?.tolerancePpm ?? 0n,
      pegSlopePpm: peg?.slopePpm ?? 0n,
    },
  ];
}

/** What is wrong with how much of an asset is to count. */
export function countedFault({
  haircutPpm,
  countedCapMinor,
}: Pick<CommandOf<'listCollateral'>, 'haircutPpm' | 'countedCapMinor'>): Rejection | null {
  return (
    rule('haircutPpm', haircutPpm >= 0n && haircutPpm <= PPM, 'from 0 to one') ??
    rule('countedCapMinor', countedCapMinor === null || countedCapMinor >= 0n, 'not negative')
  );
}

function rule(field: string, isKept: boolean, sentence: string) {
  return isKept ? null : reject('invalid_definition', { field, rule: sentence });
}
