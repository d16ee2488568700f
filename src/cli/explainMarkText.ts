/** What a wrong mark did, as tables for people. What did not happen has no table. */
import type { MarkStory } from '../contract/index.js';
import { type Column, grouped, pairs, table } from './table.js';

export function markStoryText(story: MarkStory): string {
  const { wrong } = story;
  const head = pairs([
    ['instrument', story.instrument],
    ['pool', story.pool],
    ['amounts in', story.asset],
    ['right mark', story.rightPrice],
    ['wrong marks', wrong.map(({ sequence, price }) => `${price} (record ${sequence})`).join(', ')],
    ['stood from', instant(story.fromMs)],
    [
      'until',
      story.endMs === null ? 'it still stands' : `${instant(story.endMs)}, record ${story.endSequence}`,
    ],
  ]);
  const parts = [
    notices(story),
    section('Wallets topped accounts up', story.topUps, [
      ['record', 'right', ({ sequence }) => String(sequence)],
      ['account', 'left', ({ account }) => account],
      ['amount', 'right', ({ amount }) => grouped(amount)],
    ]),
    reductions(story),
    takeovers(story),
    deleveraged(story),
    section('Paid for takeovers', story.paid, [
      ['record', 'right', ({ sequence }) => String(sequence)],
      ['takeover', 'left', ({ takeover }) => takeover],
      ['by', 'left', ({ by, account }) => account ?? by],
      ['amount', 'right', ({ amount }) => grouped(amount)],
    ]),
    section('Commands the right mark would have answered otherwise', story.answers, [
      ['record', 'right', ({ sequence }) => String(sequence)],
      ['command', 'left', ({ command }) => command],
      ['account', 'left', ({ account }) => account ?? ''],
      ['answer', 'left', ({ answer }) => answer],
      ['at the right mark', 'left', ({ answerAtRight }) => answerAtRight],
    ]),
    section('Funding', story.funding, [
      ['record', 'right', ({ sequence }) => String(sequence)],
      ['account', 'left', ({ account }) => account],
      ['position', 'right', ({ quantity }) => quantity],
      ['paid', 'right', ({ paid }) => grouped(paid)],
      ['at the right mark', 'right', ({ paidAtRight }) => grouped(paidAtRight)],
    ]),
    reversals(story),
  ].filter((part) => part !== '');
  if (parts.length === 0) parts.push('Nothing was done because of it.\n');
  return [head, ...parts].join('\n');
}

function notices({ notices }: MarkStory): string {
  return section('Warned and called', notices, [
    ['record', 'right', ({ sequence }) => String(sequence)],
    ['account', 'left', ({ account }) => account],
    ['told', 'left', ({ level }) => level],
    ['equity', 'right', ({ atWrong, asset }) => `${grouped(atWrong.equity)} ${asset}`],
    [
      'at the right mark',
      'right',
      ({ atRight, levelAtRight }) => `${grouped(atRight.equity)}, ${levelAtRight}`,
    ],
  ]);
}

function reductions({ reductions }: MarkStory): string {
  return section('Orders to reduce accounts', reductions, [
    ['record', 'right', ({ sequence }) => String(sequence)],
    ['account', 'left', ({ account }) => account],
    ['order', 'left', ({ order }) => order],
    ['quantity', 'right', ({ quantity }) => quantity],
    [
      'filled',
      'left',
      ({ fills }) =>
        fills.map((fill) => `${fill.quantity} at ${fill.price} (record ${fill.sequence})`).join(', '),
    ],
    ['at the right mark', 'left', ({ atRight }) => verdict(atRight.liquidatable)],
  ]);
}

function takeovers({ takeovers }: MarkStory): string {
  return section('Taken over', takeovers, [
    ['record', 'right', ({ sequence }) => String(sequence)],
    ['account', 'left', ({ account }) => account],
    ['takeovers', 'left', ({ takeovers }) => takeovers.join(', ')],
    ['position', 'right', ({ quantity, marginMode }) => quantity ?? marginMode],
    ['equity', 'right', ({ atWrong, asset }) => `${grouped(atWrong.equity)} ${asset}`],
    [
      'at the right mark',
      'right',
      ({ atRight }) => `${grouped(atRight.equity)} of ${grouped(atRight.maintenanceMargin)}`,
    ],
    ['', 'left', ({ atRight }) => verdict(atRight.liquidatable)],
  ]);
}

function deleveraged({ deleveraged }: MarkStory): string {
  return section('Deleveraged', deleveraged, [
    ['record', 'right', ({ sequence }) => String(sequence)],
    ['takeover', 'left', ({ takeover }) => takeover],
    ['account', 'left', ({ account }) => account],
    ['quantity', 'right', ({ quantity }) => quantity],
    ['forgone', 'right', ({ forgone }) => grouped(forgone)],
  ]);
}

function reversals({ reversal }: MarkStory): string {
  const listed = section('Reversals', reversal.reversals, [
    ['takeover', 'left', ({ takeover }) => takeover],
    ['', 'left', ({ status }) => status],
    ['position back', 'right', ({ quantityBack }) => quantityBack ?? ''],
    ['cost', 'right', ({ cost }) => (cost === null ? '' : grouped(cost))],
    ['of the fund', 'right', ({ ofFund }) => (ofFund === null ? '' : grouped(ofFund))],
    ['of the venue', 'right', ({ ofVenue }) => (ofVenue === null ? '' : grouped(ofVenue))],
  ]);
  if (listed === '') return '';
  const by =
    reversal.correctedBy === null
      ? 'Propose the correction of the mark first: they refer to it'
      : `They refer to the correction ${reversal.correctedBy}`;
  const refusals = reversal.reversals.map(({ takeover, refusal }) =>
    refusal === null ? '' : `  ${takeover} is refused: ${refusal.detail}\n`,
  );
  return `${listed}${refusals.join('')}  All together: ${grouped(reversal.cost)}. ${by}.\n`;
}

type Cell<T> = readonly [string, 'left' | 'right', (row: T) => string];

function section<T>(title: string, rows: readonly T[], cells: readonly Cell<T>[]): string {
  if (rows.length === 0) return '';
  const columns: readonly Column[] = cells.map(([name, align]) => ({ title: name, align }));
  return `${title}\n${table(
    columns,
    rows.map((row) => cells.map(([, , text]) => text(row))),
  )}`;
}

function verdict(isLiquidatable: boolean): string {
  return isLiquidatable ? 'liquidatable too' : 'not liquidatable';
}

function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
