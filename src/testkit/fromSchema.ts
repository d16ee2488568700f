/** Values that fit a JSON Schema, as far as the schemas of this package go: ordinary ones, and its very edges. */
import fc from 'fast-check';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface SchemaChoices {
  /** Ids that mean something; other ids are made up now and then. */
  readonly ids: readonly string[];
  /** Items of a list at most. */
  readonly itemsMax?: number;
}

export function arbitraryOf(schema: object, choices: SchemaChoices): fc.Arbitrary<unknown> {
  const { type, anyOf, enum: words, ...rest } = schema as Schema;
  if ('const' in rest) return fc.constant(rest.const);
  if (words !== undefined) return fc.constantFrom(...words);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((branch) => arbitraryOf(branch, choices)));
  switch (type) {
    case 'object':
      return objectOf(rest, choices);
    case 'array': {
      const { items = {}, minItems = 0 } = rest;
      const maxLength = Math.max(minItems, choices.itemsMax ?? 4);
      return fc.array(arbitraryOf(items, choices), { minLength: minItems, maxLength });
    }
    case 'string':
      return textOf(rest, choices);
    case 'integer':
      return fc.integer({ min: rest.minimum ?? 0, max: rest.maximum ?? 2 ** 31 });
    case 'number':
      return numberOf(rest);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

/** Round numbers and any others within the limits of the field. */
function numberOf({ minimum = -1e6, maximum = 1e6 }: Schema): fc.Arbitrary<number> {
  const rounded = fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
  return fc.oneof(rounded, fc.double({ min: minimum, max: maximum, noNaN: true }));
}

function objectOf({ properties = {}, required = [] }: Schema, choices: SchemaChoices): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, arbitraryOf(field, choices)] as const,
  );
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true });
}

function textOf({ pattern = '' }: Schema, { ids }: SchemaChoices): fc.Arbitrary<string> {
  if (pattern.includes('A-Z')) {
    return fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...ids) },
      { weight: 1, arbitrary: fc.stringMatching(new RegExp(pattern)) },
    );
  }
  const isSigned = pattern.startsWith('^-?');
  return decimalText().map((text) => (isSigned ? text : text.replace('-', '')));
}

/** Plain decimals: mostly of everyday size, some of 64 characters. */
function decimalText(): fc.Arbitrary<string> {
  const everyday = fc
    .tuple(
      fc.boolean(),
      fc.integer({ min: 0, max: 100_000 }),
      fc.constantFrom('', '.5', '.1', '.25', '.001', '.000001'),
    )
    .map(([isNegative, whole, fraction]) => `${isNegative ? '-' : ''}${whole}${fraction}`);
  const small = fc.integer({ min: 1, max: 999_999 }).map((ppm) => `0.${String(ppm).padStart(6, '0')}`);
  const long = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,20})?$/);
  return fc.oneof(
    { weight: 6, arbitrary: everyday },
    { weight: 3, arbitrary: small },
    { weight: 1, arbitrary: long },
  );
}
