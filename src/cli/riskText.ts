/** Answers on the risk of positions as tables for people. */
import type { RiskAnswer } from '../contract/riskAnswerSchema.js';
import { type Column, pairs, table } from './table.js';

export function riskText(answer: RiskAnswer): string {
  const parts = [pairs(headOf(answer)), positionsText(answer), tailText(answer), notesText(answer)];
  return parts.filter((part) => part !== '').join('\n');
}

function headOf(answer: RiskAnswer): (readonly [string, string])[] {
  const { method, confidence, side, sampleSize, tailCount, standardErrors, bootstrap, degrees } = answer;
  const withError = (of: 'valueAtRisk' | 'expectedShortfall') => {
    const error = standardErrors === null ? '' : `, standard error ${shown(standardErrors[of])}`;
    const range = bootstrap?.[`${of}Range`];
    const drawn = range === undefined ? '' : `, 90% of draws ${shown(range[0])} to ${shown(range[1])}`;
    return `${shown(answer[of])}${error}${drawn}`;
  };
  return [
    ['method', degrees === null ? method : `${method}, ${shown(degrees)} degrees of freedom`],
    ['confidence', `${confidence}, ${side} side, ${horizonText(answer)}`],
    [
      'sample',
      tailCount === null ? `${sampleSize} periods` : `${sampleSize} scenarios, ${tailCount} in the tail`,
    ],
    ['value at risk', withError('valueAtRisk')],
    ['expected shortfall', withError('expectedShortfall')],
  ];
}

function horizonText({ horizon: { periods, by, exponent } }: RiskAnswer): string {
  if (by === 'none') return 'one period';
  return by === 'scaled'
    ? `${periods} periods, by their power of ${exponent}`
    : `${periods} periods, overlapping`;
}

function positionsText({ contributions, positions, expectedShortfall }: RiskAnswer): string {
  if (contributions === null) return '';
  const rows = contributions.map(({ id, shortfall }, at) => {
    const position = positions?.[at];
    const share = expectedShortfall === 0 ? '' : `${((100 * shortfall) / expectedShortfall).toFixed(1)}%`;
    const own =
      position === undefined ? [] : [position.aloneShortfall, position.incrementalShortfall].map(shown);
    return [id, shown(shortfall), share, ...own];
  });
  return table(positions === null ? POSITION_COLUMNS.slice(0, 3) : POSITION_COLUMNS, rows);
}

const right = (title: string): Column => ({ title, align: 'right' });
const POSITION_COLUMNS: readonly Column[] = [
  { title: 'position' },
  right('adds to shortfall'),
  right('share'),
  right('shortfall alone'),
  right('saved without it'),
];

const TAIL_SHOWN = 10;

function tailText({ tail }: RiskAnswer): string {
  if (tail.length === 0) return '';
  const rows = tail
    .slice(0, TAIL_SHOWN)
    .map(({ period, loss, weight }) => [period, shown(loss), weight.toFixed(4)]);
  const more = tail.length > TAIL_SHOWN ? `and ${tail.length - TAIL_SHOWN} more; --json lists all\n` : '';
  return table([{ title: 'tail' }, right('loss'), right('weight')], rows) + more;
}

const NOTES: Readonly<Record<RiskAnswer['notes'][number], string>> = {
  tailUnderOne: 'less than one scenario lies in the tail: the figures are the worst loss',
  paretoTail: 'the figures are a Pareto fit beyond the scenarios; contributions are scaled to it',
  overlapping: 'scenarios share periods: standard errors are too small',
  scaled: 'the horizon is a power law, not an estimate',
  notConverged: 'the fit ran out of steps',
};

function notesText({ notes }: RiskAnswer): string {
  return notes.map((note) => `note: ${NOTES[note]}\n`).join('');
}

/** Six digits, without an exponent where it can be avoided. */
function shown(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text === '-0' ? '0' : text;
}
