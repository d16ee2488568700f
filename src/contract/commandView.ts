/**
 * A command as JSON: one of the outside in the form in which it was sent, with every default written out; one
 * of the engine's own with names for rows.
 */
import {
  type Command,
  EXTERNAL_KINDS,
  type ExternalCommand,
  type InternalCommand,
  type State,
} from '../engine/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import type { Json, JsonObject } from './json.js';
import { accountName, poolAssetJson, takeoverName } from './names.js';
import {
  formatAmount,
  formatAssetPrice,
  formatIndex,
  formatLots,
  formatMark,
  formatPerLot,
  formatPpm,
  formatPrice,
  formatValue,
  type Scale,
  unnamedScale,
} from './scale.js';
import { objectOf, type ScaleField, type WireSchema } from './wireField.js';
import { WireInstrument } from './wireInstrument.js';
import { findScale } from './wireScale.js';
import { wireSchema } from './wireSchema.js';

export function commandJson(state: State, command: Command): JsonObject {
  return isExternal(command) ? externalJson(state, command) : internalJson(state, command);
}

export function isExternal(command: Command): command is ExternalCommand {
  return (EXTERNAL_KINDS as readonly string[]).includes(command.kind);
}

/** The inverse of `translateCommand`: translated again it is the same command. */
function externalJson(state: State, command: ExternalCommand): JsonObject {
  return writeObject(state, wireSchema(command.kind), { fields: command as unknown as Fields, scale: null });
}

/** A definition in the form in which it is listed. */
export function definitionJson(state: State, definition: InstrumentDefinition): JsonObject {
  return writeObject(state, WireInstrument as WireSchema, {
    fields: definition as unknown as Fields,
    scale: null,
  });
}

type Fields = Readonly<Record<string, unknown>>;

function writeObject(
  state: State,
  schema: WireSchema,
  { fields, scale: outer }: { readonly fields: Fields; readonly scale: Scale | null },
): JsonObject {
  const scale = schema.scale === undefined ? outer : scaleOf(state, schema.scale, fields);
  const json: Record<string, Json> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const value = fields[field.core ?? name];
    // An empty id is none: the outside has no name, and a fill need not have an order.
    if (field.unit === 'id' && value === '') continue;
    json[name] = writeValue(state, field, value, scale);
  }
  return json;
}

function writeValue(state: State, schema: WireSchema, value: unknown, scale: Scale | null): Json {
  if (value === null) return null;
  if (schema.items !== undefined) {
    const { items } = schema;
    return (value as readonly unknown[]).map((item) => writeValue(state, items, item, scale));
  }
  const object = objectOf(schema);
  if (object !== null) return writeObject(state, object, { fields: value as Fields, scale });
  const instrument = scale?.instrument;
  switch (schema.unit) {
    case 'amount':
      return scale === null ? String(value) : formatAmount(value as bigint, scale);
    case 'perLot':
      return scale === null ? String(value) : formatPerLot(value as bigint, scale);
    case 'value':
      return scale === null ? String(value) : formatValue(value as bigint, scale);
    case 'assetPrice':
      return scale === null ? String(value) : formatAssetPrice(value as bigint, scale);
    case 'rate':
    case 'leverage':
      return formatPpm(value as bigint);
    case 'price':
      return instrument ? formatPrice(value as bigint, instrument) : String(value);
    case 'markPrice':
      return instrument ? formatMark(value as bigint, instrument) : String(value);
    case 'indexPrice':
      return instrument ? formatIndex(value as bigint, instrument) : String(value);
    case 'quantity':
      return scale?.lotSize ? formatLots(value as bigint, scale.lotSize) : String(value);
    case 'bigCount':
      return Number(value);
    default:
      return value as Json;
  }
}

/**
 * Null where a recorded command names something that did not exist: such a command was refused, and its
 * numbers stay in the engine's units.
 */
function scaleOf(state: State, field: ScaleField, fields: Fields): Scale | null {
  const found = findScale(state, field, fields);
  if (found.ok) return found.value;
  const accountRow = field === 'account' ? state.accounts.names.rowOf(fields[field] as string) : -1;
  return accountRow < 0 || fields['asset'] !== null ? null : unnamedScale(state, accountRow);
}

/** By the rows a command names: a new kind of work reads by itself. */
function internalJson(state: State, command: InternalCommand): JsonObject {
  return {
    kind: command.kind,
    ...('accountRow' in command ? { account: accountName(state, command.accountRow) } : {}),
    ...('takeoverRow' in command ? { takeover: takeoverName(state, command.takeoverRow) } : {}),
    ...('longRow' in command ? { long: takeoverName(state, command.longRow) } : {}),
    ...('shortRow' in command ? { short: takeoverName(state, command.shortRow) } : {}),
    ...('poolAssetRow' in command ? poolAssetJson(state, command.poolAssetRow) : {}),
    ...('instrumentRow' in command
      ? { instrument: state.instruments.names.nameOf(command.instrumentRow) }
      : {}),
    ...('poolRow' in command ? { pool: state.pools.names.nameOf(command.poolRow) } : {}),
    ...('law' in command ? { law: command.law } : {}),
  };
}
