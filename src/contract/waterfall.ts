/** The stateless question "who pays this loss": one document in, one object out, whatever the text holds. */
import { Compile } from 'typebox/compile';
import { formatMinor } from '../base/decimal.js';
import {
  type FundTotals,
  payWaterfall,
  rollForward,
  type WaterfallOutcome,
  waterfallHash,
} from '../liquidation/index.js';
import {
  type ContainmentRefusal,
  containmentFault,
  containmentRefusal,
  readDocument,
} from './containmentFault.js';
import { type ReadWaterfall, readWaterfall, type WaterfallDocumentFault } from './waterfallDocument.js';
import { WATERFALL_MESSAGES } from './waterfallFaults.js';
import { type WaterfallAnswer, WaterfallDocument } from './waterfallSchema.js';

const VALIDATOR = Compile(WaterfallDocument);

/** Never throws on account of its input. */
export function answerWaterfall(text: string): WaterfallAnswer | ContainmentRefusal {
  const read = readDocument(text, VALIDATOR);
  if (!read.ok) return containmentRefusal(read.error);
  const document = read.value as WaterfallDocument;
  const question = readWaterfall(document);
  if (!question.ok) return containmentRefusal(question.error);
  const { policy, loss, holdings, fund } = question.value;
  const paid = payWaterfall(policy, loss, holdings);
  if (!paid.ok) return containmentRefusal(payFault(document, paid.error));
  const rolled = fund === null ? null : rollForward(fund);
  if (rolled !== null && !rolled.ok) {
    const { code, line, balanceMinor } = rolled.error;
    const path = line === null ? '/fund' : `/fund/lines/${line}`;
    const balance = formatMinor(balanceMinor, document.decimals ?? 6);
    return containmentRefusal(containmentFault(code, path, WATERFALL_MESSAGES[code], { balance }));
  }
  return answerOf(document, question.value, paid.value, rolled === null ? null : rolled.value);
}

export function isContainmentRefusal<T extends object>(
  answer: T | ContainmentRefusal,
): answer is ContainmentRefusal {
  return 'error' in answer;
}

function payFault(
  { layers }: WaterfallDocument,
  { code, layer }: { readonly code: keyof typeof WATERFALL_MESSAGES; readonly layer: string | null },
): WaterfallDocumentFault {
  const at = layers.findIndex(({ name }) => name === layer);
  const path = at < 0 ? '/loss' : `/layers/${at}`;
  return containmentFault(code, path, WATERFALL_MESSAGES[code], layer === null ? {} : { layer });
}

function answerOf(
  document: WaterfallDocument,
  { policy, loss, names }: ReadWaterfall,
  outcome: WaterfallOutcome,
  fund: FundTotals | null,
): WaterfallAnswer {
  const money = (minor: bigint) => formatMinor(minor, document.decimals ?? 6);
  let left = loss.lossMinor;
  const layers = outcome.payments.map(({ layer, state, limitMinor, paysMinor, payers }, at) => {
    left -= paysMinor;
    const { kind, scope, payers: who } = policy.layers[at] as (typeof policy.layers)[number];
    return {
      name: layer,
      kind,
      scope,
      payers: who,
      state,
      limit: money(limitMinor),
      pays: money(paysMinor),
      left: money(left),
      holders: payers.map((payer) => ({ id: nameOf(names, layer, payer.row), pays: money(payer.paysMinor) })),
    };
  });
  return {
    hash: waterfallHash(policy),
    revision: policy.revision,
    asset: document.asset ?? null,
    loss: money(loss.lossMinor),
    paid: money(outcome.paidMinor),
    remainder: money(outcome.remainderMinor),
    layers,
    postings: postingsOf(policy, names, outcome, money),
    fund: fund === null ? null : fundAnswer(fund, money),
  };
}

function postingsOf(
  { layers }: ReadWaterfall['policy'],
  names: ReadWaterfall['names'],
  { postings }: WaterfallOutcome,
  money: (minor: bigint) => string,
): WaterfallAnswer['postings'] {
  const fund = layers.find(({ kind }) => kind === 'insuranceFund')?.name ?? 'pool';
  return postings.map(({ phase, layer, row, amountMinor }) => {
    const from = layer ?? 'pool';
    return {
      phase,
      from,
      payer: layer === null || row === null ? from : nameOf(names, layer, row),
      to: phase === 'topUp' ? fund : phase === 'in' ? 'pool' : 'owed',
      amount: money(amountMinor),
    };
  });
}

function nameOf(names: ReadWaterfall['names'], layer: string, row: number): string {
  return names.get(layer)?.[row] ?? layer;
}

function fundAnswer({ openingMinor, totals, closingMinor }: FundTotals, money: (minor: bigint) => string) {
  return {
    opening: money(openingMinor),
    totals: totals
      .filter(({ amountMinor }) => amountMinor > 0n)
      .map(({ kind, amountMinor }) => ({ kind, amount: money(amountMinor) })),
    closing: money(closingMinor),
  };
}
