/** An isolation plan as tables for people. */
import type { PlanAnswer } from '../contract/index.js';
import { type Column, pairs, table } from './table.js';

export function planText(answer: PlanAnswer): string {
  const parts = [
    pairs(headOf(answer)),
    table(
      ACCOUNT_COLUMNS,
      answer.accounts.map((account) => accountRow(account, answer)),
    ),
    `${table(FIGURE_COLUMNS, figureRows(answer))}uncovered, innocent: mean of a period out of sample\n`,
    transfersText(answer),
    notesText(answer),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function headOf({ accounts, periods, rank, rules, shrinkage }: PlanAnswer): (readonly [string, string])[] {
  const legs = accounts.reduce((sum, account) => sum + account.legs.length, 0);
  const { chosen, judged, judgedFrom } = periods;
  return [
    ['plan', `${counted(legs, 'leg')} in ${counted(accounts.length, 'account')}`],
    ['chosen on', `${counted(chosen, 'period')}, shortfall at ${rules.confidence}`],
    ['judged on', `${counted(judged, 'period')} from ${judgedFrom}, which no choice has seen`],
    [
      'rank there',
      rank === null ? 'not among so many' : `${rank.place} of ${rank.of} partitions, the best 1`,
    ],
    ['offset', `${Number((100 * shrinkage).toFixed(1))}% of it distrusted in the choice`],
  ];
}

const right = (title: string): Column => ({ title, align: 'right' });
const ACCOUNT_COLUMNS: readonly Column[] = [
  { title: 'account' },
  { title: 'legs' },
  right('margin'),
  { title: 'why' },
];

function accountRow(
  { id, isNew, legs, margin, reason }: PlanAnswer['accounts'][number],
  { transfers }: PlanAnswer,
): string[] {
  return [
    isNew && transfers !== null ? `${id} (to open)` : id,
    legs.join(', '),
    shown(margin),
    reasonText(reason),
  ];
}

const REASONS: Readonly<Record<PlanAnswer['accounts'][number]['reason']['code'], string>> = {
  less_capital: 'less capital',
  less_uncovered_loss: 'less uncovered loss',
  fewer_accounts: 'fewer accounts',
  no_gain: 'no gain with any other',
  unstable: 'unstable',
  chosen_apart: 'the whole costs less apart',
  thin_evidence: 'thin evidence',
  only_leg: 'the only leg',
};

function reasonText({
  code,
  gain,
  gainByStretch,
  resampleShare,
  nearest,
}: PlanAnswer['accounts'][number]['reason']) {
  const what = REASONS[code];
  if (gain !== null && gainByStretch !== null) {
    const least = gainByStretch.reduce((low, one) => Math.min(low, one), Number.POSITIVE_INFINITY);
    return `${what}: gains ${shown(gain.total)} in sample, at least ${shown(least)} in each stretch, in ${Math.round(100 * (resampleShare ?? 0))}% of resamples`;
  }
  if (nearest === null) return what;
  const whole = nearest.gain < 0 ? `loses ${shown(-nearest.gain)}` : `gains ${shown(nearest.gain)}`;
  return `${what}: with ${nearest.leg} ${whole}${code === 'unstable' ? ' in sample, but not everywhere' : ''}`;
}

const FIGURE_COLUMNS: readonly Column[] = [
  { title: '' },
  right('margin'),
  right('uncovered'),
  right('innocent'),
  right('J in sample'),
  right('J out of sample'),
];

/** Uncovered loss and innocent collateral are those out of sample. */
function figureRows({ inSample, outOfSample }: PlanAnswer): string[][] {
  return (['plan', 'isolated', 'cross'] as const).map((name) => {
    const { margin, uncovered, innocent, objective } = outOfSample[name];
    return [name, ...[margin, uncovered, innocent, inSample[name].objective, objective].map(shown)];
  });
}

function transfersText({ transfers }: PlanAnswer): string {
  if (transfers === null) return '';
  const { legs, collateral, released } = transfers;
  const rows = [
    ...legs.map(({ leg, from, to }) => [leg, from, to]),
    ...collateral.map(({ from, to, amount }) => [shown(amount), from ?? 'outside', to]),
  ];
  const moves =
    rows.length === 0
      ? 'nothing has to move\n'
      : table([{ title: 'move' }, { title: 'from' }, { title: 'to' }], rows);
  return `${moves}left over: ${shown(released)}\n`;
}

const WARNINGS: Readonly<Record<PlanAnswer['warnings'][number], string>> = {
  thinEvidence: 'the evidence is thin: too few periods in the tail to tell, so that all legs stay isolated',
  noGroupHeld: 'no group of legs gained everywhere: all stay isolated',
  worseThanIsolated: 'out of sample the plan cost more than isolated accounts: do not act on it',
  worseThanCross: 'out of sample the plan cost more than one account for all',
  notRanked: 'more than 9 legs have too many partitions to rank the plan among',
  fewTailPeriods: 'fewer than ten judged periods lie in the tail: the figures out of sample are rough',
};

function notesText({ warnings, caution }: PlanAnswer): string {
  return [...warnings.map((code) => WARNINGS[code]), caution].map((text) => `note: ${text}\n`).join('');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Six digits, without an exponent where it can be avoided. */
function shown(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text === '-0' ? '0' : text;
}
