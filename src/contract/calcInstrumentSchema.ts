/** The shape of an instrument in a calculator document: what is traded and how it is margined. */
import Type from 'typebox';
import { CLOSED, decimal, id, oneOf, settings } from './calcSchemaField.js';

export const CalcTier = Type.Object(
  {
    notionalFloor: Type.Optional(
      decimal('Notional above which the tier begins; it joins the tier before.', {
        unit: 'settle asset, or contracts where tierBasis is contracts',
        example: '50000',
      }),
    ),
    notionalCap: Type.Optional(
      Type.Union(
        [
          decimal('Largest notional of the tier, included.', {
            unit: 'settle asset, or contracts where tierBasis is contracts',
            example: '250000',
          }),
          Type.Null(),
        ],
        {
          description:
            'Largest notional of the tier, included. Null or left out in the last tier: no end; a position beyond a last cap is a warning, and the last rates go on.',
        },
      ),
    ),
    initialMarginRate: Type.Optional(
      decimal('Least initial margin. Left out: 1 / leverage alone decides.', {
        unit: 'fraction of notional',
        example: '0.01',
      }),
    ),
    maintenanceMarginRate: Type.Optional(
      decimal(
        'Maintenance margin before the maintenance amount. May be left out only where `maintenanceRate` is `halfOfInitial`.',
        { unit: 'fraction of notional', example: '0.005' },
      ),
    ),
    initialMarginRateStep: Type.Optional(
      decimal(
        'Added to the initial rate for each unit of base held (inverse: of value at the mark), over the whole position. Only with `tierMethod` `flat`.',
        { unit: 'fraction per base unit', example: '0.00005', default: '0' },
      ),
    ),
    maintenanceMarginRateStep: Type.Optional(
      decimal('The same for the maintenance rate.', {
        unit: 'fraction per base unit',
        example: '0.00005',
        default: '0',
      }),
    ),
    maintenanceAmount: Type.Optional(
      decimal(
        'Taken off rate x notional, so that maintenance margin is continuous where tiers meet: the amount of the tier before + its cap x the rise of the rate. Derived when left out, refused when it differs, and when `tierMethod` is `flat`, where there is none.',
        { unit: 'settle asset', example: '50' },
      ),
    ),
    maxLeverage: Type.Optional(decimal('Largest leverage.', { unit: 'times', example: '100' })),
  },
  CLOSED,
);

/** What an option has besides; a future may have `expiry`. */
const OPTION_FIELDS = {
  optionType: Type.Optional(oneOf(['call', 'put'], 'Right to buy or to sell. Only options.')),
  strike: Type.Optional(decimal('Strike price. Only options.', { unit: 'quote per base', example: '45000' })),
  expiry: Type.Optional(
    Type.Integer({
      description: 'Expiry of a future or an option.',
      unit: 'ms since the epoch',
      examples: [1735286400000],
      minimum: 0,
      maximum: 8_640_000_000_000_000,
    }),
  ),
  underlying: Type.Optional(
    id(
      'What it follows; `base` when left out. Options on the same underlying form spreads, and a scenario moves all that follows one underlying together.',
      'BTC',
    ),
  ),
  underlyingPrice: Type.Optional(
    decimal(
      'Price of the underlying: of the future with the same expiry, or the index. Options need it, here or as their index price. Only options.',
      { unit: 'quote per base', example: '43000' },
    ),
  ),
  impliedVolatility: Type.Optional(
    decimal(
      'Volatility per year. Needed where there is no mark price, which is then that of Black-76 to the nearest mark step; found from the mark price where left out. Only options.',
      { unit: 'fraction per year', example: '0.65' },
    ),
  ),
  optionInitialRate: Type.Optional(
    decimal(
      'Initial margin of a short option: max(this x underlying - out-of-the-money amount, `optionInitialFloorRate` x underlying), of equity that has its mark taken off. Only options.',
      { unit: 'fraction of the underlying', example: '0.15', default: '0.15' },
    ),
  ),
  optionInitialFloorRate: Type.Optional(
    decimal('The floor in it. Only options.', {
      unit: 'fraction of the underlying',
      example: '0.1',
      default: '0.1',
    }),
  ),
  optionMaintenanceRate: Type.Optional(
    decimal(
      'Maintenance margin of a short option: this x underlying; at most the floor of initial margin. Only options.',
      { unit: 'fraction of the underlying', example: '0.075', default: '0.075' },
    ),
  ),
};

export const INSTRUMENT_FIELDS = {
  id: id('Name of the instrument.', 'BTC-PERP'),
  kind: oneOf(
    ['perpetual', 'future', 'option', 'spot'],
    'What it is. `option`: European, cash settled. `spot` is refused: what is held on the spot market is a balance, what is owed a debt.',
  ),
  payoff: oneOf(
    ['linear', 'inverse'],
    '`linear`: value = base x price, settled in the quote asset. `inverse`: value = quote / price, settled in the base asset. The price of an option is a premium per unit of base in the settlement asset.',
  ),
  base: id('The asset whose price it follows.', 'BTC'),
  quote: id('The asset prices are in.', 'USDT'),
  settle: id('The asset of margin and profit: `quote` when linear, `base` when inverse.', 'USDT'),
  contractSize: decimal(
    'linear, and every option: base units per contract; inverse: quote units per contract.',
    {
      unit: 'base or quote per contract',
      example: '1',
    },
  ),
  tickSize: decimal('Smallest step of an order price.', { unit: 'quote per base', example: '0.01' }),
  markTick: Type.Optional(
    decimal('Smallest step of a mark, on which prices are shown; `tickSize` when left out.', {
      unit: 'quote per base',
      example: '0.0001',
    }),
  ),
  lotSize: decimal('Smallest step of a size.', { unit: 'contracts', example: '0.001' }),
  makerFeeRate: Type.Optional(
    decimal('Accepted for completeness; no figure here depends on it.', {
      unit: 'fraction of notional',
      example: '0.0002',
    }),
  ),
  takerFeeRate: Type.Optional(
    decimal('Fee of taking liquidity, as in closing by force. Needed unless `closeFee` is `none`.', {
      unit: 'fraction of notional',
      example: '0.0004',
      default: '0',
    }),
  ),
  maintenanceBasis: Type.Optional(
    oneOf(
      ['mark', 'entry'],
      'Notional that maintenance margin is charged on. `mark`: the value at the price under test, so the liquidation price charges it on the value there. `entry`: the cost. Needed unless a profile gives it.',
    ),
  ),
  initialBasis: Type.Optional(
    oneOf(['mark', 'entry'], 'Notional that initial margin is charged on; `maintenanceBasis` when left out.'),
  ),
  closeFee: Type.Optional(
    oneOf(
      ['none', 'inRate', 'inMargin', 'atBankruptcy'],
      '`inRate`: the taker rate is added to the maintenance rate. `inMargin`: a line of taker rate x value at the bankruptcy price in initial and in maintenance margin. `atBankruptcy`: the same at the price where equity just pays that fee.',
      { default: 'none' },
    ),
  ),
  maintenanceRate: Type.Optional(
    oneOf(
      ['given', 'halfOfInitial'],
      '`halfOfInitial`: a tier without maintenanceMarginRate has half of its initialMarginRate, or half of 1 / maxLeverage where it has none.',
      { default: 'given' },
    ),
  ),
  tierMethod: Type.Optional(
    oneOf(
      ['marginal', 'flat'],
      '`marginal`: each rate is charged on the notional within its tier, which is what maintenance amounts express. `flat`: the rate of one tier is charged on the whole notional, so that margin jumps from tier to tier; the tier is chosen once, at `tierBasis`, and kept for the liquidation price.',
      { default: 'marginal' },
    ),
  ),
  tierBasis: Type.Optional(
    oneOf(
      ['entry', 'mark', 'contracts'],
      'What a flat tier is chosen by: notional at entry, notional at the mark, or the number of contracts. `maintenanceBasis` when left out. Only with `tierMethod` `flat`.',
    ),
  ),
  expiryMs: Type.Optional(
    Type.Integer({
      description: 'Expiry of a future. The same as `expiry`.',
      unit: 'ms since the epoch',
      examples: [1735286400000],
      minimum: 0,
    }),
  ),
  tiers: Type.Optional(
    Type.Array(CalcTier, {
      description:
        'Brackets by notional, in order, without holes; counted from 1 in answers. Needed but for options, which have rates of their own.',
      minItems: 1,
      maxItems: 64,
    }),
  ),
  leverage: Type.Optional(
    decimal(
      'Leverage of positions and orders that name none. Where none is named at all: the most that the tier allows.',
      { unit: 'times', example: '10' },
    ),
  ),
  ...OPTION_FIELDS,
  ...settings,
};

export const CalcInstrument = Type.Object(INSTRUMENT_FIELDS, CLOSED);
