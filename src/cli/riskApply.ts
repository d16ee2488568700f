/**
 * `bulkhead risk apply`: sends the commands of a proposal to the venue it was made for. Without `--yes` it shows what they would do.
 * It refuses a proposal that the venue has gone past, and one that would make more accounts liquidatable than it is allowed.
 */
import { isDeepStrictEqual } from 'node:util';
import { type RiskProposal, readRiskProposal } from '../contract/index.js';
import { parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { type Io, readText } from './io.js';
import { proposalText } from './riskPropose.js';
import { scenarioImpacts, sendScenarioSets } from './riskScenarios.js';
import {
  collateralName,
  impactsOf,
  poolsAt,
  refuseLargeImpact,
  type SentChange,
  sendProposal,
  venueAt,
} from './riskVenue.js';
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
  const service = serviceAt(url, io.env);
  await refuseStale(service, proposal);
  const impacts = await impactsOf(service, proposal);
  const liquidated = await scenarioImpacts(service, proposal);
  io.out(proposalText(proposal, { impacts, liquidated }));
  refuseLargeImpact({ impacts, liquidated }, most);
  if (!parsed.flag('yes')) {
    io.out('--yes applies it\n');
    return EXIT_DONE;
  }
  const scheduled = await sendProposal(service, proposal);
  const sets = await sendScenarioSets(service, proposal);
  for (const change of scheduled) io.out(changeText(change, 'scheduled'));
  for (const change of sets) io.out(changeText(change, 'in force'));
  const sent = [...scheduled, ...sets];
  if (sent.length === 0) io.out('there is nothing to apply\n');
  return sent.every(({ refusal }) => refusal === null) ? EXIT_DONE : EXIT_REFUSED;
}

function changeText({ subject, sequence, refusal }: SentChange, done: string): string {
  return `${subject}: ${refusal === null ? `${done}, sequence ${sequence}` : `refused: ${refusal}`}\n`;
}

export async function proposalOf(file: string, io: Io): Promise<RiskProposal> {
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
async function refuseStale(service: Service, { instruments, collateral }: RiskProposal): Promise<void> {
  const venue = await venueAt(service);
  for (const { instrument, before } of instruments) {
    const now = venue.instruments.find((shown) => shown.instrument === instrument);
    if (now === undefined) throw new Refusal('unknown_instrument', `the venue has no ${instrument}`);
    if (!isDeepStrictEqual(now.definition, before))
      throw new Refusal(
        'stale_proposal',
        `${instrument} has other parameters than the proposal was made against: propose anew`,
      );
  }
  const pools = await poolsAt(service);
  for (const { pool, asset, before } of collateral) {
    const name = collateralName({ pool, asset });
    const shown = pools.find((one) => one.pool === pool)?.assets.find((one) => one.asset === asset);
    const now = shown?.collateral ?? null;
    if (now === null) throw new Refusal('unknown_asset', `${name} is no collateral of the venue`);
    if (now.haircutRate !== before.haircutRate || now.countedCap !== before.countedCap)
      throw new Refusal(
        'stale_proposal',
        `${name} counts otherwise than when the proposal was made: propose anew`,
      );
  }
}
