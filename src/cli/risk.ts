/** `bulkhead risk`: the history of positions and a method in, their tail out; nothing kept. Every number comes from the contract. */
import { answerRisk, riskJsonSchema } from '../contract/index.js';
import { parseArguments } from './arguments.js';
import { runStateless } from './containmentText.js';
import { EXIT_DONE } from './failures.js';
import type { Io } from './io.js';
import { riskApply } from './riskApply.js';
import { riskDocumentOf } from './riskPrices.js';
import { riskPropose } from './riskPropose.js';
import { riskText } from './riskText.js';
import { riskVectors } from './riskVectors.js';

export const riskHelp = `Value at risk and expected shortfall of positions, and what makes them, from a JSON document.

Usage: bulkhead risk FILE|- [--json]
       bulkhead risk --prices DIR
       bulkhead risk --schema
       bulkhead risk propose --url ADDRESS --prices DIR [OPTIONS]
       bulkhead risk apply FILE|- --url ADDRESS [--yes]
       bulkhead risk vectors FILE|- --url ADDRESS [--every SECONDS]

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
  --prices    print a document of the price files in DIR (NAME-anything.csv: date, open, high, low, close), on the dates that
              all have; gaps and outliers go to standard error. Change method, confidence and sizes as you like
  --json      one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema    print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help  this page

Rates, haircuts and scenarios of a running venue: "propose" asks it for its instruments and collateral, takes the tail of their price
histories (the file NAME is the base asset) with buffers against procyclicality, and shows what is now and proposed, why, and whom it would
leave short; "apply" sends a proposal. It refuses one that the venue has gone past, and one that would make accounts liquidatable.
"vectors" sends the scenario sets of a proposal anew at the marks of the moment: they grow old.

  --url ADDRESS          of \`bulkhead serve\`
  --liquidity FILE       volumes and spreads by instrument (columns: date, venue, instrument, volume, best_bid, best_ask); without it the
                         steps of the tiers are kept
  --model NAME           a method of above; default filtered
  --scenarios A,B        pools whose portfolio accounts get a scenario set of the history; it counts as soon as it is applied
  --every SECONDS        "vectors" goes on, until it is stopped
  --rise-max SHARE       most that a rate may rise, as a share of what it is: 0.5 is by half
  --fall-max SHARE       most that it may fall
  --notice HOURS         until the rates count for opening; default 24
  --grace HOURS          from then until they count for liquidation; default 24
  --json                 the proposal as JSON, for "apply"
  --yes                  apply it; without it "apply" only shows what would be
  --liquidatable-max N   accounts that may become liquidatable by it; default 0

Examples:
  bulkhead risk book.json
  bulkhead risk --json book.json | jq '.contributions'
  bulkhead risk --prices market | bulkhead risk -
  bulkhead risk --schema > risk.schema.json
  bulkhead risk propose --url http://127.0.0.1:4410 --prices market --json > proposal.json
  bulkhead risk apply proposal.json --url http://127.0.0.1:4410 --yes

Exit codes: 0 answered, 1 the document was refused, 2 wrong usage.
`;

export async function risk(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  if (first === 'propose') return riskPropose(rest, io);
  if (first === 'apply') return riskApply(rest, io);
  if (first === 'vectors') return riskVectors(rest, io);
  if (args.some((arg) => /^--prices(=|$)/.test(arg))) return printDocument(args, io);
  return runStateless({ answer: answerRisk, schema: riskJsonSchema, text: riskText }, args, io);
}

async function printDocument(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, { prices: { type: 'string' } } as const, { positionalsMax: 0 });
  io.out(`${JSON.stringify(await riskDocumentOf(parsed.text('prices') ?? '', io))}\n`);
  return EXIT_DONE;
}
