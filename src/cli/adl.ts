/** `bulkhead adl`: positions, a need and a policy in, who is deleveraged out; nothing kept. Every number comes from the contract. */
import { answerAdl } from '../contract/adl.js';
import { type AdlAnswer, adlJsonSchema } from '../contract/adlSchema.js';
import { runStateless } from './containmentText.js';
import type { Io } from './io.js';
import { pairs, table } from './table.js';

export const adlHelp = `Who would be deleveraged: a position in deficit, everybody's positions and a policy, from a JSON document.

Usage: bulkhead adl FILE|- [--json]
       bulkhead adl --schema

FILE holds one JSON document; "-" is standard input. Exact numbers are decimal strings. Unknown fields are refused.

First what is needed: the lots that the fund cannot cover. Then exactly that, in whole lots, from winners on the other
side, at the bankruptcy price of the deficit. Policies: queue (by the published score of bitmex, binance, bybit, okx or
hyperliquid), proRata, cappedProRata, riskAware. Each account gets its rank, its light from 5 (first) to 1, what is
taken of it, what it keeps and forgoes, and why.

Options:
  --json      one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema    print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help  this page

Examples:
  bulkhead adl book.json
  bulkhead adl --json book.json | jq '.accounts[] | select(.contracts != "0")'
  bulkhead adl --schema > adl.schema.json

Exit codes: 0 answered, 1 the document was refused, 2 wrong usage.
`;

export function adl(args: readonly string[], io: Io): Promise<number> {
  return runStateless({ answer: answerAdl, schema: adlJsonSchema, text: answerText }, args, io);
}

function answerText(answer: AdlAnswer): string {
  const head = pairs([
    ['bankruptcy price', answer.bankruptcyPrice],
    ['shortfall', answer.shortfall],
    ['needed', answer.needed],
    ['taken', answer.taken],
    ['missing', answer.missing],
    ['forgone', answer.forgone],
  ]);
  const rows = answer.accounts.map((account) => [
    account.id,
    account.rank === null ? '' : String(account.rank),
    String(account.light),
    account.scoreExact === null ? '' : (account.score ?? 'first'),
    account.contracts,
    account.price ?? '',
    account.kept,
    account.forgone,
    `${account.reason}: ${account.explanation}`,
  ]);
  return rows.length === 0 ? head : `${head}\n${table(COLUMNS, rows)}`;
}

const COLUMNS = [
  { title: 'account' },
  { title: 'rank', align: 'right' },
  { title: 'light', align: 'right' },
  { title: 'score', align: 'right' },
  { title: 'contracts', align: 'right' },
  { title: 'price', align: 'right' },
  { title: 'kept', align: 'right' },
  { title: 'forgone', align: 'right' },
  { title: 'why' },
] as const;
