/** Runs a replay: its crisis over its book under each policy, with the key mechanism and without, and what is measured. */
import { assert } from '../../base/index.js';
import type { Book } from '../book.js';
import { bookTerms } from '../bookTerms.js';
import type { Crisis } from '../crisis.js';
import { changedCrisis } from '../crisisChange.js';
import { findCrisis } from '../crisisLibrary.js';
import { placePools, poolOf } from '../placePools.js';
import { vaultFunds } from '../stressMechanisms.js';
import { runStress, type StressRun } from '../stressRun.js';
import type { StressPolicy } from '../stressSettings.js';
import type { Replay } from './replay.js';
import { type Figures, figuresOf } from './replayFigures.js';
import { bookOf, bystandersOf } from './sketchBook.js';

export interface ReplayOutcome {
  readonly policy: StressPolicy;
  readonly with: ReplayRun;
  readonly without: ReplayRun;
  /** Accounts that were liquidated with the mechanism and not without. */
  readonly liquidatedByMechanism: readonly string[];
}

export interface ReplayRun {
  readonly run: StressRun;
  readonly figures: Figures;
}

/** One outcome for each policy of the replay, in its order. */
export function runReplay(replay: Replay): readonly ReplayOutcome[] {
  const book = bookOf(replay.book);
  const documented = findCrisis(replay.id);
  assert(documented !== null, () => `the library has no crisis ${replay.id}`);
  const crises = {
    with: changedCrisis(documented, replay.crisis),
    without: changedCrisis(documented, replay.withoutMechanism),
  };
  return replay.policies.map((policy) => {
    const [found, without] = [crises.with, crises.without].map((crisis) =>
      measure(replay, { book, crisis, policy }),
    ) as [ReplayRun, ReplayRun];
    const also = new Set(without.run.liquidated.map(({ account }) => account));
    return {
      policy,
      with: found,
      without,
      liquidatedByMechanism: found.run.liquidated
        .map(({ account }) => account)
        .filter((account) => !also.has(account)),
    };
  });
}

function measure(
  replay: Replay,
  { book, crisis, policy }: { readonly book: Book; readonly crisis: Crisis; readonly policy: StressPolicy },
): ReplayRun {
  const { settings, acts, market } = replay;
  const ran = runStress({ book, crisis, policy, settings, acts });
  assert(
    ran.ok,
    () => `${replay.id} cannot be built under ${policy.id}: ${ran.ok ? '' : JSON.stringify(ran.error)}`,
  );
  const { refused } = ran.value;
  assert(
    refused.length === 0,
    () => `${replay.id} under ${policy.id}: a fill was refused with ${refused[0]?.code}`,
  );
  const funds = [...book.funds, ...vaultFunds(book, crisis)];
  const byInstrument = placePools({ ...book, funds }, bookTerms(book), {
    ...policy,
    pools: { kind: 'perInstrument' },
  });
  const figures = figuresOf(ran.value, {
    book,
    bystanders: bystandersOf(replay.book),
    market: new Set(market),
    poolOfInstrument: (instrument) => poolOf(policy.pools, instrument, null),
    ownFundMinor: byInstrument
      .filter(({ id }) => market.includes(id))
      .flatMap((pool) => pool.funds)
      .filter(({ asset }) => asset === book.valuationAsset)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  });
  return { run: ran.value, figures };
}
