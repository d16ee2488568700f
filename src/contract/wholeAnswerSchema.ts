/**
 * The shape of the answer for an account that is judged as a whole: cross, portfolio, and isolated with an option,
 * orders or a debt. Positions have the field names of CCXT where it has them.
 */
import Type from 'typebox';
import { amountText, oneOf, TOTAL } from './calcSchemaField.js';

const orNull = (schema: ReturnType<typeof Type.String>, description: string, unit: string, example: string) =>
  Type.Union([schema, Type.Null()], { description, unit, examples: [example] });
const textOrNull = (description: string, unit: string, example: string) =>
  orNull(Type.String(), description, unit, example);
const price = (description: string) => textOrNull(description, 'quote per base, or premium', '38211.5');
const figure = (description: string, unit: string, example: number) =>
  Type.Number({ description, unit, examples: [example] });

const Greeks = Type.Object(
  {
    delta: figure('Change for a move of 1 in the underlying.', 'settle asset per quote', -0.42),
    gamma: figure(
      'Change of delta for a move of 1 in the underlying.',
      'settle asset per quote squared',
      -1e-5,
    ),
    vega: figure('Change for one point of volatility.', 'settle asset', -31.5),
    theta: figure('Change for one day that passes.', 'settle asset', 12.25),
    rho: figure('Change for one point of interest.', 'settle asset', -0.5),
  },
  {
    description:
      'Sensitivities of the whole position by Black-76, signed as it is held: binary floating point.',
  },
);

const WholePositionAnswer = Type.Object({
  instrument: amountText('Instrument held.', 'id', 'BTC-PERP'),
  leg: oneOf(['net', 'long', 'short'], 'Whether it is the instrument, or one side of it.'),
  side: oneOf(['long', 'short'], 'Direction.'),
  contracts: amountText('As given.', 'contracts', '0.5'),
  contractSize: amountText('As given.', 'base or quote per contract', '1'),
  entryPrice: textOrNull('As given; null where none was.', 'quote per base, or premium', '42000'),
  markPrice: amountText('As given, or of an option by Black-76.', 'quote per base, or premium', '43000'),
  notional: amountText(
    'Size of the value at the mark, rounded up; of an option contracts x contractSize x underlying, in coin without the price.',
    'settle asset',
    '21500',
  ),
  unrealizedPnl: textOrNull(
    'Value at the mark less cost, rounded down; without funding. Null without an entry price.',
    'settle asset',
    '500',
  ),
  accruedFunding: amountText('As given, rounded down.', 'settle asset', '-1.25'),
  leverage: textOrNull('The one used; null where the rates of the tiers alone decide.', 'times', '10'),
  initialMargin: amountText(
    'Sum of the lines of this position; "0" in portfolio mode, where scenarios ask of all at once.',
    TOTAL,
    '2150',
  ),
  maintenanceMargin: amountText('The same for maintenance margin.', TOTAL, '86'),
  marginRatio: textOrNull('That of the account.', 'ratio', '0.05733334'),
  liquidationPrice: price(
    'First mark of this instrument at which the account is liquidatable, all other prices held: of the two on the side where the instrument loses. Null for the reason beside it.',
  ),
  liquidationPriceReason: Type.Union([oneOf(['none', 'always', 'unknown'], ''), Type.Null()], {
    description:
      'Why there is no price. `none`: at no mark on that side. `always`: at every mark. `unknown`: farther away than is looked.',
    unit: 'word',
    examples: ['none'],
  }),
  liquidationPriceBelow: price('The one coming from above.'),
  liquidationPriceAbove: price('The one coming from below.'),
  tier: Type.Union([Type.Integer(), Type.Null()], {
    description:
      'Tier of the notional at the maintenance basis, or of a flat tier at its own, from 1; null for an option.',
    unit: 'count',
    examples: [1],
  }),
  impliedVolatility: Type.Union([Type.Number(), Type.Null()], {
    description: 'Of an option: as given, or found from its mark; null where there is none.',
    unit: 'fraction per year',
    examples: [0.65],
  }),
  greeks: Type.Union([Greeks, Type.Null()], { description: 'Null but for an option with a volatility.' }),
});

const AssetAnswer = Type.Object({
  asset: amountText('What is held, owed or settled in.', 'id', 'BTC'),
  balance: amountText('As given.', 'the asset', '0.5'),
  debt: amountText('As given.', 'the asset', '0'),
  profit: amountText(
    'What the positions that settle in it come to, funding included, rounded down; of an option its value.',
    'the asset',
    '500',
  ),
  price: amountText('As given.', 'valuationAsset per asset', '43000'),
  haircut: amountText('The one in force, with what a lost peg adds; rounded up.', 'fraction, 0 to 1', '0.05'),
  value: amountText('What balance, debt and profit count for together; these sum to equity.', TOTAL, '1500'),
  removable: amountText('Of the balance, this may leave and no more.', 'the asset', '120.5'),
  liquidationPrice: textOrNull(
    'First price of the asset, coming down, at which the account is liquidatable, all other prices held. Null: none.',
    'valuationAsset per asset',
    '21000',
  ),
});

export const WholeAccountAnswer = Type.Object({
  id: amountText('Name of the margin account.', 'id', 'a'),
  marginMode: oneOf(['isolated', 'cross', 'portfolio'], 'As given.'),
  valuationAsset: amountText('Asset of the totals.', 'id', 'USDT'),
  equity: amountText(
    'Per asset balance - debt + value of its positions less their cost, valued after haircuts; rounded down.',
    TOTAL,
    '1500',
  ),
  collateralValue: amountText('The same without positions, rounded down.', TOTAL, '1000'),
  unrealizedPnl: amountText('Equity less the value of the collateral.', TOTAL, '500'),
  initialMargin: amountText('Of positions and debts, rounded up.', TOTAL, '2150'),
  maintenanceMargin: amountText('The same for maintenance.', TOTAL, '86'),
  orderMargin: amountText('What open orders ask for besides, rounded up.', TOTAL, '0'),
  free: amountText(
    'Equity with unrealized profit at `unrealizedProfitShare`, less initial margin; not below zero.',
    TOTAL,
    '0',
  ),
  available: amountText('The same less order margin: what new orders may use.', TOTAL, '0'),
  marginRatio: textOrNull(
    'Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive and something is.',
    'ratio',
    '0.05733334',
  ),
  healthPpm: textOrNull(
    'Equity / maintenance margin, rounded down; null when nothing is required.',
    'parts per million',
    '17441860',
  ),
  liquidatable: Type.Boolean({
    description:
      'Equity <= maintenance margin, unrounded, with a position or a debt, and not covered against the greatest further loss.',
    unit: 'boolean',
    examples: [false],
  }),
  lines: Type.Array(
    Type.Object({
      name: amountText('The total and the part of it.', 'name', 'maintenanceMargin.position'),
      amount: amountText('What the part adds.', TOTAL, '86'),
      instrument: Type.Optional(amountText('Of which instrument.', 'id', 'BTC-PERP')),
      leg: Type.Optional(oneOf(['long', 'short'], 'Of which side, where sides are apart.')),
      asset: Type.Optional(amountText('Of which asset.', 'id', 'USDT')),
      detail: Type.Optional(amountText('Which scenario or add-on.', 'id', 'price-12%/vol+0%')),
    }),
    { description: 'Lines named after a total sum to it exactly.' },
  ),
  assets: Type.Array(AssetAnswer, { description: 'Every asset held, owed or settled in.' }),
  positions: Type.Array(WholePositionAnswer, { description: 'In the order of the document.' }),
});

export type WholeAccountAnswer = Type.Static<typeof WholeAccountAnswer>;
export type WholeAssetAnswer = WholeAccountAnswer['assets'][number];
export type WholePositionAnswer = WholeAccountAnswer['positions'][number];
