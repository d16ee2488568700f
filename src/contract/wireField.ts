/**
 * The building blocks of the wire's schemas: what a field is measured in, and in whose units. Parsing, translation,
 * views and the reference page all read these notes.
 */
import Type from 'typebox';

/** What a field means, and with it how it is translated. */
export type Unit =
  /** The name of something that is there, or of something new. */
  | 'id'
  /** Decimals of the scale's asset. */
  | 'amount'
  /** Decimals of the pool's valuation asset. */
  | 'value'
  /** Whole units of the pool's valuation asset for one of the scale's asset. */
  | 'assetPrice'
  /** On the price grid of the scale's instrument, or on its finer grid of marks. */
  | 'price'
  | 'markPrice'
  /** On the same grid; of an option on that of its underlying. */
  | 'indexPrice'
  /** Contracts, in whole lots. */
  | 'quantity'
  /** Of one lot, decimals of the scale's asset and six more. */
  | 'perLot'
  /** Six decimals. */
  | 'rate'
  | 'leverage'
  /** Any plain decimal, kept as text. */
  | 'decimal'
  | 'timeMs'
  | 'count'
  /** A count that the core keeps as a bigint. */
  | 'bigCount'
  | 'flag'
  | 'word'
  /** The name of a scenario. */
  | 'label';

/** Which field of an object names what its numbers are measured by; `poolAsset`: the fields pool and asset together. */
export type ScaleField = 'asset' | 'settle' | 'account' | 'instrument' | 'order' | 'poolAsset';

export const DECIMAL_PATTERN = '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$';
export const UNSIGNED_PATTERN = '^(0|[1-9][0-9]*)(\\.[0-9]+)?$';
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$';
/** An account, or a takeover: the pool's id and a number. */
export const PARTY_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}(#[1-9][0-9]{0,14})?$';
/** An order of a client, or one of a pool's own: `main#r7` reduces an account, `main#3/2` unwinds a takeover. */
export const FILLED_ORDER_PATTERN =
  '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}(#(r[1-9][0-9]{0,14}|[1-9][0-9]{0,14}/[1-9][0-9]{0,14}))?$';
/** Scenarios say what they are: price-16%/vol+50%. */
export const LABEL_PATTERN = '^[A-Za-z0-9%+._:/-]{1,64}$';
export const DECIMAL_LENGTH_MAX = 64;
export const TIME_MAX_MS = 8_640_000_000_000_000;

/** A schema as translation, views and the reference read it. */
export interface WireSchema {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: Unit;
  readonly core?: string;
  readonly default?: unknown;
  readonly defaultFrom?: string;
  readonly isInExample?: boolean;
  readonly scale?: ScaleField;
  readonly examples?: readonly unknown[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, WireSchema>>;
  readonly required?: readonly string[];
  readonly items?: WireSchema;
  readonly anyOf?: readonly WireSchema[];
}

/** The object that a field holds, where it holds one or null. */
export function objectOf(schema: WireSchema): WireSchema | null {
  if (schema.properties !== undefined) return schema;
  return schema.anyOf?.find(({ properties }) => properties !== undefined) ?? null;
}

export interface Notes {
  readonly example?: unknown;
  /** The field of the core command, where it has another name. */
  readonly core?: string;
  /** What an absent field means. */
  readonly default?: unknown;
  /** The field of the same object whose value an absent one takes. */
  readonly defaultFrom?: string;
  /** Optional, and shown in the example all the same. */
  readonly isInExample?: boolean;
}

export function id(description: string, example: string, pattern = ID_PATTERN) {
  return Type.String({ description, unit: 'id', examples: [example], pattern });
}

export function label(description: string, example: string) {
  return Type.String({ description, unit: 'label', examples: [example], pattern: LABEL_PATTERN });
}

function decimalField(unit: Unit, pattern: string) {
  return (description: string, { example, ...rest }: Notes) =>
    Type.String({
      description,
      unit,
      examples: [example],
      pattern,
      maxLength: DECIMAL_LENGTH_MAX,
      ...rest,
    });
}

export const amount = decimalField('amount', UNSIGNED_PATTERN);
export const value = decimalField('value', UNSIGNED_PATTERN);
/** A bad price is a fact about its source: the guard of the collateral judges it, not the schema. */
export const assetPrice = decimalField('assetPrice', DECIMAL_PATTERN);
export const price = decimalField('price', UNSIGNED_PATTERN);
/** The same of marks: the guard of the instrument judges them. */
export const markPrice = decimalField('markPrice', DECIMAL_PATTERN);
export const indexPrice = decimalField('indexPrice', DECIMAL_PATTERN);
export const perLot = decimalField('perLot', DECIMAL_PATTERN);
export const quantity = decimalField('quantity', UNSIGNED_PATTERN);
export const rate = decimalField('rate', UNSIGNED_PATTERN);
export const signedRate = decimalField('rate', DECIMAL_PATTERN);
export const leverage = decimalField('leverage', UNSIGNED_PATTERN);
export const decimal = decimalField('decimal', UNSIGNED_PATTERN);

export function word<const Words extends readonly string[]>(
  words: Words,
  description: string,
  more: Notes = {},
) {
  return Type.Enum([...words] as unknown as [...Words], {
    description,
    unit: 'word',
    examples: [words[0]],
    ...more,
  });
}

export function flag(description: string, more: Notes = {}) {
  return Type.Boolean({ description, unit: 'flag', examples: [false], ...more });
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

export function count(description: string, { example, ...rest }: Notes & Range, unit: Unit = 'count') {
  return Type.Integer({ description, unit, examples: [example], ...rest });
}

export function timeMs(description: string) {
  return Type.Integer({
    description,
    unit: 'timeMs',
    examples: [1_700_000_000_000],
    minimum: 0,
    maximum: TIME_MAX_MS,
  });
}

/** A field that may be null, which is also what its absence means. */
export function orNull<S extends Type.TSchema>(schema: S, more: Pick<Notes, 'isInExample' | 'core'> = {}) {
  const { description = '', unit, core, examples } = schema as WireSchema;
  const notes = {
    description,
    ...(unit === undefined ? {} : { unit }),
    ...(core === undefined ? {} : { core }),
    ...(examples === undefined ? {} : { examples }),
    default: null,
    ...more,
  };
  return Type.Optional(Type.Union([schema, Type.Null()], notes));
}

export function closed(description: string, scale?: ScaleField) {
  return { description, additionalProperties: false, ...(scale === undefined ? {} : { scale }) };
}
