/** Commands refused for what whole accounts, orders and modes ask for: one for each of those codes. */
import type { CommandOf, ExternalCommand, FillSide } from '../engine/command.js';
import type { RejectionCode } from '../engine/index.js';
import { lendingWorld } from './lendingWorld.js';
import { coins, inversePerpetual, linearPerpetual, standardWorld, times, usdt, type World } from './world.js';

export type RefusedCommand = () => readonly [World, ExternalCommand];

const side = (id: string, changes: Partial<FillSide> = {}): FillSide => ({
  party: 'account',
  leg: 'net',
  order: '',
  id,
  allocateMinor: 0n,
  allocateInitial: true,
  ...changes,
});

const fill = (changes: Partial<CommandOf<'fill'>> = {}): CommandOf<'fill'> => ({
  kind: 'fill',
  instrument: 'BTC-PERP',
  priceTicks: 400_000n,
  lots: 10n,
  buyer: side('ada'),
  seller: side('bob'),
  taker: 'buyer',
  ...changes,
});

const order = (changes: Partial<CommandOf<'placeOrder'>> = {}): CommandOf<'placeOrder'> => ({
  kind: 'placeOrder',
  order: 'o1',
  account: 'ada',
  instrument: 'BTC-PERP',
  leg: 'net',
  side: 'buy',
  priceTicks: 400_000n,
  slippagePpm: null,
  lots: 10n,
  isReduceOnly: false,
  holdWallet: true,
  ...changes,
});

/** Isolated accounts of ada, bob and eve; ada is long and bob short 10 lots at 40,000. */
function isolated(): World {
  const world = standardWorld(0n);
  for (const client of ['ada', 'bob', 'eve']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', 10);
  }
  world.accept(fill());
  return world;
}

/** ada and bob in cross accounts on USDT and BTC. */
function shared() {
  const world = lendingWorld();
  for (const id of ['ada', 'bob']) world.cross(id, id, { USDT: usdt(10_000), BTC: coins(1) });
  return world;
}

const inIsolated =
  (command: ExternalCommand): RefusedCommand =>
  () => [isolated(), command];
const inShared =
  (command: ExternalCommand): RefusedCommand =>
  () => [shared(), command];

/** An instrument with a cap, in which ada and bob have accounts. */
function capped(caps: Partial<CommandOf<'listInstrument'>>): readonly [World, ExternalCommand] {
  const world = isolated();
  world.accept(linearPerpetual('CAPPED', caps));
  world.mark({ CAPPED: 400_000n });
  for (const client of ['ada', 'bob']) world.account(`${client}-c`, client, 'CAPPED', 10);
  return [world, fill({ instrument: 'CAPPED', buyer: side('ada-c'), seller: side('bob-c') })];
}

const scenarios: CommandOf<'defineScenarios'> = {
  kind: 'defineScenarios',
  pool: 'main',
  set: {
    id: 'grid',
    scenarios: [{ id: 'down', tier: 'core', dampingPpm: 1_000_000n }],
    parameters: {
      initialFactorPpm: 1_250_000n,
      maintenanceFactorPpm: 1_000_000n,
      tailNumerator: 1n,
      tailDenominator: 1n,
      offsetCapPpm: 1_000_000n,
      minimumChargePpm: 0n,
      basisRatePpm: 0n,
    },
    maxAgeMs: 60_000,
    driftPpm: 100_000n,
  },
};
const noVectors: CommandOf<'sendScenarios'> = {
  kind: 'sendScenarios',
  pool: 'main',
  set: 'grid',
  sourceTimeMs: 0,
  instruments: [],
  assets: [],
};

/** Vectors came into force a minute and more ago, and a portfolio account wants to trade on them. */
function withOldScenarios(): readonly [World, ExternalCommand] {
  const world = shared();
  world.accept(scenarios);
  const vector = {
    deltaPpm: 1_000_000n,
    pnlPerLot: [-usdt(4)],
    shortMinimumPerLot: 0n,
    halfSpreadPpm: 0n,
    liquidity: [],
    concentration: [],
  };
  world.accept({
    ...noVectors,
    sourceTimeMs: world.timeMs,
    instruments: ['BTC-PERP', 'BTC-USDT'].map((instrument) => ({
      instrument,
      referenceTicks: 4_000_000n,
      ...vector,
    })),
    assets: [{ asset: 'BTC', shocksPpm: [-100_000n] }],
  });
  world.accept({
    kind: 'openAccount',
    account: 'folio',
    client: 'eve',
    marginMode: 'portfolio',
    instrument: null,
    pool: 'main',
    hasLegs: false,
    leveragePpm: times(10),
  });
  world.accept({ kind: 'allocate', account: 'folio', asset: 'USDT', amountMinor: usdt(10_000) });
  world.timeMs += 60_001;
  return [world, fill({ buyer: side('folio') })];
}

export const SHARED_REFUSALS = {
  unknown_collateral: inIsolated({ kind: 'allocate', account: 'ada', asset: 'BTC', amountMinor: 1n }),
  asset_not_in_pool: inIsolated({ kind: 'topUpFund', pool: 'main', asset: 'BTC', amountMinor: 1n }),
  unknown_scenarios: inShared(noVectors),
  unknown_order: inIsolated({ kind: 'cancelOrder', order: 'none' }),
  instrument_reduce_only: () => {
    const world = isolated();
    world.accept({ kind: 'setReduceOnly', instrument: 'BTC-PERP', isReduceOnly: true });
    return [world, fill({ buyer: side('eve') })];
  },
  order_closed: () => {
    const world = isolated();
    world.accept(order());
    world.accept({ kind: 'cancelOrder', order: 'o1' });
    return [world, { kind: 'cancelOrder', order: 'o1' }];
  },
  instrument_halted: () => {
    const world = isolated();
    world.accept({ kind: 'halt', pool: 'main', instrument: null, untilMs: world.timeMs + 1 });
    return [world, fill()];
  },
  expiry_unsettled: () => {
    const world = isolated();
    const expiryMs = world.timeMs + 1_000;
    world.accept(linearPerpetual('BTC-F', { instrumentKind: 'future', expiryMs, fundingRateMaxPpm: 0n }));
    world.mark({ 'BTC-F': 400_000n });
    for (const client of ['ada', 'bob']) world.account(`${client}-f`, client, 'BTC-F', 10);
    world.trade({ buyer: 'ada-f', seller: 'bob-f', instrument: 'BTC-F', priceTicks: 400_000n, lots: 100n });
    world.timeMs = expiryMs;
    return [world, { kind: 'release', asset: null, account: 'ada-f', amountMinor: 1n }];
  },
  liquidation_order: () => {
    const world = isolated();
    const policy = {
      warningHealthPpm: 0n,
      callHealthPpm: 0n,
      targetHealthPpm: 1_500_000n,
      closeOutHealthPpm: 0n,
      stepPpm: 250_000n,
      minStepLots: 1n,
      slippagePpm: 0n,
      feePpm: 0n,
      orderLifeMs: 1_000,
      pauseMs: 0,
    };
    world.accept({ kind: 'setLiquidation', pool: 'main', policy });
    for (let ticks = 390_000n; world.state.orders.table.size === 0; ticks -= 500n)
      world.mark({ 'BTC-PERP': ticks });
    return [world, { kind: 'cancelOrder', order: 'main#r1' }];
  },
  account_has_orders: () => {
    const world = isolated();
    world.accept(order({ account: 'eve' }));
    return [world, { kind: 'closeAccount', account: 'eve' }];
  },
  pool_isolated_only: inIsolated({
    kind: 'openAccount',
    account: 'cross',
    client: 'ada',
    marginMode: 'cross',
    instrument: null,
    pool: 'main',
    hasLegs: false,
    leveragePpm: times(1),
  }),
  wrong_mode: () => {
    const world = isolated();
    world.account('ada-2', 'ada', 'BTC-PERP', 10);
    const carve = { kind: 'carvePosition', account: 'ada', into: 'ada-2' } as const;
    return [world, { ...carve, instrument: 'BTC-PERP', leg: 'net', amountMinor: 0n }];
  },
  not_own_account: inIsolated({ kind: 'mergeAccount', account: 'ada', into: 'bob' }),
  not_isolatable: inShared({
    kind: 'switchMode',
    account: 'ada',
    marginMode: 'isolated',
    instrument: 'BTC-PERP',
  }),
  no_position: () => {
    const world = shared();
    world.account('iso', 'ada', 'BTC-PERP', 10);
    const carve = { kind: 'carvePosition', account: 'ada', into: 'iso' } as const;
    return [world, { ...carve, instrument: 'BTC-PERP', leg: 'net', amountMinor: 0n }];
  },
  leg_occupied: () => {
    const world = shared();
    world.account('iso', 'ada', 'BTC-PERP', 10);
    world.accept(fill());
    world.accept(fill({ buyer: side('iso') }));
    return [world, { kind: 'mergeAccount', account: 'iso', into: 'ada' }];
  },
  wrong_leg: inShared(fill({ buyer: side('ada', { leg: 'long' }) })),
  leg_overdrawn: () => {
    const world = shared();
    world.accept({
      kind: 'openAccount',
      account: 'legs',
      client: 'eve',
      marginMode: 'cross',
      instrument: null,
      pool: 'main',
      hasLegs: true,
      leveragePpm: times(10),
    });
    return [world, fill({ seller: side('legs', { leg: 'long' }) })];
  },
  scenarios_incomplete: () => {
    const world = shared();
    world.accept(scenarios);
    return [world, noVectors];
  },
  scenarios_stale: withOldScenarios,
  order_required: () => {
    const world = isolated();
    world.accept({
      kind: 'openPool',
      pool: 'ordered',
      isDesk: false,
      workBudget: 1,
      admission: 'orders',
      valuationAsset: null,
      legRule: 'larger',
    });
    world.accept(linearPerpetual('X', { pool: 'ordered' }));
    world.mark({ X: 400_000n });
    for (const client of ['ada', 'bob']) world.account(`${client}-x`, client, 'X', 10);
    return [world, fill({ instrument: 'X', buyer: side('ada-x'), seller: side('bob-x') })];
  },
  instrument_not_in_pool: () => {
    const world = isolated();
    world.accept({
      kind: 'openPool',
      pool: 'other',
      isDesk: false,
      workBudget: 1,
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
    });
    return [world, { kind: 'halt', pool: 'other', instrument: 'BTC-PERP', untilMs: world.timeMs + 1 }];
  },
  wrong_order: () => {
    const world = isolated();
    world.accept(order({ account: 'eve' }));
    return [world, fill({ buyer: side('eve', { order: 'o1' }), priceTicks: 400_001n })];
  },
  no_funding: inShared({
    kind: 'applyFunding',
    instrument: 'BTC-USDT',
    fundingTimeMs: 1_700_000_000_000,
    ratePpm: 1n,
  }),
  asset_price_unusable: () => {
    const world = shared();
    world.accept({
      kind: 'openPool',
      pool: 'coin',
      isDesk: false,
      workBudget: 1,
      admission: 'fills',
      valuationAsset: 'USDT',
      legRule: 'larger',
    });
    world.accept(inversePerpetual('XBT', { pool: 'coin' }));
    world.mark({ XBT: 80_000n });
    for (const client of ['ada', 'bob'])
      world.accept({
        kind: 'openAccount',
        account: `${client}-coin`,
        client,
        marginMode: 'cross',
        instrument: null,
        pool: 'coin',
        hasLegs: false,
        leveragePpm: times(1),
      });
    const [buyer, seller] = [side('ada-coin'), side('bob-coin')];
    return [world, fill({ instrument: 'XBT', priceTicks: 80_000n, buyer, seller })];
  },
  order_outside_band: inIsolated(order({ priceTicks: 800_001n })),
  nothing_to_reduce: inIsolated(order({ account: 'eve', isReduceOnly: true })),
  position_cap: () => capped({ positionCapLots: 9n }),
  open_interest_cap: () => capped({ openInterestCapLots: 9n }),
  concentration_cap: () => capped({ concentration: { sharePpm: 1_000_000n, freeLots: 9n } }),
  insufficient_order_margin: inIsolated(order({ account: 'eve', holdWallet: false })),
} as const satisfies Partial<Record<RejectionCode, RefusedCommand>>;
