/** The tables of the option and scenario pages, computed by src/risk. */
import {
  type Black76Input,
  black76Greeks,
  black76Price,
  coinDelta,
  DAY_MS,
  deribitLikeGrid,
  gridScenarios,
  impliedMove,
  impliedRangeVolatility,
  OKX_LIKE_BTC,
  okxLikeGrid,
  type ScenarioGrid,
  type ScenarioInstrument,
  scenarioVectors,
  shockId,
  spanLikeGrid,
  thetaPerDay,
  vegaPerPoint,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const RISK_EXAMPLES: Readonly<Record<string, () => string>> = {
  'black-76': black76Example,
  'deribit-like': deribitLikeExample,
  'preset-worst': presetWorstExample,
  'implied-moves': impliedMovesExample,
};

const CALL: Black76Input = {
  optionType: 'call',
  payoff: 'linear',
  forward: 65_000,
  strike: 70_000,
  years: 30 / 365,
  volatility: 0.55,
  discount: 1,
};

function black76Example(): string {
  const rows = [CALL, { ...CALL, optionType: 'put' as const }].flatMap((option) =>
    (['linear', 'inverse'] as const).map((payoff) => {
      const input = { ...option, payoff };
      const greeks = black76Greeks(input);
      return [
        `${input.optionType}, ${payoff}`,
        significant(black76Price(input), 7),
        payoff === 'linear' ? significant(greeks.delta, 4) : significant(coinDelta(input), 4),
        significant(greeks.gamma, 4),
        significant(vegaPerPoint(greeks), 4),
        significant(thetaPerDay(greeks), 4),
      ];
    }),
  );
  return table(['option', 'price', 'hedge in coins', 'gamma', 'vega per point', 'theta per day'], rows);
}

/** A lot of one coin, linear, 6 decimals, prices in whole quote units. */
const OPTION: ScenarioInstrument = {
  kind: 'option',
  instrument: 0,
  underlying: 'BTC',
  option: {
    optionType: 'call',
    payoff: 'linear',
    unit: 1_000_000n,
    strikeTicks: 70_000n,
    expiryMs: 30 * DAY_MS,
  },
  forwardTicks: 65_000n,
  volatility: 0.55,
};

const FUTURE: ScenarioInstrument = {
  kind: 'future',
  instrument: 1,
  underlying: 'BTC',
  terms: { payoff: 'linear', unit: 1_000_000n, markTicksPerTick: 1n },
  markTicks: 65_000n,
};

function deribitLikeExample(): string {
  const grid = deribitLikeGrid();
  const pnl = quotePnl(grid, OPTION);
  const rows: string[][] = [];
  for (let at = 0; at < 27; at += 3) {
    const move = shockId(grid.shocks[at] as never).split('/')[0] as string;
    rows.push([
      move.replace('price', ''),
      ...[0, 1, 2].map((column) => whole(-(pnl[at + column] as number))),
    ]);
  }
  const tails = grid.shocks.slice(27).map((shock, at) => {
    const move = (shockId(shock).split('/')[0] as string).replace('price', '');
    return [`${move}, damped`, whole(-(pnl[27 + at] as number)), '', ''];
  });
  return table(['price', 'volatility up', 'same', 'down'], [...rows, ...tails]);
}

function presetWorstExample(): string {
  const grids = [deribitLikeGrid(), okxLikeGrid(), spanLikeGrid()];
  const books: readonly (readonly [string, (option: number, future: number) => number])[] = [
    ['long 1 future', (_option, future) => future],
    ['short 1 future', (_option, future) => -future],
    ['short 1 call', (option) => -option],
    ['long 1 call', (option) => option],
    ['short 1 call, long 1 future', (option, future) => future - option],
  ];
  const rows = books.map(([name, book]) => [name, ...grids.map((grid) => worstOf(grid, book))]);
  return table(['book', ...grids.map(({ name }) => name)], rows);
}

function worstOf(grid: ScenarioGrid, book: (option: number, future: number) => number): string {
  const option = quotePnl(grid, OPTION);
  const future = quotePnl(grid, FUTURE);
  const pnl = grid.shocks.map((_, at) => book(option[at] as number, future[at] as number));
  const worst = pnl.indexOf(Math.min(...pnl));
  return `${whole(-(pnl[worst] as number))} at \`${shockId(grid.shocks[worst] as never)}\``;
}

function impliedMovesExample(): string {
  const ranges: readonly (readonly [string, bigint])[] = [
    ['OKX-like core', -(OKX_LIKE_BTC.spotMovesPpm.at(-1) as bigint)],
    ['SPAN-like example', -150_000n],
    ['Deribit-like core', -160_000n],
    ['OKX-like extreme', -OKX_LIKE_BTC.extremeMovePpm],
  ];
  const rows = ranges.map(([name, movePpm]) => [
    `${name}, ${Number(movePpm) / 10_000}%`,
    ...[0.5, 1].map((volatility) => {
      const { deviations } = impliedMove({ movePpm, volatility, days: 1 });
      return deviations.toFixed(2);
    }),
    `${(100 * impliedRangeVolatility({ movePpm, deviations: 2.326348, days: 1 })).toFixed(0)}%`,
    `${(100 * impliedRangeVolatility({ movePpm, deviations: 3.090232, days: 1 })).toFixed(0)}%`,
  ]);
  return table(
    [
      'fall',
      'deviations of a day at 50% a year',
      'at 100%',
      'volatility at which it is a 99% day',
      'a 99.9% day',
    ],
    rows,
  );
}

/** P&L of one lot in quote, by scenario. */
function quotePnl(grid: ScenarioGrid, instrument: ScenarioInstrument): number[] {
  const vectors = scenarioVectors(gridScenarios(grid, ['BTC']), {
    instruments: [instrument],
    assets: [],
    nowMs: 0,
  });
  if (!vectors.ok) throw new Error(vectors.error.rule);
  return (vectors.value.instruments[0]?.pnlPerLot ?? []).map((pnl) => Number(pnl) / 1e12);
}

function whole(value: number): string {
  return String(Math.round(value) + 0);
}

function significant(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
