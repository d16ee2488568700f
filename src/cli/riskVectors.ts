/**
 * `bulkhead risk vectors`: sends what the scenario sets of a proposal do to a lot at the marks of the moment, once or every so often.
 * Vectors grow old, and open nothing when they have.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, UsageError } from './failures.js';
import type { Io } from './io.js';
import { proposalOf } from './riskApply.js';
import { sendScenarioSets } from './riskScenarios.js';
import { serviceAt } from './service.js';

const OPTIONS = { url: { type: 'string' }, every: { type: 'string' } } as const;

/** With `--every` it goes on until it is stopped, and tells of each time. */
export async function riskVectors(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 1 });
  const [file] = parsed.positionals;
  const url = parsed.text('url');
  if (file === undefined) throw new UsageError('the file of a proposal is needed, or - for standard input');
  if (url === undefined) throw new UsageError('--url ADDRESS of a running `bulkhead serve` is needed');
  const isRepeated = parsed.text('every') !== undefined;
  const everyS = wholeNumber(parsed, 'every', { min: 1, max: 86_400, fallback: 1 });
  const proposal = await proposalOf(file, io);
  if (proposal.scenarioSets.length === 0) throw new UsageError('the proposal has no scenario set');
  const service = serviceAt(url, io.env);
  for (;;) {
    const sent = await sendScenarioSets(service, proposal);
    for (const { subject, sequence, refusal } of sent)
      io.out(`${subject}: ${refusal === null ? `sent, sequence ${sequence}` : `refused: ${refusal}`}\n`);
    if (!isRepeated) return sent.every(({ refusal }) => refusal === null) ? EXIT_DONE : EXIT_REFUSED;
    await sleep(everyS * 1_000);
  }
}
