/** The early warning of a book as a document: amounts decimal strings, ratios numbers. */
import Type from 'typebox';
import {
  type Book,
  type EarlyWarning,
  type EarlyWarningSettings,
  STRESS_POLICIES,
  type StressPolicy,
  WARNING_FIGURES,
  WARNING_LEVELS,
  warningLevels,
} from '../contagion/index.js';
import { amountText, CLOSED, oneOf } from './calcSchemaField.js';
import { LeftOutAccounts } from './leftOutAccounts.js';

const value = (description: string, example: string) => amountText(description, 'valuation asset', example);
const text = (description: string, example: string) => amountText(description, 'text', example);
const ratio = (description: string, example: number, unit = 'ratio') =>
  Type.Number({ description, unit, examples: [example] });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Figure = Type.Object(
  {
    figure: oneOf(
      [...WARNING_FIGURES],
      '`amplification`: what a sell-off takes of the equity of others, from 1 on it feeds itself. `overlap`: of the two pools most alike. `unpaid`: of the two largest losers of a pool, what its fund does not pay plus what nobody pays. `deleveraging`: needed over what winners hold, at most 1,000.',
    ),
    value: ratio('The worst of it.', 0.82),
    watchFrom: ratio('From here it is to be watched.', 0.5),
    warnFrom: ratio('From here it warns.', 1),
    level: oneOf([...WARNING_LEVELS], 'What that makes of it.'),
    at: nullable(text('Where, and at which move of all prices.', 'BTC-PERP long at -20%')),
  },
  { ...CLOSED, description: 'One of the four figures.' },
);

const Cover = Type.Object(
  {
    pool: text('Pool.', 'BTC-PERP'),
    move: ratio('Move of every price.', -0.2, 'fraction'),
    losers: Type.Array(
      Type.Object(
        { account: text('Margin account.', 'owner-7'), loss: value('What it could not pay.', '1200') },
        { ...CLOSED, description: 'One loser.' },
      ),
      { description: 'The two largest losers, the larger first.' },
    ),
    fund: value('Insurance money of the pool.', '900'),
    byFund: value('What the fund pays.', '900'),
    winners: value('Profit of accounts that are left.', '5000'),
    byWinners: value('What winners would pay.', '300'),
    open: value('What no layer pays.', '0'),
  },
  { ...CLOSED, description: 'One pool at one move.' },
);

const Need = Type.Object(
  {
    pool: text('Pool.', 'BTC-PERP'),
    instrument: text('Instrument.', 'BTC-PERP'),
    move: ratio('Move of every price.', -0.2, 'fraction'),
    side: oneOf(['long', 'short'], 'Side of those who lose all.'),
    needed: value('Value of their positions that the fund does not cover.', '3500'),
    capacity: value('Value of positions in profit against them.', '5000'),
  },
  { ...CLOSED, description: 'One instrument and side at one move; only where something is needed.' },
);

const PolicyWarning = Type.Object(
  {
    id: oneOf(
      STRESS_POLICIES.map(({ id }) => id),
      'Policy.',
    ),
    title: text('In words.', 'Isolated accounts and pools'),
    level: oneOf([...WARNING_LEVELS], 'The worst of the figures.'),
    figures: Type.Array(Figure, { description: 'In the order of the schema.' }),
    overlaps: Type.Array(
      Type.Object(
        {
          pools: Type.Array(text('Pool.', 'BTC-PERP'), { description: 'Two pools.' }),
          cosine: ratio('0: nothing in common; 1: the same things in the same shares.', 0.4),
        },
        { ...CLOSED, description: 'Two pools that hold something in common.' },
      ),
      { description: 'The closest first.' },
    ),
    covers: Type.Array(Cover, { description: 'Every pool at every move.' }),
    deleveraging: Type.Array(Need, { description: 'Every instrument and side where something is needed.' }),
  },
  { ...CLOSED, description: 'The book under one policy.' },
);

export const WarnDocument = Type.Object(
  {
    book: Type.Object(
      {
        name: text('Name of the book.', 'Generated book s1'),
        accounts: Type.Integer({ description: 'Accounts, as they came.', unit: 'count', examples: [210] }),
        valuationAsset: text('What sums are in.', 'USDT'),
        leftOut: LeftOutAccounts,
      },
      { ...CLOSED, description: 'What was looked at.' },
    ),
    moves: Type.Array(ratio('Move of every price.', -0.2, 'fraction'), { description: 'In order.' }),
    depthShareAtOnePercent: ratio(
      'Depth within 1% of the price, as a share of what is held.',
      0.05,
      'fraction',
    ),
    policies: Type.Array(PolicyWarning, {
      description: 'The same book, put into pools and accounts in other ways.',
    }),
  },
  { ...CLOSED, description: 'Early warning: how near a book is to spreading losses.' },
);
export type WarnDocument = Type.Static<typeof WarnDocument>;
export type PolicyWarning = WarnDocument['policies'][number];

export function warnDocument(
  book: Book,
  settings: EarlyWarningSettings,
  warnings: readonly { readonly policy: StressPolicy; readonly warning: EarlyWarning }[],
): WarnDocument {
  return {
    book: {
      name: book.name,
      accounts: book.accounts.length,
      valuationAsset: book.valuationAsset,
      leftOut: [...(book.leftOut ?? [])],
    },
    moves: [...settings.moves],
    depthShareAtOnePercent: settings.depthShareAtOnePercent,
    policies: warnings.map(({ policy, warning }) => policyWarning(policy, warning)),
  };
}

function policyWarning({ id, title }: StressPolicy, warning: EarlyWarning): PolicyWarning {
  const figures = warningLevels(warning);
  const reached = new Set(figures.map(({ level }) => level));
  return {
    id,
    title,
    level: reached.has('warning') ? 'warning' : reached.has('watch') ? 'watch' : 'calm',
    figures: figures.map((figure) => ({ ...figure, value: rounded(figure.value) })),
    overlaps: warning.overlaps.map(({ pools, cosine }) => ({ pools: [...pools], cosine: rounded(cosine) })),
    covers: warning.covers.map(({ losers, fund, byFund, winners, byWinners, open, ...cover }) => ({
      ...cover,
      losers: losers.map(({ account, loss }) => ({ account, loss: money(loss) })),
      fund: money(fund),
      byFund: money(byFund),
      winners: money(winners),
      byWinners: money(byWinners),
      open: money(open),
    })),
    deleveraging: warning.deleveraging.map(({ needed, capacity, ...need }) => ({
      ...need,
      needed: money(needed),
      capacity: money(capacity),
    })),
  };
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e6;
}

/** Floating point: more than two decimals would claim what is not there. */
function money(amount: number): string {
  return amount.toFixed(2).replace(/\.?0+$/, '') || '0';
}

/** The published schema. */
export function warnJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead warn',
    ...WarnDocument,
  };
}

const { policies: _policies, ...asked } = WarnDocument.properties;
const { id: _id, title: _title, ...found } = PolicyWarning.properties;

/** Answer of `GET /v1/warning`: of the venue as it stands, so that there is one policy alone. */
export const WarningAnswer = Type.Object(
  {
    sequence: Type.Integer({ description: 'Last record of the journal that the answer knows.' }),
    timeMs: Type.Integer(),
    ...asked,
    ...found,
  },
  { ...CLOSED, description: 'How near the venue is to spreading losses.' },
);
