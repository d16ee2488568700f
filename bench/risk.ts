/**
 * The tail models on real prices, walk-forward: coverage and shortfall back-tests corrected after Holm, FZ0 against the
 * default, capital locked and procyclicality, for each asset, an equal-weight portfolio, both sides, one day, 99% and 97.5%.
 * Parameters are those that the models have; nothing is fitted to the days that are judged. Failures are printed as they are.
 * Then the isolation plan on random books, judged on the same days.
 *
 *     node dist/bench/risk.js --prices DIR [--from 2022-01-01] [--to 2023-12-31] [--models A,B] [--json FILE]
 *                             [--only models|plans] [--books 100]
 *
 * Without --prices the generated market of the package is used, and labelled so: its figures say nothing about any market.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  BACKTEST_SETTINGS,
  compareModels,
  equalWeight,
  judge,
  TAIL_MODEL_NAMES,
  TAIL_MODELS,
  type TailModelName,
  walkForward,
} from '../src/risk/index.js';
import { printMachine } from './harness.js';
import { planRows } from './riskPlan.js';
import { readHistories } from './riskPrices.js';
import { type Compared, cellRow, marginRows, summaryRows } from './riskTable.js';

const { values } = parseArgs({
  options: {
    prices: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    models: { type: 'string', default: TAIL_MODEL_NAMES.join(',') },
    draws: { type: 'string', default: String(BACKTEST_SETTINGS.draws) },
    json: { type: 'string' },
    only: { type: 'string' },
    books: { type: 'string', default: '100' },
  },
});
const GENERATED = fileURLToPath(new URL('../../market', import.meta.url));
const DEFAULT = 'filtered';

const isGenerated = values.prices === undefined;
const assets = readHistories(values.prices ?? GENERATED);
// Generated prices are short: everything that can be forecast is judged.
const from = values.from ?? (isGenerated ? '' : '2022-01-01');

printMachine();
console.log(
  `${isGenerated ? 'GENERATED prices, of no market' : 'prices as given'}: ${assets.map(({ id, dates }) => `${id} from ${dates[0]}`).join(', ')}`,
);
const printed = {
  ...(values.only === 'plans' ? {} : models()),
  ...(values.only === 'models' ? {} : plans()),
};
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(printed));

function models() {
  const began = process.hrtime.bigint();
  const names = values.models.split(',') as TailModelName[];
  const walk = walkForward(
    {
      histories: [...assets, equalWeight('equal-weight', assets)],
      models: names.map((name) => TAIL_MODELS[name]()),
      sides: ['long', 'short'],
      confidences: ['0.99', '0.975'],
      from,
      to: values.to ?? null,
    },
    { ...BACKTEST_SETTINGS, draws: Number(values.draws) },
  );
  const judged = judge(walk.cells);
  const compared: Compared = new Map(
    names
      .filter((name) => name !== DEFAULT)
      .map((name) => [name, compareModels(walk.cells, { first: DEFAULT, second: name })]),
  );
  const [first] = walk.cells;
  console.log(
    `\nModels: judged ${first?.dates[0]} to ${first?.dates.at(-1)}, ${first?.dates.length} days; ${seconds(began)} s`,
  );
  for (const { subject, side, confidence, model, fault } of walk.refused)
    console.log(`no forecasts: ${model}, ${subject}, ${side}, ${confidence}: ${JSON.stringify(fault)}`);
  console.log(
    '\np-values are adjusted within all cells of a model (Holm); * rejects at 5%. "FZ0 vs default": p of Diebold and Mariano, adjusted; + where the default is better.',
  );
  const rows = {
    cells: judged.map((one) => cellRow(one, compared)),
    summary: summaryRows(judged, compared),
    margins: marginRows(walk.cells, names),
  };
  console.table(rows.cells);
  console.log('\nEach model over all its cells');
  console.table(rows.summary);
  console.log(
    '\nMargin at 99% (expected shortfall) of the default model under each policy, of others alone and under the default policy, over the judged days',
  );
  console.table(rows.margins);
  return rows;
}

function plans() {
  const began = process.hrtime.bigint();
  const rows = planRows(assets, { books: Number(values.books), from, to: values.to ?? null });
  console.log(
    `\nIsolation plans of random books of 3 to 9 legs, on the judged days with margins of the days before: J of the plan over that of each leg alone (isolated) and of one account for all (cross), median and 90th percentile${isGenerated ? ', of GENERATED prices' : ''}; ${seconds(began)} s`,
  );
  console.table(rows);
  return { plans: rows };
}

function seconds(began: bigint): string {
  return (Number(process.hrtime.bigint() - began) / 1e9).toFixed(0);
}
