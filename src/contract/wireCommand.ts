/**
 * From JSON to a command of the engine: shape first, then exact translation with what the engine's state says
 * about units. Nothing is rounded and nothing is guessed; every fault is named with its place.
 */
import { Compile, type Validator } from 'typebox/compile';
import {
  assert,
  type Decimal,
  err,
  formatDecimal,
  INT64_MAX,
  INT64_MIN,
  isInt64,
  ok,
  parseDecimal,
  type Result,
} from '../base/index.js';
import type { ExternalCommand, State } from '../engine/index.js';
import { pointer } from './calcError.js';
import { type DoorCode, type Issue, issue, shownValue } from './errors.js';
import {
  assetPriceFloor,
  formatIndex,
  formatMark,
  indexTicksOf,
  lotsOf,
  markTicksOf,
  PPM_DECIMALS,
  SCENARIO_DECIMALS,
  type Scale,
  ticksOf,
} from './scale.js';
import { schemaIssues } from './schemaIssues.js';
import { objectOf, type ScaleField, type WireSchema } from './wireField.js';
import { ruleFaults } from './wireRules.js';
import { findScale } from './wireScale.js';
import { WIRE_COMMANDS, WIRE_KINDS, type WireCommand, type WireKind, wireSchema } from './wireSchema.js';

export type Issues = readonly [Issue, ...Issue[]];

/** Checks the shape of a command: fields, patterns, lengths. Paths are relative to the command. */
export function parseCommand(value: unknown): Result<WireCommand, Issues> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return err([issue('schema_violation', '', 'a command is an object')]);
  }
  const kind = (value as { kind?: unknown }).kind;
  if (kind === undefined) return err([issue('schema_violation', '/kind', 'is missing')]);
  if (typeof kind !== 'string' || !Object.hasOwn(WIRE_COMMANDS, kind)) {
    const known = WIRE_KINDS.join(', ');
    return err([issue('unknown_kind', '/kind', `must be one of ${known}`, { got: shownValue(kind) })]);
  }
  const validator = validatorOf(kind as WireKind);
  if (!validator.Check(value)) return err(schemaIssues(validator.Errors(value), value));
  const command = value as WireCommand;
  const faults = ruleFaults(command);
  return isIssues(faults) ? err(faults) : ok(command);
}

/** The engine's command, exact; or every number that does not fit and every unit that is not known. */
export function translateCommand(state: State, command: WireCommand): Result<ExternalCommand, Issues> {
  const reading: Reading = { state, issues: [] };
  const core = readObject(reading, wireSchema(command.kind), {
    value: command as unknown as Readonly<Record<string, unknown>>,
    scale: null,
    path: '',
  });
  const { issues } = reading;
  return isIssues(issues) ? err(issues) : ok(core as unknown as ExternalCommand);
}

/** Shape, then translation. */
export function readCommand(state: State, value: unknown): Result<ExternalCommand, Issues> {
  const parsed = parseCommand(value);
  return parsed.ok ? translateCommand(state, parsed.value) : parsed;
}

const VALIDATORS = new Map<WireKind, Validator>();

function validatorOf(kind: WireKind): Validator {
  let validator = VALIDATORS.get(kind);
  if (validator === undefined) {
    validator = Compile(WIRE_COMMANDS[kind]) as Validator;
    VALIDATORS.set(kind, validator);
  }
  return validator;
}

function isIssues(issues: readonly Issue[]): issues is Issues {
  return issues.length > 0;
}

interface Reading {
  readonly state: State;
  readonly issues: Issue[];
}

/** A value of the wire, the scale around it and where it stands. */
interface Place<V> {
  readonly value: V;
  readonly scale: Scale | null;
  readonly path: string;
}

type Fields = Readonly<Record<string, unknown>>;

function readObject(reading: Reading, schema: WireSchema, place: Place<Fields>): Record<string, unknown> {
  const { value, path } = place;
  const scale = schema.scale === undefined ? place.scale : scaleOf(reading, schema.scale, place);
  const core: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    core[field.core ?? name] = readValue(reading, field, {
      value: given(value, name, field),
      scale,
      path: `${path}${pointer(name)}`,
    });
  }
  return core;
}

/** What the field holds, or what its absence stands for. Only the id of a side without one has no default. */
function given(fields: Fields, name: string, schema: WireSchema): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  if (schema.defaultFrom !== undefined) return fields[schema.defaultFrom];
  return schema.default === undefined ? '' : schema.default;
}

function readValue(reading: Reading, schema: WireSchema, place: Place<unknown>): unknown {
  const { value, path } = place;
  if (value === null) return null;
  if (schema.items !== undefined) {
    const { items } = schema;
    return (value as readonly unknown[]).map((item, at) => {
      return readValue(reading, items, { ...place, value: item, path: `${path}/${at}` });
    });
  }
  const object = objectOf(schema);
  if (object !== null) return readObject(reading, object, { ...place, value: value as Fields });
  switch (schema.unit) {
    case 'amount':
    case 'value':
    case 'assetPrice':
    case 'price':
    case 'markPrice':
    case 'indexPrice':
    case 'perLot':
    case 'quantity':
    case 'rate':
    case 'leverage':
      return readNumber(reading, schema.unit, { ...place, value: value as string });
    case 'decimal':
      return readText(reading, { ...place, value: value as string });
    case 'bigCount':
      return BigInt(value as number);
    default:
      return value;
  }
}

/** Canonical text: two spellings of one number are one command. */
function readText(reading: Reading, { value, path }: Place<string>): string {
  const parsed = parseDecimal(value);
  if (parsed.ok) return formatDecimal(parsed.value);
  reading.issues.push(issue('not_a_decimal', path, 'is not a plain decimal', { got: value }));
  return value;
}

type NumberUnit =
  | 'amount'
  | 'value'
  | 'assetPrice'
  | 'price'
  | 'markPrice'
  | 'indexPrice'
  | 'perLot'
  | 'quantity'
  | 'rate'
  | 'leverage';

/** A whole number of the unit, inside int64. Zero stands in where an issue has been noted. */
function readNumber(reading: Reading, unit: NumberUnit, { value, scale, path }: Place<string>): bigint {
  const refuse = (code: DoorCode, message: string, context: Record<string, string>) => {
    reading.issues.push(issue(code, path, message, { got: value, ...context }));
    return 0n;
  };
  const parsed = parseDecimal(value);
  if (!parsed.ok) return refuse('not_a_decimal', 'is not a plain decimal', {});
  // The scale could not be found: that is the issue, noted where it is named.
  if (!hasScale(unit, scale)) return 0n;
  const read = wholeUnits(unit, parsed.value, scale);
  if (typeof read === 'object') return refuse(read.code, read.message, read.context);
  if (isInt64(read)) return read;
  return refuse('out_of_range', 'is too large', { unitsMin: String(INT64_MIN), unitsMax: String(INT64_MAX) });
}

function hasScale(unit: NumberUnit, scale: Scale | null): boolean {
  switch (unit) {
    case 'rate':
    case 'leverage':
      return true;
    case 'amount':
    case 'perLot':
      return scale !== null;
    case 'value':
    case 'assetPrice':
      return scale !== null && scale.valuation !== null;
    case 'quantity':
      return scale !== null && scale.lotSize !== null;
    default:
      return scale !== null && scale.instrument !== null;
  }
}

interface Misfit {
  readonly code: DoorCode;
  readonly message: string;
  readonly context: Record<string, string>;
}

function wholeUnits(unit: NumberUnit, value: Decimal, scale: Scale | null): bigint | Misfit {
  if (unit === 'rate' || unit === 'leverage' || scale === null) return minorUnits(value, PPM_DECIMALS);
  if (unit === 'amount') return minorUnits(value, scale.decimals);
  if (unit === 'perLot') return minorUnits(value, scale.decimals + SCENARIO_DECIMALS);
  const { instrument, lotSize, valuation } = scale;
  if (valuation !== null && unit === 'value') return minorUnits(value, valuation.decimals);
  if (valuation !== null && unit === 'assetPrice') return assetPriceFloor(value, scale, valuation);
  const offGrid = (code: DoorCode, step: string): Misfit => ({
    code,
    message: `is not a multiple of ${step}`,
    context: { step, ...(instrument === null ? {} : { instrument: instrument.definition.id }) },
  });
  if (lotSize !== null && unit === 'quantity') return lotsOf(value, lotSize) ?? offGrid('off_lot', lotSize);
  assert(instrument !== null, 'a price has an instrument');
  if (unit === 'price')
    return ticksOf(value, instrument) ?? offGrid('off_tick', instrument.definition.tickSize);
  if (unit === 'indexPrice')
    return indexTicksOf(value, instrument) ?? offGrid('off_tick', formatIndex(1n, instrument));
  return markTicksOf(value, instrument) ?? offGrid('off_tick', formatMark(1n, instrument));
}

function minorUnits({ digits, scale }: Decimal, decimals: number): bigint | Misfit {
  if (scale <= decimals) return digits * 10n ** BigInt(decimals - scale);
  return {
    code: 'too_fine',
    message: `has more than ${decimals} decimals`,
    context: { decimals: String(decimals) },
  };
}

/** The scale that the object names, or null with an issue where there is no such thing. */
function scaleOf(reading: Reading, field: ScaleField, { value, path }: Place<Fields>): Scale | null {
  const found = findScale(reading.state, field, value);
  if (found.ok) return found.value;
  const { code, field: named, message, context } = found.error;
  reading.issues.push(issue(code, `${path}${pointer(named)}`, message, context));
  return null;
}
