/**
 * Commands a second through the whole engine: fills between margined accounts with a mark batch now and
 * then, alone, with the journal in memory and with the durable journal, about 200 in flight. Prints
 * throughput and the time from submitting a command to its durable answer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type ExternalCommand } from '../src/engine/index.js';
import { type Host, openHost, openMemoryHost } from '../src/journal/index.js';
import { printMachine } from './harness.js';
import { createNaiveEngine } from './naiveEngine.js';

const CLIENTS = 2_000;
const COMMANDS = 200_000;
const IN_FLIGHT = 200;
const ROUNDS = 5;
const START_MS = 1_700_000_000_000;

type Submit = (id: string, command: ExternalCommand, clockMs: number) => unknown;

function setUp(submit: Submit): void {
  let count = 0;
  const send = (command: ExternalCommand) => submit(`setup-${++count}`, command, START_MS);
  send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  send({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget: 1_000,
  });
  send({
    kind: 'listInstrument',
    id: 'BTC-PERP',
    pool: 'main',
    instrumentKind: 'perpetual',
    payoff: 'linear',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    contractSize: '1',
    tickSize: '0.1',
    lotSize: '0.001',
    markTicksPerTick: 10n,
    makerFeePpm: 100n,
    takerFeePpm: 400n,
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'none',
    unrealizedProfitSharePpm: 0n,
    removalFloorPpm: 100_000n,
    markMaxAgeMs: 3_600_000,
    markMaxJumpPpm: 100_000n,
    markConfirmations: 2,
    fillBandPpm: 100_000n,
    fundingRateMaxPpm: 10_000n,
    expiryMs: null,
    option: null,
    positionCapLots: null,
    openInterestCapLots: null,
    concentration: null,
    feeTiers: [],
    brackets: [
      {
        notionalCapMinor: 50_000_000_000n,
        initialMarginRatePpm: 10_000n,
        maintenanceMarginRatePpm: 5_000n,
        leverageMaxPpm: 100_000_000n,
      },
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 50_000n,
        maintenanceMarginRatePpm: 25_000n,
        leverageMaxPpm: 20_000_000n,
      },
    ],
  });
  send(markCommand(0));
  for (let client = 0; client < CLIENTS; client++) {
    send({ kind: 'openClient', client: `c${client}` });
    send({
      kind: 'announceDeposit',
      deposit: `d${client}`,
      client: `c${client}`,
      asset: 'USDT',
      amountMinor: 10n ** 13n,
    });
    send({ kind: 'finalizeDeposit', deposit: `d${client}` });
    send({
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: `a${client}`,
      client: `c${client}`,
      instrument: 'BTC-PERP',
      leveragePpm: 10_000_000n,
    });
    send({ kind: 'allocate', asset: null, account: `a${client}`, amountMinor: 10n ** 12n });
  }
}

function markCommand(at: number): ExternalCommand {
  const markTicks = 4_000_000n + BigInt(at % 1000);
  return {
    kind: 'mark',
    assetPrices: [],
    sourceTimeMs: START_MS + at,
    marks: [{ instrument: 'BTC-PERP', markTicks, indexTicks: markTicks }],
  };
}

function workload(at: number): ExternalCommand {
  if (at % 50 === 0) return markCommand(at);
  const side = (client: number) =>
    ({
      party: 'account',
      leg: 'net',
      order: '',
      id: `a${client % CLIENTS}`,
      allocateMinor: 0n,
      allocateInitial: false,
    }) as const;
  return {
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n + BigInt(at % 97),
    lots: BigInt(1 + (at % 9)),
    buyer: side((at * 7919) % CLIENTS),
    seller: side((at * 7919 + 1 + (at % 13)) % CLIENTS),
    taker: at % 2 === 0 ? 'buyer' : 'seller',
  };
}

function runEngine(): { perSecond: number } {
  const engine = createEngine();
  setUp((id, command, clockMs) => engine.submit(id, command, clockMs));
  const commands = Array.from({ length: COMMANDS }, (_, at) => workload(at));
  const start = process.hrtime.bigint();
  for (let at = 0; at < COMMANDS; at++)
    engine.submit(`w${at}`, commands[at] as ExternalCommand, START_MS + at);
  return { perSecond: perSecond(COMMANDS, start) };
}

function runNaive(): { perSecond: number } {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-naive-'));
  const naive = createNaiveEngine(join(directory, 'events.jsonl'), IN_FLIGHT);
  setUp((id, command) => naive.submit(id, command));
  const commands = Array.from({ length: COMMANDS }, (_, at) => workload(at));
  const start = process.hrtime.bigint();
  for (let at = 0; at < COMMANDS; at++) naive.submit(`w${at}`, commands[at] as ExternalCommand);
  naive.close();
  const rate = perSecond(COMMANDS, start);
  rmSync(directory, { recursive: true });
  return { perSecond: rate };
}

async function runHost(host: Host): Promise<{ perSecond: number; p50Ms: number; p99Ms: number }> {
  const waits: Promise<unknown>[] = [];
  setUp((id, command, clockMs) => waits.push(host.submit(id, command, clockMs)));
  await Promise.all(waits);
  const commands = Array.from({ length: COMMANDS }, (_, at) => workload(at));
  const latencies = new Float64Array(COMMANDS);
  let next = 0;
  const start = process.hrtime.bigint();
  const worker = async () => {
    while (next < COMMANDS) {
      const at = next++;
      const sent = process.hrtime.bigint();
      await host.submit(`w${at}`, commands[at] as ExternalCommand, START_MS + at);
      latencies[at] = Number(process.hrtime.bigint() - sent) / 1e6;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const rate = perSecond(COMMANDS, start);
  latencies.sort();
  return { perSecond: rate, p50Ms: at(latencies, 0.5), p99Ms: at(latencies, 0.99) };
}

function perSecond(count: number, start: bigint): number {
  return Math.round((count / Number(process.hrtime.bigint() - start)) * 1e9);
}

function at(sorted: Float64Array, share: number): number {
  return Math.round((sorted[Math.floor((sorted.length - 1) * share)] as number) * 100) / 100;
}

printMachine();
console.log(
  `${COMMANDS} commands (49 fills between margined accounts, then one mark batch) over ${CLIENTS} accounts, ${IN_FLIGHT} in flight`,
);
const rows: Record<string, unknown>[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const naive = runNaive();
  const alone = runEngine();
  const memory = await openMemoryHost();
  const inMemory = await runHost(memory);
  await memory.close();
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const disk = await openHost({ directory, snapshotEvery: 0 });
  const durable = await runHost(disk);
  await disk.close();
  rmSync(directory, { recursive: true });
  rows.push({
    'naive /s': naive.perSecond,
    'engine alone /s': alone.perSecond,
    'memory journal /s': inMemory.perSecond,
    'durable /s': durable.perSecond,
    'durable p50 ms': durable.p50Ms,
    'durable p99 ms': durable.p99Ms,
    'durable / naive': Math.round((durable.perSecond / naive.perSecond) * 100) / 100,
  });
}
console.table(rows);
