/** `bulkhead replay`: the records of a journal, or the state they lead to. */
import { hashText } from '../base/index.js';
import { recordJson, trialBalanceJson } from '../contract/index.js';
import { createEngine, type Engine } from '../engine/index.js';
import { parseArguments, wholeNumber } from './arguments.js';
import { recordsOf } from './explain.js';
import { EXIT_DONE } from './failures.js';
import type { Io } from './io.js';
import { progress } from './progress.js';
import { grouped, pairs, table } from './table.js';

export const replayHelp = `Usage: bulkhead replay DIR [--from N] [--until N] [--records] [--json]

Applies the records of the journal in DIR, up to record N if asked, and prints the state they lead to: time, counts,
trial balance, state hash. With --records prints the records themselves instead.

Options:
  --from N    first record to print with --records (default 1)
  --until N   last record to apply (default: the last there is)
  --records   print each record: sequence, time, command, outcome
  --json      one JSON object, or with --records one JSON line a record
  -h, --help  this page

Exit codes: 0 done, 1 the journal is damaged, 2 wrong usage.

Examples:
  bulkhead replay ./data
  bulkhead replay ./data --until 1200
  bulkhead replay ./data --from 1190 --until 1200 --records --json
`;

export async function replay(args: readonly string[], io: Io): Promise<number> {
  const options = {
    from: { type: 'string' },
    until: { type: 'string' },
    records: { type: 'boolean' },
    json: { type: 'boolean' },
  } as const;
  const parsed = parseArguments(args, options, { positionalsMin: 1, positionalsMax: 1 });
  const max = Number.MAX_SAFE_INTEGER;
  const from = wholeNumber(parsed, 'from', { min: 1, max, fallback: 1 });
  const until = wholeNumber(parsed, 'until', { min: 1, max, fallback: max });
  const isJson = parsed.flag('json');
  const engine = createEngine();
  const bar = progress(io, 'replaying');
  for (const record of recordsOf(parsed.positionals[0] as string, until)) {
    engine.replay(record);
    bar.show(
      record.sequence,
      Math.max(record.sequence, until === max ? 0 : until),
      `record ${record.sequence}`,
    );
    if (!parsed.flag('records') || record.sequence < from) continue;
    const json = recordJson(engine.state, record);
    io.out(`${isJson ? JSON.stringify(json) : recordLine(json)}\n`);
  }
  bar.end();
  if (!parsed.flag('records')) io.out(isJson ? `${JSON.stringify(summary(engine))}\n` : summaryText(engine));
  return EXIT_DONE;
}

function recordLine(json: ReturnType<typeof recordJson>): string {
  const { sequence, timeMs, command, outcome } = json as unknown as {
    sequence: number;
    timeMs: number;
    command: { kind: string };
    outcome: { kind: string; events?: readonly { kind: string }[]; code?: string };
  };
  const result =
    outcome.events === undefined
      ? `refused ${outcome.code ?? ''}`
      : outcome.events.map(({ kind }) => kind).join(', ');
  return `${String(sequence).padStart(8)}  ${new Date(timeMs).toISOString()}  ${command.kind.padEnd(18)}  ${result}`;
}

function summary(engine: Engine) {
  const { state } = engine;
  return {
    sequence: state.clock.sequence,
    timeMs: state.clock.timeMs,
    clients: state.clients.table.size,
    marginAccounts: state.accounts.table.size,
    takeovers: state.takeovers.table.size,
    deficits: state.deficits.table.size,
    trialBalance: trialBalanceJson(state),
    stateHash: hashText(engine.stateHash()),
  };
}

function summaryText(engine: Engine): string {
  const { trialBalance, ...counts } = summary(engine);
  const head = pairs([
    ['record', grouped(String(counts.sequence))],
    ['time', counts.sequence === 0 ? 'none' : new Date(counts.timeMs).toISOString()],
    ['clients', grouped(String(counts.clients))],
    ['margin accounts', grouped(String(counts.marginAccounts))],
    ['takeovers', grouped(String(counts.takeovers))],
    ['deficits', grouped(String(counts.deficits))],
    ['state hash', counts.stateHash],
  ]);
  return `${head}\n${trialBalanceText(trialBalance)}`;
}

function trialBalanceText(view: ReturnType<typeof trialBalanceJson>): string {
  const rows = (
    view as unknown as readonly { asset: string; byKind: Record<string, string>; total: string }[]
  ).flatMap(({ asset, byKind, total }) => [
    ...Object.entries(byKind)
      .filter(([, amount]) => amount !== '0')
      .map(([kind, amount]) => [asset, kind, grouped(amount)]),
    [asset, 'total', total],
  ]);
  return table([{ title: 'asset' }, { title: 'account kind' }, { title: 'balance', align: 'right' }], rows);
}
