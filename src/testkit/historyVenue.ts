/** The venue of a random history: assets, pools, instruments, options, collateral, clients and their first accounts. */
import { max, min } from '../base/index.js';
import type { Random } from '../base/random.js';
import type { CommandOf } from '../engine/command.js';
import { markAll, premiumOf, priceAssets } from './historyMarket.js';
import { fundFacility, openAccount, openClient, topUp } from './historyMoney.js';
import { isAccepted, type Player, type PoolFacts, send, wealthOf } from './historyPlayer.js';
import { capsOf, feeTiersOf } from './historyRules.js';
import { startScenarios } from './historyScenarios.js';

const BUDGETS = [1, 2, 3, 20, 10_000] as const;

export function setUp(player: Player): void {
  const { random } = player;
  for (const id of ['USD', 'COIN', 'GOLD']) listAsset(player, id);
  for (const pool of ['alpha', 'beta', 'desk']) openPool(player, pool);
  // Where instruments go: pools like alpha and like beta.
  if (player.options.isMoving === true) for (const pool of ['gamma', 'delta']) openPool(player, pool);
  const alpha = player.pools[0] as PoolFacts;
  const instruments = random.between(3, 6);
  for (let i = 0; i < instruments; i++)
    listFuture(player, i, player.pools[i % player.pools.length] as PoolFacts);
  // A shared account has something to hold side by side.
  listFuture(player, instruments, alpha);
  const options = random.between(0, 4);
  for (let i = 0; i < options; i++) {
    listOption(player, i, random.pick([alpha, alpha, player.pools[2] as PoolFacts]));
  }
  for (const { id } of player.assets) {
    const amountMinor = min(wealthOf(player, id) * 100n, 2n ** 60n);
    send(player, { kind: 'injectCapital', asset: id, amountMinor });
  }
  for (const { pool, isShared } of player.pools) if (isShared) listCollaterals(player, pool);
  for (const market of player.markets) {
    if (random.unit() < 0.6) topUp(player, market, wealthOf(player, market.definition.settle) / 20n + 1n);
  }
  const clients = random.between(3, 6);
  for (let i = 0; i < clients; i++) openClient(player);
  markAll(player);
  // Without a price nothing can be said about what settles in coin.
  if (random.unit() < 0.9) priceAssets(player);
  startScenarios(player);
  for (let i = 0; i < player.markets.length * 4; i++) openAccount(player);
}

function listAsset(player: Player, id: string): void {
  const { random, options } = player;
  // A unit of collateral worth a million units of USD makes a fill that brings its own margin take for ever.
  const fewest = (player.assets[0]?.decimals ?? 2) - 2;
  const decimals = random.pick([0, 2, 4, 6, 8, 9].filter((each) => each >= fewest));
  player.assets.push({ id, decimals });
  send(player, { kind: 'listAsset', asset: id, decimals });
  const usual = 10n ** BigInt(Math.max(4, decimals + 3));
  player.wealth.set(id, options.isHuge ? 2n ** 58n : usual);
}

function openPool(player: Player, pool: string): void {
  const { random } = player;
  const isDesk = pool === 'desk';
  const isShared = pool === 'alpha' || random.unit() < 0.5;
  const needsOrders = pool === 'beta' || pool === 'delta' || (isDesk && random.unit() < 0.25);
  player.pools.push({ pool, isDesk, isShared, needsOrders });
  send(player, {
    kind: 'openPool',
    pool,
    isDesk,
    workBudget: player.options.workBudget ?? random.pick(BUDGETS),
    admission: needsOrders ? 'orders' : 'fills',
    valuationAsset: isShared ? 'USD' : null,
    legRule: random.pick(['larger', 'both', 'net'] as const),
  });
}

/** An instrument whose lots are worth something between dust and a whole wallet. */
function listFuture(player: Player, number: number, pool: PoolFacts): void {
  const { random } = player;
  const payoff = random.pick(['linear', 'linear', 'inverse'] as const);
  const settle = payoff === 'linear' ? 'USD' : 'COIN';
  const isFuture = random.unit() < 0.3;
  const maintenancePpm = BigInt(random.pick([0, 4_000, 5_000, 20_000]));
  const wealth = wealthOf(player, settle);
  const definition: CommandOf<'listInstrument'> = {
    ...commonTerms(player, pool),
    id: `I${number}`,
    instrumentKind: isFuture ? 'future' : 'perpetual',
    payoff,
    base: payoff === 'linear' ? `B${number}` : 'COIN',
    settle,
    contractSize: payoff === 'linear' ? '1' : random.pick(['1', '100', '10000']),
    ...(payoff === 'inverse'
      ? { tickSize: random.pick(['1', '0.5', '0.1']), lotSize: '1' }
      : sizes(random, decimalsOf(player, settle))),
    markMaxJumpPpm: random.pick([100_000n, 300_000n, 2_000_000n]),
    fillBandPpm: random.pick([50_000n, 300_000n, 1_000_000n]),
    expiryMs: isFuture ? player.timeMs + random.between(2, 30) * 1_800_000 : null,
    option: null,
    brackets: [
      { cap: wealth / 2n, initial: 10_000n, maintenance: maintenancePpm, leverage: 100n },
      { cap: wealth * 5n, initial: 50_000n, maintenance: maintenancePpm * 2n, leverage: 20n },
      { cap: null, initial: 100_000n, maintenance: maintenancePpm * 2n + 10_000n, leverage: 10n },
    ].map(({ cap, initial, maintenance, leverage }) => ({
      notionalCapMinor: cap,
      initialMarginRatePpm: max(initial, maintenance),
      maintenanceMarginRatePpm: maintenance,
      leverageMaxPpm: leverage * 1_000_000n,
    })),
  };
  const price = random.between(20, 2_000) * random.pick([1, 1, 50]);
  if (isAccepted(send(player, definition)))
    player.markets.push({ id: definition.id, pool: pool.pool, isDesk: pool.isDesk, definition, price });
}

/** Calls and puts, linear and inverse, a few of them on one underlying: spreads. */
function listOption(player: Player, number: number, pool: PoolFacts): void {
  const { random } = player;
  const payoff = random.pick(['linear', 'inverse'] as const);
  const settle = payoff === 'linear' ? 'USD' : 'COIN';
  const underlying = `${pool.pool}-${payoff}`;
  let spot = player.spots.get(underlying);
  if (spot === undefined) {
    spot = { price: random.between(40, 400) };
    player.spots.set(underlying, spot);
  }
  const strike = Math.max(1, Math.round(spot.price * random.pick([0.8, 0.9, 1, 1, 1.1, 1.3])));
  const floorPpm = random.pick([20_000n, 75_000n]);
  const definition: CommandOf<'listInstrument'> = {
    ...commonTerms(player, pool),
    id: `O${number}`,
    instrumentKind: 'option',
    payoff,
    base: payoff === 'linear' ? 'B' : 'COIN',
    settle,
    contractSize: '1',
    ...sizes(random, decimalsOf(player, settle)),
    markMaxJumpPpm: random.pick([2_000_000n, 50_000_000n]),
    fillBandPpm: random.pick([1_000_000n, 10_000_000n]),
    expiryMs: player.timeMs + random.between(2, 30) * 1_800_000,
    option: {
      optionType: random.pick(['call', 'put'] as const),
      underlying,
      underlyingTickSize: '1',
      strike: `${strike}`,
      initialRatePpm: floorPpm + random.pick([0n, 75_000n]),
      initialFloorRatePpm: floorPpm,
      maintenanceRatePpm: random.pick([0n, floorPpm / 2n, floorPpm]),
    },
    brackets: [],
  };
  if (!isAccepted(send(player, definition))) return;
  const market = { id: definition.id, pool: pool.pool, isDesk: pool.isDesk, definition, price: 1 };
  market.price = premiumOf(player, market);
  player.markets.push(market);
}

/** What instruments of every kind draw alike. */
function commonTerms(player: Player, { pool }: PoolFacts) {
  const { random, options } = player;
  const takerFeePpm = options.isSeparable ? 0n : BigInt(random.pick([0, 400, 1_000, 5_000]));
  const makerFeePpm = options.isSeparable
    ? 0n
    : random.pick([0n, takerFeePpm / 2n, -takerFeePpm / 2n, -takerFeePpm]);
  return {
    kind: 'listInstrument',
    pool,
    quote: 'USD',
    markTicksPerTick: random.pick([1n, 1n, 10n, 7n]),
    makerFeePpm,
    takerFeePpm,
    maintenanceBasis: random.pick(['entry', 'mark'] as const),
    initialBasis: random.pick(['entry', 'mark'] as const),
    closeFee: random.pick(['none', 'inRate', 'inMargin'] as const),
    unrealizedProfitSharePpm: random.pick([0n, 0n, 500_000n, 1_000_000n]),
    removalFloorPpm: random.pick([0n, 100_000n]),
    markMaxAgeMs: random.pick([600_000, 3_600_000]),
    markConfirmations: random.pick([1, 2, 3]),
    fundingRateMaxPpm: random.pick([10_000n, 100_000n]),
    ...capsOf(random),
    feeTiers: options.isSeparable ? [] : feeTiersOf(random, { makerFeePpm, takerFeePpm }),
  } as const;
}

function decimalsOf(player: Player, asset: string): number {
  return player.assets.find(({ id }) => id === asset)?.decimals as number;
}

/** A tick and a lot that are whole minor units together. */
function sizes(random: Random, decimals: number) {
  const digits = random.between(0, Math.min(decimals, 4));
  const fine = random.between(0, digits);
  const power = (exponent: number) => (exponent === 0 ? '1' : `0.${'0'.repeat(exponent - 1)}1`);
  return { tickSize: power(fine), lotSize: power(digits - fine) };
}

/** Coin and gold, sometimes the valuation asset itself, each with a price, a haircut and limits of its own. */
function listCollaterals(player: Player, pool: string): void {
  const { random } = player;
  const taken = ['COIN', 'GOLD', 'USD'].filter((asset) => random.unit() < (asset === 'USD' ? 0.3 : 0.9));
  for (const asset of taken) {
    const worth = (wealthOf(player, 'USD') * 1_000_000_000n) / wealthOf(player, asset);
    const price = max(10n, (worth * BigInt(random.between(20, 300))) / 100n);
    const confirmations = random.pick([1, 2]);
    const peg = { price, tolerancePpm: 10_000n, slopePpm: random.pick([1_000_000n, 5_000_000n]) };
    const listed = send(player, {
      kind: 'listCollateral',
      pool,
      asset,
      haircutPpm: random.pick([0n, 20_000n, 100_000n, 300_000n]),
      countedCapMinor: random.pick([null, null, wealthOf(player, 'USD') / 2n]),
      peg: random.unit() < 0.25 ? peg : null,
      conversionRank: random.between(0, 2),
      conversionSpreadPpm: random.pick([0n, 5_000n, 50_000n]),
      priceMaxAgeMs: random.pick([600_000, 3_600_000]),
      priceMaxJumpPpm: random.pick([100_000n, 500_000n]),
      priceConfirmations: confirmations,
    });
    if (isAccepted(listed)) player.collateral.push({ pool, asset, confirmations, price: Number(price) });
  }
  for (const asset of ['USD', 'COIN']) if (random.unit() < 0.7) fundFacility(player, { pool, asset });
}
