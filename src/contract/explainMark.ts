/**
 * What was done because of a wrong mark, from the journal alone (OPS-03): whom it warned, reduced and took over, who was
 * deleveraged and asked to share for it, what it answered otherwise, the funding it settled; each beside what the right
 * mark would have led to by the same predicate, and which takeovers could be reversed, at what cost.
 */
import { parseDecimal } from '../base/index.js';
import {
  createEngine,
  type Engine,
  type EngineRecord,
  listedInstrument,
  type State,
} from '../engine/index.js';
import type { RightMark, WrongSpan } from './markCounterfactual.js';
import { createMarkFacts, type MarkFacts } from './markFacts.js';
import type { MarkRows } from './markRows.js';
import { planReversals, type ReversalPlan } from './reversalCosts.js';
import { formatMark, indexTicksOf, instrumentScale, markTicksOf } from './scale.js';

/** Which marks were wrong: those that acted in records, or at times, from one to another, both included. */
export interface WrongMarks {
  readonly instrument: string;
  readonly by: 'sequence' | 'timeMs';
  readonly from: number;
  readonly to: number;
  /** Decimal text. */
  readonly rightPrice: string;
  /** Of an option: the right price of its underlying; else null. */
  readonly indexPrice: string | null;
}

export interface MarkStory extends MarkRows {
  readonly instrument: string;
  readonly pool: string;
  /** Settlement asset: of all amounts that name no other. */
  readonly asset: string;
  readonly rightPrice: string;
  /** The marks that were wrong. */
  readonly wrong: readonly { readonly sequence: number; readonly timeMs: number; readonly price: string }[];
  readonly fromSequence: number;
  readonly fromMs: number;
  /** The record whose mark took their place; null: the last of them still stands. */
  readonly endSequence: number | null;
  readonly endMs: number | null;
  /** Of takeovers of isolated accounts that the right mark would not have taken over. */
  readonly reversal: ReversalPlan;
}

export interface MarkStoryFault {
  readonly code: 'unknown_instrument' | 'no_such_mark' | 'invalid_price' | 'nothing_to_correct';
  readonly message: string;
}

export function explainMark(records: Iterable<EngineRecord>, named: WrongMarks): MarkStory | MarkStoryFault {
  const engine = createEngine();
  const { state } = engine;
  let found: Found | null = null;
  for (const record of records) {
    const acted = actedOf(state, record, named.instrument);
    const isWrong = acted !== null && named.from <= record[named.by] && record[named.by] <= named.to;
    if (found === null && isWrong) {
      const right = rightMark(state, named);
      if ('code' in right) return right;
      found = open(engine, record, { right, wrongTicks: acted });
    }
    if (found !== null && found.end === null && acted !== null) {
      if (isWrong) found.wrong.push({ ...record, markTicks: acted });
      else found.end = record;
    }
    const standing = found === null || found.end !== null ? null : found.span;
    found?.facts.before(record, standing);
    engine.replay(record);
    found?.facts.after(record, standing);
  }
  if (found !== null) return storyOf(engine, named, found);
  return state.instruments.names.rowOf(named.instrument) < 0
    ? fault(
        'unknown_instrument',
        `the journal does not know an instrument ${JSON.stringify(named.instrument)}`,
      )
    : fault('no_such_mark', `no mark of ${named.instrument} came into force ${spanText(named)}`);
}

interface Found {
  readonly right: RightMark;
  readonly span: WrongSpan;
  readonly facts: MarkFacts;
  readonly wrong: { readonly sequence: number; readonly timeMs: number; readonly markTicks: bigint }[];
  end: EngineRecord | null;
}

function open(
  engine: Engine,
  { sequence, timeMs }: EngineRecord,
  { right, wrongTicks }: { readonly right: RightMark; readonly wrongTicks: bigint },
): Found {
  const span = { sequence, fromMs: timeMs, toMs: null, wrongTicks };
  return { right, span, facts: createMarkFacts(engine, right), wrong: [], end: null };
}

/** The mark of the instrument that the record brings into force; null where it brings none. */
function actedOf(state: State, { outcome }: EngineRecord, instrument: string): bigint | null {
  const instrumentRow = state.instruments.names.rowOf(instrument);
  if (outcome.kind === 'rejected' || instrumentRow < 0) return null;
  for (const event of outcome.events) {
    if (event.kind !== 'marked') continue;
    const mark = event.marks.find((each) => each.instrumentRow === instrumentRow);
    if (mark?.verdict === 'accepted' || mark?.verdict === 'confirmed') return mark.markTicks;
  }
  return null;
}

function rightMark(
  state: State,
  { instrument, rightPrice, indexPrice }: WrongMarks,
): RightMark | MarkStoryFault {
  const instrumentRow = state.instruments.names.rowOf(instrument);
  const listed = listedInstrument(state, instrumentRow);
  const markTicks = ticksOf(rightPrice, (price) => markTicksOf(price, listed));
  if (markTicks === null || markTicks > listed.terms.markTicksMax)
    return fault(
      'invalid_price',
      `${JSON.stringify(rightPrice)} is no mark of ${instrument}: above 0, on its grid`,
    );
  const needsIndex = listed.option !== null;
  if (needsIndex !== (indexPrice !== null))
    return fault('invalid_price', `the price of the underlying is needed of an option, and only of one`);
  if (indexPrice === null) return { instrumentRow, markTicks, indexTicks: 0n };
  const indexTicks = ticksOf(indexPrice, (price) => indexTicksOf(price, listed));
  return indexTicks === null
    ? fault('invalid_price', `${JSON.stringify(indexPrice)} is no price of the underlying of ${instrument}`)
    : { instrumentRow, markTicks, indexTicks };
}

function ticksOf(
  text: string,
  onGrid: (price: Parameters<typeof markTicksOf>[0]) => bigint | null,
): bigint | null {
  const price = parseDecimal(text);
  const ticks = price.ok ? onGrid(price.value) : null;
  return ticks !== null && ticks > 0n ? ticks : null;
}

function storyOf(engine: Engine, named: WrongMarks, found: Found): MarkStory | MarkStoryFault {
  const { state } = engine;
  const { right, span, facts, wrong, end } = found;
  const { instrumentRow, markTicks } = right;
  if (wrong.every((mark) => mark.markTicks === markTicks))
    return fault(
      'nothing_to_correct',
      `the mark of ${named.instrument} was ${named.rightPrice} as it should have been`,
    );
  const listed = listedInstrument(state, instrumentRow);
  const isReversible = ({ quantity, atRight }: MarkRows['takeovers'][number]) =>
    quantity !== null && !atRight.liquidatable;
  return {
    instrument: named.instrument,
    pool: state.pools.names.nameOf(state.instruments.pool.get(instrumentRow)),
    asset: instrumentScale(state, instrumentRow).asset,
    rightPrice: formatMark(markTicks, listed),
    wrong: wrong.map((mark) => ({
      sequence: mark.sequence,
      timeMs: mark.timeMs,
      price: formatMark(mark.markTicks, listed),
    })),
    fromSequence: span.sequence,
    fromMs: span.fromMs,
    endSequence: end?.sequence ?? null,
    endMs: end?.timeMs ?? null,
    ...facts.rows,
    reversal: planReversals(
      engine,
      facts.rows.takeovers.filter(isReversible).flatMap(({ takeovers }) => takeovers),
      {
        right,
        span: {
          ...span,
          toMs: end?.timeMs ?? null,
          wrongTicks: (wrong.at(-1) as Found['wrong'][number]).markTicks,
        },
      },
    ),
  };
}

function spanText({ by, from, to }: WrongMarks): string {
  if (by === 'timeMs') return `from ${from} to ${to} ms`;
  return from === to ? `in record ${from}` : `from record ${from} to ${to}`;
}

function fault(code: MarkStoryFault['code'], message: string): MarkStoryFault {
  return { code, message };
}
