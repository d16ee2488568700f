/**
 * The tail models on real prices, walk-forward: coverage and shortfall back-tests corrected after Holm, FZ0 against the
 * default, capital locked and procyclicality, for each asset, an equal-weight portfolio, both sides, one day, 99% and 97.5%.
 * Parameters are those that the models have; nothing is fitted to the days that are judged. Failures are printed as they are.
 *
 *     node dist/bench/risk.js --prices DIR [--from 2022-01-01] [--to 2023-12-31] [--models A,B] [--json FILE]
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
  },
});
const GENERATED = fileURLToPath(new URL('../../market', import.meta.url));
const DEFAULT = 'filtered';

const began = process.hrtime.bigint();
const isGenerated = values.prices === undefined;
const assets = readHistories(values.prices ?? GENERATED);
const portfolio = equalWeight('equal-weight', assets);
// Generated prices are short: everything that can be forecast is judged.
const from = values.from ?? (isGenerated ? '' : '2022-01-01');
const names = values.models.split(',') as TailModelName[];
const walk = walkForward(
  {
    histories: [...assets, portfolio],
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
const seconds = Number(process.hrtime.bigint() - began) / 1e9;

printMachine();
const [first] = walk.cells;
console.log(
  `${isGenerated ? 'GENERATED prices, of no market' : 'prices as given'}: ${assets.map(({ id, dates }) => `${id} from ${dates[0]}`).join(', ')}; judged ${first?.dates[0]} to ${first?.dates.at(-1)}, ${first?.dates.length} days; ${seconds.toFixed(0)} s`,
);
for (const { subject, side, confidence, model, fault } of walk.refused)
  console.log(`no forecasts: ${model}, ${subject}, ${side}, ${confidence}: ${JSON.stringify(fault)}`);
console.log(
  '\np-values are adjusted within all cells of a model (Holm); * rejects at 5%. "FZ0 vs default": p of Diebold and Mariano, adjusted; + where the default is better.',
);
console.table(judged.map((one) => cellRow(one, compared)));
console.log('\nEach model over all its cells');
console.table(summaryRows(judged, compared));
console.log(
  '\nMargin at 99% (expected shortfall) of the default model under each policy, of others alone and under the default policy, over the judged days',
);
console.table(marginRows(walk.cells, names));
if (values.json !== undefined)
  writeFileSync(
    values.json,
    JSON.stringify({
      cells: judged.map((one) => cellRow(one, compared)),
      summary: summaryRows(judged, compared),
      margins: marginRows(walk.cells, names),
    }),
  );
