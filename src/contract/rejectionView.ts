/** A refusal of the engine as problem JSON: its context in human units, with the names of the wire. */
import type { Command, ContextValue, Rejection, State } from '../engine/index.js';
import type { Json, JsonObject } from './json.js';
import { amountJson, type Problem, problem } from './problem.js';
import {
  assetScale,
  formatMark,
  formatPpm,
  formatPrice,
  formatQuantity,
  instrumentScale,
  type Scale,
} from './scale.js';
import type { WireSchema } from './wireField.js';
import { WireInstrument } from './wireInstrument.js';

export function rejectionProblem(state: State, command: Command, rejection: Rejection): Problem {
  return problem(rejection.code, { context: contextJson(state, command, rejection) });
}

function contextJson(state: State, command: Command, { code, context }: Rejection): JsonObject {
  if (code === 'invalid_definition') return definitionContext(context);
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
    if (name === 'markTicks' || name === 'indexTicks') {
      return { [`${stem(name, 'Ticks')}Price`]: formatMark(value, instrument) };
    }
    if (name.endsWith('Ticks')) return { [stem(name, 'Ticks')]: formatPrice(value, instrument) };
    if (name === 'lots' || name === 'held')
      return { [name === 'lots' ? 'quantity' : name]: formatQuantity(value, instrument) };
    if (name === 'largestLots') return { largest: formatQuantity(value, instrument) };
  }
  if (scale !== null && AMOUNTS.has(name)) return { [name]: amountJson(value, scale) };
  return { [name]: value.toString() };
}

/** Amounts that carry no asset of their own are in the settlement asset. */
const AMOUNTS: ReadonlySet<string> = new Set(['value', 'notional', 'largest']);

function stem(name: string, unit: string): string {
  return name.slice(0, -unit.length);
}

/** The instrument that the command, or else the refusal, is about. */
function commandScale(
  state: State,
  command: Command,
  context: Readonly<Record<string, ContextValue>>,
): Scale | null {
  const fields = command as unknown as Readonly<Record<string, unknown>>;
  for (const name of [fields['instrument'], context['instrument']]) {
    const row = typeof name === 'string' ? state.instruments.names.rowOf(name) : -1;
    if (row >= 0) return instrumentScale(state, row);
  }
  const account = fields['account'];
  const row = typeof account === 'string' ? state.accounts.names.rowOf(account) : -1;
  return row < 0 ? null : instrumentScale(state, state.accounts.instrument.get(row));
}

/** Core name of each field of a definition, and whether it counts parts per million. */
const DEFINITION_FIELDS = new Map(
  Object.entries((WireInstrument as WireSchema).properties ?? {}).map(([name, field]) => {
    return [field.core ?? name, { name, isPpm: field.unit === 'rate' }] as const;
  }),
);

/** The rule of listing in the words and units of the wire. */
function definitionContext(context: Readonly<Record<string, ContextValue>>): JsonObject {
  const field = String(context['field']);
  const rule = String(context['rule']);
  const place = /^([A-Za-z]+)(\[.*)?$/.exec(field);
  const known = DEFINITION_FIELDS.get(place?.[1] ?? field);
  if (known === undefined) return { field, rule };
  const range = known.isPpm ? /^must be from (-?[0-9]+) to (-?[0-9]+)$/.exec(rule) : null;
  const [from, to] =
    range === null ? [] : [range[1], range[2]].map((end) => formatPpm(BigInt(end as string)));
  return {
    field: `${known.name}${place?.[2] ?? ''}`,
    rule: range === null ? rule : `must be from ${from} to ${to}`,
  };
}
