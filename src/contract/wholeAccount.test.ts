import { describe, expect, it } from 'vitest';
import type { ExternalCommand, Recorded, Situation } from '../engine/index.js';
import { createWorld, type World } from '../testkit/world.js';
import { explainAccountNow } from './accountReasons.js';
import { accountView } from './accountView.js';
import { commandJson } from './commandView.js';
import { explainAccount } from './explainAccount.js';
import type { IsolatedAccountView } from './isolatedAccountView.js';
import type { JsonObject } from './json.js';
import { poolView } from './poolView.js';
import { recordJson } from './recordView.js';
import { rejectionProblem } from './rejectionView.js';
import { clientView } from './venueViews.js';
import type { WholeAccountView } from './wholeAccountView.js';
import { readCommand } from './wireCommand.js';

const perpetual = (id: string, more: JsonObject = {}) => ({
  kind: 'listInstrument',
  id,
  pool: 'main',
  instrumentKind: 'perpetual',
  payoff: 'linear',
  base: id.split('-')[0] as string,
  quote: 'USDT',
  settle: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.001',
  makerFeeRate: '0',
  takerFeeRate: '0',
  maintenanceBasis: 'mark',
  markMaxAgeMs: 60_000,
  markMaxJumpRate: '0.9',
  markConfirmations: 2,
  fillBandRate: '1',
  fundingRateMax: '0.01',
  tiers: [{ initialMarginRate: '0.02', maintenanceMarginRate: '0.01', maxLeverage: '50' }],
  ...more,
});

const CALL = perpetual('BTC-50000-C', {
  instrumentKind: 'option',
  base: 'BTC',
  expiryMs: 1_800_000_000_000,
  option: {
    optionType: 'call',
    underlying: 'BTC',
    underlyingTickSize: '0.5',
    strike: '50000',
    initialRate: '0.15',
    initialFloorRate: '0.1',
    maintenanceRate: '0.075',
  },
  tiers: [],
});

const BTC_COLLATERAL = {
  kind: 'listCollateral',
  pool: 'main',
  asset: 'BTC',
  haircutRate: '0.1',
  countedCap: '1000000.5',
  conversionSpreadRate: '0.01',
  priceMaxAgeMs: 60_000,
  priceMaxJumpRate: '0.9',
  priceConfirmations: 2,
};

function readIn(world: World, wire: unknown): ExternalCommand {
  const read = readCommand(world.state, wire);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

function send(world: World, ...commands: readonly unknown[]): Recorded {
  return commands.map((wire) => world.accept(readIn(world, wire))).at(-1) as Recorded;
}

const marks = (world: World, prices: Record<string, string>, btc?: string) => ({
  kind: 'mark',
  sourceTimeMs: world.timeMs,
  marks: Object.entries(prices).map(([instrument, price]) => ({ instrument, price })),
  assetPrices: btc === undefined ? [] : [{ pool: 'main', asset: 'BTC', price: btc }],
});

const trade = (instrument: string, price: string, quantity: string) => ({
  kind: 'fill',
  instrument,
  price,
  quantity,
  buyer: { party: 'account', id: 'ada-x' },
  seller: { party: 'account', id: 'bob-x' },
  taker: 'buyer',
});

/**
 * ada holds 5,000 USDT and 0.1 BTC (at 40,000, haircut 0.1) behind 1 BTC long from 40,000 and 10 ETH long from 2,000,
 * all against bob, in one cross account each.
 */
function crossWorld(): World {
  const world = createWorld();
  send(
    world,
    { kind: 'listAsset', asset: 'USDT', decimals: 6 },
    { kind: 'listAsset', asset: 'BTC', decimals: 8 },
    { kind: 'openPool', pool: 'main', admission: 'fills', valuationAsset: 'USDT' },
    perpetual('BTC-PERP'),
    perpetual('ETH-PERP'),
    BTC_COLLATERAL,
    { kind: 'injectCapital', asset: 'USDT', amount: '20000' },
    { kind: 'fundFacility', pool: 'main', asset: 'USDT', amount: '10000' },
    { kind: 'drainFacility', pool: 'main', asset: 'USDT', amount: '1' },
    marks(world, { 'BTC-PERP': '40000', 'ETH-PERP': '2000' }, '40000'),
  );
  for (const client of ['ada', 'bob']) {
    world.client(client, { USDT: 100_000_000_000n, BTC: 100_000_000n });
    send(
      world,
      {
        kind: 'openAccount',
        account: `${client}-x`,
        client,
        marginMode: 'cross',
        pool: 'main',
        leverage: '10',
      },
      {
        kind: 'allocate',
        account: `${client}-x`,
        asset: 'USDT',
        amount: client === 'ada' ? '5000' : '50000',
      },
    );
  }
  send(
    world,
    { kind: 'allocate', account: 'ada-x', asset: 'BTC', amount: '0.1' },
    trade('BTC-PERP', '40000', '1'),
    trade('ETH-PERP', '2000', '10'),
  );
  return world;
}

const situationOf = (world: World): Situation => {
  return { state: world.state, derived: world.engine.derived, timeMs: world.timeMs };
};
const wholeView = (world: World, account = 'ada-x') =>
  accountView(situationOf(world), world.row(account)) as WholeAccountView;

describe('the view of a cross account', () => {
  it('says what it holds, what it needs and where each position is liquidated', () => {
    const world = crossWorld();
    send(world, marks(world, { 'BTC-PERP': '39000', 'ETH-PERP': '2050' }));
    expect(wholeView(world)).toEqual({
      account: 'ada-x',
      client: 'ada',
      mode: 'cross',
      instrument: null,
      pool: 'main',
      status: 'open',
      asset: 'USDT',
      leverage: '10',
      hasLegs: false,
      equity: '8100',
      // Unrealized profit backs nothing new: 5,000 - 1,000 + 3,600 - 5,950.
      available: '1650',
      initialMargin: '5950',
      maintenanceMargin: '595',
      orderMargin: '0',
      marginRatio: '0.0734568',
      liquidatable: false,
      markUsable: true,
      lines: [
        { name: 'equity.collateral', amount: '4500', asset: 'USDT' },
        { name: 'equity.collateral', amount: '3600', asset: 'BTC' },
        { name: 'initialMargin.position', amount: '3900', instrument: 'BTC-PERP', asset: 'USDT' },
        { name: 'initialMargin.position', amount: '2050', instrument: 'ETH-PERP', asset: 'USDT' },
        { name: 'maintenanceMargin.position', amount: '390', instrument: 'BTC-PERP', asset: 'USDT' },
        { name: 'maintenanceMargin.position', amount: '205', instrument: 'ETH-PERP', asset: 'USDT' },
      ].map((line) => expect.objectContaining(line)),
      collateral: [
        {
          asset: 'USDT',
          balance: '5000',
          debt: '0',
          netPrincipal: '5000',
          profit: '-500',
          price: '1',
          priceUsable: true,
          haircut: '0',
          value: '4500',
          removable: expect.any(String),
          liquidationPrice: null,
        },
        {
          asset: 'BTC',
          balance: '0.1',
          debt: '0',
          netPrincipal: '0.1',
          profit: '0',
          price: '40000',
          priceUsable: true,
          haircut: '0.1',
          value: '3600',
          removable: expect.any(String),
          // Without the coins 4,500 are left: enough.
          liquidationPrice: null,
        },
      ],
      positions: [
        expect.objectContaining({
          symbol: 'BTC-PERP',
          leg: 'net',
          side: 'long',
          contracts: '1',
          asset: 'USDT',
          entryPrice: '40000',
          markPrice: '39000',
          notional: '39000',
          unrealizedPnl: '-1000',
          initialMargin: '3900',
          maintenanceMargin: '390',
          marginMode: 'cross',
          tier: 1,
          option: null,
          // 8,100 - 205 of equity above ETH's margin: 39,000 - 7,895 = 0.99 p.
          liquidationPrice: '31419.1',
          liquidationPriceReason: null,
        }),
        expect.objectContaining({
          symbol: 'ETH-PERP',
          contracts: '10',
          unrealizedPnl: '500',
          liquidationPrice: '1291.9',
        }),
      ],
      orders: [],
    });
  });

  it('says why a position has no liquidation price (FND-07)', () => {
    const world = crossWorld();
    send(world, { kind: 'allocate', account: 'ada-x', asset: 'USDT', amount: '90000' });
    expect(wholeView(world).positions[0]).toMatchObject({
      liquidationPrice: null,
      liquidationPriceReason: 'none',
    });
  });

  it('shows, within the grace of a change, what opening and liquidation are judged by (MAR-08, MAR-12)', () => {
    const world = crossWorld();
    send(
      world,
      { kind: 'openAccount', account: 'ada-1', client: 'ada', instrument: 'BTC-PERP', leverage: '10' },
      { kind: 'allocate', account: 'ada-1', amount: '9000' },
      { ...trade('BTC-PERP', '40000', '1'), buyer: { party: 'account', id: 'ada-1' } },
    );
    const isolated = () => accountView(situationOf(world), world.row('ada-1'));
    const alone = isolated();
    const before = wholeView(world);
    const { kind: _kind, ...definition } = perpetual('BTC-PERP', {
      tiers: [{ initialMarginRate: '0.15', maintenanceMarginRate: '0.12', maxLeverage: '5' }],
    });
    const effectiveMs = world.timeMs + 1000;
    send(world, {
      kind: 'scheduleParameters',
      definition,
      effectiveMs,
      graceUntilMs: effectiveMs + 10_000,
      liquidateAtOnce: false,
    });
    expect(wholeView(world).initialMargin).toBe(before.initialMargin);
    world.timeMs = effectiveMs;
    send(world, { kind: 'allocate', account: 'bob-x', asset: 'USDT', amount: '1' });
    const view = wholeView(world);
    // 15% of 40,000 in place of a tenth; maintenance and the liquidation price wait.
    expect(Number(view.initialMargin) - Number(before.initialMargin)).toBe(2000);
    expect(Number(before.available) - Number(view.available)).toBe(2000);
    expect(view.maintenanceMargin).toBe(before.maintenanceMargin);
    expect(view.positions[0]?.initialMargin).toBe('6000');
    const { maintenanceMargin, marginRatio, liquidationPrice } = alone as IsolatedAccountView;
    expect(isolated()).toMatchObject({
      initialMargin: '6000',
      maintenanceMargin,
      marginRatio,
      liquidationPrice,
    });
    expect(view.positions[0]?.liquidationPrice).toBe(before.positions[0]?.liquidationPrice);
    const lines = view.lines.filter(({ name }) => name.startsWith('initialMargin.'));
    expect(lines.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(Number(view.initialMargin));
    world.timeMs = effectiveMs + 10_000;
    send(world, { kind: 'allocate', account: 'bob-x', asset: 'USDT', amount: '1' });
    expect(wholeView(world).positions[0]?.maintenanceMargin).toBe('4800');
  });

  it('gives liquidation prices at which it is liquidated, one step before not (LIQ-11)', () => {
    for (const [price, isTaken] of [
      ['31419.2', false],
      ['31419.1', true],
    ] as const) {
      const world = crossWorld();
      send(world, marks(world, { 'BTC-PERP': '39000', 'ETH-PERP': '2050' }));
      expect(wholeView(world).positions[0]?.liquidationPrice).toBe('31419.1');
      const { work } = send(world, marks(world, { 'BTC-PERP': price }));
      expect(work.some(({ command }) => command.kind === 'takeOver')).toBe(isTaken);
    }
  });

  it('explains itself in sentences with the same numbers (MAR-12)', () => {
    const world = crossWorld();
    const { because } = explainAccountNow(situationOf(world), world.row('ada-x'));
    expect(because.slice(0, 6)).toEqual([
      'Equity 8600 USDT = 5000 from USDT + 3600 from BTC.',
      '5000 USDT and 0 from its positions count 5000.',
      '0.1 BTC and 0 from its positions at 40000 USDT count 3600 after a haircut of 0.1.',
      'Maintenance margin 600 = 400 BTC-PERP position + 200 ETH-PERP position; initial margin 6000 = 4000 BTC-PERP position + 2000 ETH-PERP position; order margin 0.',
      'BTC-PERP long 1 at mark 40000: all other prices held, the account is liquidated at or below 31919.1, 0.202022 of the mark away.',
      'ETH-PERP long 10 at mark 2000: all other prices held, the account is liquidated at or below 1191.9, 0.40405 of the mark away.',
    ]);
    expect(because).toContain('It is healthy: equity 8600 against maintenance margin 600.');
  });

  it('shows open orders and what they ask for', () => {
    const world = crossWorld();
    send(world, {
      kind: 'placeOrder',
      order: 'o-1',
      account: 'ada-x',
      instrument: 'BTC-PERP',
      side: 'buy',
      price: '39000',
      quantity: '0.1',
    });
    const before = wholeView(world);
    expect(before.orders).toEqual([
      {
        order: 'o-1',
        instrument: 'BTC-PERP',
        leg: 'net',
        side: 'buy',
        price: '39000',
        quantity: '0.1',
        isReduceOnly: false,
      },
    ]);
    expect(before.orderMargin).not.toBe('0');
    send(world, { kind: 'amendOrder', order: 'o-1', price: '38000', quantity: '0.05' });
    expect(wholeView(world).orders[0]).toMatchObject({ price: '38000', quantity: '0.05' });
    send(world, { kind: 'cancelOrder', order: 'o-1' });
    expect(wholeView(world)).toMatchObject({ orders: [], orderMargin: '0' });
  });

  it('shows an option at its premium, with the price of its underlying', () => {
    const world = crossWorld();
    send(world, CALL, {
      kind: 'mark',
      sourceTimeMs: world.timeMs,
      marks: [{ instrument: 'BTC-50000-C', price: '500', indexPrice: '40000.5' }],
    });
    send(world, trade('BTC-50000-C', '450', '2'));
    const bought = wholeView(world).positions.at(-1);
    expect(bought).toMatchObject({
      symbol: 'BTC-50000-C',
      entryPrice: '450',
      markPrice: '500',
      notional: '1000',
      unrealizedPnl: '100',
      tier: null,
      option: { optionType: 'call', underlying: 'BTC', strike: '50000', underlyingPrice: '40000.5' },
    });
    expect(wholeView(world, 'bob-x').positions.at(-1)).toMatchObject({
      side: 'short',
      unrealizedPnl: '-100',
    });
    const listed = world.records.find(
      ({ command }) => command.kind === 'mark' && command.marks[0]?.instrument === 'BTC-50000-C',
    );
    expect(JSON.stringify(recordJson(world.state, listed as never))).toContain('"indexPrice":"40000.5"');
  });

  it('counts its balances among what its client has', () => {
    const { balances } = clientView(situationOf(crossWorld()), 0);
    expect(balances).toEqual([
      expect.objectContaining({ asset: 'USDT', free: '95000', margin: '5000', total: '100000' }),
      expect.objectContaining({ asset: 'BTC', free: '0.9', margin: '0.1', total: '1' }),
    ]);
  });
});

/** Losses of 10% on a long, 10% on a short, and nothing; the coin falls with the long. */
const vectors = (instrument: string, referencePrice: string, move: string) => ({
  instrument,
  referencePrice,
  delta: '1',
  pnlPerLot: [`-${move}`, move, '0'],
});

describe('the view of a portfolio account', () => {
  it('names the scenario that decides, and keeps its prices exact', () => {
    const world = crossWorld();
    const set = {
      id: 'grid-1',
      scenarios: [
        { id: 'price-10%', tier: 'core' },
        { id: 'price+10%', tier: 'core' },
        { id: 'stay', tier: 'core' },
      ],
      parameters: {
        initialFactor: '1.5',
        maintenanceFactor: '1',
        tailNumerator: 25,
        tailDenominator: 1000,
        offsetCap: '0.5',
        minimumCharge: '0.001',
        basisRate: '0',
      },
      maxAgeMs: 60_000,
      maxDrift: '0.5',
    };
    send(
      world,
      { kind: 'defineScenarios', pool: 'main', set },
      {
        kind: 'sendScenarios',
        pool: 'main',
        set: 'grid-1',
        sourceTimeMs: world.timeMs,
        instruments: [vectors('BTC-PERP', '40000', '4'), vectors('ETH-PERP', '2000', '0.2')],
        assets: [{ asset: 'BTC', shocks: ['-0.1', '0.1', '0'] }],
      },
      {
        kind: 'openAccount',
        account: 'ada-p',
        client: 'ada',
        marginMode: 'portfolio',
        pool: 'main',
        leverage: '10',
      },
      { kind: 'allocate', account: 'ada-p', asset: 'USDT', amount: '9000' },
      { kind: 'allocate', account: 'ada-p', asset: 'BTC', amount: '0.1' },
      { ...trade('BTC-PERP', '40000', '1'), buyer: { party: 'account', id: 'ada-p' } },
    );
    expect(poolView(situationOf(world), 0).scenarios).toEqual({ inForce: 'grid-1', defined: 'grid-1' });
    const view = wholeView(world, 'ada-p');
    expect(view).toMatchObject({ mode: 'portfolio', equity: '12600', liquidatable: false });
    const decided = view.lines.filter(({ name }) => name.startsWith('maintenanceMargin.'));
    expect(decided.some(({ detail }) => detail === 'worst price-10%')).toBe(true);
    const at = view.positions[0]?.liquidationPrice as string;
    const oneStepAbove = `${Number(at) + 0.1}`.slice(0, 7);
    send(world, marks(world, { 'BTC-PERP': oneStepAbove }));
    expect(wholeView(world, 'ada-p').liquidatable).toBe(false);
    const { work } = send(world, marks(world, { 'BTC-PERP': at }));
    expect(work.map(({ command }) => command.kind)).toContain('takeOver');
  });
});

describe('the story of a cross account', () => {
  it('tells a takeover in parts, with the prices that decided (OPS-03)', () => {
    const world = crossWorld();
    send(world, marks(world, { 'BTC-PERP': '31000' }));
    const told = explainAccount(world.records, 'ada-x');
    expect(told).toMatchObject({ account: 'ada-x', client: 'ada', instrument: null, pool: 'main' });
    const taken = told?.steps.find(({ decision }) => decision !== null);
    expect(taken).toMatchObject({ command: 'takeOver', balanceAfter: null, positionsAfter: [] });
    expect(taken?.balancesAfter).toEqual([
      { asset: 'USDT', amount: '0' },
      { asset: 'BTC', amount: '0' },
    ]);
    expect(taken?.decision).toMatchObject({
      asset: 'USDT',
      equity: '-400',
      maintenanceMargin: '510',
      liquidatable: true,
      collateral: [
        { asset: 'USDT', balance: '5000', profit: '-9000', value: '-4000' },
        { asset: 'BTC', balance: '0.1', price: '40000', haircut: '0.1', value: '3600' },
      ],
      positions: [
        { instrument: 'BTC-PERP', quantity: '1', markPrice: '31000', markAgeMs: 0 },
        { instrument: 'ETH-PERP', quantity: '10', markPrice: '2000' },
      ],
    });
    const { events } = taken as { events: readonly JsonObject[] };
    const event = events.find(({ kind }) => kind === 'accountTakenOver');
    expect(event).toMatchObject({ equity: '-400', maintenanceMargin: '510' });
    expect(
      ((event as JsonObject)['parts'] as readonly JsonObject[]).map(({ instrument }) => instrument),
    ).toEqual(['BTC-PERP', 'ETH-PERP']);
    // What was taken over is followed further: nobody bought it, so it was closed against bob.
    expect(told?.steps.map(({ command }) => command)).toContain('deleverage');
  });
});

describe('the view of a pool with collateral', () => {
  it('says how assets count, their prices, and what the facility holds', () => {
    const world = crossWorld();
    const view = poolView(situationOf(world), 0);
    expect(view).toMatchObject({ admission: 'fills', valuationAsset: 'USDT', legRule: 'larger' });
    expect(view.assets).toMatchObject([
      { asset: 'USDT', facility: '9999', cash: '64999', collateral: null },
      {
        asset: 'BTC',
        facility: '0',
        collateral: {
          haircutRate: '0.1',
          countedCap: '1000000.5',
          peg: null,
          conversionRank: 0,
          conversionSpreadRate: '0.01',
          price: '40000',
          priceAgeMs: 0,
          priceUsable: true,
          pendingPrice: null,
          priceSuspect: false,
        },
      },
    ]);
  });
});

describe('prices of collateral on the wire', () => {
  it('are units of the valuation asset, exact as far as the engine can carry them, else rounded down', () => {
    const world = crossWorld();
    const priceOf = (price: string) => {
      const core = readIn(world, marks(world, {}, price)) as { assetPrices: readonly { price: bigint }[] };
      return core.assetPrices[0]?.price;
    };
    // 6 against 8 decimals: a minor unit of BTC is worth 400 of USDT.
    expect(priceOf('40000')).toBe(400_000_000_000n);
    expect(priceOf('0.0000001')).toBe(1n);
    expect(priceOf('0.00000019')).toBe(1n);
    expect(priceOf('-0.00000001')).toBe(-1n);
    const command = readIn(world, marks(world, {}, '39999.99999999999'));
    expect(commandJson(world.state, command)).toMatchObject({ assetPrices: [{ price: '39999.9999999' }] });
  });

  it('of a peg and caps are in the valuation asset', () => {
    const world = crossWorld();
    send(world, { kind: 'listAsset', asset: 'USDC', decimals: 6 });
    const wire = {
      ...BTC_COLLATERAL,
      asset: 'USDC',
      countedCap: '0.000001',
      peg: { price: '1', toleranceRate: '0.005', slope: '2' },
    };
    const core = readIn(world, wire);
    expect(core).toMatchObject({
      countedCapMinor: 1n,
      conversionRank: 0,
      peg: { price: 1_000_000_000n, tolerancePpm: 5_000n, slopePpm: 2_000_000n },
    });
    expect(commandJson(world.state, core)).toEqual({ ...wire, conversionRank: 0 });
    const { record } = world.accept(core);
    expect(recordJson(world.state, record)).toMatchObject({
      outcome: {
        events: [{ pegPrice: '1', pegToleranceRate: '0.005', pegSlope: '2', countedCap: '0.000001' }],
      },
    });
  });
});

describe('commands about accounts of every mode', () => {
  const refusal = (world: World, wire: unknown) => {
    const read = readCommand(world.state, wire);
    if (!read.ok) return read.error.map(({ code, path }) => `${code} ${path}`);
    const { record } = world.send(read.value);
    if (record.outcome.kind === 'accepted') return 'accepted';
    return rejectionProblem(world.state, record.command, record.outcome.rejection);
  };

  it('of a shared account name the asset, of an isolated one need not', () => {
    const world = crossWorld();
    send(world, {
      kind: 'openAccount',
      account: 'ada-1',
      client: 'ada',
      instrument: 'BTC-PERP',
      leverage: '10',
    });
    expect(refusal(world, { kind: 'allocate', account: 'ada-x', amount: '1' })).toEqual([
      'schema_violation /asset',
    ]);
    expect(refusal(world, { kind: 'allocate', account: 'ada-1', amount: '1' })).toBe('accepted');
    expect(refusal(world, { kind: 'release', account: 'ada-x', asset: 'BTC', amount: '0.00000001' })).toBe(
      'accepted',
    );
  });

  it('answer in the words and units of the wire', () => {
    const world = crossWorld();
    expect(refusal(world, { ...BTC_COLLATERAL, asset: 'USDT', haircutRate: '1.5' })).toMatchObject({
      code: 'invalid_definition',
      context: { field: 'haircutRate', rule: 'from 0 to one' },
    });
    expect(
      refusal(world, {
        ...CALL,
        option: { ...((CALL as JsonObject)['option'] as JsonObject), maintenanceRate: '0.2' },
      }),
    ).toMatchObject({
      context: { field: 'option.maintenanceRate' },
    });
    expect(refusal(world, marks(world, {}, '500000000000'))).toMatchObject({
      code: 'invalid_price',
      context: { asset: 'BTC', price: '500000000000' },
    });
    send(world, { kind: 'openPool', pool: 'plain' });
    expect(refusal(world, { ...BTC_COLLATERAL, pool: 'plain' })).toEqual(['pool_isolated_only /pool']);
    expect(refusal(world, { ...BTC_COLLATERAL, pool: 'none' })).toEqual(['unknown_pool /pool']);
    expect(refusal(world, { kind: 'amendOrder', order: 'none', price: '1', quantity: '1' })).toEqual([
      'unknown_order /order',
    ]);
  });
});
