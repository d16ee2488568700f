/**
 * Scenario sets of a proposal at a running venue: a set the pool does not have yet is defined, and what it does to a lot is sent at the
 * marks of the moment. Tried first as a what-if, which says whom it would liquidate.
 */
import {
  type AssetView,
  type ProposedScenarios,
  type RiskProposal,
  sentVectors,
  type VenueInstruments,
} from '../contract/index.js';
import { Refusal } from './failures.js';
import { poolsAt, type SentChange, venueAt } from './riskVenue.js';
import type { Service } from './service.js';

/** Sends every set of the proposal; what could not be made, or the venue refuses, is told, and the others go on. */
export async function sendScenarioSets(
  service: Service,
  { scenarioSets, skippedScenarios }: RiskProposal,
): Promise<readonly SentChange[]> {
  const sent: SentChange[] = skippedScenarios.map(({ pool, reason, at }) => ({
    subject: `scenarios of ${pool}`,
    sequence: null,
    refusal: at === '' ? reason : `${reason} (${at})`,
  }));
  for (const proposed of scenarioSets) {
    const { commands, venue } = await commandsFor(service, proposed);
    const answers = await sendAll(service, commands, `${proposed.set.id}-${venue.sequence}`);
    const refused = answers.find(({ status }) => status !== 200);
    sent.push({
      subject: nameOf(proposed),
      sequence: refused === undefined ? (answers.at(-1)?.answer.sequence ?? null) : null,
      refusal: refused === undefined ? null : (refused.answer.detail ?? String(refused.status)),
    });
  }
  return sent;
}

/** Accounts that a set would have liquidated, by set; those the answer leaves out count as such. */
export async function scenarioImpacts(
  service: Service,
  { scenarioSets }: RiskProposal,
): Promise<ReadonlyMap<string, number>> {
  const impacts = new Map<string, number>();
  for (const proposed of scenarioSets) {
    const { commands } = await commandsFor(service, proposed);
    const tried = (await service.post('/v1/what-if', { commands })) as WhatIf;
    const refused = tried.results.find(({ kind }) => kind === 'rejected');
    if (refused !== undefined)
      throw new Refusal(
        refused.problem?.code ?? 'service_refused',
        `${nameOf(proposed)}: ${refused.problem?.detail}`,
      );
    const hit = tried.accounts.filter(({ before, after }) => isGone(before, after)).length;
    impacts.set(nameOf(proposed), hit + tried.accountsOmitted);
  }
  return impacts;
}

export function nameOf({ pool, set }: ProposedScenarios): string {
  return `${set.id} in ${pool}`;
}

interface Standing {
  readonly status: string;
  readonly positions?: readonly unknown[];
}

interface WhatIf {
  readonly results: readonly {
    readonly kind: string;
    readonly problem?: { readonly code: string; readonly detail?: string };
  }[];
  readonly accounts: readonly { readonly before: Standing | null; readonly after: Standing }[];
  readonly accountsOmitted: number;
}

function isGone(before: Standing | null, after: Standing): boolean {
  const held = before?.positions?.length ?? 0;
  return held > 0 && (after.status !== 'open' || (after.positions?.length ?? 0) < held);
}

async function commandsFor(service: Service, proposed: ProposedScenarios) {
  const venue: VenueInstruments = await venueAt(service);
  const pool = (await poolsAt(service)).find((one) => one.pool === proposed.pool);
  if (pool === undefined) throw new Refusal('unknown_pool', `the venue has no pool ${proposed.pool}`);
  const { assets } = (await service.list('/v1/assets', 'assets')) as {
    readonly assets: readonly AssetView[];
  };
  const decimals = new Map(assets.map(({ asset, decimals }) => [asset, decimals]));
  const vectors = sentVectors(proposed, venue, decimals);
  if (!vectors.ok)
    throw new Refusal('stale_proposal', `${vectors.error} of ${nameOf(proposed)} is gone or has no mark`);
  const isKnown = [pool.scenarios?.defined, pool.scenarios?.inForce].includes(proposed.set.id);
  const define = { kind: 'defineScenarios' as const, pool: proposed.pool, set: proposed.set };
  return { venue, commands: isKnown ? [vectors.value] : [define, vectors.value] };
}

interface Answer {
  readonly status: number;
  readonly answer: { readonly sequence?: number; readonly detail?: string };
}

/** Vectors are long: one after the other, each by its own id. */
async function sendAll(
  service: Service,
  commands: readonly object[],
  id: string,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const [at, command] of commands.entries()) {
    const body = { commands: [{ id: `${id}-${at}`, command }] };
    const { answers: got } = (await service.post('/v1/commands/batch', body)) as {
      answers: readonly Answer[];
    };
    const [answer] = got;
    if (answer !== undefined) answers.push(answer);
    if (answer?.status !== 200) break;
  }
  return answers;
}
