/** `bulkhead contagion`: a network and a question in, an answer out; nothing kept. Every number comes from the contract. */
import { answerContagion, contagionJsonSchema } from '../contract/index.js';
import { contagionText } from './contagionText.js';
import { runStateless } from './containmentText.js';
import type { Io } from './io.js';

export const contagionHelp = `How failures and losses spread over a network of debts or of common holdings, from a JSON document.

Usage: bulkhead contagion FILE|- [--json]
       bulkhead contagion --schema

FILE holds one JSON document; "-" is standard input. Unknown fields are refused. In "liabilities" row i, column j is
what node i owes node j. The field "method" says which question is asked:

  eisenbergNoe             who pays how much when everybody pays what it can; exact
  rogersVeraart            the same when failure costs a part of assets (alpha) and of receipts (beta); exact
  furfine                  who fails in turn when creditors get a fixed part (recovery); exact
  debtRank                 equity lost when claims lose worth before their debtor fails (original, linear, nonlinear)
  greenwoodLandierThesmar  one round of sales by nodes that return to a target leverage
  thresholdDeleveraging    rounds of sales by nodes above a limit of leverage, down to a buffer
  overlap                  what two nodes lose to each other by selling what both hold

The exact methods take and give decimal strings. Decimals are cut off after "digits" (12), and then the fraction is given
beside in the JSON answer; they take up to 64 nodes. The others take and give JSON numbers, and up to 1000 nodes.
Clearing answers with the greatest vector (everybody is trusted), the least (nobody is: a run), and whether they differ.

Options:
  --json      one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema    print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help  this page

Examples:
  bulkhead contagion network.json
  bulkhead contagion --json network.json | jq '.greatest.nodes[] | {id, round, unpaid}'
  bulkhead contagion --schema > contagion.schema.json

Exit codes: 0 answered, 1 the document was refused, 2 wrong usage.
`;

export function contagion(args: readonly string[], io: Io): Promise<number> {
  return runStateless(
    { answer: answerContagion, schema: contagionJsonSchema, text: contagionText },
    args,
    io,
  );
}
