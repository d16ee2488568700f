/**
 * What a batch of marks costs the engine over accounts that are judged whole: the engine's boxes with hot accounts, against
 * looking at every holder's predicate, in one run. Liquidation itself is kept out by a halt of the pool: accounts are found
 * and queued, and nothing more. Run: npx tsc -b bench && node dist/bench/engineCrossTick.js
 */
import { seededRandom } from '../src/base/index.js';
import { isLiquidatableNow } from '../src/engine/accountHealth.js';
import { createEngine, type Engine, type ExternalCommand } from '../src/engine/index.js';
import { printMachine, round3 } from './harness.js';

const INSTRUMENTS = 20;
const LEGS = 3;
/** Instruments that one batch names. */
const BATCH = 4;
const SIZES = [500, 2_000, 6_000];
const START_MS = 1_700_000_000_000;

interface Market {
  readonly name: string;
  /** Largest move of a batch, ppm, and its drift. */
  readonly volatilityPpm: number;
  readonly driftPpm: number;
  readonly ticks: number;
}

const MARKETS: readonly Market[] = [
  { name: 'calm', volatilityPpm: 300, driftPpm: 0, ticks: 150 },
  { name: 'crash', volatilityPpm: 10_000, driftPpm: -32_000, ticks: 150 },
];

printMachine();
for (const market of MARKETS) for (const accounts of SIZES) run(market, accounts);

function run(market: Market, accounts: number): void {
  const venue = createVenue(accounts);
  const random = seededRandom(`${market.name}/${accounts}`);
  const boxes: number[] = [];
  const everybody: number[] = [];
  let missed = 0;
  for (let tick = 0; tick < market.ticks; tick++) {
    const moved = venue.move(
      random.between(0, INSTRUMENTS - 1),
      market,
      () => random.between(-1_000, 1_000) / 1_000,
    );
    let begin = performance.now();
    venue.mark(moved);
    boxes.push(performance.now() - begin);
    begin = performance.now();
    const found = venue.lookAtHolders(moved);
    everybody.push(performance.now() - begin);
    missed += found;
  }
  if (missed > 0) throw new Error(`${market.name}: ${missed} accounts were missed`);
  // The first ticks make the boxes and compile.
  const [of, against] = [boxes, everybody].map((times) => Float64Array.from(times.slice(30)).sort());
  const [mine, theirs] = [mean(of as Float64Array), mean(against as Float64Array)];
  console.log(
    `${market.name}, ${accounts} accounts of ${LEGS} legs, ${BATCH} of ${INSTRUMENTS} marks a batch: ` +
      `boxes ${round3(mine)} ms a batch (median ${round3((of as Float64Array)[(of as Float64Array).length >> 1] as number)}), ` +
      `every holder ${round3(theirs)} ms; ratio ${round3(theirs / mine)}; liquidated ${venue.queued()}`,
  );
}

function mean(times: Float64Array): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Accounts of 2x to 12x on dollars, each long or short in a few instruments, in one halted pool. */
function createVenue(count: number) {
  const engine = createEngine();
  let sent = 0;
  let timeMs = START_MS;
  const send = (command: ExternalCommand) => {
    const submission = engine.submit(`c${sent++}`, command, timeMs);
    if (submission.kind !== 'recorded' || submission.record.outcome.kind === 'rejected')
      throw new Error(`${command.kind} was not taken`);
  };
  const random = seededRandom(`book/${count}`);
  const marks = Array.from({ length: INSTRUMENTS }, () => 1_000_000n);
  send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  send({
    kind: 'openPool',
    pool: 'main',
    isDesk: false,
    workBudget: 1,
    admission: 'fills',
    valuationAsset: 'USDT',
    legRule: 'larger',
  });
  for (let at = 0; at < INSTRUMENTS; at++) send(perpetual(`P${at}`));
  const markAll = (rows: readonly number[]) =>
    send({
      kind: 'mark',
      sourceTimeMs: timeMs,
      assetPrices: [],
      marks: rows.map((at) => {
        const ticks = marks[at] as bigint;
        return { instrument: `P${at}`, markTicks: ticks, indexTicks: ticks };
      }),
    });
  markAll(marks.map((_, at) => at));
  client(send, 'maker', 2n ** 60n);
  send(crossAccount('maker', 'maker'));
  send({ kind: 'allocate', account: 'maker', asset: 'USDT', amountMinor: 2n ** 59n });
  for (let at = 0; at < count; at++) {
    const name = `a${at}`;
    client(send, name, 2n ** 40n);
    send(crossAccount(name, name));
    // A position of 1,000 USDT in each of its instruments.
    const margin = BigInt(Math.floor((LEGS * 1_000e6) / random.between(2, 12)));
    send({ kind: 'allocate', account: name, asset: 'USDT', amountMinor: margin });
    for (let leg = 0; leg < LEGS; leg++) {
      const instrument = `P${(at * 7 + leg * 5) % INSTRUMENTS}`;
      const isLong = random.between(0, 9) < 7;
      const side = (id: string) =>
        ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
      send({
        kind: 'fill',
        instrument,
        priceTicks: 100_000n,
        lots: 100n,
        buyer: side(isLong ? name : 'maker'),
        seller: side(isLong ? 'maker' : name),
        taker: 'buyer',
      });
    }
  }
  send({ kind: 'halt', pool: 'main', instrument: null, untilMs: timeMs + 1_000_000_000 });
  return {
    move(from: number, { volatilityPpm, driftPpm }: Market, draw: () => number): readonly number[] {
      timeMs += 200;
      const rows = Array.from({ length: BATCH }, (_, at) => (from + at) % INSTRUMENTS);
      for (const at of rows) {
        const step = BigInt(Math.round(driftPpm / BATCH + volatilityPpm * draw()));
        marks[at] = ((marks[at] as bigint) * (1_000_000n + step)) / 1_000_000n;
      }
      return rows;
    },
    mark: markAll,
    /** Judges everybody who holds one of the instruments; answers with how many liquidatable ones are not queued. */
    lookAtHolders(rows: readonly number[]): number {
      const seen = new Set<number>();
      for (const at of rows)
        for (const side of ['long', 'short'] as const)
          for (const position of engine.derived.holders(at, side))
            seen.add(engine.state.positions.account.get(position));
      let missed = 0;
      for (const row of seen)
        if (isLiquidatableNow(engine.state, row) && engine.state.accounts.isQueued.get(row) === 0) missed++;
      return missed;
    },
    queued: () => queuedOf(engine),
  };
}

function queuedOf({ derived }: Engine): number {
  return derived.queuedOf(0).size;
}

function client(send: (command: ExternalCommand) => void, name: string, amountMinor: bigint): void {
  send({ kind: 'openClient', client: name });
  send({ kind: 'announceDeposit', deposit: name, client: name, asset: 'USDT', amountMinor });
  send({ kind: 'finalizeDeposit', deposit: name });
}

function crossAccount(account: string, owner: string): ExternalCommand {
  return {
    kind: 'openAccount',
    account,
    client: owner,
    marginMode: 'cross',
    instrument: null,
    pool: 'main',
    hasLegs: false,
    leveragePpm: 100_000_000n,
  };
}

function perpetual(id: string): ExternalCommand {
  return {
    kind: 'listInstrument',
    id,
    pool: 'main',
    instrumentKind: 'perpetual',
    payoff: 'linear',
    base: id,
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
    removalFloorPpm: 0n,
    markMaxAgeMs: 3_600_000,
    markMaxJumpPpm: 900_000n,
    markConfirmations: 1,
    fillBandPpm: 1_000_000n,
    fundingRateMaxPpm: 0n,
    expiryMs: null,
    option: null,
    positionCapLots: null,
    openInterestCapLots: null,
    feeTiers: [],
    brackets: [
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 10_000n,
        maintenanceMarginRatePpm: 5_000n,
        leverageMaxPpm: 100_000_000n,
      },
    ],
  };
}
