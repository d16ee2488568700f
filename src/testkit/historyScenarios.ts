/** Scenarios of portfolio margin in a random history: sets that change, and vectors that are sent late, in part, or far off. */
import { abs, max, min } from '../base/index.js';
import type { CommandOf } from '../engine/command.js';
import { listedInstrument } from '../engine/state.js';
import { hasStatus, isAccepted, type Market, type Player, type Spot, send } from './historyPlayer.js';

type Sent = CommandOf<'sendScenarios'>;

const SHOCKS_PPM = [
  -500_000, -300_000, -150_000, -60_000, -20_000, 0, 20_000, 60_000, 150_000, 300_000, 700_000,
];
const SCALE = 1_000_000n;

/** Vectors for what there is, mostly; now and then another set first. */
export function sendScenarios(player: Player): void {
  const { random } = player;
  const pools = player.pools.filter(({ isShared }) => isShared);
  const { pool } = random.pick(pools);
  if (!player.scenarioSets.has(pool) || random.unit() < 0.1) defineScenarios(player, pool);
  sendVectors(player, pool, random.unit() < 0.85);
}

/** A first set for most pools that may have portfolio accounts. */
export function startScenarios(player: Player): void {
  for (const { pool, isShared } of player.pools) {
    if (!isShared || player.random.unit() < 0.2) continue;
    defineScenarios(player, pool);
    sendVectors(player, pool, true);
  }
}

function defineScenarios(player: Player, pool: string): void {
  const { random } = player;
  const shocksPpm = SHOCKS_PPM.filter(() => random.unit() < 0.5);
  if (shocksPpm.length === 0) shocksPpm.push(-100_000);
  const id = `s${player.steps.length}`;
  const initialFactorPpm = random.pick([1_000_000n, 1_200_000n, 1_500_000n]);
  const defined = send(player, {
    kind: 'defineScenarios',
    pool,
    set: {
      id,
      scenarios: shocksPpm.map((shock, at) => ({
        id: `x${at}`,
        tier: random.pick(['core', 'core', 'tail', 'sample'] as const),
        dampingPpm: Math.abs(shock) > 300_000 ? random.pick([350_000n, 1_000_000n]) : 1_000_000n,
      })),
      parameters: {
        initialFactorPpm,
        maintenanceFactorPpm: random.pick([initialFactorPpm, 800_000n, 500_000n]),
        tailNumerator: BigInt(random.between(1, 10)),
        tailDenominator: 10n,
        offsetCapPpm: random.pick([0n, 500_000n, 800_000n, 1_000_000n]),
        minimumChargePpm: random.pick([0n, 10_000n]),
        basisRatePpm: random.pick([0n, 5_000n]),
      },
      maxAgeMs: random.pick([600_000, 3_600_000, 36_000_000]),
      driftPpm: random.pick([50_000n, 200_000n, 2_000_000n]),
    },
  });
  if (isAccepted(defined)) player.scenarioSets.set(pool, { id, shocksPpm: shocksPpm.map(BigInt) });
}

function sendVectors(player: Player, pool: string, isWhole: boolean): void {
  const { random, state, timeMs } = player;
  const set = player.scenarioSets.get(pool);
  if (set === undefined) return;
  const markets = player.markets.filter(
    (market) =>
      market.pool === pool && !hasStatus(state, market.id, 'settled') && (isWhole || random.unit() < 0.5),
  );
  const poolRow = state.pools.names.rowOf(pool);
  const valuation = state.pools.valuationAsset.get(poolRow);
  const assets: Sent['assets'][number][] = [];
  for (let row = 0; row < state.poolAssets.table.size; row++) {
    const asset = state.poolAssets.asset.get(row);
    if (state.poolAssets.pool.get(row) !== poolRow || asset === valuation) continue;
    const beta = BigInt(random.pick([0, 500, 1_000, -300]));
    const shocksPpm = set.shocksPpm.map((shock) => max(-1_000_000n, (shock * beta) / 1_000n));
    assets.push({ asset: state.assets.names.nameOf(asset), shocksPpm: random.unit() < 0.1 ? [] : shocksPpm });
  }
  send(player, {
    kind: 'sendScenarios',
    pool,
    set: set.id,
    sourceTimeMs: timeMs - random.pick([0, 0, 0, 30_000, 400_000]),
    instruments: markets.map((market) => vectorsOf(player, market, set.shocksPpm)),
    assets: isWhole ? assets : [],
  });
}

function vectorsOf(
  player: Player,
  market: Market,
  shocksPpm: readonly bigint[],
): Sent['instruments'][number] {
  const { random } = player;
  const steps = (most: number) =>
    Array.from({ length: random.between(0, 2) }, (_, at) => ({
      fromLots: BigInt(at * 1_000),
      ratePpm: BigInt((at + 1) * most),
    }));
  const isOption = market.definition.option !== null;
  const { referenceTicks, pnlPerLot } = isOption
    ? optionPnl(player, market, shocksPpm)
    : futurePnl(player, market, shocksPpm);
  return {
    instrument: market.id,
    referenceTicks,
    deltaPpm: isOption ? random.pick([-500_000n, 300_000n]) : 1_000_000n,
    pnlPerLot: pnlPerLot.map((pnl) => max(-(2n ** 62n), min(2n ** 62n, pnl))),
    shortMinimumPerLot: isOption ? min(2n ** 62n, abs(pnlPerLot[0] as bigint) / 4n) : 0n,
    halfSpreadPpm: random.pick([0n, 1_000n]),
    liquidity: steps(2_000),
    concentration: steps(10_000),
  };
}

/** Of a long lot, at the price the generator has for it. */
function futurePnl({ state }: Player, { id, price, definition }: Market, shocksPpm: readonly bigint[]) {
  const { terms } = listedInstrument(state, state.instruments.names.rowOf(id));
  const referenceTicks = BigInt(Math.max(1, Math.round(price * Number(definition.markTicksPerTick))));
  const worth = (ticks: bigint) =>
    definition.payoff === 'linear'
      ? (terms.unit * ticks * SCALE) / definition.markTicksPerTick
      : -(terms.unit * definition.markTicksPerTick * SCALE) / ticks;
  const pnlPerLot = shocksPpm.map((shock) => worth(shocked(referenceTicks, shock)) - worth(referenceTicks));
  return { referenceTicks, pnlPerLot };
}

/** What is inside the strike, and nothing else: no model. */
function optionPnl({ state, spots }: Player, { id, definition }: Market, shocksPpm: readonly bigint[]) {
  const { option } = listedInstrument(state, state.instruments.names.rowOf(id));
  const { price } = spots.get(option?.underlying as string) as Spot;
  const spot = BigInt(Math.max(1, Math.round(price)));
  const { strikeTicks = 1n, optionType = 'call', unit = 1n } = option ?? {};
  const worth = (at: bigint) => {
    const inside = max(0n, optionType === 'call' ? at - strikeTicks : strikeTicks - at) * unit * SCALE;
    return definition.payoff === 'linear' ? inside : inside / at;
  };
  return {
    referenceTicks: spot,
    pnlPerLot: shocksPpm.map((shock) => worth(shocked(spot, shock)) - worth(spot)),
  };
}

function shocked(ticks: bigint, shockPpm: bigint): bigint {
  return max(1n, (ticks * (1_000_000n + shockPpm)) / 1_000_000n);
}
