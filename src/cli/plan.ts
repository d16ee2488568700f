/** `bulkhead plan`: a book in, a proposed split into margin accounts out; nothing kept. Every number comes from the contract. */
import {
  answerPlan,
  answerPlanDocument,
  isContainmentRefusal,
  type PlanHistory,
  planDocumentOfCcxt,
  planJsonSchema,
} from '../contract/index.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { refusalText } from './containmentText.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { type Io, readText } from './io.js';
import { planText } from './planText.js';
import { marketOf } from './riskPrices.js';

export const planHelp = `Which positions of a book belong in one margin account: a proposed split, against all isolated and all in one account.

Usage: bulkhead plan FILE|- [--prices DIR] [--ccxt] [--json]
       bulkhead plan --schema

FILE holds one JSON document; "-" is standard input. Unknown fields are refused. "source" says what it holds:

  pnl        legs with their profit and loss in each period, oldest first
  positions  positions (asset, quantity, contractSize, linear or inverse, price) with the "history" of their assets, or with --prices

"accounts" are the accounts as they stand, each with legs and collateral: with them the answer has the transfers to get there.

The older periods choose the plan, the newest third judges it with margins of the older: J is the price of locked margin, of loss
beyond it, and of collateral of one leg that pays for another. Legs share an account only where they gain in each of four
stretches and nine of ten resamples; with too few periods all stay isolated, and the answer says so.

Options:
  --prices DIR  price files NAME-anything.csv (date, open, high, low, close) for the assets of positions, on the dates that
                all of them have; gaps and outliers go to standard error
  --ccxt        FILE is what CCXT's fetchPositions returned, or an object {"positions": [...], "balance": {...}}; needs --prices
  --json        one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema      print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help    this page

Examples:
  bulkhead plan book.json
  bulkhead plan positions.json --prices market
  bulkhead plan fetched.json --ccxt --prices market --json | jq '.accounts[] | {legs, reason: .reason.code}'

Exit codes: 0 planned, whatever the plan is worth; 1 the document was refused; 2 wrong usage.
`;

const OPTIONS = {
  prices: { type: 'string' },
  ccxt: { type: 'boolean' },
  json: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const;

export async function plan(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 1 });
  const [file] = parsed.positionals;
  if (parsed.flag('schema')) {
    if (file !== undefined) throw new UsageError('--schema takes no file');
    io.out(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  if (file === undefined) throw new UsageError('a file is needed, or - for standard input');
  const answer = await answered(await readText(file, io), parsed, io);
  if (isContainmentRefusal(answer)) {
    io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : refusalText(answer));
    return EXIT_REFUSED;
  }
  io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : planText(answer));
  return EXIT_DONE;
}

async function answered(text: string, parsed: ParsedArguments, io: Io) {
  const folder = parsed.text('prices');
  const isCcxt = parsed.flag('ccxt');
  if (isCcxt && folder === undefined) throw new UsageError('--ccxt needs --prices DIR');
  const history = folder === undefined ? null : await historyOf(folder, io);
  if (!isCcxt) return answerPlan(text, history);
  const document = planDocumentOfCcxt(text);
  if (document.ok) return answerPlanDocument(document.value, history);
  const { code, message, path } = document.error;
  return { error: { code, message, path, context: {} } };
}

async function historyOf(folder: string, io: Io): Promise<PlanHistory> {
  const { dates, assets } = await marketOf(folder, io);
  if (assets.length === 0) throw new Refusal('too_few', `${folder}: there is no price file`);
  return {
    periods: [...dates],
    returns: Object.fromEntries(assets.map(({ asset, returns }) => [asset, Array.from(returns)])),
  };
}
