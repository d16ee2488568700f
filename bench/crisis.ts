/**
 * A crisis over a large invented book, on the real engine: how long one run takes and how much memory it needs, beside
 * the same crisis over a tenth of the accounts. Each run is a process of its own, so that peak memory is its own.
 *
 *     node dist/bench/crisis.js [--accounts 100000] [--crisis ID] [--policies A,B]
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type BookGenerator,
  exampleGenerator,
  findCrisis,
  findStressPolicy,
  type GeneratedInstrument,
  generateBook,
  runStress,
  STRESS_SETTINGS,
} from '../src/contagion/index.js';
import { printMachine, round3 } from './harness.js';

const INSTRUMENTS = 50;

interface Asked {
  readonly accounts: number;
  readonly crisis: string;
  readonly policy: string;
}

interface Measured {
  readonly accounts: number;
  readonly positions: number;
  readonly buildSeconds: number;
  readonly runSeconds: number;
  readonly peakMebibytes: number;
  readonly rounds: number;
  readonly liquidated: number;
  readonly endHash: string;
}

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '100000' },
    crisis: { type: 'string', default: '2025-10-10-own-book' },
    policies: { type: 'string', default: 'all-isolated,cross-in-pools' },
    only: { type: 'string' },
  },
});
if (values.only === undefined) report();
else console.log(JSON.stringify(measured(JSON.parse(values.only) as Asked)));

function report(): void {
  const accounts = Number(values.accounts);
  printMachine();
  console.log(`\n${values.crisis} over an invented book in ${INSTRUMENTS} instruments, one run a process`);
  for (const policy of values.policies.split(',')) {
    const runs = [Math.round(accounts / 10), accounts].map((count) =>
      inProcess({ accounts: count, crisis: values.crisis, policy }),
    );
    const perAccount = (run: Measured) => run.runSeconds / run.accounts;
    console.log(`\n${policy}`);
    console.table(
      runs.map((run) => ({
        accounts: run.accounts,
        positions: run.positions,
        rounds: run.rounds,
        liquidated: run.liquidated,
        'book s': round3(run.buildSeconds),
        'run s': round3(run.runSeconds),
        'us an account': round3(perAccount(run) * 1e6),
        'times the smaller': round3(perAccount(run) / perAccount(runs[0] as Measured)),
        'peak MiB': Math.round(run.peakMebibytes),
        'state hash': run.endHash,
      })),
    );
  }
}

function inProcess(asked: Asked): Measured {
  const file = fileURLToPath(import.meta.url);
  const line = execFileSync(
    process.execPath,
    ['--max-old-space-size=16384', file, '--only', JSON.stringify(asked)],
    { encoding: 'utf8', maxBuffer: 1 << 20 },
  );
  return JSON.parse(line) as Measured;
}

function measured({ accounts, crisis: id, policy: policyId }: Asked): Measured {
  const crisis = findCrisis(id);
  const policy = findStressPolicy(policyId);
  if (crisis === null || policy === null) throw new Error(`no crisis ${id} or no policy ${policyId}`);
  const start = process.hrtime.bigint();
  const book = generateBook(manyInstruments(accounts));
  const built = process.hrtime.bigint();
  const run = runStress({ book, crisis, policy, settings: STRESS_SETTINGS });
  const done = process.hrtime.bigint();
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return {
    accounts: book.accounts.length,
    positions: book.accounts.reduce((sum, { positions }) => sum + positions.length, 0),
    buildSeconds: Number(built - start) / 1e9,
    runSeconds: Number(done - built) / 1e9,
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
    rounds: run.value.rounds.length,
    liquidated: run.value.liquidated.length,
    endHash: run.value.endHash,
  };
}

/** The example's perpetuals, and so many smaller ones like its last that there are fifty. */
function manyInstruments(owners: number): BookGenerator {
  const example = exampleGenerator('crisis');
  const like = example.instruments.at(-2) as GeneratedInstrument;
  const more = Array.from({ length: INSTRUMENTS - example.instruments.length }, (_, at) => {
    const base = `ALT${at + 1}`;
    return { ...like, weight: 2, definition: { ...like.definition, id: `${base}-PERP`, base } };
  });
  return { ...example, owners, instruments: [...example.instruments, ...more] };
}
