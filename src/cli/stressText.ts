/** The report of a stress run for people: what isolation saved and cost in one table, then by pool, channel and round. */
import type { StressDocument, StressPolicyReport } from '../contract/index.js';
import { leftOutLines } from './leftOutText.js';
import { grouped, pairs, table } from './table.js';

export function stressText(document: StressDocument): string {
  return [
    headText(document),
    bothWays(document),
    byChannel(document),
    ...document.policies.flatMap((policy) => [byPool(policy), byRound(policy)]),
    hashes(document),
  ].join('\n');
}

function headText({ crisis, book, impact }: StressDocument): string {
  const { source, seed, stateHash, owners, accounts, instruments, valuationAsset, unplayed } = book;
  return pairs([
    ['crisis', `${crisis.id}: ${crisis.title}`],
    ...(crisis.unplayed.length === 0 ? [] : [['not played', crisis.unplayed.join(', ')] as const]),
    ['book', `${book.name} (${source}${seed === null ? '' : `, seed ${seed}`})`],
    ...(stateHash === null ? [] : [['state of the book', stateHash] as const]),
    ['holds', `${owners} owners, ${accounts} accounts, ${instruments} instruments`],
    ...leftOutLines(book.leftOut),
    ...(unplayed.length === 0 ? [] : [['not in the book', unplayed.join(', ')] as const]),
    [
      'impact',
      impact.kind === 'off'
        ? 'off'
        : `${impact.kind}${impact.books.length === 0 ? '' : ` given of ${impact.books.join(', ')}`}, ${percent(String(impact.depthShareAtOnePercent))} of open interest within 1%, ${percent(String(impact.permanence))} stays`,
    ],
    ['amounts in', `${valuationAsset}, rounded to whole units`],
  ]);
}

/** Each line a figure, each column a policy: both what isolation saves and what it costs. */
function bothWays({ policies }: StressDocument): string {
  const line = (title: string, of: (policy: StressPolicyReport) => string) => [title, ...policies.map(of)];
  const rows = [
    line('deficit', ({ deficit }) => whole(deficit)),
    line('  clawback', ({ layers }) => whole(layers.clawback)),
    line('  insurance fund', ({ layers }) => whole(layers.insuranceFund)),
    line('  venue capital', ({ layers }) => whole(layers.venueCapital)),
    line('  lenders', ({ layers }) => whole(layers.lenders)),
    line('  deleveraging', ({ layers }) => whole(layers.deleveraging)),
    line('  loss sharing', ({ layers }) => whole(layers.lossSharing)),
    line('  open', ({ layers }) => whole(layers.open)),
    line('accounts liquidated', ({ liquidatedAccounts }) => grouped(String(liquidatedAccounts))),
    line('  taken over', ({ takenOverAccounts }) => grouped(String(takenOverAccounts))),
    line('contagion accounts', ({ contagionAccounts }) => grouped(String(contagionAccounts))),
    line('contagion loss', ({ contagionLoss }) => whole(contagionLoss)),
    line('lots deleveraged', ({ deleveragedLots }) => grouped(deleveragedLots)),
    line('  needed', ({ neededLots }) => grouped(neededLots)),
    line('margin locked', ({ locked }) => whole(locked)),
    line('worst dislocation', ({ worstDislocation, worstDislocated }) =>
      worstDislocated === null ? '0%' : `${percent(worstDislocation)} ${worstDislocated}`,
    ),
    line('rounds', ({ roundCount }) => grouped(String(roundCount))),
    line('amplification', ({ amplification }) =>
      amplification === null ? 'none' : `${Number(amplification).toFixed(2)}x`,
    ),
  ];
  return table([{ title: '' }, ...policies.map(({ id }) => ({ title: id, align: 'right' as const }))], rows);
}

function byChannel({ policies }: StressDocument): string {
  return table(
    [
      { title: 'channel adds' },
      { title: 'policy' },
      { title: 'deficit', align: 'right' },
      { title: 'paid by others', align: 'right' },
      { title: 'owners liquidated', align: 'right' },
    ],
    policies.flatMap(({ id, channels }) =>
      channels.map(({ channel, isOpen, deficit, paidByOthers, ownersLiquidated }) => [
        CHANNEL_NAMES[channel] ?? channel,
        id,
        ...(isOpen
          ? [whole(deficit), whole(paidByOthers), String(ownersLiquidated)]
          : ['closed', 'closed', 'closed']),
      ]),
    ),
  );
}

const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  priceImpact: 'price impact',
  sharedCollateral: 'shared collateral',
  sharedFund: 'shared fund',
};

function byPool({ id, pools }: StressPolicyReport): string {
  if (pools.length === 0) return `${id}: no pool has a loss\n`;
  return table(
    [
      { title: `${id}: pool` },
      { title: 'asset' },
      ...[
        'deficit',
        'clawback',
        'fund',
        'venue',
        'lenders',
        'deleveraging',
        'sharing',
        'open',
        'lots deleveraged',
      ].map(right),
    ],
    pools.map(({ pool, asset, deficit, layers, deleveragedLots }) => [
      pool,
      asset,
      whole(deficit),
      whole(layers.clawback),
      whole(layers.insuranceFund),
      whole(layers.venueCapital),
      whole(layers.lenders),
      whole(layers.deleveraging),
      whole(layers.lossSharing),
      whole(layers.open),
      grouped(deleveragedLots),
    ]),
  );
}

/** Rounds in which a liquidation began or the deficit grew; `--csv` has all of them. */
function byRound({ id, rounds }: StressPolicyReport): string {
  const busy = rounds.filter(
    ({ liquidationsBegun, takeovers, deficit }, at) =>
      liquidationsBegun + takeovers > 0 || deficit !== (rounds[at - 1]?.deficit ?? '0'),
  );
  if (busy.length === 0) return `${id}: nothing happened in ${rounds.length} rounds\n`;
  return table(
    [
      { title: `${id}: minute` },
      ...[
        'round',
        'liquidations',
        'takeovers',
        'fills',
        'dislocation',
        'deficit so far',
        'by fund',
        'by gains',
      ].map(right),
    ],
    busy.map((round) => [
      String(round.minute),
      String(round.round),
      String(round.liquidationsBegun),
      String(round.takeovers),
      String(round.ordersFilled),
      percent(round.dislocation),
      whole(round.deficit),
      whole(round.paidByFund),
      whole(round.paidByGains),
    ]),
  );
}

function hashes({ policies }: StressDocument): string {
  return table(
    [{ title: 'state hash' }, { title: 'at the start' }, { title: 'at the end' }],
    policies.map(({ id, startHash, endHash }) => [id, startHash, endHash]),
  );
}

function right(title: string) {
  return { title, align: 'right' as const };
}

/** For reading only: the nearest whole unit, half away from zero; --json has all digits. */
function whole(decimal: string): string {
  const isNegative = decimal.startsWith('-');
  const [units = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const nearest = BigInt(units) + (fraction >= '5' ? 1n : 0n);
  const text = grouped(String(nearest));
  return isNegative && nearest > 0n ? `-${text}` : text;
}

function percent(fraction: string): string {
  return `${(Number(fraction) * 100).toFixed(2).replace(/\.?0+$/, '')}%`;
}
