/** `bulkhead risk`: the history of positions and a method in, their tail out; nothing kept. Every number comes from the contract. */
import { answerRisk, riskJsonSchema } from '../contract/index.js';
import { runStateless } from './containmentText.js';
import type { Io } from './io.js';
import { riskText } from './riskText.js';

export const riskHelp = `Value at risk and expected shortfall of positions, and what makes them, from a JSON document.

Usage: bulkhead risk FILE|- [--json]
       bulkhead risk --schema

FILE holds one JSON document; "-" is standard input. Unknown fields are refused. "positions" hold one value for each period,
oldest first: simple returns with a "size" (below 0 for a short), or profit and loss. Losses come out positive, in the
money of the sizes. The field "method" says how the tail is found:

  filtered            what happened, each day over the volatility of its day, times today's
  historical          what happened, all days alike
  ageWeighted         what happened, older days for less
  ewmaNormal          normal losses with EWMA volatility
  ewmaStudent         t losses with EWMA volatility
  garchStudent        t losses with GARCH(1,1) volatility
  peaksOverThreshold  a Pareto tail beyond the worst tenth of the filtered losses

"confidence" is decimal text: the tail of 500 days at "0.99" is the worst five, exactly. The shortfall is the mean of the tail,
whose members and weights come beside it; contributions of positions sum to it.

Options:
  --json      one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema    print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help  this page

Examples:
  bulkhead risk book.json
  bulkhead risk --json book.json | jq '.contributions'
  bulkhead risk --schema > risk.schema.json

Exit codes: 0 answered, 1 the document was refused, 2 wrong usage.
`;

export function risk(args: readonly string[], io: Io): Promise<number> {
  return runStateless({ answer: answerRisk, schema: riskJsonSchema, text: riskText }, args, io);
}
