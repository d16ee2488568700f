/** The shape of an isolation plan. Floating point: JSON numbers. */
import Type from 'typebox';
import { amountText, oneOf } from './calcSchemaField.js';
import { count, float, MONEY } from './contagionField.js';

const money = (description: string, example: number) => float(description, { unit: MONEY, example });
const share = (description: string, example: number) =>
  float(description, { unit: 'fraction, 0 to 1', example });
const orNull = <T extends Type.TSchema>(description: string, of: T) =>
  Type.Union([of, Type.Null()], { description });
const name = (description: string, example: string) => amountText(description, 'id', example);

const Figures = Type.Object({
  accounts: count('How many.', 2),
  margin: money('Locked in all of them.', 21_000),
  uncovered: money('Mean loss of a period beyond the margin of its account.', 14.2),
  innocent: money(
    'Mean collateral of a period that stood behind legs within their share and paid for others.',
    6.1,
  ),
  objective: money('J: what all of it costs at the prices of `rules`.', 23_100),
});
const Compared = (description: string) =>
  Type.Object({ plan: Figures, isolated: Figures, cross: Figures }, { description });

const Reason = Type.Object({
  code: oneOf(
    [
      'less_capital',
      'less_uncovered_loss',
      'fewer_accounts',
      'no_gain',
      'unstable',
      'chosen_apart',
      'thin_evidence',
      'only_leg',
    ],
    'Together for `less_capital`, `less_uncovered_loss` or `fewer_accounts`, whichever gains most. Alone: `no_gain` with any other leg; `unstable`: a gain, but not everywhere; `chosen_apart`: it could be with another, and the whole costs less this way; `thin_evidence`; `only_leg`.',
  ),
  gain: orNull(
    'What the account gains in J over its legs alone, in sample. Null for a leg alone.',
    Type.Object({
      capital: money('By less margin.', 8200),
      uncovered: money('By less uncovered loss.', 120),
      innocent: money('By innocent collateral: 0 or below.', -310),
      accounts: money('By fewer accounts.', 0),
      total: money('Sum.', 8010),
    }),
  ),
  gainByStretch: orNull(
    'The same in each stretch of the older periods, with margins of the others. Null for a leg alone.',
    Type.Array(money('Of one stretch, oldest first.', 7900)),
  ),
  resampleShare: orNull(
    'Part of the resamples with a gain. Null for a leg alone.',
    share('Of the resamples.', 1),
  ),
  nearest: orNull(
    'Of a leg alone: the one with which it would gain most, or lose least.',
    Type.Object({ leg: name('The other.', 'eth-perp'), gain: money('In J, in sample.', -420) }),
  ),
});

export const PlanAnswer = Type.Object({
  source: oneOf(['pnl', 'positions'], 'As asked.'),
  evidence: oneOf(
    ['enough', 'thin'],
    '`thin`: too few periods in the tail to tell, so that all legs stay alone.',
  ),
  accounts: Type.Array(
    Type.Object({
      id: name(
        'The account as it stands that becomes it, else `new-1` and so on; `account-1` where none were given.',
        'main',
      ),
      isNew: Type.Boolean({ description: 'Whether it has to be opened.', unit: 'flag', examples: [false] }),
      legs: Type.Array(name('A leg.', 'btc-perp')),
      margin: money('What it needs: shortfall of the older periods, and add-ons.', 12_500),
      reason: Reason,
    }),
    { description: 'The plan.' },
  ),
  inSample: Compared('On the older periods, which chose it.'),
  outOfSample: Compared('Margins of the older periods on the newest, which no choice has seen.'),
  isBetterThanIsolated: Type.Boolean({
    description: 'Whether its J out of sample is below that of each leg alone.',
    unit: 'flag',
    examples: [true],
  }),
  isBetterThanCross: Type.Boolean({
    description: 'Whether its J out of sample is below that of one account for all.',
    unit: 'flag',
    examples: [false],
  }),
  rank: orNull(
    'By J out of sample among all partitions, the best 1. Null for more than 9 legs.',
    Type.Object({ place: count('Of the plan.', 3), of: count('Partitions.', 15) }),
  ),
  periods: Type.Object({
    chosen: count('Older periods, which chose.', 800),
    judged: count('Newest periods, which judge.', 400),
    judgedFrom: name('The first of them.', '2022-01-01'),
  }),
  shrinkage: share(
    'Part of the offset that was distrusted in the choice; 1 where the evidence is thin.',
    0.25,
  ),
  transfers: orNull(
    'The way there from `accounts` as they stand; null where none were given.',
    Type.Object({
      legs: Type.Array(
        Type.Object({
          leg: name('The leg.', 'eth-perp'),
          from: name('Account that holds it.', 'main'),
          to: name('Account of the plan.', 'new-1'),
        }),
        { description: 'Legs that change accounts.' },
      ),
      collateral: Type.Array(
        Type.Object({
          from: orNull('Account that gives; null: from outside.', name('Account.', 'main')),
          to: name('Account of the plan.', 'new-1'),
          amount: money('How much.', 4500),
        }),
        { description: 'Until each account of the plan holds its margin.' },
      ),
      released: money('Left over once all margins are met.', 3200),
    }),
  ),
  rules: Type.Object({
    kappa: float('Price of locked capital.', { unit: 'money per money', example: 1 }),
    lambda: float('Price of uncovered loss.', { unit: 'money per money', example: 100 }),
    eta: float('Price of innocent collateral.', { unit: 'money per money', example: 100 }),
    tau: money('Price of each account.', 0),
    confidence: amountText('Of the shortfall that is the margin.', 'fraction', '0.975'),
    judgedShare: share('Of the newest periods, which judge.', 0.25),
    blocks: count('Stretches.', 4),
    tailDaysMin: float('Periods of the tail in a stretch.', { unit: 'periods', example: 2 }),
    resamples: count('Samples drawn.', 20),
    resampledDays: count('Periods in a row.', 20),
    resampleShareMin: share('Of samples with a gain.', 0.9),
    shrinkages: Type.Array(share('One of them.', 0.25)),
    seed: amountText('Of the samples.', 'text', 'plan'),
  }),
  warnings: Type.Array(
    oneOf(
      ['thinEvidence', 'noGroupHeld', 'worseThanIsolated', 'worseThanCross', 'notRanked', 'fewTailPeriods'],
      '`thinEvidence`: too few periods, all legs stay alone. `noGroupHeld`: enough periods, and no group gained everywhere. `worseThanIsolated`, `worseThanCross`: on the judged periods. `notRanked`: more than 9 legs. `fewTailPeriods`: fewer than ten judged periods lie in the tail, so that their figures are rough.',
    ),
    { description: 'What weakens the plan.' },
  ),
  caution: amountText('What such plans were worth where it was measured.', 'text', 'On real prices ...'),
});

export type PlanAnswer = Type.Static<typeof PlanAnswer>;
