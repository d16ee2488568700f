/** The shapes of the answers on contagion. Exact methods answer in decimal text, the others in JSON numbers. */
import Type from 'typebox';
import { DEBT_RANK_RULES, THRESHOLD_STATES, UNIQUENESS_REASONS } from '../contagion/network/index.js';
import { amountText, oneOf } from './calcSchemaField.js';
import { count, float, MONEY, SHARE } from './contagionField.js';

const nodeId = amountText('The node.', 'id', 'pool-1');
const assetId = amountText('The asset.', 'id', 'BTC');
const money = (description: string, example: string) => amountText(description, MONEY, example);
const amount = (description: string, example: number) => float(description, { unit: MONEY, example });
const part = (description: string, example: number) => float(description, { unit: SHARE, example });
const flag = (description: string) => Type.Boolean({ description, unit: 'boolean', examples: [true] });
const orNull = <T extends Type.TSchema>(description: string, unit: string, example: unknown, of: T) =>
  Type.Union([of, Type.Null()], { description, unit, examples: [example] });
const round = (description: string) => orNull(description, 'count', 1, Type.Integer());

const fractions = Type.Optional(
  Type.Record(Type.String(), amountText('The exact value.', 'fraction', '10/3'), {
    description: 'Of the values above whose decimals were cut off, by name. Left out where none was.',
  }),
);

const ClearedNode = Type.Object({
  id: nodeId,
  received: money('From other nodes.', '20'),
  paidToNodes: money('To other nodes.', '30'),
  paidOutside: money('On debts outside the network.', '5'),
  rate: orNull(
    'The part of each debt to a node that it pays; null where it has none.',
    SHARE,
    '0.75',
    Type.String(),
  ),
  equity: money('What is left to its owner.', '0'),
  unpaid: money('Debts of it that stay unpaid.', '10'),
  cost: money('What its failure cost: the parts of assets and receipts that are not paid out.', '0'),
  failed: flag('Whether it has less than it owes.'),
  round: round(
    '1: it fails although all others pay in full; 2: because those of round 1 do not; and so on. Null where it stands, and in `least`.',
  ),
  fractions,
});

const Vector = Type.Object({
  failed: count('Nodes that fail.', 2),
  rounds: count('Rounds until no other node fails: the depth of contagion. 0 in `least`.', 2),
  paidToNodes: money('Sum over the nodes.', '55'),
  paidOutside: money('Sum over the nodes.', '5'),
  equity: money('Sum over the nodes.', '12'),
  unpaid: money('Sum over the nodes.', '10'),
  cost: money('Sum over the nodes. Equity, payments outside and cost sum to the assets after losses.', '0'),
  fractions,
  nodes: Type.Array(ClearedNode, { description: 'In the order of the document.' }),
});

const clearing = <const Name extends string>(name: Name) =>
  Type.Object({
    method: Type.Literal(name, { description: 'As asked.', unit: 'word', examples: [name] }),
    digits: count('Decimals at which values are cut off.', 12),
    greatest: Vector,
    least: Vector,
    unique: flag('Whether the two are the same: there is one clearing vector.'),
    reason: oneOf(
      [...UNIQUENESS_REASONS],
      'Unique: `reachedByAssets`, each debtor has assets or owes, directly or through others, a node that has; `greatestEqualsLeast`, found by computing both. Several: `closedGroup`, nodes owe only one another and nothing reaches them; `selfFulfilling`, costs of failure make nodes fail that would stand if all were trusted.',
    ),
    differing: Type.Array(nodeId, { description: 'Nodes that pay less, or fail, in `least` only.' }),
  });

const FurfineAnswer = Type.Object({
  method: Type.Literal('furfine', { description: 'As asked.', unit: 'word', examples: ['furfine'] }),
  digits: count('Decimals at which values are cut off.', 12),
  failed: count('Nodes that fail.', 2),
  rounds: count('Rounds after the first failures.', 1),
  nodes: Type.Array(
    Type.Object({
      id: nodeId,
      openingEquity: money('What it has and is owed less what it owes, at face value.', '15'),
      loss: money('Lost on failed debtors.', '12'),
      equity: money('What is left; below 0 where more is lost than there was.', '3'),
      failed: flag('Whether it fails.'),
      round: round('0: among the first; 1: because of those; and so on. Null where it stands.'),
      fractions,
    }),
    { description: 'In the order of the document.' },
  ),
});

const DebtRankAnswer = Type.Object({
  method: Type.Literal('debtRank', { description: 'As asked.', unit: 'word', examples: ['debtRank'] }),
  valuation: oneOf([...DEBT_RANK_RULES], 'The rule that the figures are by. The rules disagree a lot.'),
  debtRank: part('Weighted part of equity that is lost beyond the shock.', 0.12),
  initial: part('Weighted part of equity that the shock takes.', 0.05),
  total: part('Both together.', 0.17),
  spectralRadius: float(
    'Of the leverage matrix (what j owes i over the equity of i). Above 1 the linear rule amplifies any shock until nodes fail.',
    { unit: 'ratio', example: 0.8 },
  ),
  spectralRadiusLower: float('A bound of it.', { unit: 'ratio', example: 0.8 }),
  spectralRadiusUpper: float('A bound of it.', { unit: 'ratio', example: 0.8 }),
  steps: count('Steps until nothing changed.', 20),
  converged: flag('Whether that was before the steps ran out.'),
  nodes: Type.Array(
    Type.Object({
      id: nodeId,
      shock: part('As given.', 0.2),
      distress: part('The part of its equity that is lost in the end, the shock included.', 0.3),
      weight: part('What it counts for.', 0.5),
    }),
    { description: 'In the order of the document.' },
  ),
});

const TargetAnswer = Type.Object({
  method: Type.Literal('greenwoodLandierThesmar', {
    description: 'As asked.',
    unit: 'word',
    examples: ['greenwoodLandierThesmar'],
  }),
  directLoss: amount('Lost to the shock.', 10),
  fireSaleLoss: amount('Lost to the sales.', 5),
  aggregateVulnerability: float('`fireSaleLoss` over the equity of all.', { unit: 'ratio', example: 0.08 }),
  nodes: Type.Array(
    Type.Object({
      id: nodeId,
      directLoss: amount('Lost to the shock.', 5),
      sale: amount('What it sells to return to its leverage.', 45),
      fireSaleLoss: amount('Lost to the sales of all.', 2),
      systemicness: float('What its sales cost all, over the equity of all.', {
        unit: 'ratio',
        example: 0.05,
      }),
      indirectVulnerability: float('Its `fireSaleLoss` over its own equity.', {
        unit: 'ratio',
        example: 0.2,
      }),
      soldOut: flag('It would have to sell more than it has.'),
    }),
    { description: 'In the order of the document.' },
  ),
  assets: Type.Array(
    Type.Object({
      id: assetId,
      sold: amount('Sold by all.', 50),
      impact: part('The part of its price that the sales take.', 0.05),
      worthless: flag('The sales take all of its price.'),
    }),
    { description: 'In the order of the document.' },
  ),
});

const ThresholdAnswer = Type.Object({
  method: Type.Literal('thresholdDeleveraging', {
    description: 'As asked.',
    unit: 'word',
    examples: ['thresholdDeleveraging'],
  }),
  directLoss: amount('Lost to the shock.', 10),
  fireSaleLoss: amount('Lost to the sales.', 5),
  quiet: flag('Nobody had to sell any more before the rounds ran out.'),
  nodes: Type.Array(
    Type.Object({
      id: nodeId,
      equity: amount('In the end; below 0 where more is lost than there was.', 7),
      directLoss: amount('Lost to the shock.', 3),
      fireSaleLoss: amount('Lost to the sales of all.', 1),
      held: amount('What is left that can be sold, at the last prices.', 60),
      leverage: orNull('Assets over equity in the end; null without equity.', 'ratio', 10, Type.Number()),
      state: oneOf(
        [...THRESHOLD_STATES],
        '`illiquid`: above the limit with nothing left to sell. `failed`: without equity.',
      ),
      failedRound: round('Round that took its equity, 0 for the shock; null where it has some.'),
    }),
    { description: 'In the order of the document.' },
  ),
  assets: Type.Array(Type.Object({ id: assetId, price: part('In the end, 1 before the shock.', 0.9) }), {
    description: 'In the order of the document.',
  }),
  rounds: Type.Array(
    Type.Object({
      loss: amount('Lost to its sales.', 2),
      sellers: Type.Array(nodeId, { description: 'Who sold.' }),
      sold: Type.Record(Type.String(), amount('Sold of the asset.', 30), { description: 'By asset.' }),
      prices: Type.Record(Type.String(), part('Price after it, 1 before the shock.', 0.95), {
        description: 'By asset.',
      }),
    }),
    { description: 'In order.' },
  ),
});

const OverlapAnswer = Type.Object({
  method: Type.Literal('overlap', { description: 'As asked.', unit: 'word', examples: ['overlap'] }),
  largestEigenvalue: amount('Of the matrix of overlaps: the standing indicator.', 22.8),
  nodes: Type.Array(
    Type.Object({
      id: nodeId,
      index: part('Its part in the vector of that eigenvalue, of length one.', 0.6),
      overlap: Type.Record(
        Type.String(),
        amount('What each of the two loses when the other sells all, where impact is linear.', 10),
        { description: 'With each node, itself included.' },
      ),
    }),
    { description: 'In the order of the document.' },
  ),
});

export const ContagionAnswer = Type.Union(
  [
    clearing('eisenbergNoe'),
    clearing('rogersVeraart'),
    FurfineAnswer,
    DebtRankAnswer,
    TargetAnswer,
    ThresholdAnswer,
    OverlapAnswer,
  ],
  { description: 'By `method`.' },
);

export type ContagionAnswer = Type.Static<typeof ContagionAnswer>;
export type ClearingAnswer = Extract<ContagionAnswer, { greatest: unknown }>;
export type ClearingVector = ClearingAnswer['greatest'];
