/**
 * `bulkhead risk apply`: sends the commands of a proposal to the venue it was made for. Without `--yes` it shows what they would do.
 * It refuses a proposal that the venue has gone past, and one that would make more accounts liquidatable than it is allowed.
 */
import { isDeepStrictEqual } from 'node:util';
import { append } from '../base/append.js';
import { type RiskProposal, readRiskProposal, readVenueInstruments } from '../contract/index.js';
import { parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { type Io, readText } from './io.js';
import { impactsOf, proposalText } from './riskPropose.js';
import { type Service, serviceAt } from './service.js';

const OPTIONS = {
  url: { type: 'string' },
  'liquidatable-max': { type: 'string' },
  yes: { type: 'boolean' },
} as const;

export async function riskApply(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 1 });
  const [file] = parsed.positionals;
  const url = parsed.text('url');
  if (file === undefined) throw new UsageError('the file of a proposal is needed, or - for standard input');
  if (url === undefined) throw new UsageError('--url ADDRESS of a running `bulkhead serve` is needed');
  const most = wholeNumber(parsed, 'liquidatable-max', { min: 0, max: 1_000_000_000, fallback: 0 });
  const proposal = await proposalOf(file, io);
  const service = serviceAt(url);
  await refuseStale(service, proposal);
  const impacts = await impactsOf(service, proposal);
  io.out(proposalText(proposal, impacts));
  const hit = [...impacts.values()].reduce((sum, impact) => sum + (impact?.newlyLiquidatable ?? 0), 0);
  if (hit > most)
    throw new Refusal(
      'impact_too_large',
      `${hit} accounts would be newly liquidatable, ${most} are allowed: --liquidatable-max ${hit} allows them`,
    );
  if (!parsed.flag('yes')) {
    io.out('--yes applies it\n');
    return EXIT_DONE;
  }
  return send(service, proposal, io);
}

async function proposalOf(file: string, io: Io): Promise<RiskProposal> {
  const text = await readText(file, io);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('not_json', `${file} is not JSON`);
  }
  const read = readRiskProposal(value);
  if (read.ok) return read.value;
  const [{ path, message }] = read.error;
  throw new Refusal(
    'bad_proposal',
    `${file} is no proposal of \`risk propose --json\`: ${path || 'it'} ${message}`,
  );
}

/** What is proposed was judged against what was in force; that must still be so. */
async function refuseStale(service: Service, { instruments }: RiskProposal): Promise<void> {
  const read = readVenueInstruments(await service.get('/v1/instruments'));
  if (!read.ok)
    throw new Refusal('bad_answer', `/v1/instruments: ${read.error[0].path} ${read.error[0].message}`);
  for (const { instrument, before } of instruments) {
    const now = read.value.instruments.find((shown) => shown.instrument === instrument);
    if (now === undefined) throw new Refusal('unknown_instrument', `the venue has no ${instrument}`);
    if (!isDeepStrictEqual(now.definition, before))
      throw new Refusal(
        'stale_proposal',
        `${instrument} has other parameters than the proposal was made against: propose anew`,
      );
  }
}

/** Definitions are long, and a body has a limit. */
const BATCH = 100;

interface BatchAnswer {
  readonly answers: readonly {
    readonly status: number;
    readonly answer: { readonly sequence?: number; readonly detail?: string };
  }[];
}

/** Ids follow from the proposal: sent twice it is applied once. */
async function send(
  service: Service,
  { instruments, madeAt, effectiveMs }: RiskProposal,
  io: Io,
): Promise<number> {
  const changing = instruments.flatMap(({ instrument, command }) =>
    command === null ? [] : [{ instrument, command }],
  );
  if (changing.length === 0) {
    io.out('there is nothing to apply\n');
    return EXIT_DONE;
  }
  const commands = changing.map(({ command }, at) => ({
    id: `risk-${madeAt.sequence}-${effectiveMs}-${at}`,
    command,
  }));
  const answers: BatchAnswer['answers'][number][] = [];
  for (let from = 0; from < commands.length; from += BATCH) {
    const body = { commands: commands.slice(from, from + BATCH) };
    append(answers, ((await service.post('/v1/commands/batch', body)) as BatchAnswer).answers);
  }
  let refused = 0;
  for (const [at, { status, answer }] of answers.entries()) {
    const name = changing[at]?.instrument ?? '';
    if (status === 200) io.out(`${name}: scheduled, sequence ${answer.sequence}\n`);
    else {
      refused += 1;
      io.out(`${name}: refused: ${answer.detail ?? status}\n`);
    }
  }
  return refused === 0 ? EXIT_DONE : EXIT_REFUSED;
}
