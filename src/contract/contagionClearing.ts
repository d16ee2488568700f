/** Questions on clearing, exact: decimals in, whole units for the method, decimals and fractions out. */
import { type Decimal, formatMinor } from '../base/decimal.js';
import { err, ok, type Result } from '../base/result.js';
import {
  type ClearedNode,
  type Clearing,
  type DebtNetwork,
  EXACT_NODES_MAX,
  eisenbergNoe,
  furfine,
  rogersVeraart,
  sumOf,
} from '../contagion/network/index.js';
import type { Fraction } from '../market/payoff.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { ClearingAnswer, ClearingVector, ContagionAnswer } from './contagionAnswerSchema.js';
import { type ContagionFault, contagionFault, duplicateFault, methodFault } from './contagionFaults.js';
import type { ClearingDocument, FurfineDocument } from './contagionSchema.js';
import { exactFields, exactText } from './exactText.js';

type Answer = Result<ContagionAnswer, ContagionFault>;

export function answerClearing(document: ClearingDocument): Answer {
  const read = readNetwork(document);
  if (!read.ok) return read;
  const { network, scale } = read.value;
  if (document.method === 'furfine') return answerFurfine(document, network, scale);
  const found =
    document.method === 'eisenbergNoe'
      ? eisenbergNoe(network)
      : rogersVeraart(network, { alpha: quotient(document.alpha), beta: quotient(document.beta) });
  if (!found.ok) return err(methodFault(document, found.error));
  return ok(clearingAnswer(document, found.value, scale));
}

/** The network in units of 10^-scale, so fine that nothing is lost. */
function readNetwork(
  document: ClearingDocument,
): Result<{ readonly network: DebtNetwork; readonly scale: number }, ContagionFault> {
  const { nodes, liabilities } = document;
  const fault = sizeFault(document) ?? duplicateFault('nodes', nodes);
  if (fault !== null) return err(fault);
  const amounts = nodes.map(({ assets, loss = '0', outsideDebt = '0' }) => ({
    assets: decimalOf(assets),
    loss: decimalOf(loss),
    outsideDebt: decimalOf(outsideDebt),
  }));
  const owed = liabilities.map((row) => row.map(decimalOf));
  const all = [...amounts.flatMap((amount) => Object.values(amount)), ...owed.flat()];
  const scale = all.reduce((finest, amount) => Math.max(finest, amount.scale), 0);
  const minor = (amount: Decimal) => scaled(amount, 10n ** BigInt(scale));
  for (const [i, { assets, loss }] of amounts.entries()) {
    const path = `/nodes/${i}/loss`;
    const got = formatMinor(minor(loss), scale);
    if (loss.digits < 0n) return err(contagionFault('negative_amount', path, { got }));
    if (loss.digits > 0n && minor(loss) > minor(assets)) {
      const limit = formatMinor(minor(assets), scale);
      return err(contagionFault('loss_above_assets', path, { got, limit }));
    }
  }
  const network = {
    assetsMinor: amounts.map(({ assets, loss }) => minor(assets) - minor(loss)),
    outsideDebtMinor: amounts.map(({ outsideDebt }) => minor(outsideDebt)),
    isOutsideSenior: nodes.map(({ outsideRank = 'senior' }) => outsideRank === 'senior'),
    owedMinor: owed.map((row) => row.map(minor)),
  };
  return ok({ network, scale });
}

/** Before anything is read, so that a document far too large costs nothing. */
function sizeFault({ nodes, liabilities }: ClearingDocument): ContagionFault | null {
  const got = nodes.length;
  if (got > EXACT_NODES_MAX) {
    return contagionFault('too_many_nodes', '/nodes', { limit: String(EXACT_NODES_MAX), got: String(got) });
  }
  if (liabilities.length !== got)
    return contagionFault('not_square', '/liabilities', {
      rows: String(liabilities.length),
      nodes: String(got),
    });
  const row = liabilities.findIndex(({ length }) => length !== got);
  if (row < 0) return null;
  const values = String(liabilities[row]?.length);
  return contagionFault('not_square', `/liabilities/${row}`, { values, nodes: String(got) });
}

function clearingAnswer(
  document: Exclude<ClearingDocument, FurfineDocument>,
  { greatest, least, uniqueness }: Clearing,
  scale: number,
): ClearingAnswer {
  const { digits = 12, method, nodes } = document;
  const ids = nodes.map(({ id }) => id);
  return {
    method,
    digits,
    greatest: vectorAnswer(ids, greatest, { scale, digits }),
    least: vectorAnswer(ids, least, { scale, digits }),
    unique: uniqueness.isUnique,
    reason: uniqueness.reason,
    differing: uniqueness.rows.map((row) => ids[row] as string),
  };
}

interface Format {
  readonly scale: number;
  readonly digits: number;
}

function vectorAnswer(ids: readonly string[], nodes: readonly ClearedNode[], format: Format): ClearingVector {
  const sum = (part: (node: ClearedNode) => Fraction) => sumOf(nodes.map(part));
  const { texts, fractions } = exactFields(
    {
      paidToNodes: sum((node) => node.paidToNodesMinor),
      paidOutside: sum((node) => node.paidOutsideMinor),
      equity: sum((node) => node.equityMinor),
      unpaid: sum((node) => node.unpaidMinor),
      cost: sum((node) => node.costMinor),
    },
    format,
  );
  return {
    failed: nodes.filter(({ hasFailed }) => hasFailed).length,
    rounds: Math.max(0, ...nodes.map(({ round }) => round ?? 0)),
    ...texts,
    ...cutOff(fractions),
    nodes: nodes.map((node, i) => nodeAnswer(ids[i] as string, node, format)),
  };
}

function nodeAnswer(id: string, node: ClearedNode, format: Format): ClearingVector['nodes'][number] {
  const { texts, fractions } = exactFields(
    {
      received: node.receivedMinor,
      paidToNodes: node.paidToNodesMinor,
      paidOutside: node.paidOutsideMinor,
      equity: node.equityMinor,
      unpaid: node.unpaidMinor,
      cost: node.costMinor,
    },
    format,
  );
  const rate = node.rate === null ? null : exactText(node.rate, 0, format.digits);
  const exactRate = rate === null || rate.fraction === null ? {} : { rate: rate.fraction };
  const { hasFailed: failed, round } = node;
  return { id, ...texts, rate: rate?.text ?? null, failed, round, ...cutOff({ ...fractions, ...exactRate }) };
}

function answerFurfine(document: FurfineDocument, network: DebtNetwork, scale: number): Answer {
  const { digits = 12, nodes, failed = [] } = document;
  const rows = failed.map((name) => nodes.findIndex(({ id }) => id === name));
  const found = furfine(network, { recovery: quotient(document.recovery), failedRows: rows });
  if (!found.ok) return err(methodFault(document, found.error));
  return ok({
    method: 'furfine',
    digits,
    failed: found.value.filter(({ hasFailed }) => hasFailed).length,
    rounds: Math.max(0, ...found.value.map(({ round }) => round ?? 0)),
    nodes: found.value.map(({ openingEquityMinor, lossMinor, equityMinor, hasFailed, round }, i) => {
      const values = { openingEquity: openingEquityMinor, loss: lossMinor, equity: equityMinor };
      const { texts, fractions } = exactFields(values, { scale, digits });
      return { id: nodes[i]?.id as string, ...texts, failed: hasFailed, round, ...cutOff(fractions) };
    }),
  });
}

function cutOff(fractions: Readonly<Record<string, string>>): { fractions?: Record<string, string> } {
  return Object.keys(fractions).length === 0 ? {} : { fractions: { ...fractions } };
}

function quotient(text: string): Fraction {
  const { digits, scale } = decimalOf(text);
  return { numerator: digits, denominator: 10n ** BigInt(scale) };
}
