/** The shape of the calculator's answers, and of its refusals. */
import Type from 'typebox';
import { amountText, oneOf, priceText, TOTAL } from './calcSchemaField.js';
import { WholeAccountAnswer } from './wholeAnswerSchema.js';

export const PositionAnswer = Type.Object({
  instrument: amountText('Instrument held.', 'id', 'BTC-PERP'),
  side: oneOf(['long', 'short'], 'Direction.'),
  notional: amountText('Size of the value at the mark, rounded up.', 'settle asset', '21500'),
  unrealizedPnl: amountText(
    'Value at the mark less cost, rounded down; without funding.',
    'settle asset',
    '500',
  ),
  accruedFunding: amountText('As given, rounded down.', 'settle asset', '-1.25'),
  liquidationPrice: priceText(
    'First mark tick at which the account is liquidatable: a long downwards, a short upwards.',
    '40160.64',
  ),
  bankruptcyPrice: priceText('First mark tick at which equity is not positive.', '40000'),
  tier: Type.Integer({
    description: 'Tier of the notional at the maintenance basis, or of a flat tier at its own, from 1.',
    unit: 'count',
    examples: [1],
  }),
});

export const AccountAnswer = Type.Object({
  id: amountText('Name of the margin account.', 'id', 'a'),
  valuationAsset: Type.Union([Type.String(), Type.Null()], {
    description: 'Asset of the totals; null for an account that holds nothing.',
    unit: 'id',
    examples: ['USDT'],
  }),
  equity: amountText('Collateral value + accrued funding + unrealized profit, rounded down.', TOTAL, '1500'),
  collateralValue: amountText('Value of the collateral after haircuts, rounded down.', TOTAL, '1000'),
  unrealizedPnl: amountText('Value at the mark less cost, rounded down.', TOTAL, '500'),
  initialMargin: amountText(
    'Notional at `initialBasis` x max(1 / leverage, initialMarginRate), plus the closing fee when `inMargin`, rounded up.',
    TOTAL,
    '2150',
  ),
  maintenanceMargin: amountText(
    'maintenanceMarginRate x notional at `maintenanceBasis` - maintenanceAmount, plus the closing fee unless `none`, rounded up.',
    TOTAL,
    '86',
  ),
  orderMargin: amountText('Margin of open orders, rounded up: the larger of both sides.', TOTAL, '0'),
  marginRatio: Type.Union([Type.String(), Type.Null()], {
    description:
      'Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive and something is.',
    unit: 'ratio',
    examples: ['0.05733334'],
  }),
  removable: amountText(
    'max(0, collateral + min(0, uPnL) + max(0, uPnL) x unrealizedProfitShare - max(initial margin, removalFloorRate x notional)), with accrued funding in the collateral, at the mark or at the index, whichever leaves less; at most the collateral, and never so much that the account becomes liquidatable. Less order margin.',
    TOTAL,
    '0',
  ),
  liquidatable: Type.Boolean({
    description: 'Equity <= maintenance margin, unrounded, with a position that is not fully covered.',
    unit: 'boolean',
    examples: [false],
  }),
  lines: Type.Array(
    Type.Object({
      name: amountText('The total and the part of it.', 'name', 'maintenanceMargin.position'),
      amount: amountText('What the part adds.', TOTAL, '86'),
    }),
    { description: 'Lines named after a total sum to it exactly.' },
  ),
  positions: Type.Array(PositionAnswer, { description: 'The one position, or none.' }),
});

export const ProfileAnswer = Type.Object(
  {
    name: amountText('The profile that was named.', 'name', 'okx'),
    ruleDate: amountText('The day of the rule it states.', 'ISO 8601 date', '2024-08-28'),
    filled: Type.Array(
      Type.Object({
        path: amountText('The field.', 'JSON pointer', '/instruments/0/maintenanceBasis'),
        value: amountText('What it was taken to be.', 'as the field', 'mark'),
      }),
      { description: 'The fields that the document left out and the profile gave, in order.' },
    ),
  },
  { description: 'There only when a profile was named.' },
);

export const CalcAnswer = Type.Object({
  profile: Type.Optional(ProfileAnswer),
  marginAccounts: Type.Array(Type.Union([AccountAnswer, WholeAccountAnswer]), {
    description:
      'In the order of the document. The second form has `marginMode` and `assets`: of accounts that are judged as a whole.',
  }),
  warnings: Type.Array(
    Type.Object({
      code: amountText('Stable name.', 'code', 'entry_price_off_tick'),
      message: amountText('What is unusual.', 'text', 'the entry price is not a multiple of tickSize'),
      path: amountText('Where.', 'JSON pointer', '/marginAccounts/0/positions/0/entryPrice'),
    }),
    { description: 'What a ledger would not list but the calculator takes.' },
  ),
});

export const CalcRefusal = Type.Object({
  error: Type.Object(
    {
      code: amountText('Stable name.', 'code', 'missing_mark'),
      message: amountText('What is wrong and what would be right.', 'text', 'no mark for BTC-PERP'),
      path: amountText('Where.', 'JSON pointer', '/marks/BTC-PERP'),
      context: Type.Record(Type.String(), amountText('A value that decided.', 'text', 'BTC-PERP'), {
        description: 'The values that decided, by name.',
      }),
    },
    { description: 'Why nothing was computed.' },
  ),
});

export type CalcAnswer = Type.Static<typeof CalcAnswer>;
export type CalcRefusal = Type.Static<typeof CalcRefusal>;
