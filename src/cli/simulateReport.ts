/** The result of a simulation for people: a headline, then tables. Amounts are rounded; `--json` has them exact. */
import { divFloor, parseDecimal } from '../base/index.js';
import type { SimulationReport } from '../simulation/index.js';
import { grouped, pairs, table } from './table.js';

export interface ShownRun {
  readonly report: SimulationReport;
  /** Largest liquidations listed. */
  readonly liquidationsMax: number;
  readonly durability: Durability;
}

export interface Durability {
  readonly seconds: number;
  /** Records of the journal. */
  readonly records: number;
  /** Where the journal is, or null when its folder is gone. */
  readonly folder: string | null;
}

export function simulationText(run: ShownRun): string {
  const { report } = run;
  return [
    headline(report),
    section('What was played', played(run)),
    section('Instruments', instruments(report)),
    section(liquidationsTitle(run), liquidations(run)),
    section('Who paid for the losses', payers(report)),
    section('Deficits by cause', deficits(report)),
    section('Insurance funds', funds(report)),
    section(exhaustionsTitle(report), exhaustions(report)),
    section('Refused commands', refusals(report)),
    section('Trial balance', trialBalance(report)),
    section('Proof', proof(run)),
    report.faults.length === 0 ? '' : `\nFAILED\n${report.faults.map((fault) => `- ${fault}\n`).join('')}`,
  ].join('');
}

/** A few sentences that stand for themselves. */
function headline(report: SimulationReport): string {
  const count = (value: number, one: string, many: string) =>
    `${grouped(String(value))} ${value === 1 ? one : many}`;
  const liquidated = new Set(report.liquidations.map(({ account }) => account)).size;
  const isZero = report.trialBalance.every(({ total }) => total === '0');
  const untouched = report.neighbours.changed.length === 0;
  return [
    `${report.name}\n\n`,
    `${count(report.liquidations.length, 'liquidation', 'liquidations')} in ${count(liquidated, 'margin account', 'margin accounts')} of ${grouped(String(report.accountsOpened))}; `,
    `${count(report.exhaustions.length, 'moment', 'moments')} at which a fund was exhausted and winners or gains paid.\n`,
    worstMoment(report),
    untouched
      ? `No liquidation touched another wallet or account of its client (${grouped(String(report.neighbours.compared))} compared).\n`
      : `A LIQUIDATION TOUCHED A NEIGHBOUR: see below.\n`,
    isZero ? 'The trial balance is zero.\n' : 'THE TRIAL BALANCE IS NOT ZERO: see below.\n',
  ].join('');
}

/** The exhaustion that cost others most, in a sentence. */
function worstMoment({ exhaustions: rows }: SimulationReport): string {
  const worst = [...rows].sort((a, b) => compareDecimals(costOf(b), costOf(a)))[0];
  const gap = worst?.gaps[0];
  if (worst === undefined || gap === undefined) return '';
  return `The costliest: ${timeText(worst.timeMs)}, pool ${worst.pool} with ${amountText(worst.fundBefore)} ${worst.asset} in its fund, ${gap.instrument} at ${gap.move} % since the last close; winners gave up ${amountText(worst.deleveraging)}, gains shared ${amountText(worst.lossSharing)}.\n`;
}

/** What others than the fund paid, in units of 10^-18. */
function costOf({ deleveraging, lossSharing }: SimulationReport['exhaustions'][number]): bigint {
  return [deleveraging, lossSharing].reduce((sum, text) => {
    const parsed = parseDecimal(text);
    return parsed.ok ? sum + parsed.value.digits * 10n ** BigInt(18 - parsed.value.scale) : sum;
  }, 0n);
}

function compareDecimals(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `\n${title}\n\n${body}`;
}

/** Steps under the jump limit, and the days on which the venue file lets moves arrive whole. */
function movesText({ moves, jumpDaysMs }: SimulationReport): string {
  return jumpDaysMs.length === 0 ? moves : `${moves}; whole on ${jumpDaysMs.map(dayText).join(', ')}`;
}

function played({ report }: ShownRun): string {
  return pairs([
    ['period (UTC)', `${dayText(report.fromMs)} to ${dayText(report.toMs)}`],
    ['seed, moves', `${report.seed}, ${movesText(report)}`],
    ...(report.leftOut.length === 0 ? [] : [['without bars in it', report.leftOut.join(', ')] as const]),
    ['clients, market makers', `${grouped(String(report.clients))}, ${grouped(String(report.marketMakers))}`],
    ['margin accounts opened', grouped(String(report.accountsOpened))],
    ['mark batches', grouped(String(report.steps))],
    ['commands', grouped(String(report.commands))],
    ["the engine's own steps", grouped(String(report.work))],
    ['events', grouped(String(report.events))],
  ]);
}

function instruments({ instruments: rows }: SimulationReport): string {
  return table(
    [
      { title: 'instrument' },
      { title: 'pool' },
      { title: 'first bar' },
      { title: 'bars', align: 'right' },
      { title: 'open', align: 'right' },
      { title: 'low', align: 'right' },
      { title: 'high', align: 'right' },
      { title: 'close', align: 'right' },
    ],
    rows.map((row) => [
      row.instrument,
      row.pool,
      dayText(row.fromMs),
      grouped(String(row.bars)),
      grouped(row.firstPrice),
      grouped(row.lowPrice),
      grouped(row.highPrice),
      grouped(row.lastPrice),
    ]),
  );
}

function liquidationsTitle({ report, liquidationsMax }: ShownRun): string {
  const all = report.liquidations.length;
  return all <= liquidationsMax
    ? `Liquidations (${grouped(String(all))})`
    : `Liquidations: the ${grouped(String(liquidationsMax))} largest losses of ${grouped(String(all))} (--liquidations all)`;
}

function liquidations({ report, liquidationsMax }: ShownRun): string {
  if (report.liquidations.length === 0 || liquidationsMax === 0) return '';
  return table(
    [
      { title: 'time (UTC)' },
      { title: 'account' },
      { title: 'instrument' },
      { title: 'side' },
      { title: 'leverage', align: 'right' },
      { title: 'price', align: 'right' },
      { title: 'margin lost', align: 'right' },
      { title: 'short of', align: 'right' },
      { title: 'asset' },
    ],
    report.liquidations
      .slice(0, liquidationsMax)
      .map((row) => [
        timeText(row.timeMs),
        row.account,
        row.instrument,
        row.side,
        `${row.leverage}x`,
        grouped(row.price),
        amountText(row.loss),
        row.shortfall === '0' ? '' : amountText(row.shortfall),
        row.asset,
      ]),
  );
}

function payers({ losses }: SimulationReport): string {
  return table(
    [
      { title: 'pool' },
      { title: 'asset' },
      { title: 'loss', align: 'right' },
      { title: 'own margin', align: 'right' },
      { title: 'insurance fund', align: 'right' },
      { title: 'winners (deleveraged)', align: 'right' },
      { title: 'gains (shared)', align: 'right' },
      { title: 'open', align: 'right' },
    ],
    losses.map((row) => [
      row.pool,
      row.asset,
      amountText(row.loss),
      amountText(row.ownCollateral),
      amountText(row.insuranceFund),
      amountText(row.deleveraging),
      amountText(row.lossSharing),
      amountText(row.open),
    ]),
  );
}

/** What accounts and takeovers could not pay themselves. */
function deficits({ losses }: SimulationReport): string {
  return table(
    [
      { title: 'pool' },
      { title: 'asset' },
      { title: 'liquidation', align: 'right' },
      { title: 'closing', align: 'right' },
      { title: 'funding', align: 'right' },
      { title: 'expiry', align: 'right' },
    ],
    losses.map(({ pool, asset, deficits: { liquidation, close, funding, expiry } }) => [
      pool,
      asset,
      ...[liquidation, close, funding, expiry].map(amountText),
    ]),
  );
}

function funds({ funds: rows }: SimulationReport): string {
  return table(
    [
      { title: 'pool' },
      { title: 'asset' },
      { title: 'opening', align: 'right' },
      { title: '+ surplus of takeovers', align: 'right' },
      { title: '- deficits covered', align: 'right' },
      { title: '- over the cap', align: 'right' },
      { title: '= closing', align: 'right' },
    ],
    rows.map((row) => [
      row.pool,
      row.asset,
      amountText(row.opening),
      amountText(row.surplus),
      amountText(row.covers),
      amountText(row.drawDowns),
      amountText(row.closing),
    ]),
  );
}

/** A fund that is empty pays nothing of the small losses that follow: only the moments that cost most are listed. */
const EXHAUSTIONS_MAX = 10;

function exhaustionsTitle({ exhaustions: rows }: SimulationReport): string {
  const title = 'Moments at which a fund was exhausted';
  return rows.length <= EXHAUSTIONS_MAX
    ? title
    : `${title}: the ${EXHAUSTIONS_MAX} costliest of ${grouped(String(rows.length))} (--json has all)`;
}

function exhaustions({ exhaustions: all }: SimulationReport): string {
  if (all.length === 0) return 'none\n';
  const rows = [...all]
    .sort((a, b) => compareDecimals(costOf(b), costOf(a)))
    .slice(0, EXHAUSTIONS_MAX)
    .sort((a, b) => a.timeMs - b.timeMs);
  return table(
    [
      { title: 'time (UTC)' },
      { title: 'pool' },
      { title: 'gap since the last close' },
      { title: 'fund before', align: 'right' },
      { title: 'accounts deleveraged', align: 'right' },
      { title: 'profit given up', align: 'right' },
      { title: 'shared', align: 'right' },
      { title: 'asset' },
    ],
    rows.map((row) => [
      timeText(row.timeMs),
      row.pool,
      gapText(row.gaps),
      amountText(row.fundBefore),
      grouped(String(row.deleveragedAccounts)),
      amountText(row.deleveraging),
      amountText(row.lossSharing),
      row.asset,
    ]),
  );
}

/** The costliest gap of a moment, and how many more there were. */
function gapText(gaps: SimulationReport['exhaustions'][number]['gaps']): string {
  const [first, ...others] = gaps;
  if (first === undefined) return '';
  const more = others.length === 0 ? '' : `, ${others.length} more`;
  return `${first.instrument} ${grouped(first.fromPrice)} to ${grouped(first.toPrice)} (${first.move} %)${more}`;
}

function refusals({ refusals: rows }: SimulationReport): string {
  if (rows.length === 0) return 'none\n';
  return table(
    [{ title: 'command' }, { title: 'code' }, { title: 'count', align: 'right' }],
    rows.map((row) => [row.command, row.code, grouped(String(row.count))]),
  );
}

function trialBalance({ trialBalance: columns }: SimulationReport): string {
  const kinds = Object.keys(columns[0]?.byKind ?? {}) as (keyof (typeof columns)[number]['byKind'])[];
  const used = kinds.filter((kind) => columns.some(({ byKind }) => byKind[kind] !== '0'));
  return table(
    [{ title: '' }, ...columns.map(({ asset }) => ({ title: asset, align: 'right' as const }))],
    [
      ...used.map((kind) => [kind, ...columns.map(({ byKind }) => grouped(byKind[kind]))]),
      ['sum', ...columns.map(({ total }) => grouped(total))],
    ],
  );
}

function proof({ report, durability }: ShownRun): string {
  const { neighbours } = report;
  const where = durability.folder === null ? 'in a temporary folder, removed' : `in ${durability.folder}`;
  const compared = `${grouped(String(neighbours.takeovers))} takeovers, ${grouped(String(neighbours.compared))} wallets and other accounts of their clients compared, ${neighbours.changed.length} changed`;
  return pairs([
    ['neighbours', compared],
    ['state hash', report.stateHash],
    ['journal', `${grouped(String(durability.records))} records, all synced to disk, ${where}`],
    ['time taken', `${durability.seconds.toFixed(1)} s`],
  ]);
}

/** Two decimals, rounded to the nearest, half away from zero; small amounts keep all they have. */
function amountText(text: string): string {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return text;
  const { digits, scale } = parsed.value;
  const size = digits < 0n ? -digits : digits;
  if (scale <= 2 || size < 10n ** BigInt(scale)) return grouped(text);
  const cents = divFloor(size * 200n + 10n ** BigInt(scale), 2n * 10n ** BigInt(scale));
  const sign = digits < 0n ? '-' : '';
  return `${sign}${grouped(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`)}`;
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}
