/** The shape of the report of a stress run, with the definition, unit and an example of each field. */
import Type from 'typebox';
import { CHANNELS, crisisSchema, STRESS_POLICIES } from '../contagion/index.js';
import { amountText, CLOSED, oneOf } from './calcSchemaField.js';
import { LeftOutAccounts } from './leftOutAccounts.js';
import { stressLayersSchema } from './stressLayers.js';

const VALUE = 'valuation asset';
const SETTLE = 'asset of the pool';

const value = (description: string, example: string) => amountText(description, VALUE, example);
const ofPool = (description: string, example: string) => amountText(description, SETTLE, example);
const text = (description: string, example: string) => amountText(description, 'text', example);
const rate = (description: string, example: string) => amountText(description, 'fraction', example);
const count = (description: string, example: number) =>
  Type.Integer({ description, unit: 'count', examples: [example], minimum: 0 });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const layers = (amount: typeof value) => ({
  clawback: amount('Given back by accounts of the same owner that gained by trades with who lost.', '0'),
  insuranceFund: amount('Paid by insurance money of the pools.', '900.5'),
  venueCapital: amount('Paid by capital that the venue reserved for the pools.', '0'),
  lenders: amount('Borne by lenders of the pools.', '0'),
  deleveraging: amount(
    'What winners gave up when their positions were closed at the bankruptcy price.',
    '13545',
  ),
  lossSharing: amount('Taken from gains in the pool, shared.', '0'),
  open: amount('Paid by nobody yet at the end of the run.', '2660'),
});

const Layers = Type.Object(layers(value), {
  ...CLOSED,
  description: 'Who paid the deficit: the seven sum to it.',
});

const PoolReport = Type.Object(
  {
    pool: text('Pool.', 'BTC-PERP'),
    asset: text('Asset the amounts of this entry are in.', 'USDT'),
    deficit: ofPool('What accounts of the pool could not pay.', '17094'),
    layers: Type.Object(layers(ofPool), { ...CLOSED, description: 'Who paid it; the seven sum to it.' }),
    deleveragedLots: amountText('Lots of winners closed against losers.', 'lots', '27972'),
    neededLots: amountText(
      'Lots that fund and venue could not cover: more than deleveraged where winners were too few.',
      'lots',
      '27972',
    ),
  },
  { ...CLOSED, description: 'One pool and asset with a deficit or deleveraging.' },
);

const ChannelReport = Type.Object(
  {
    channel: oneOf(
      [...CHANNELS],
      '`priceImpact`: this run less the same without impact. `sharedCollateral`: the run without impact less the same with each position on a balance of its own. `sharedFund`: the run without impact less the same with a pool for each instrument.',
    ),
    isOpen: Type.Boolean({
      description: 'Whether the policy and the settings have the channel; without it the differences are 0.',
      unit: 'yes or no',
      examples: [true],
    }),
    deficit: value('More deficit than without the channel. Below 0: sharing saves.', '1084'),
    paidByOthers: value('More that is paid by others than the fund, or open.', '1068'),
    ownersLiquidated: Type.Integer({
      description: 'More owners of whom an account was liquidated.',
      unit: 'count',
      examples: [3],
    }),
  },
  CLOSED,
);

const RoundReport = Type.Object(
  {
    step: count('Step of the crisis, from 0.', 2),
    round: count('Round after it, from 0.', 0),
    minute: count('Minute of the crisis.', 21),
    liquidationsBegun: count('Liquidations that the marks of the round began.', 12),
    takeovers: count('Positions and accounts taken over.', 4),
    ordersFilled: count('Orders of liquidations that were filled, whole or in part.', 12),
    ordersOpen: count('Orders that are left for the next round.', 1),
    dislocation: rate('Largest distance of a mark from its index.', '0.0426'),
    dislocated: nullable(text('Whose it is. Null: no mark is off its index.', 'ETH-PERP')),
    deficit: value('Deficit so far.', '17504'),
    paidByFund: value('Of it, paid by insurance money so far.', '922'),
    paidByGains: value('Of it, paid by deleveraging and loss sharing so far.', '14357'),
    open: value('Of it, open at the end of the round; what lenders bear is the rest.', '2225'),
  },
  { ...CLOSED, description: 'One batch of marks and what came of it.' },
);

const LiquidatedReport = Type.Object(
  {
    account: text('Margin account.', 'owner-17'),
    owner: text('Its owner.', 'owner-17'),
    step: count('Step of the crisis at which it began.', 2),
    round: count('Round at which it began.', 0),
    isTakenOver: Type.Boolean({
      description: 'Whether the pool took it over; else it was reduced by orders.',
      unit: 'yes or no',
      examples: [true],
    }),
  },
  CLOSED,
);

const PolicyReport = Type.Object(
  {
    id: oneOf(STRESS_POLICIES.map(({ id }) => id) as [string, ...string[]], 'Policy.'),
    title: text('What it is.', 'All cross, one fund'),
    deficit: value('What accounts could not pay, over all pools.', '17504'),
    layers: Layers,
    liquidatedAccounts: count('Accounts that were reduced or taken over.', 85),
    takenOverAccounts: count('Of these, taken over.', 85),
    contagionAccounts: count('Of these, of owners who hold nothing that the crisis touches.', 0),
    contagionLoss: value('What such owners lost.', '0'),
    deleveragedLots: amountText('Lots of winners closed against losers.', 'lots', '28699'),
    neededLots: amountText(
      'Lots that funds and venue could not cover: more than deleveraged where winners were too few.',
      'lots',
      '28699',
    ),
    locked: value('Behind positions when the crisis began: less is more efficient.', '158377'),
    worstDislocation: rate('Largest distance of a mark from its index in any round.', '0.0426'),
    worstDislocated: nullable(text('Whose it is.', 'ETH-PERP')),
    roundCount: count('Rounds until nothing happened any more, or until the stated most.', 87),
    amplification: nullable(
      amountText('Deficit over that of the same run without impact. Null: that has none.', 'times', '1.0611'),
    ),
    startHash: amountText('State hash of the engine with the book on it.', 'hex, 128 bit', 'c0ffee…'),
    endHash: amountText(
      'State hash at the end: the same inputs lead to the same.',
      'hex, 128 bit',
      'c0ffee…',
    ),
    refusedFills: count('Fills that the engine refused; none, or the run is not to be trusted.', 0),
    pools: Type.Array(PoolReport, { description: 'Pools with losses.' }),
    channels: Type.Array(ChannelReport, { description: 'What each channel adds.' }),
    rounds: Type.Array(RoundReport, { description: 'In the order of time.' }),
    liquidated: Type.Array(LiquidatedReport, { description: 'In the order in which they began.' }),
  },
  CLOSED,
);

export const StressDocument = Type.Object(
  {
    crisis: Type.Object(
      {
        id: text('Crisis.', '2025-10-10-own-book'),
        title: text('One line.', 'Collateral on one book'),
        unplayed: Type.Array(text('Kind of mechanism.', 'outage'), {
          description:
            'Mechanisms of the crisis that a run does not play: prices and depth go their way without them.',
        }),
      },
      CLOSED,
    ),
    book: Type.Object(
      {
        source: oneOf(['generated', 'journal', 'ccxt'], 'Where the book comes from.'),
        name: text('Its name.', 'Example book'),
        seed: nullable(text('Seed of a generated book.', 's1')),
        stateHash: nullable(
          amountText(
            'State hash of the engine it was read from; null where there is none.',
            'hex, 128 bit',
            'c0ffee…',
          ),
        ),
        owners: count('Owners.', 210),
        accounts: count('Margin accounts, as they came.', 210),
        instruments: count('Instruments.', 8),
        valuationAsset: text('What sums are in.', 'USDT'),
        leftOut: LeftOutAccounts,
        unplayed: Type.Array(text('Asset.', 'USDC'), {
          description:
            'Assets that the crisis names and the book neither trades nor takes as collateral: nothing of them is played.',
        }),
      },
      CLOSED,
    ),
    impact: Type.Object(
      {
        kind: oneOf(
          ['off', 'powerDepth', 'squareRoot', 'exponential', 'book'],
          'How trades move prices: by a law of depth, or by taking levels of explicit books.',
        ),
        depthShareAtOnePercent: nullable(
          Type.Number({
            description:
              'Lots within 1% of the price, one side, as a share of open interest, before the crisis.',
            unit: 'fraction',
            examples: [0.05],
          }),
        ),
        permanence: nullable(
          Type.Number({ description: 'Share of each move that stays.', unit: 'fraction', examples: [0.3] }),
        ),
        books: Type.Array(text('Instrument.', 'BTC-PERP'), {
          description: 'Instruments whose books were given; of `book`, those of all others are drawn.',
        }),
      },
      CLOSED,
    ),
    policies: Type.Array(PolicyReport, { description: 'One paired run: only the policy differs.' }),
  },
  CLOSED,
);

export type StressDocument = Type.Static<typeof StressDocument>;
export type StressPolicyReport = StressDocument['policies'][number];

/** The published schema: of the report, and of the crisis file that `--scenario` reads. */
export function stressJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead stress',
    description:
      'The report is `#/$defs/report`; a file for `--scenario` is `#/$defs/scenario`, one for `--layers` `#/$defs/layers`.',
    $ref: '#/$defs/report',
    $defs: { report: StressDocument, scenario: crisisSchema, layers: stressLayersSchema },
  };
}
