/** Answers on contagion as tables for people. */
import type { ClearingAnswer, ClearingVector, ContagionAnswer } from '../contract/contagionAnswerSchema.js';
import { type Column, pairs, table } from './table.js';

export function contagionText(answer: ContagionAnswer): string {
  switch (answer.method) {
    case 'eisenbergNoe':
    case 'rogersVeraart':
      return clearingText(answer);
    case 'furfine':
      return furfineText(answer);
    case 'debtRank':
      return debtRankText(answer);
    case 'greenwoodLandierThesmar':
      return targetText(answer);
    case 'thresholdDeleveraging':
      return thresholdText(answer);
    case 'overlap':
      return overlapText(answer);
  }
}

type AnswerOf<Method extends ContagionAnswer['method']> = Extract<ContagionAnswer, { method: Method }>;

function clearingText(answer: ClearingAnswer): string {
  const vectors = answer.unique
    ? 'one'
    : `several: ${answer.differing.join(', ')} pay less, or fail, in the least`;
  const head = pairs([
    ['method', answer.method],
    ['clearing vectors', `${vectors} (${answer.reason})`],
    ['failed', `${answer.greatest.failed}, in ${counted(answer.greatest.rounds, 'round')}`],
    ['unpaid', answer.greatest.unpaid],
    ['cost of failure', answer.greatest.cost],
  ]);
  const least = answer.unique ? '' : `\nthe least, if nobody is trusted\n${vectorTable(answer.least)}`;
  return `${head}\n${vectorTable(answer.greatest)}${least}`;
}

function vectorTable({ nodes }: ClearingVector): string {
  const rows = nodes.map((node) => [
    node.id,
    node.failed ? 'failed' : 'stands',
    node.round === null ? '' : String(node.round),
    node.received,
    node.paidToNodes,
    node.paidOutside,
    node.rate ?? '',
    node.unpaid,
    node.equity,
  ]);
  return table(CLEARING_COLUMNS, rows);
}

function furfineText(answer: AnswerOf<'furfine'>): string {
  const rows = answer.nodes.map((node) => [
    node.id,
    node.failed ? 'failed' : 'stands',
    node.round === null ? '' : String(node.round),
    node.openingEquity,
    node.loss,
    node.equity,
  ]);
  const head = pairs([
    ['method', answer.method],
    ['failed', `${answer.failed}, in ${counted(answer.rounds, 'round')} after the first`],
  ]);
  return `${head}\n${table(columns('node', 'state', ['round', 'opening equity', 'loss', 'equity']), rows)}`;
}

function debtRankText(answer: AnswerOf<'debtRank'>): string {
  const rows = answer.nodes.map(({ id, shock, distress, weight }) => [
    id,
    ...[shock, distress, weight].map(shown),
  ]);
  const head = pairs([
    ['method', `debtRank, valuation ${answer.valuation}`],
    ['DebtRank', shown(answer.debtRank)],
    ['with the shock', shown(answer.total)],
    ['spectral radius', shown(answer.spectralRadius)],
    ['steps', `${answer.steps}${answer.converged ? '' : ', and still moving'}`],
  ]);
  return `${head}\n${table(columns('node', null, ['shock', 'distress', 'weight']), rows)}`;
}

function targetText(answer: AnswerOf<'greenwoodLandierThesmar'>): string {
  const head = pairs([
    ['method', answer.method],
    ['direct loss', shown(answer.directLoss)],
    ['fire-sale loss', shown(answer.fireSaleLoss)],
    ['aggregate vulnerability', shown(answer.aggregateVulnerability)],
  ]);
  const nodes = answer.nodes.map((node) => [
    node.id,
    node.soldOut ? 'sold out' : '',
    ...[node.directLoss, node.sale, node.fireSaleLoss, node.systemicness, node.indirectVulnerability].map(
      shown,
    ),
  ]);
  const assets = answer.assets.map(({ id, sold, impact, worthless }) => [
    id,
    worthless ? 'worthless' : '',
    shown(sold),
    shown(impact),
  ]);
  const titles = ['direct loss', 'sale', 'fire-sale loss', 'systemicness', 'vulnerability'];
  const first = table(columns('node', 'limit', titles), nodes);
  return `${head}\n${first}\n${table(columns('asset', 'limit', ['sold', 'impact']), assets)}`;
}

function thresholdText(answer: AnswerOf<'thresholdDeleveraging'>): string {
  const head = pairs([
    ['method', answer.method],
    ['direct loss', shown(answer.directLoss)],
    ['fire-sale loss', shown(answer.fireSaleLoss)],
    ['rounds', `${answer.rounds.length}${answer.quiet ? '' : ', and still selling'}`],
  ]);
  const nodes = answer.nodes.map((node) => [
    node.id,
    node.state,
    node.failedRound === null ? '' : String(node.failedRound),
    ...[node.directLoss, node.fireSaleLoss, node.held, node.equity].map(shown),
    node.leverage === null ? '' : shown(node.leverage),
  ]);
  const rounds = answer.rounds.map(({ loss, sellers, prices }, at) => [
    String(at + 1),
    sellers.join(' '),
    shown(loss),
    ...answer.assets.map(({ id }) => shown(prices[id] as number)),
  ]);
  const titles = ['failed in', 'direct loss', 'fire-sale loss', 'held', 'equity', 'leverage'];
  const prices = answer.assets.map(({ id }) => `price of ${id}`);
  const second = table(columns('round', 'sellers', ['loss', ...prices]), rounds);
  return `${head}\n${table(columns('node', 'state', titles), nodes)}${rounds.length === 0 ? '' : `\n${second}`}`;
}

function overlapText(answer: AnswerOf<'overlap'>): string {
  const head = pairs([
    ['method', answer.method],
    ['largest eigenvalue', shown(answer.largestEigenvalue)],
  ]);
  const ids = answer.nodes.map(({ id }) => id);
  const rows = answer.nodes.map(({ id, index, overlap }) => [
    id,
    shown(index),
    ...ids.map((other) => shown(overlap[other] as number)),
  ]);
  return `${head}\n${table(columns('node', null, ['index', ...ids]), rows)}`;
}

const CLEARING_COLUMNS = columns('node', 'state', [
  'round',
  'received',
  'paid to nodes',
  'paid outside',
  'rate',
  'unpaid',
  'equity',
]);

function columns(first: string, second: string | null, numbers: readonly string[]): Column[] {
  const words = second === null ? [first] : [first, second];
  return [
    ...words.map((title) => ({ title })),
    ...numbers.map((title) => ({ title, align: 'right' as const })),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Eight digits: what is left of a float for people. The JSON answer has them all. */
function shown(value: number): string {
  return String(Number(value.toPrecision(8)));
}
