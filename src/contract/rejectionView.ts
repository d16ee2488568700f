/** A refusal of the engine as problem JSON: its context in human units, with the names of the wire. */
import type { Names } from '../base/names.js';
import type { Command, ContextValue, Rejection, State } from '../engine/index.js';
import { isExternal } from './commandView.js';
import type { Json, JsonObject } from './json.js';
import { amountJson, type Problem, problem } from './problem.js';
import {
  assetScale,
  formatAssetPrice,
  formatIndex,
  formatMark,
  formatPpm,
  formatPrice,
  formatQuantity,
  instrumentScale,
  type Scale,
  unnamedScale,
} from './scale.js';
import { objectOf, type WireSchema } from './wireField.js';
import { findScale } from './wireScale.js';
import { wireSchema } from './wireSchema.js';

export function rejectionProblem(state: State, command: Command, rejection: Rejection): Problem {
  return problem(rejection.code, { context: contextJson(state, command, rejection) });
}

function contextJson(state: State, command: Command, { code, context }: Rejection): JsonObject {
  if (code === 'invalid_definition') return definitionContext(command, context);
  const scale = commandScale(state, command, context);
  const json: Record<string, Json> = {};
  for (const [name, value] of Object.entries(context)) {
    if (typeof value === 'object') json[name] = amountJson(value.minor, assetScale(state, value.assetRow));
    else if (typeof value === 'bigint') Object.assign(json, wholeJson(name, value, scale));
    else json[name] = value;
  }
  return json;
}

/** Whole numbers say their unit by the end of their name. */
function wholeJson(name: string, value: bigint, scale: Scale | null): JsonObject {
  const instrument = scale?.instrument ?? null;
  if (name.endsWith('Ppm')) return { [stem(name, 'Ppm')]: formatPpm(value) };
  if (instrument !== null) {
    if (name === 'markTicks') return { markPrice: formatMark(value, instrument) };
    if (name === 'indexTicks') return { indexPrice: formatIndex(value, instrument) };
    if (name.endsWith('Ticks')) return { [stem(name, 'Ticks')]: formatPrice(value, instrument) };
    if (name === 'lots' || name === 'held')
      return { [name === 'lots' ? 'quantity' : name]: formatQuantity(value, instrument) };
    if (name.endsWith('Lots')) return { [stem(name, 'Lots')]: formatQuantity(value, instrument) };
  }
  if (scale !== null && name === 'price') return { price: formatAssetPrice(value, scale) };
  if (scale !== null && AMOUNTS.has(name)) return { [name]: amountJson(value, scale) };
  return { [name]: value.toString() };
}

/** Amounts that carry no asset of their own are in the settlement asset. */
const AMOUNTS: ReadonlySet<string> = new Set(['value', 'notional', 'largest']);

function stem(name: string, unit: string): string {
  return name.slice(0, -unit.length);
}

/** The instrument that the command, or else the refusal, is about; else the assets it names. */
function commandScale(
  state: State,
  command: Command,
  context: Readonly<Record<string, ContextValue>>,
): Scale | null {
  const fields = command as unknown as Readonly<Record<string, unknown>>;
  for (const name of [fields['instrument'], context['instrument']]) {
    const row = rowOf(state.instruments.names, name);
    if (row >= 0) return instrumentScale(state, row);
  }
  if (command.kind === 'mark') {
    const priced = command.assetPrices.find(({ asset }) => asset === context['asset']);
    const found = priced === undefined ? null : findScale(state, 'poolAsset', { ...priced });
    return found?.ok === true ? found.value : null;
  }
  const orderRow = rowOf(state.orders.names, fields['order']);
  if (orderRow >= 0) return instrumentScale(state, state.orders.instrument.get(orderRow));
  const accountRow = rowOf(state.accounts.names, fields['account']);
  return accountRow < 0 ? null : unnamedScale(state, accountRow);
}

function rowOf(names: Names, name: unknown): number {
  return typeof name === 'string' ? names.rowOf(name) : -1;
}

/** A field of the core by its name on the wire, and whether it counts parts per million. */
interface WireName {
  readonly name: string;
  readonly isPpm: boolean;
}

/** The fields of a command, and of the objects in it, by the name of the core. */
function wireNames(schema: WireSchema): ReadonlyMap<string, WireName> {
  const names = new Map<string, WireName>();
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    names.set(field.core ?? name, { name, isPpm: field.unit === 'rate' });
    const inner = objectOf(field);
    for (const [core, of] of inner === null ? [] : wireNames(inner))
      names.set(`${field.core ?? name}.${core}`, { ...of, name: `${name}.${of.name}` });
  }
  return names;
}

/** The rule of listing in the words and units of the wire. */
function definitionContext(command: Command, context: Readonly<Record<string, ContextValue>>): JsonObject {
  const field = String(context['field']);
  const rule = String(context['rule']);
  const place = /^([A-Za-z.]+)(\[.*)?$/.exec(field);
  const names = isExternal(command) ? wireNames(wireSchema(command.kind)) : new Map<string, WireName>();
  const known = names.get(place?.[1] ?? field) ?? names.get(`definition.${place?.[1] ?? field}`);
  if (known === undefined) return { field, rule };
  const range = known.isPpm ? /^must be from (-?[0-9]+) to (-?[0-9]+)$/.exec(rule) : null;
  const [from, to] =
    range === null ? [] : [range[1], range[2]].map((end) => formatPpm(BigInt(end as string)));
  return {
    field: `${known.name}${place?.[2] ?? ''}`,
    rule: range === null ? rule : `must be from ${from} to ${to}`,
  };
}
