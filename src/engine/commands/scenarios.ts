/**
 * Scenarios of portfolio margin: the set, and what it does to each instrument and asset. Nothing is reckoned here: vectors
 * are whole numbers from outside, with the marks they were made at. A new set comes into force with the first vectors that
 * cover the whole pool, so that no account is ever without a requirement.
 */
import { PPM } from '../../base/index.js';
import { scenarioFault } from '../../margin/index.js';
import { isSharedLiquidatable } from '../accountHealth.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { newPrices } from '../priceChange.js';
import { type Rejection, reject } from '../rejection.js';
import type { PoolScenarioSet } from '../scenarioFields.js';
import { INSTRUMENT_STATUS, pairKey, type State } from '../state.js';
import { poolFault, unknown } from './checks.js';

const SCENARIOS_MAX = 4_096;

export function decideDefineScenarios(
  { state }: Situation,
  { pool, set }: CommandOf<'defineScenarios'>,
): Decision {
  const poolRow = findSharedPool(state, pool);
  if (typeof poolRow === 'object') return poolRow;
  const fault = setFault(set);
  return fault ?? [{ kind: 'scenariosDefined', poolRow, set }];
}

function setFault(set: PoolScenarioSet): Rejection | null {
  if (set.scenarios.length > SCENARIOS_MAX) return rule('scenarios', false, `at most ${SCENARIOS_MAX}`);
  const fault = scenarioFault({ set, instruments: [], assets: [] });
  if (fault !== null) return reject('invalid_definition', { ...fault });
  return (
    rule('maxAgeMs', set.maxAgeMs > 0, 'positive') ??
    rule('driftPpm', set.driftPpm > 0n && set.driftPpm <= 100n * PPM, 'positive, at most 100')
  );
}

export function decideSendScenarios(situation: Situation, command: CommandOf<'sendScenarios'>): Decision {
  const { state, timeMs } = situation;
  const { pool, sourceTimeMs } = command;
  const poolRow = findSharedPool(state, pool);
  if (typeof poolRow === 'object') return poolRow;
  const sets = state.scenarios.pools.get(poolRow);
  const isDefined = sets !== undefined && sets.defined.id === command.set;
  const set = isDefined ? sets.defined : sets?.inForce?.id === command.set ? sets.inForce : null;
  if (set === null) return unknown('unknown_scenarios', command.set);
  if (sourceTimeMs > timeMs) return reject('source_time_ahead', { sourceTimeMs, timeMs });
  const instruments = readInstruments(state, poolRow, command, set);
  if ('code' in instruments) return instruments;
  const assets = readAssets(state, poolRow, command, set);
  if ('code' in assets) return assets;
  const isInForce = isDefined && sets.inForce !== sets.defined;
  const gap = isInForce ? coverageFault(situation, poolRow, { instruments, assets }) : null;
  if (gap !== null) return gap;
  const sent = { kind: 'scenariosSent', poolRow, isInForce, sourceTimeMs, instruments, assets } as const;
  return [{ ...sent, woken: wokenBy(situation, poolRow, { ...sent, woken: [] }) }];
}

type Sent = EventOf<'scenariosSent'>;

function readInstruments(
  state: State,
  poolRow: number,
  { instruments, sourceTimeMs }: CommandOf<'sendScenarios'>,
  { scenarios }: PoolScenarioSet,
): Sent['instruments'] | Rejection {
  const read: Sent['instruments'][number][] = [];
  for (const { instrument, ...vectors } of instruments) {
    const instrumentRow = state.instruments.names.rowOf(instrument);
    if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
    if (state.instruments.pool.get(instrumentRow) !== poolRow)
      return reject('instrument_not_in_pool', { instrument });
    if (read.some((other) => other.instrumentRow === instrumentRow))
      return reject('invalid_definition', { field: 'instruments', rule: 'each instrument once' });
    if (vectors.pnlPerLot.length !== scenarios.length)
      return reject('invalid_definition', {
        field: 'pnlPerLot',
        rule: `one number for each of ${scenarios.length} scenarios`,
      });
    if (vectors.referenceTicks <= 0n)
      return reject('invalid_price', { instrument, referenceTicks: vectors.referenceTicks });
    const isLadder = [vectors.liquidity, vectors.concentration].every((steps) =>
      steps.every(({ fromLots, ratePpm }, at) => {
        const before = steps[at - 1];
        return before === undefined
          ? fromLots >= 0n && ratePpm >= 0n
          : fromLots > before.fromLots && ratePpm >= before.ratePpm;
      }),
    );
    if (!isLadder || vectors.halfSpreadPpm < 0n || vectors.shortMinimumPerLot < 0n)
      return reject('invalid_definition', {
        field: 'liquidity',
        rule: 'steps and rates rise, nothing is negative',
      });
    const known = state.scenarios.instruments.get(instrumentRow);
    if (known !== undefined && sourceTimeMs < known.timeMs)
      return reject('time_backwards', { instrument, sourceTimeMs, lastTimeMs: known.timeMs });
    read.push({ instrumentRow, ...vectors });
  }
  return read;
}

function readAssets(
  state: State,
  poolRow: number,
  { assets, sourceTimeMs }: CommandOf<'sendScenarios'>,
  { scenarios }: PoolScenarioSet,
): Sent['assets'] | Rejection {
  const valuation = state.pools.valuationAsset.get(poolRow);
  const read: Sent['assets'][number][] = [];
  for (const { asset, shocksPpm } of assets) {
    const assetRow = state.assets.names.rowOf(asset);
    if (assetRow < 0) return unknown('unknown_asset', asset);
    const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
    if (poolAssetRow === undefined) return unknown('unknown_collateral', asset);
    const isWhole = shocksPpm.length === scenarios.length || shocksPpm.length === 0;
    const fault =
      rule('assets', assetRow !== valuation, 'the asset the pool values in has no shocks') ??
      rule('assets', !read.some((other) => other.poolAssetRow === poolAssetRow), 'each asset once') ??
      rule(
        'shocksPpm',
        isWhole && shocksPpm.every((shock) => shock >= -PPM),
        'one for each scenario, none below minus one',
      );
    if (fault !== null) return fault;
    const known = state.scenarios.assets.get(poolAssetRow);
    if (known !== undefined && sourceTimeMs < known.timeMs)
      return reject('time_backwards', { asset, sourceTimeMs, lastTimeMs: known.timeMs });
    read.push({ poolAssetRow, shocksPpm });
  }
  return read;
}

/** A set that comes into force has vectors for every instrument that is not settled and shocks for every other asset. */
function coverageFault(
  { state, derived }: Situation,
  poolRow: number,
  { instruments, assets }: Pick<Sent, 'instruments' | 'assets'>,
): Rejection | null {
  const missing = derived
    .instrumentsOf(poolRow)
    .find(
      (row) =>
        state.instruments.status.get(row) !== INSTRUMENT_STATUS.settled &&
        !instruments.some(({ instrumentRow }) => instrumentRow === row),
    );
  if (missing !== undefined)
    return reject('scenarios_incomplete', { instrument: state.instruments.names.nameOf(missing) });
  const valuation = state.pools.valuationAsset.get(poolRow);
  const unshocked = derived
    .poolAssetsOf(poolRow)
    .find(
      (row) =>
        state.poolAssets.asset.get(row) !== valuation &&
        !assets.some(({ poolAssetRow }) => poolAssetRow === row),
    );
  return unshocked === undefined
    ? null
    : reject('scenarios_incomplete', {
        asset: state.assets.names.nameOf(state.poolAssets.asset.get(unshocked)),
      });
}

/** Portfolio accounts of the pool that the new vectors find at or under maintenance margin. */
function wokenBy({ state, derived }: Situation, poolRow: number, sent: Sent): number[] {
  const change = { ...newPrices(), scenarios: sent };
  return [...derived.portfolioAccountsOf(poolRow)]
    .filter((row) => state.accounts.isQueued.get(row) === 0 && isSharedLiquidatable(state, row, change))
    .sort((a, b) => a - b);
}

function findSharedPool(state: State, pool: string): number | Rejection {
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  if (state.pools.valuationAsset.get(poolRow) < 0) return reject('pool_isolated_only', { pool });
  return poolFault(state, poolRow) ?? poolRow;
}

function rule(field: string, isKept: boolean, sentence: string): Rejection | null {
  return isKept ? null : reject('invalid_definition', { field, rule: sentence });
}
