/** What `bulkhead stress` reads: the crisis, the book, the policies and how trades move prices. */
import { statSync } from 'node:fs';
import { hashText } from '../base/index.js';
import {
  type Book,
  bookOfState,
  CRISIS_IDS,
  type Crisis,
  type CurveImpact,
  DRAWN_BOOKS,
  exampleGenerator,
  findCrisis,
  findStressPolicy,
  generateBook,
  type Reading,
  readCrisis,
  STRESS_POLICIES,
  STRESS_SETTINGS,
  type StressPolicy,
  type StressSettings,
} from '../contagion/index.js';
import {
  bookOfCcxt,
  parseJsonText,
  type StressBooks,
  type StressSource,
  stressBooksOf,
  stressLayersOf,
} from '../contract/index.js';
import { createEngine } from '../engine/index.js';
import { oneOf, type ParsedArguments, wholeNumber } from './arguments.js';
import { recordsOf } from './explain.js';
import { Refusal, UsageError } from './failures.js';
import { type Io, readText } from './io.js';
import { nearest } from './nearest.js';

export interface StressBook {
  readonly book: Book;
  readonly source: StressSource;
}

const OWNERS_MAX = 100_000;
const DEFAULT_CRISIS = '2025-10-10-own-book';

export async function readStressCrisis(parsed: ParsedArguments, io: Io): Promise<Crisis> {
  if (['scenario', 'book', 'orders', 'layers'].filter((name) => parsed.text(name) === '-').length > 1)
    throw new UsageError('standard input is one of book, scenario, orders and layers');
  const file = parsed.text('scenario');
  const id = parsed.text('crisis');
  if (file === undefined) {
    const found = findCrisis(id ?? DEFAULT_CRISIS);
    if (found === null) throw new UsageError(unknown('crisis', id as string, CRISIS_IDS));
    return found;
  }
  if (id !== undefined) throw new UsageError('either --crisis or --scenario, not both');
  const crisis = readCrisis(json(await readText(file, io), file));
  if (crisis.ok) return crisis.value;
  const { path, rule } = crisis.error;
  throw new Refusal('scenario_refused', `${file}: ${path || 'the document'} ${rule}`, { path });
}

/** A folder is a journal, which is only read. `named`: assets that an invented book has to have. */
export async function readStressBook(
  parsed: ParsedArguments,
  io: Io,
  named: ReadonlySet<string>,
): Promise<StressBook> {
  const path = parsed.text('book');
  const seed = parsed.text('generate');
  if (path === undefined && parsed.flag('leave-out')) throw new UsageError('--leave-out goes with a journal');
  if (path === undefined) return generated(parsed, { seed: seed ?? 's1', named });
  if (seed !== undefined) throw new UsageError('either --book or --generate, not both');
  if (!isFolder(path) && parsed.flag('leave-out')) throw new UsageError('--leave-out goes with a journal');
  if (parsed.text('owners') !== undefined) throw new UsageError('--owners goes with --generate');
  return isFolder(path)
    ? fromJournal(path, { leavesOut: parsed.flag('leave-out') })
    : fromCcxt(path, await readText(path, io));
}

/** The invented book has what the crisis names, so that each crisis of the library finds something to act on. */
function generated(
  parsed: ParsedArguments,
  { seed, named }: { readonly seed: string; readonly named: ReadonlySet<string> },
): StressBook {
  if (!/^[ -~]{1,64}$/.test(seed)) throw new UsageError('--generate takes 1 to 64 plain characters');
  const owners = wholeNumber(parsed, 'owners', { min: 1, max: OWNERS_MAX, fallback: 200 });
  const book = generateBook({ ...exampleGenerator(seed, named), owners });
  return { book, source: { kind: 'generated', seed, stateHash: null } };
}

function fromJournal(folder: string, reading: Reading): StressBook {
  const engine = createEngine();
  for (const record of recordsOf(folder, Number.MAX_SAFE_INTEGER)) engine.replay(record);
  const { sequence } = engine.state.clock;
  const book = bookOfState(engine.state, `${folder}, record ${sequence}`, reading);
  if (!book.ok) {
    const { id, rule } = book.error;
    const remedy = id === '' ? '' : '; --leave-out looks at the others';
    throw new Refusal('book_refused', `${folder}: ${id === '' ? 'the journal' : id}: ${rule}${remedy}`, {
      id,
    });
  }
  return {
    book: book.value,
    source: { kind: 'journal', seed: null, stateHash: hashText(engine.stateHash()) },
  };
}

function fromCcxt(file: string, text: string): StressBook {
  const name = file === '-' ? 'standard input' : file;
  const book = bookOfCcxt({ positions: text }, name);
  if (book.ok) return { book: book.value, source: { kind: 'ccxt', seed: null, stateHash: null } };
  const { path, rule } = book.error;
  throw new Refusal('book_refused', `${name}: ${path || 'the document'}: ${rule}`, { path });
}

/** Pools and accounts as they came mean something only where they came from an engine or a venue. */
export async function readStressPolicies(
  parsed: ParsedArguments,
  io: Io,
  { book, source }: StressBook,
): Promise<readonly StressPolicy[]> {
  const policies = namedPolicies(parsed, source);
  const file = parsed.text('layers');
  if (file === undefined) return policies;
  const layers = stressLayersOf(json(await readText(file, io), file), book);
  if (!layers.ok) {
    const { path, rule } = layers.error;
    throw new Refusal('layers_refused', `${file}: ${path || 'the document'}: ${rule}`, { path });
  }
  const withLayers = (policy: StressPolicy): StressPolicy => ({
    ...policy,
    id: `${policy.id}+layers`,
    title: `${policy.title}, other layers`,
    layers: layers.value,
  });
  return policies.flatMap((policy) => [policy, withLayers(policy)]);
}

/** Those that `--policies` names. */
export function namedPolicies(parsed: ParsedArguments, source: StressSource): readonly StressPolicy[] {
  const text = parsed.text('policies');
  if (text === undefined) return STRESS_POLICIES.slice(0, source.kind === 'generated' ? 3 : 4);
  const ids = text.split(',');
  const twice = ids.find((id, at) => ids.indexOf(id) < at);
  if (twice !== undefined) throw new UsageError(`--policies names ${twice} twice`);
  return ids.map((id) => {
    const policy = findStressPolicy(id);
    if (policy !== null) return policy;
    const known = STRESS_POLICIES.map((one) => one.id);
    throw new UsageError(unknown('policies', id, known));
  });
}

export async function readStressSettings(
  parsed: ParsedArguments,
  io: Io,
  book: Book,
): Promise<StressSettings> {
  const usual = STRESS_SETTINGS.impact as CurveImpact;
  const words = ['off', 'powerDepth', 'squareRoot', 'exponential', 'book'] as const;
  const kind = oneOf(parsed, 'impact', { words, fallback: usual.kind });
  const orders = parsed.text('orders');
  if (orders !== undefined && kind !== 'book') throw new UsageError('--orders goes with --impact book');
  if (kind === 'off') {
    const other = ['depth', 'permanence'].find((name) => parsed.text(name) !== undefined);
    if (other !== undefined) throw new UsageError(`--${other} says nothing where --impact is off`);
    return { ...STRESS_SETTINGS, impact: null };
  }
  const depthShareAtOnePercent = share(parsed, 'depth', {
    above: 0,
    max: 1_000,
    fallback: usual.depthShareAtOnePercent,
  });
  const permanence = share(parsed, 'permanence', { above: -1, max: 1, fallback: usual.permanence });
  const law = { depthShareAtOnePercent, permanence };
  if (kind !== 'book') return { ...STRESS_SETTINGS, impact: { kind, ...law } };
  const seed = parsed.text('generate') ?? DRAWN_BOOKS.seed;
  const books =
    orders === undefined ? DRAWN_BOOKS.books : stressBooks(orders, await readText(orders, io), book);
  return { ...STRESS_SETTINGS, impact: { ...DRAWN_BOOKS, ...law, seed, books } };
}

function stressBooks(file: string, text: string, book: Book): StressBooks {
  const books = stressBooksOf(text, book);
  if (books.ok) return books.value;
  const { path, rule } = books.error;
  throw new Refusal('orders_refused', `${file}: ${path || 'the document'}: ${rule}`, { path });
}

function share(
  parsed: ParsedArguments,
  name: string,
  range: { readonly above: number; readonly max: number; readonly fallback: number },
): number {
  const text = parsed.text(name);
  if (text === undefined) return range.fallback;
  const value = /^[0-9]{1,4}(\.[0-9]{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > range.above && value <= range.max) return value;
  const from = range.above === 0 ? 'above 0' : 'from 0';
  throw new UsageError(`--${name} takes a number ${from} to ${range.max}, not ${JSON.stringify(text)}`);
}

function isFolder(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function json(text: string, file: string): unknown {
  const parsed = parseJsonText(text);
  if (parsed.ok) return parsed.value;
  const { message, context = {} } = parsed.error;
  throw new Refusal('malformed_json', `${file}: ${[message, context['reason']].filter(Boolean).join(': ')}`);
}

function unknown(option: string, given: string, known: readonly string[]): string {
  const meant = nearest(given, known);
  const hint = meant === null ? `it is one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return `--${option} does not know ${JSON.stringify(given)}; ${hint}`;
}
