/** `bulkhead waterfall`: layers and a loss in, who pays out; nothing kept. Every number comes from the contract. */
import { answerWaterfall } from '../contract/waterfall.js';
import { type WaterfallAnswer, waterfallJsonSchema } from '../contract/waterfallSchema.js';
import { runStateless } from './containmentText.js';
import type { Io } from './io.js';
import { pairs, table } from './table.js';

export const waterfallHelp = `Who pays a loss: a pool's layers in order, what each holds, and the loss, from a JSON document.

Usage: bulkhead waterfall FILE|- [--json]
       bulkhead waterfall --schema

FILE holds one JSON document; "-" is standard input. Exact numbers are decimal strings. Unknown fields are refused.

The next layer pays only when the one before is at its limit. A list is refused where it would let a loss reach
another account, a wallet or another pool, where the order is wrong, or where venue capital has no cap. The answer has
who pays how much, what stays open, the postings in the order in which they must be made (money in before money out),
and the hash of the policy. With "fund" the roll-forward of the insurance fund is checked too.

Options:
  --json      one line of JSON, also for a refused document: {"error": {"code", ...}}
  --schema    print the JSON Schema of documents and answers, with definition, unit and example of each field
  -h, --help  this page

Examples:
  bulkhead waterfall loss.json
  bulkhead waterfall --json loss.json | jq '.layers[] | {name, pays}'
  bulkhead waterfall --schema > waterfall.schema.json

Exit codes: 0 answered, 1 the document was refused, 2 wrong usage.
`;

export function waterfall(args: readonly string[], io: Io): Promise<number> {
  return runStateless({ answer: answerWaterfall, schema: waterfallJsonSchema, text: answerText }, args, io);
}

function answerText(answer: WaterfallAnswer): string {
  const asset = answer.asset === null ? '' : ` ${answer.asset}`;
  const head = pairs([
    ['loss', `${answer.loss}${asset}`],
    ['paid', `${answer.paid}${asset}`],
    ['remainder', `${answer.remainder}${asset}`],
    ['policy', `revision ${answer.revision}, ${answer.hash}`],
  ]);
  const layers = table(
    LAYER_COLUMNS,
    answer.layers.map(({ name, scope, state, limit, pays, left }) => [name, scope, state, limit, pays, left]),
  );
  const holders = answer.layers.flatMap(({ name, holders: who }) =>
    who.map(({ id, pays }) => [name, id, pays]),
  );
  const postings = answer.postings.map(({ phase, from, payer, to, amount }) => [
    phase,
    from,
    payer,
    to,
    amount,
  ]);
  const parts = [
    head,
    layers,
    holders.length === 0 ? '' : table(HOLDER_COLUMNS, holders),
    postings.length === 0 ? '' : table(POSTING_COLUMNS, postings),
    answer.fund === null ? '' : fundText(answer.fund),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function fundText({ opening, totals, closing }: NonNullable<WaterfallAnswer['fund']>): string {
  const rows = [
    ['opening', opening],
    ...totals.map(({ kind, amount }) => [kind, amount]),
    ['closing', closing],
  ];
  return table([{ title: 'fund' }, { title: 'amount', align: 'right' }], rows);
}

const LAYER_COLUMNS = [
  { title: 'layer' },
  { title: 'scope' },
  { title: 'state' },
  { title: 'limit', align: 'right' },
  { title: 'pays', align: 'right' },
  { title: 'left', align: 'right' },
] as const;

const HOLDER_COLUMNS = [{ title: 'layer' }, { title: 'who' }, { title: 'pays', align: 'right' }] as const;

const POSTING_COLUMNS = [
  { title: 'posting' },
  { title: 'from' },
  { title: 'who' },
  { title: 'to' },
  { title: 'amount', align: 'right' },
] as const;
