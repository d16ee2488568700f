/**
 * A venue for `crossTickEngine.ts`: one pool of whole accounts in the engine itself. Some stand near the edge and some far
 * from it, each with 1 to 6 positions, a third of them with part of their collateral in BTC.
 */
import { type Random, seededRandom } from '../src/base/random.js';
import { createEngine, type Engine, type ExternalCommand } from '../src/engine/index.js';

export const START_MS = 1_700_000_000_000;
export const START_TICKS = 1_000_000;
const FIRST_PRICE_TICKS = 100_000n;
const BTC_PRICE = 400_000_000_000n;
const LOT_MINOR = 10_000_000;
const POSITIONS_MAX = 6;

export interface VenueSize {
  readonly mode: 'cross' | 'portfolio';
  readonly instruments: number;
  /** Equity of 3 to 60% of what they hold. */
  readonly near: number;
  /** Equity of twice to four times what they hold. */
  readonly far: number;
}

export interface Venue {
  readonly engine: Engine;
  send(command: ExternalCommand, timeMs?: number): void;
  readonly positions: number;
}

export function createVenue(size: VenueSize): Venue {
  const engine = createEngine();
  let count = 0;
  const send = (command: ExternalCommand, timeMs = START_MS) => {
    const submission = engine.submit(`v${++count}`, command, timeMs);
    if (submission.kind !== 'recorded' || submission.record.outcome.kind === 'rejected')
      throw new Error(`${command.kind}: ${JSON.stringify(submission, (_key, item) => `${item}`)}`);
  };
  list(size, send);
  const random = seededRandom('cross tick venue');
  const drawn = drawAccounts(size, random);
  for (const { id, minor, hasBtc } of drawn.accounts) {
    open(size, id, send);
    const share = hasBtc ? 0.4 : 0;
    const usdt = BigInt(Math.ceil(minor * (1 - share)));
    send({ kind: 'allocate', account: id, asset: 'USDT', amountMinor: usdt });
    // A tenth of BTC does not count.
    const btc = BigInt(Math.ceil(((minor * share) / 0.9) * (1e9 / Number(BTC_PRICE))));
    if (hasBtc) send({ kind: 'allocate', account: id, asset: 'BTC', amountMinor: btc });
  }
  for (const { instrument, lots, buyer, seller } of drawn.fills)
    send({
      kind: 'fill',
      instrument: `I${instrument}`,
      priceTicks: FIRST_PRICE_TICKS,
      lots: BigInt(lots),
      buyer: side(buyer),
      seller: side(seller),
      taker: 'buyer',
    });
  // Accounts are found and queued; liquidating them is another matter.
  send({ kind: 'halt', pool: 'main', instrument: null, untilMs: START_MS + 1_000_000_000 });
  return { engine, send, positions: drawn.fills.length * 2 };
}

interface Drawn {
  readonly accounts: { readonly id: string; readonly minor: number; readonly hasBtc: boolean }[];
  readonly fills: {
    readonly instrument: number;
    readonly lots: number;
    readonly buyer: string;
    readonly seller: string;
  }[];
}

/** Pairs that trade with each other. */
function drawAccounts({ instruments, near, far }: VenueSize, random: Random): Drawn {
  const drawn: Drawn = { accounts: [], fills: [] };
  for (let pair = 0; pair < (near + far) / 2; pair++) {
    const ids = [`a${2 * pair}`, `a${2 * pair + 1}`] as const;
    const held = new Set<number>();
    const positions = 1 + Math.floor(random.unit() * POSITIONS_MAX);
    for (let i = 0; i < positions; i++) held.add(Math.floor(random.unit() * instruments));
    let notional = 0;
    for (const instrument of held) {
      const lots = 100 + Math.floor(random.unit() * 900);
      notional += lots * LOT_MINOR;
      const [buyer, seller] = random.unit() < 0.5 ? ids : [ids[1], ids[0]];
      drawn.fills.push({ instrument, lots, buyer, seller });
    }
    for (const id of ids) {
      const share = 2 * pair < near ? 0.03 + 0.57 * random.unit() : 2 + 2 * random.unit();
      drawn.accounts.push({ id, minor: notional * share, hasBtc: random.unit() < 1 / 3 });
    }
  }
  return drawn;
}

function list({ mode, instruments }: VenueSize, send: Venue['send']): void {
  send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  send({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  send({
    kind: 'openPool',
    pool: 'main',
    isDesk: false,
    workBudget: 10_000,
    admission: 'fills',
    valuationAsset: 'USDT',
    legRule: 'larger',
  });
  send({
    kind: 'listCollateral',
    pool: 'main',
    asset: 'BTC',
    haircutPpm: 100_000n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 1,
    conversionSpreadPpm: 10_000n,
    priceMaxAgeMs: 3_600_000,
    priceMaxJumpPpm: 500_000n,
    priceConfirmations: 2,
  });
  for (let at = 0; at < instruments; at++) send(instrumentOf(at));
  for (const asset of ['USDT', 'BTC'])
    send({ kind: 'injectCapital', asset, amountMinor: 1_000_000_000_000_000n });
  send(
    markOf(
      Array.from({ length: instruments }, (_, at) => [at, START_TICKS]),
      START_MS,
    ),
  );
  send({
    kind: 'mark',
    sourceTimeMs: START_MS,
    marks: [],
    assetPrices: [{ pool: 'main', asset: 'BTC', price: BTC_PRICE }],
  });
  for (const client of ['c0', 'c1']) {
    send({ kind: 'openClient', client });
    for (const asset of ['USDT', 'BTC']) {
      const deposit = `${client}-${asset}`;
      send({ kind: 'announceDeposit', deposit, client, asset, amountMinor: 10n ** 16n });
      send({ kind: 'finalizeDeposit', deposit });
    }
  }
  if (mode === 'portfolio') for (const command of scenariosOf(instruments)) send(command);
}

function open({ mode }: VenueSize, account: string, send: Venue['send']): void {
  send({
    kind: 'openAccount',
    account,
    client: `c${Number(account.slice(1)) % 2}`,
    marginMode: mode,
    instrument: null,
    pool: 'main',
    hasLegs: false,
    leveragePpm: 100_000_000n,
  });
}

/** Sixteen moves of all prices between minus and plus a sixth; lots are worth 10 USDT at the start. */
function scenariosOf(instruments: number): readonly ExternalCommand[] {
  const moves = Array.from({ length: 16 }, (_, at) => (at - 7.5) / 45);
  const PPM = 1_000_000n;
  const parameters = {
    initialFactorPpm: PPM,
    maintenanceFactorPpm: 100_000n,
    tailNumerator: 1n,
    tailDenominator: 20n,
    offsetCapPpm: 800_000n,
    minimumChargePpm: 1_000n,
    basisRatePpm: 0n,
  };
  const scenarios = moves.map((_, at) => ({ id: `s${at}`, tier: 'core' as const, dampingPpm: PPM }));
  return [
    {
      kind: 'defineScenarios',
      pool: 'main',
      set: { id: 'grid', scenarios, parameters, maxAgeMs: 3_600_000, driftPpm: PPM },
    },
    {
      kind: 'sendScenarios',
      pool: 'main',
      set: 'grid',
      sourceTimeMs: START_MS,
      instruments: Array.from({ length: instruments }, (_, at) => ({
        instrument: `I${at}`,
        referenceTicks: BigInt(START_TICKS),
        deltaPpm: PPM,
        // Initial margin is a tenth of them, so that accounts of every kind may open.
        pnlPerLot: moves.map((move) => BigInt(Math.round(move * LOT_MINOR * 0.15)) * 1_000_000n),
        shortMinimumPerLot: 0n,
        halfSpreadPpm: 0n,
        liquidity: [],
        concentration: [],
      })),
      assets: [{ asset: 'BTC', shocksPpm: moves.map((move) => BigInt(Math.round(move * 100_000))) }],
    },
  ];
}

export function markOf(marks: readonly (readonly [number, number])[], timeMs: number): ExternalCommand {
  return {
    kind: 'mark',
    assetPrices: [],
    sourceTimeMs: timeMs,
    marks: marks.map(([instrument, ticks]) => ({
      instrument: `I${instrument}`,
      markTicks: BigInt(ticks),
      indexTicks: BigInt(ticks),
    })),
  };
}

function side(id: string) {
  return {
    party: 'account',
    id,
    leg: 'net',
    order: '',
    allocateMinor: 0n,
    allocateInitial: false,
  } as const;
}

function instrumentOf(at: number): ExternalCommand {
  const bracket = (cap: bigint | null, maintenance: bigint, leverage: bigint) => ({
    notionalCapMinor: cap,
    initialMarginRatePpm: maintenance * 2n,
    maintenanceMarginRatePpm: maintenance,
    leverageMaxPpm: leverage,
  });
  return {
    kind: 'listInstrument',
    id: `I${at}`,
    pool: 'main',
    instrumentKind: 'perpetual',
    payoff: 'linear',
    base: `B${at}`,
    quote: 'USDT',
    settle: 'USDT',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.001',
    markTicksPerTick: 10n,
    makerFeePpm: 0n,
    takerFeePpm: 0n,
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'none',
    unrealizedProfitSharePpm: 0n,
    removalFloorPpm: 100_000n,
    markMaxAgeMs: 3_600_000,
    markMaxJumpPpm: 500_000n,
    markConfirmations: 2,
    fillBandPpm: 1_000_000n,
    fundingRateMaxPpm: 10_000n,
    expiryMs: null,
    option: null,
    positionCapLots: null,
    openInterestCapLots: null,
    concentration: null,
    feeTiers: [],
    brackets: [bracket(50_000_000_000n, 5_000n, 100_000_000n), bracket(null, 10_000n, 50_000_000n)],
  };
}
