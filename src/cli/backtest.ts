/** `bulkhead backtest`: forecasts and what happened in, every statistic with its p-value out. Numbers come from the contract. */
import { writeFile } from 'node:fs/promises';
import { answerBacktest, backtestJsonSchema, isContainmentRefusal } from '../contract/index.js';
import { priceFaultText, readPriceHistory } from '../simulation/index.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { backtestChart } from './backtestChart.js';
import { backtestText } from './backtestText.js';
import { refusalText } from './containmentText.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io, readText } from './io.js';

export const backtestHelp = `Back-tests forecasts of value at risk and expected shortfall: every statistic with its p-value.

Usage: bulkhead backtest FILE|- [--json] [--svg FILE]
       bulkhead backtest --prices FILE.csv [--model NAME] [--side SIDE] [--confidence C] [OPTIONS]
       bulkhead backtest --schema

FILE holds one JSON document; "-" is standard input. Unknown fields are refused. "source" says what it holds:

  forecasts  losses (positive), valueAtRisk and expectedShortfall of the same periods
  model      returns or prices, and the model that forecasts each day from the days before it

With --prices the document is made from a file of daily bars (date, open, high, low, close).

Tests: Kupiec, exact binomial, Christoffersen (independence, conditional coverage), Basel zone, time between failures,
Acerbi-Szekely Z1 and Z2, McNeil-Frey; and the FZ0 loss, capital locked and procyclicality.

Options:
  --prices FILE        daily bars in CSV
  --model NAME         filtered (default), historical, ageWeighted, ewmaNormal, ewmaStudent, garchStudent,
                       peaksOverThreshold
  --side SIDE          long (default) or short
  --confidence C       decimal between 0 and 1 (default 0.99)
  --from DATE          first day that is judged (default: the first that the model can forecast)
  --to DATE            last day
  --anti-procyclical P none (default), buffer, stress, floor, hysteresis or default
  --json               one line of JSON, also for a refused document: {"error": {"code", ...}}
  --svg FILE           write a picture: losses against value at risk and margin, and hits over time
  --schema             print the JSON Schema of documents and answers
  -h, --help           this page

Examples:
  bulkhead backtest forecasts.json
  bulkhead backtest --prices btc-usd-daily.csv --side short --confidence 0.975 --from 2022-01-01 --svg hits.svg
  bulkhead backtest --json forecasts.json | jq '.tests[] | {test, pValue}'

Exit codes: 0 answered, whatever the tests say; 1 the document was refused; 2 wrong usage.
`;

const OPTIONS = {
  prices: { type: 'string' },
  model: { type: 'string' },
  side: { type: 'string' },
  confidence: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'anti-procyclical': { type: 'string' },
  json: { type: 'boolean' },
  svg: { type: 'string' },
  schema: { type: 'boolean' },
} as const;
const PRICE_OPTIONS = ['model', 'side', 'confidence', 'from', 'to', 'anti-procyclical'];

export async function backtest(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 1 });
  if (parsed.flag('schema')) {
    io.out(`${JSON.stringify(backtestJsonSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  const answer = answerBacktest(await documentText(parsed, io));
  if (isContainmentRefusal(answer)) {
    io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : refusalText(answer));
    return EXIT_REFUSED;
  }
  const picture = parsed.text('svg');
  if (picture !== undefined) await written(picture, backtestChart(answer));
  io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : backtestText(answer));
  return EXIT_DONE;
}

async function documentText(parsed: ParsedArguments, io: Io): Promise<string> {
  const [file] = parsed.positionals;
  const prices = parsed.text('prices');
  if (prices !== undefined) {
    if (file !== undefined) throw new UsageError('either a file or --prices');
    return JSON.stringify(priceDocument(await readText(prices, io), prices, parsed));
  }
  const lost = PRICE_OPTIONS.find((name) => parsed.text(name) !== undefined);
  if (lost !== undefined) throw new UsageError(`--${lost} goes with --prices: a document says it itself`);
  if (file === undefined) throw new UsageError('a file is needed, or - for standard input, or --prices FILE');
  return readText(file, io);
}

/** Closing prices as a document with a model. Prices finer than this are rounded. */
const PRICE_DECIMALS = 10;

function priceDocument(text: string, file: string, parsed: ParsedArguments): object {
  const tickSize = { digits: 1n, scale: PRICE_DECIMALS };
  const read = readPriceHistory(text, { tickSize, gapsAllowed: true });
  if (!read.ok) throw new Refusal('prices_unreadable', `${file}: ${priceFaultText(read.error)}`);
  const { bars, gaps } = read.value;
  const [gap] = gaps;
  if (gap !== undefined)
    throw new Refusal(
      'bars_missing',
      `${file}: line ${gap.line}: bars are missing before it; a return over a gap is no return of a day`,
    );
  const dates = bars.map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10));
  const to = parsed.text('to');
  const count = to === undefined ? bars.length : dates.filter((date) => date <= to).length;
  const from = parsed.text('from');
  return {
    source: 'model',
    confidence: parsed.text('confidence') ?? '0.99',
    ...given(parsed, 'model', 'model'),
    ...given(parsed, 'side', 'side'),
    ...given(parsed, 'anti-procyclical', 'antiProcyclical'),
    prices: bars.slice(0, count).map(({ closeTicks }) => Number(closeTicks) / 10 ** PRICE_DECIMALS),
    dates: dates.slice(0, count),
    ...(from === undefined ? {} : { start: Math.max(0, dates.filter((date) => date < from).length - 1) }),
  };
}

function given(parsed: ParsedArguments, option: string, field: string): object {
  const text = parsed.text(option);
  return text === undefined ? {} : { [field]: text };
}

async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw fileRefusal(error, file);
  }
}
