/**
 * A crisis over one book under several policies, in one paired run: same accounts, same shocks, same depth, only the policy
 * differs. It says what isolation saved and what it cost.
 */
import { err, ok, PPM, type Result } from '../base/index.js';
import type { Book } from './book.js';
import type { BookPlanFault } from './bookCommands.js';
import { bookTerms, valuedAt } from './bookTerms.js';
import type { Crisis } from './crisis.js';
import { crisisPath, namesOf } from './crisisPath.js';
import { type CalmRun, type ChannelEffect, channelEffects } from './stressChannels.js';
import { runStress, type StressRun } from './stressRun.js';
import type { StressPolicy, StressSettings } from './stressSettings.js';
import { type LayerSums, LOSS_LAYERS, type PoolLosses } from './stressTally.js';

export interface StressReport {
  readonly crisis: string;
  readonly book: string;
  /** In the order of the policies. */
  readonly outcomes: readonly StressOutcome[];
}

/** Sums in minor units of the valuation asset; of pools in another asset at its price when the crisis began. */
export interface StressOutcome {
  readonly run: StressRun;
  readonly deficitMinor: bigint;
  /** Who paid the deficit; each amount rounded down where it is valued. */
  readonly layersMinor: LayerSums;
  readonly liquidatedAccounts: number;
  readonly takenOverAccounts: number;
  /** Accounts that were liquidated, and owners who lost, though the crisis touched nothing they hold. */
  readonly contagionAccounts: number;
  readonly contagionLossMinor: bigint;
  readonly deleveragedLots: bigint;
  readonly neededLots: bigint;
  /** What owners had behind their positions when the crisis began: less locked is more efficient. */
  readonly lockedMinor: bigint;
  readonly worstDislocationPpm: bigint;
  readonly worstDislocated: string | null;
  readonly rounds: number;
  /** Deficit over that of the same run without impact, ppm; null where that has none. */
  readonly amplificationPpm: bigint | null;
  readonly channels: readonly ChannelEffect[];
}

export function stress(input: {
  readonly book: Book;
  readonly crisis: Crisis;
  readonly policies: readonly StressPolicy[];
  readonly settings: StressSettings;
}): Result<StressReport, BookPlanFault> {
  const { book, crisis, policies, settings } = input;
  const outcomes: StressOutcome[] = [];
  const calmRun = calmRuns(book, crisis, settings);
  for (const policy of policies) {
    const still = calmRun(policy);
    if (!still.ok) return err(still.error);
    const hasImpact = settings.impact !== null;
    const run = hasImpact ? runStress({ book, crisis, policy, settings }) : ok({ ...still.value, policy });
    if (!run.ok) return err(run.error);
    const runs = { run: run.value, still: still.value };
    const channels = channelEffects(policy, { ...runs, hasImpact }, calmRun);
    if (!channels.ok) return err(channels.error);
    outcomes.push(outcomeOf(book, crisis, { ...runs, channels: channels.value }));
  }
  return ok({ crisis: crisis.id, book: book.name, outcomes });
}

/** Runs without impact, each policy once, whatever it is called: several policies lose their channels in the same way. */
function calmRuns(book: Book, crisis: Crisis, settings: StressSettings): CalmRun {
  const known = new Map<string, ReturnType<CalmRun>>();
  return (policy) => {
    const { id: _id, title: _title, ...data } = policy;
    const key = JSON.stringify(
      Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)),
      (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    );
    const run =
      known.get(key) ?? runStress({ book, crisis, policy, settings: { ...settings, impact: null } });
    known.set(key, run);
    return run;
  };
}

function outcomeOf(
  book: Book,
  crisis: Crisis,
  { run, still, channels }: Pick<StressOutcome, 'run' | 'channels'> & { readonly still: StressRun },
): StressOutcome {
  const terms = bookTerms(book);
  const lots = (pick: (pool: PoolLosses) => bigint) =>
    run.pools.reduce((total, pool) => total + pick(pool), 0n);
  const valued = (of: StressRun, pick: (pool: PoolLosses) => bigint) =>
    of.pools.reduce((total, pool) => total + valuedAt(book, terms, pool.asset, pick(pool)), 0n);
  const deficitMinor = valued(run, ({ deficitMinor }) => deficitMinor);
  const direct = valued(still, ({ deficitMinor }) => deficitMinor);
  const innocent = untouchedOwners(book, crisis);
  const worst = run.rounds.reduce<StressRun['rounds'][number] | null>(
    (best, round) => (best === null || round.dislocationPpm > best.dislocationPpm ? round : best),
    null,
  );
  return {
    run,
    deficitMinor,
    layersMinor: Object.fromEntries(
      LOSS_LAYERS.map((layer) => [layer, valued(run, ({ paidMinor }) => paidMinor[layer])]),
    ) as LayerSums,
    liquidatedAccounts: run.liquidated.length,
    takenOverAccounts: run.liquidated.filter(({ isTakenOver }) => isTakenOver).length,
    contagionAccounts: run.liquidated.filter(({ account }) => innocent.has(run.owners.get(account) ?? ''))
      .length,
    contagionLossMinor: [...innocent].reduce((total, owner) => total + lossOf(run, owner), 0n),
    deleveragedLots: lots(({ deleveragedLots }) => deleveragedLots),
    neededLots: lots(({ neededLots }) => neededLots),
    lockedMinor: run.before.lockedMinor,
    worstDislocationPpm: worst?.dislocationPpm ?? 0n,
    worstDislocated: worst?.dislocated ?? null,
    rounds: run.rounds.length,
    amplificationPpm: direct === 0n ? null : (deficitMinor * 1_000_000n) / direct,
    channels,
  };
}

function lossOf({ before, after }: StressRun, owner: string): bigint {
  const lost = (before.byOwner.get(owner) ?? 0n) - (after.byOwner.get(owner) ?? 0n);
  return lost > 0n ? lost : 0n;
}

/** Owners whose instruments and collateral the crisis leaves at their price and depth. */
export function untouchedOwners(book: Book, crisis: Crisis): ReadonlySet<string> {
  const named = namesOf(crisis);
  const isTouched = (asset: string) =>
    (named.has(asset) || (named.has('*') && asset !== book.valuationAsset)) &&
    crisisPath(crisis, asset).some(
      ({ bookPpm, indexPpm, stress: { depthPpm, gapPpm } }) =>
        bookPpm !== PPM || indexPpm !== PPM || depthPpm !== PPM || gapPpm !== 0n,
    );
  const bases = new Map(book.instruments.map(({ definition }) => [definition.id, definition.base]));
  const owners = new Set(book.accounts.map(({ owner }) => owner));
  for (const { owner, positions, collateral } of book.accounts) {
    const holds = [
      ...positions.map(({ instrument }) => bases.get(instrument) as string),
      ...collateral.map(({ asset }) => asset),
    ];
    if (holds.some(isTouched)) owners.delete(owner);
  }
  return owners;
}
