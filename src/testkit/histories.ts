/**
 * Random histories: a small venue of several pools, instruments and clients, and hundreds of commands to it,
 * most of them plausible and some ill formed. One seed makes one history, the same on every machine; a
 * history is made while it is played, because a plausible command has to look at the state it meets.
 */
import { abs, max, min } from '../base/index.js';
import { type Random, seededRandom } from '../base/random.js';
import type { CommandOf, FillSide } from '../engine/command.js';
import { createEngine, type Engine, type ExternalCommand, type Recorded } from '../engine/index.js';
import {
  ACCOUNT_STATUS,
  clientLedgerRow,
  INSTRUMENT_STATUS,
  type State,
  settleAssetRow,
} from '../engine/state.js';
import { notionalAtMark } from '../market/index.js';

/** A command as it came in at the door. */
export interface Step {
  readonly commandId: string;
  readonly command: ExternalCommand;
  readonly clockMs: number;
}

export interface HistoryOptions {
  /** Random commands after the venue is set up. */
  readonly commands: number;
  /** Looks at the engine after every command, the set-up included. */
  readonly observe?: (engine: Engine, step: Step, recorded: Recorded) => void;
  /** Money near the end of what the columns hold, and gaps of a thousand times. */
  readonly isHuge?: boolean;
  /** The same for every pool; else each has its own, some of them tiny. */
  readonly workBudget?: number;
  /** Leaves fees, rebates and venue money alone: what is common to all pools then never decides (law 4). */
  readonly isSeparable?: boolean;
}

export interface PlayedHistory {
  readonly engine: Engine;
  readonly steps: readonly Step[];
  readonly recorded: readonly Recorded[];
}

/** Plays the history of a seed. Whatever is thrown on the way names the seed and the step. */
export function playHistory(seed: string, options: HistoryOptions): PlayedHistory {
  const player = createPlayer(seed, options);
  try {
    setUp(player);
    for (let i = 0; i < options.commands; i++) playOne(player);
  } catch (error) {
    const { steps } = player;
    const last = steps[steps.length - 1]?.command.kind ?? 'nothing';
    throw new Error(`history '${seed}', step ${steps.length} (${last}): ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { engine: player.engine, steps: player.steps, recorded: player.recorded };
}

/** The same commands to another engine, with what it recorded for each. */
export function playSteps(engine: Engine, steps: readonly Step[]): Recorded[] {
  return steps.map(({ commandId, command, clockMs }) => {
    const submission = engine.submit(commandId, command, clockMs);
    if (submission.kind !== 'recorded') throw new Error(`${commandId} was a ${submission.kind}`);
    return submission;
  });
}

/** What the generator knows of an instrument beside the engine's state. */
interface Market {
  readonly id: string;
  readonly pool: string;
  readonly isDesk: boolean;
  readonly definition: CommandOf<'listInstrument'>;
  /** Where its price wanders, in ticks. */
  price: number;
}

interface Player {
  readonly random: Random;
  readonly engine: Engine;
  readonly state: State;
  readonly steps: Step[];
  readonly recorded: Recorded[];
  readonly options: HistoryOptions;
  readonly assets: { readonly id: string; readonly decimals: number }[];
  readonly markets: Market[];
  readonly clients: string[];
  readonly accounts: string[];
  readonly deposits: string[];
  readonly withdrawals: string[];
  /** A usual wallet of an asset, in minor units. */
  readonly wealth: Map<string, bigint>;
  /** Marks that are still to come one after another: the confirmations of a jump. */
  readonly comingMarks: Market[];
  timeMs: number;
  count: number;
}

function createPlayer(seed: string, options: HistoryOptions): Player {
  const engine = createEngine();
  return {
    random: seededRandom(seed),
    engine,
    state: engine.state,
    steps: [],
    recorded: [],
    options,
    assets: [],
    markets: [],
    clients: [],
    accounts: [],
    deposits: [],
    withdrawals: [],
    wealth: new Map(),
    comingMarks: [],
    timeMs: 1_700_000_000_000,
    count: 0,
  };
}

function send(player: Player, command: ExternalCommand): Recorded {
  const step: Step = { commandId: `c${player.steps.length + 1}`, command, clockMs: player.timeMs };
  player.steps.push(step);
  const submission = player.engine.submit(step.commandId, command, step.clockMs);
  if (submission.kind !== 'recorded') throw new Error(`${step.commandId} was a ${submission.kind}`);
  player.recorded.push(submission);
  player.options.observe?.(player.engine, step, submission);
  return submission;
}

function isAccepted({ record }: Recorded): boolean {
  return record.outcome.kind === 'accepted';
}

// ---- the venue ----

const BUDGETS = [1, 2, 3, 20, 10_000] as const;

function setUp(player: Player): void {
  const { random } = player;
  for (const id of ['USD', 'COIN']) {
    const decimals = random.pick([0, 2, 4, 6, 8, 9]);
    player.assets.push({ id, decimals });
    send(player, { kind: 'listAsset', asset: id, decimals });
    const usual = 10n ** BigInt(Math.max(4, decimals + 3));
    player.wealth.set(id, player.options.isHuge ? 2n ** 58n : usual);
  }
  const pools = ['alpha', 'beta', 'desk'].map((pool) => ({ pool, isDesk: pool === 'desk' }));
  for (const { pool, isDesk } of pools)
    send(player, {
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool,
      isDesk,
      workBudget: player.options.workBudget ?? random.pick(BUDGETS),
    });
  const instruments = random.between(3, 6);
  for (let i = 0; i < instruments; i++) list(player, i, pools[i % pools.length] as (typeof pools)[number]);
  for (const { id } of player.assets) {
    const amountMinor = min(wealthOf(player, id) * 100n, 2n ** 60n);
    send(player, { kind: 'injectCapital', asset: id, amountMinor });
  }
  for (const market of player.markets) {
    if (random.unit() < 0.6) topUp(player, market, wealthOf(player, market.definition.settle) / 20n + 1n);
  }
  const clients = random.between(3, 6);
  for (let i = 0; i < clients; i++) openClient(player);
  markAll(player);
  for (let i = 0; i < player.markets.length * 4; i++) openAccount(player);
}

function wealthOf(player: Player, asset: string): bigint {
  return player.wealth.get(asset) as bigint;
}

/** Lists an instrument whose lots are worth something between dust and a whole wallet. */
function list(player: Player, number: number, { pool, isDesk }: { pool: string; isDesk: boolean }): void {
  const { random, assets, options } = player;
  const payoff = random.pick(['linear', 'linear', 'inverse'] as const);
  const settle = payoff === 'linear' ? 'USD' : 'COIN';
  const decimals = assets.find(({ id }) => id === settle)?.decimals as number;
  const isFuture = random.unit() < 0.3;
  const takerFeePpm = options.isSeparable ? 0n : BigInt(random.pick([0, 400, 1_000, 5_000]));
  const makerFeePpm = options.isSeparable
    ? 0n
    : random.pick([0n, takerFeePpm / 2n, -takerFeePpm / 2n, -takerFeePpm]);
  const maintenancePpm = BigInt(random.pick([0, 4_000, 5_000, 20_000]));
  const wealth = wealthOf(player, settle);
  const definition: CommandOf<'listInstrument'> = {
    kind: 'listInstrument',
    id: `I${number}`,
    pool,
    instrumentKind: isFuture ? 'future' : 'perpetual',
    payoff,
    base: payoff === 'linear' ? `B${number}` : 'COIN',
    quote: 'USD',
    settle,
    contractSize: payoff === 'linear' ? '1' : random.pick(['1', '100', '10000']),
    ...sizes(random, payoff, decimals),
    markTicksPerTick: random.pick([1n, 1n, 10n, 7n]),
    makerFeePpm,
    takerFeePpm,
    maintenanceBasis: random.pick(['entry', 'mark'] as const),
    initialBasis: random.pick(['entry', 'mark'] as const),
    closeFee: random.pick(['none', 'inRate', 'inMargin'] as const),
    unrealizedProfitSharePpm: random.pick([0n, 0n, 500_000n, 1_000_000n]),
    removalFloorPpm: random.pick([0n, 100_000n]),
    markMaxAgeMs: random.pick([600_000, 3_600_000]),
    markMaxJumpPpm: random.pick([100_000n, 300_000n, 2_000_000n]),
    markConfirmations: random.pick([1, 2, 3]),
    fillBandPpm: random.pick([50_000n, 300_000n, 1_000_000n]),
    fundingRateMaxPpm: random.pick([10_000n, 100_000n]),
    expiryMs: isFuture ? player.timeMs + random.between(2, 30) * 1_800_000 : null,
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
  if (isAccepted(send(player, definition))) {
    player.markets.push({ id: definition.id, pool, isDesk, definition, price });
  }
}

/** A tick and a lot that are whole minor units together. */
function sizes(random: Random, payoff: 'linear' | 'inverse', decimals: number) {
  if (payoff === 'inverse') return { tickSize: random.pick(['1', '0.5', '0.1']), lotSize: '1' };
  const digits = random.between(0, Math.min(decimals, 4));
  const fine = random.between(0, digits);
  const power = (exponent: number) => (exponent === 0 ? '1' : `0.${'0'.repeat(exponent - 1)}1`);
  return { tickSize: power(fine), lotSize: power(digits - fine) };
}

// ---- one command ----

type Act = (player: Player) => void;

/** What is done, and how often of a hundred. */
const ACTS: readonly (readonly [number, Act])[] = [
  [27, tradeAccounts],
  [20, markSome],
  [3, gap],
  [2, badMark],
  [5, fund],
  [5, tradeOutside],
  [6, unwindTakeover],
  [5, allocate],
  [6, release],
  [3, setLeverage],
  [2, closeAccount],
  [4, openAccount],
  [1, (player) => openClient(player)],
  [3, moveCash],
  [2, expire],
  [2, moveVenueMoney],
  [2, (player) => send(player, { kind: 'resume', pool: anyMarket(player).pool })],
  [5, illFormed],
];

const ACTS_TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);

function playOne(player: Player): void {
  const { random, comingMarks } = player;
  player.timeMs += random.unit() < 0.01 ? random.between(1, 3) * 3_600_000 : random.between(0, 90_000);
  const coming = comingMarks.shift();
  if (coming !== undefined) return sendMarks(player, [coming]);
  let at = random.unit() * ACTS_TOTAL;
  for (const [weight, act] of ACTS) {
    at -= weight;
    if (at < 0) return act(player);
  }
}

/** Mostly one that trades. */
function anyMarket(player: Player): Market {
  const { random, state, markets } = player;
  const trading = markets.filter(({ id }) => hasStatus(state, id, 'trading'));
  return random.pick(trading.length > 0 && random.unit() < 0.95 ? trading : markets);
}

function accountsOf(player: Player, instrument: string): string[] {
  const { accounts, instruments } = player.state;
  const row = instruments.names.rowOf(instrument);
  const withClosed = player.random.unit() < 0.03;
  return player.accounts.filter((id) => {
    const accountRow = accounts.names.rowOf(id);
    const isOpen = accounts.status.get(accountRow) === ACCOUNT_STATUS.open;
    return (isOpen || withClosed) && accounts.instrument.get(accountRow) === row;
  });
}

function lotsOf(state: State, account: string): bigint {
  return state.positions.lots.get(state.accounts.position.get(state.accounts.names.rowOf(account)));
}

// ---- trading ----

function tradeAccounts(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const ids = accountsOf(player, market.id);
  if (ids.length < 2) return openAccount(player);
  const buyer = random.pick(ids);
  const others = random.unit() < 0.03 ? ids : ids.filter((id) => id !== buyer);
  const seller = random.pick(others);
  sendFill(player, market, { buyer: accountSide(player, buyer), seller: accountSide(player, seller) });
}

function tradeOutside(player: Player): void {
  const { random } = player;
  const desks = player.markets.filter(({ isDesk }) => isDesk);
  const market = desks.length > 0 && random.unit() < 0.95 ? random.pick(desks) : anyMarket(player);
  const ids = accountsOf(player, market.id);
  if (ids.length === 0) return openAccount(player);
  const own = accountSide(player, random.pick(ids));
  const outside: FillSide = {
    party: 'counterparty',
    leg: 'net',
    order: '',
    id: '',
    allocateMinor: 0n,
    allocateInitial: false,
  };
  sendFill(
    player,
    market,
    random.unit() < 0.5 ? { buyer: own, seller: outside } : { buyer: outside, seller: own },
  );
}

/** Sells what was taken over to an account, or to another takeover by mistake. */
function unwindTakeover(player: Player): void {
  const { random, state } = player;
  const open = [...state.openTakeovers.values()].flatMap((rows) => [...rows]);
  if (open.length === 0) return tradeAccounts(player);
  const row = random.pick(open);
  const instrument = state.instruments.names.nameOf(state.takeovers.instrument.get(row));
  const market = player.markets.find(({ id }) => id === instrument) as Market;
  const ids = accountsOf(player, instrument);
  if (ids.length === 0) return;
  const held = state.positions.lots.get(state.takeovers.position.get(row));
  const liquidation: FillSide = {
    party: 'liquidation',
    leg: 'net',
    order: '',
    id: state.takeovers.names.nameOf(row),
    allocateMinor: 0n,
    allocateInitial: false,
  };
  const other = accountSide(player, random.pick(ids));
  const lots = random.unit() < 0.5 ? abs(held) : max(1n, portion(random, abs(held)));
  const isSelling = held > 0n !== random.unit() < 0.05;
  sendFill(
    player,
    market,
    isSelling ? { seller: liquidation, buyer: other } : { seller: other, buyer: liquidation },
    lots,
  );
}

function accountSide(player: Player, id: string): FillSide {
  const { random, state } = player;
  const way = random.unit();
  if (way < 0.7)
    return { party: 'account', leg: 'net', order: '', id, allocateMinor: 0n, allocateInitial: true };
  const wallet = walletOf(state, state.accounts.names.rowOf(id));
  const allocateMinor = way < 0.85 ? 0n : portion(random, wallet);
  return { party: 'account', leg: 'net', order: '', id, allocateMinor, allocateInitial: way > 0.95 };
}

function sendFill(
  player: Player,
  market: Market,
  sides: { readonly buyer: FillSide; readonly seller: FillSide },
  wantedLots?: bigint,
): void {
  const { random, state } = player;
  const price = Math.max(
    1,
    Math.round(market.price * (1 + (random.unit() - 0.5) * random.pick([0.002, 0.002, 0.02, 0.3]))),
  );
  const held = [sides.buyer, sides.seller]
    .filter(({ party }) => party === 'account')
    .map(({ id }) => abs(lotsOf(state, id)));
  const lots = wantedLots ?? random.pick([someLots(player, market), someLots(player, market), ...held]);
  send(player, {
    kind: 'fill',
    instrument: market.id,
    priceTicks: BigInt(price),
    lots: lots === 0n ? 1n : lots,
    ...sides,
    taker: random.pick(['buyer', 'seller'] as const),
  });
}

/** Lots worth some part of a usual wallet, up to many times it. */
function someLots(player: Player, market: Market): bigint {
  const { random, state } = player;
  const { settle } = market.definition;
  const row = state.instruments.names.rowOf(market.id);
  const terms = state.instruments.listed[row]!.marginTerms;
  const ticks = BigInt(Math.max(1, Math.round(market.price))) * terms.markTicksPerTick;
  const { numerator, denominator } = notionalAtMark(terms, 1n, ticks);
  const perLot = max(1n, numerator / denominator);
  const part = random.pick([0.02, 0.1, 0.5, 1, 3, 6]) * random.unit();
  const worth = (wealthOf(player, settle) * BigInt(Math.round(part * 1_000))) / 1_000n;
  return max(1n, worth / perLot);
}

function portion(random: Random, amount: bigint): bigint {
  return (amount * BigInt(random.between(0, 1_000))) / 1_000n;
}

// ---- marks and funding ----

function markAll(player: Player): void {
  sendMarks(player, player.markets);
}

function markSome(player: Player): void {
  const { random } = player;
  const marked = player.markets.filter(() => random.unit() < 0.7);
  if (marked.length === 0) return markAll(player);
  for (const market of marked) {
    const size = random.pick([0.002, 0.01, 0.05, 0.15]);
    move(market, 1 + (random.unit() - 0.5) * 2 * size);
  }
  sendMarks(player, marked);
}

/** A move far past bankruptcy, with the marks that confirm it. */
function gap(player: Player): void {
  const market = anyMarket(player);
  const factors = player.options.isHuge ? [0.001, 0.1, 0.5, 2, 30, 1_000] : [0.2, 0.5, 0.7, 1.4, 2, 4];
  move(market, player.random.pick(factors));
  const { markConfirmations } = market.definition;
  for (let i = 1; i < markConfirmations; i++) player.comingMarks.push(market);
  sendMarks(player, [market]);
}

function move(market: Market, factor: number): void {
  market.price = Math.min(10_000_000, Math.max(2, market.price * factor));
}

function sendMarks(
  player: Player,
  markets: readonly Market[],
  changes: { ticks?: bigint; sourceTimeMs?: number } = {},
): void {
  const { random } = player;
  const marks = markets.map(({ id, price, definition }) => {
    const scale = Number(definition.markTicksPerTick);
    const markTicks = changes.ticks ?? BigInt(Math.max(1, Math.round(price * scale)));
    const index = price * scale * (1 + (random.unit() - 0.5) * 0.02);
    const indexTicks = random.unit() < 0.05 ? 0n : BigInt(Math.max(1, Math.round(index)));
    return { instrument: id, markTicks, indexTicks };
  });
  send(player, { kind: 'mark', assetPrices: [], sourceTimeMs: changes.sourceTimeMs ?? player.timeMs, marks });
}

/** Stale, zero, negative, huge or out of order. */
function badMark(player: Player): void {
  const { random, timeMs } = player;
  const markets = [anyMarket(player)];
  switch (random.between(0, 5)) {
    case 0:
      return sendMarks(player, markets, { sourceTimeMs: timeMs - 7_200_000 });
    case 1:
      // A joint batch that is new to some and old to others.
      return sendMarks(player, player.markets, { sourceTimeMs: timeMs - random.between(0, 300_000) });
    case 2:
      return sendMarks(player, markets, { ticks: 0n });
    case 3:
      return sendMarks(player, markets, { ticks: -5n });
    case 4:
      return sendMarks(player, markets, { ticks: 2n ** 61n });
    default:
      return sendMarks(player, markets, { sourceTimeMs: timeMs + 60_000 });
  }
}

function fund(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const most = Number(market.definition.fundingRateMaxPpm);
  send(player, {
    kind: 'applyFunding',
    instrument: market.id,
    fundingTimeMs: player.timeMs - random.pick([0, 0, 0, 1_000, 3_600_000]),
    ratePpm: BigInt(random.between(-most, most)),
  });
}

function expire(player: Player): void {
  const futures = player.markets.filter(({ definition }) => definition.expiryMs !== null);
  const market = futures.length > 0 ? player.random.pick(futures) : anyMarket(player);
  send(player, { kind: 'expire', instrument: market.id });
}

// ---- margin accounts and cash ----

function walletOf(state: State, accountRow: number): bigint {
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(accountRow));
  const row = clientLedgerRow(
    state,
    { clientRow: state.accounts.client.get(accountRow), assetRow },
    'wallet',
  );
  return row < 0 ? 0n : state.ledger.balance(row);
}

function openClient(player: Player): void {
  const { random } = player;
  const client = `client${player.clients.length + 1}`;
  send(player, { kind: 'openClient', client });
  player.clients.push(client);
  for (const { id } of player.assets) {
    if (random.unit() < 0.1) continue;
    deposit(player, client, id, max(1n, (wealthOf(player, id) * BigInt(random.between(1, 300))) / 100n));
  }
}

function deposit(player: Player, client: string, asset: string, amountMinor: bigint): void {
  const id = `d${player.deposits.length + 1}`;
  player.deposits.push(id);
  send(player, { kind: 'announceDeposit', deposit: id, client, asset, amountMinor });
  if (player.random.unit() < 0.9) send(player, { kind: 'finalizeDeposit', deposit: id });
}

function openAccount(player: Player): void {
  const { random } = player;
  const account = `a${++player.count}`;
  const leverage = BigInt(random.pick([1, 2, 5, 10, 20, 50, 100]));
  const recorded = send(player, {
    kind: 'openAccount',
    marginMode: 'isolated',
    pool: null,
    hasLegs: false,
    account,
    client: random.pick(player.clients),
    instrument: anyMarket(player).id,
    leveragePpm: leverage * 1_000_000n,
  });
  if (isAccepted(recorded)) player.accounts.push(account);
}

function anyAccount(player: Player): { account: string; row: number } {
  const account = player.random.pick(player.accounts);
  return { account, row: player.state.accounts.names.rowOf(account) };
}

function allocate(player: Player): void {
  const { random, state } = player;
  const { account, row } = anyAccount(player);
  const amountMinor = max(1n, portion(random, walletOf(state, row) / BigInt(random.pick([1, 10, 100]))));
  send(player, { kind: 'allocate', asset: null, account, amountMinor });
}

function release(player: Player): void {
  const { random, state } = player;
  const { account, row } = anyAccount(player);
  const balance = state.ledger.balance(state.accounts.ledgerRow.get(row));
  const amountMinor = random.unit() < 0.3 ? balance : portion(random, balance);
  send(player, { kind: 'release', asset: null, account, amountMinor: max(1n, amountMinor) });
}

function setLeverage(player: Player): void {
  const { account } = anyAccount(player);
  const leveragePpm = BigInt(
    player.random.pick([500_000, 1_000_000, 1_500_000, 7_000_000, 20_000_000, 100_000_000]),
  );
  send(player, { kind: 'setLeverage', account, leveragePpm });
}

function closeAccount(player: Player): void {
  const { account, row } = anyAccount(player);
  const isFlat = player.state.positions.lots.get(player.state.accounts.position.get(row)) === 0n;
  if (!isFlat && player.random.unit() < 0.7) return;
  send(player, { kind: 'closeAccount', account });
}

function moveCash(player: Player): void {
  const { random } = player;
  const client = random.pick(player.clients);
  const { id: asset } = random.pick(player.assets);
  const oldDeposit = player.deposits.length > 0 ? random.pick(player.deposits) : 'd0';
  const oldWithdrawal = player.withdrawals.length > 0 ? random.pick(player.withdrawals) : 'w0';
  switch (random.between(0, 6)) {
    case 0:
      return deposit(player, client, asset, max(1n, portion(random, wealthOf(player, asset))));
    case 1:
      send(player, { kind: 'finalizeDeposit', deposit: oldDeposit });
      return;
    case 2:
      send(player, { kind: 'returnDeposit', deposit: oldDeposit });
      return;
    case 3: {
      const withdrawal = `w${player.withdrawals.length + 1}`;
      player.withdrawals.push(withdrawal);
      const amountMinor = max(1n, portion(random, wealthOf(player, asset) / 4n));
      send(player, { kind: 'requestWithdrawal', withdrawal, client, asset, amountMinor });
      return;
    }
    case 4:
      send(player, { kind: 'sendWithdrawal', withdrawal: oldWithdrawal });
      return;
    case 5:
      send(player, { kind: 'settleWithdrawal', withdrawal: oldWithdrawal });
      return;
    default:
      send(player, { kind: 'returnWithdrawal', withdrawal: oldWithdrawal });
  }
}

// ---- venue money ----

function topUp(player: Player, market: Market, amountMinor: bigint): void {
  send(player, { kind: 'topUpFund', pool: market.pool, asset: market.definition.settle, amountMinor });
}

function moveVenueMoney(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const { settle } = market.definition;
  const amountMinor = max(1n, portion(random, wealthOf(player, settle) / 10n));
  switch (random.between(0, 3)) {
    case 0:
      return topUp(player, market, amountMinor);
    case 1:
      send(player, { kind: 'drawDownFund', pool: market.pool, asset: settle, amountMinor });
      return;
    case 2:
      if (player.options.isSeparable) return topUp(player, market, amountMinor);
      send(player, { kind: 'feesToCapital', asset: settle, amountMinor: min(amountMinor, 1_000n) });
      return;
    default:
      send(player, { kind: 'injectCapital', asset: settle, amountMinor });
  }
}

// ---- what should never come, and does ----

function illFormed(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const account = player.accounts.length > 0 ? random.pick(player.accounts) : 'a0';
  const side = (id: string, changes: Partial<FillSide> = {}): FillSide => ({
    party: 'account',
    leg: 'net',
    order: '',
    id,
    allocateMinor: 0n,
    allocateInitial: true,
    ...changes,
  });
  const fill = (changes: Partial<CommandOf<'fill'>>): ExternalCommand => ({
    kind: 'fill',
    instrument: market.id,
    priceTicks: BigInt(Math.round(market.price)),
    lots: 1n,
    buyer: side(account),
    seller: side(account),
    taker: 'buyer',
    ...changes,
  });
  const other = accountsOf(player, market.id)[0] ?? account;
  send(
    player,
    random.pick<ExternalCommand>([
      { kind: 'allocate', asset: null, account, amountMinor: 0n },
      { kind: 'allocate', asset: null, account, amountMinor: -(2n ** 63n) },
      { kind: 'release', asset: null, account, amountMinor: 2n ** 63n - 1n },
      { kind: 'release', asset: null, account: 'nobody', amountMinor: 1n },
      { kind: 'openClient', client: 'a b' },
      { kind: 'openClient', client: '\u202e\ud800' },
      { kind: 'openClient', client: 'x'.repeat(65) },
      {
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account,
        client: 'nobody',
        instrument: market.id,
        leveragePpm: 0n,
      },
      { kind: 'listAsset', asset: 'DUST', decimals: 18 },
      {
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 'alpha',
        isDesk: true,
        workBudget: 0,
      },
      { ...market.definition, id: `${market.id}-bad`, tickSize: '0' },
      { ...market.definition, id: `${market.id}-bad`, brackets: [] },
      { kind: 'mark', assetPrices: [], sourceTimeMs: player.timeMs, marks: [] },
      {
        kind: 'mark',
        assetPrices: [],
        sourceTimeMs: player.timeMs,
        marks: [{ instrument: 'none', markTicks: 1n, indexTicks: 1n }],
      },
      { kind: 'applyFunding', instrument: market.id, fundingTimeMs: player.timeMs, ratePpm: 2n ** 62n },
      { kind: 'expire', instrument: 'none' },
      fill({}),
      fill({ lots: 0n, seller: side(other) }),
      fill({ lots: -(2n ** 63n), seller: side(other) }),
      fill({ lots: 2n ** 63n - 1n, seller: side(other) }),
      fill({ priceTicks: -1n, seller: side(other) }),
      fill({ priceTicks: 2n ** 62n, seller: side(other) }),
      fill({ seller: side(other, { allocateMinor: -5n, allocateInitial: false }) }),
      fill({ seller: side(other, { allocateMinor: 2n ** 62n }) }),
      fill({
        seller: side(`${market.pool}#1`, { party: 'liquidation' }),
        buyer: side('', { party: 'counterparty' }),
      }),
      {
        kind: 'announceDeposit',
        deposit: 'd1',
        client: player.clients[0] as string,
        asset: 'USD',
        amountMinor: 1n,
      },
      {
        kind: 'announceDeposit',
        deposit: `huge${player.steps.length}`,
        client: player.clients[0] as string,
        asset: 'USD',
        amountMinor: 2n ** 62n,
      },
      { kind: 'resume', pool: 'none' },
    ]),
  );
}

function hasStatus(state: State, instrument: string, status: keyof typeof INSTRUMENT_STATUS): boolean {
  return (
    state.instruments.status.get(state.instruments.names.rowOf(instrument)) === INSTRUMENT_STATUS[status]
  );
}
