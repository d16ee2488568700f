/** The kinds of fields that the calculator's schemas are made of, each with its definition, unit and an example. */
import Type from 'typebox';

const DECIMAL_PATTERN = '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$';
const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$';
export const CLOSED = { additionalProperties: false };

interface Notes {
  readonly unit: string;
  readonly example: unknown;
  readonly default?: unknown;
}

export function decimal(description: string, { unit, example, ...rest }: Notes) {
  return Type.String({
    description,
    unit,
    examples: [example],
    ...rest,
    pattern: DECIMAL_PATTERN,
    maxLength: 64,
  });
}

export function id(description: string, example: string) {
  return Type.String({ description, unit: 'id', examples: [example], pattern: ID_PATTERN });
}

export function oneOf<const Words extends string[]>(
  words: readonly [...Words],
  description: string,
  more: object = {},
) {
  return Type.Enum(words, { description, unit: 'word', examples: [words[0]], ...more });
}

const profitShare = decimal(
  'Share of unrealized profit that counts towards `removable`. The account overrides the instrument, the instrument the document.',
  {
    unit: 'fraction, 0 to 1',
    example: '0.5',
    default: '0',
  },
);
const floorRate = decimal(
  'Share of notional that must stay when margin is removed. The account overrides the instrument, the instrument the document.',
  {
    unit: 'fraction, 0 to 1',
    example: '0.1',
    default: '0.1',
  },
);
const rounding = oneOf(
  ['tick', 'none', 'nearest', 'inward'],
  '`tick`: prices are shown on the grid of marks, the first at which the condition holds. `nearest` and `inward`: on the same grid, the nearest to the exact price, or the next towards the side where the condition does not hold yet, as some venues show them. `none`: the exact price, to the nearest of 12 decimals. The account overrides the instrument, the instrument the document.',
  { default: 'tick' },
);
export const settings = {
  unrealizedProfitShare: Type.Optional(profitShare),
  removalFloorRate: Type.Optional(floorRate),
  priceRounding: Type.Optional(rounding),
};

/** Text of an answer. */
export const amountText = (description: string, unit: string, example: string) =>
  Type.String({ description, unit, examples: [example] });
export const priceText = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], {
    description: `${description} Null: none; "unknown": an input is missing.`,
    unit: 'quote per base',
    examples: [example],
  });
export const TOTAL = 'valuationAsset';
