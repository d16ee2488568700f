/** The kinds of fields that only the documents on networks have. */
import Type from 'typebox';
import { CLOSED, decimal, id } from './calcSchemaField.js';

interface Notes {
  readonly unit: string;
  readonly example: number;
  readonly default?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A number in floating point, of a document or of an answer. */
export function float(description: string, { unit, example, ...rest }: Notes) {
  return Type.Number({ description, unit, examples: [example], ...rest });
}

export function count(description: string, example: number, more: object = {}) {
  return Type.Integer({ description, unit: 'count', examples: [example], minimum: 0, ...more });
}

export const MONEY = 'money, the same for all';
export const SHARE = 'fraction, 0 to 1';

const nodeId = () => id('Name of the node: an account, a pool, a fund, a venue.', 'pool-1');

const LIABILITIES =
  '`liabilities[i][j]` is what node i owes node j, nodes in the order of `nodes`; 0 where i is j.';

export const decimalLiabilities = () =>
  Type.Array(
    Type.Array(decimal('What i owes j, not below 0.', { unit: MONEY, example: '25' }), {
      description: 'What one node owes, a value for each node.',
    }),
    { description: LIABILITIES },
  );

export const floatLiabilities = () =>
  Type.Array(
    Type.Array(float('What i owes j, not below 0.', { unit: MONEY, example: 25 }), {
      description: 'What one node owes, a value for each node.',
    }),
    { description: LIABILITIES },
  );

/** A node of the exact methods. */
export const DebtNode = () =>
  Type.Object(
    {
      id: nodeId(),
      assets: decimal('What it has outside the network, after haircuts; not below 0.', {
        unit: MONEY,
        example: '30',
      }),
      loss: Type.Optional(
        decimal('A shock: what of its assets is lost first; from 0 to `assets`.', {
          unit: MONEY,
          example: '10',
          default: '0',
        }),
      ),
      outsideDebt: Type.Optional(
        decimal('What it owes outside the network, not below 0.', {
          unit: MONEY,
          example: '5',
          default: '0',
        }),
      ),
      outsideRank: Type.Optional(
        Type.Enum(['senior', 'pariPassu'], {
          description: '`senior`: paid before debts to nodes. `pariPassu`: with them, in proportion.',
          unit: 'word',
          examples: ['senior'],
          default: 'senior',
        }),
      ),
    },
    CLOSED,
  );

/** A node of DebtRank. */
export const EquityNode = () =>
  Type.Object(
    {
      id: nodeId(),
      equity: float('Its equity before the shock, above 0.', { unit: MONEY, example: 50 }),
      shock: Type.Optional(
        float('The part of its equity that it loses at first.', {
          unit: SHARE,
          example: 0.2,
          default: 0,
        }),
      ),
      weight: Type.Optional(
        float(
          'What it counts for in the totals, not below 0. Left out at every node: what the others owe it; at some: 0.',
          { unit: 'any, the same for all', example: 1 },
        ),
      ),
    },
    CLOSED,
  );

const heldFields = {
  id: nodeId(),
  holdings: Type.Record(
    Type.String(),
    float('What it holds of the asset at the prices before, not below 0.', { unit: MONEY, example: 100 }),
    { description: 'By id of the asset; an asset left out is not held.' },
  ),
};
const equity = float('Its equity before the shock, above 0 under target leverage.', {
  unit: MONEY,
  example: 50,
});

/** Nodes of the methods of fire sales. */
export const HoldingNode = () => Type.Object(heldFields, CLOSED);

export const TargetNode = () =>
  Type.Object(
    {
      ...heldFields,
      equity,
      targetLeverage: Type.Optional(
        float(
          'Debt over equity that it returns to, not below 0. Left out: that of its holdings and equity.',
          {
            unit: 'ratio',
            example: 9,
          },
        ),
      ),
    },
    CLOSED,
  );

export const ThresholdNode = () =>
  Type.Object(
    {
      ...heldFields,
      equity,
      unsellable: Type.Optional(
        float('Assets that it cannot sell, not below 0.', { unit: MONEY, example: 20, default: 0 }),
      ),
      loss: Type.Optional(
        float('What of `unsellable` is lost in the shock.', { unit: MONEY, example: 5, default: 0 }),
      ),
    },
    CLOSED,
  );

const assetId = id('Name of the asset.', 'BTC');
const depth = float(
  'Money that would move its price by all of itself if the first small step went on; above 0.',
  { unit: MONEY, example: 1000 },
);
const shock = Type.Optional(
  float('The part of its price that it loses first.', { unit: SHARE, example: 0.05, default: 0 }),
);

export const DepthAsset = () => Type.Object({ id: assetId, depth }, CLOSED);
export const ShockedAsset = () => Type.Object({ id: assetId, depth, shock }, CLOSED);
export const FlooredAsset = () =>
  Type.Object(
    {
      id: assetId,
      depth,
      shock,
      floor: Type.Optional(
        float('The part of its first price below which sales do not push it; under 1.', {
          unit: SHARE,
          example: 0.5,
          default: 0,
        }),
      ),
    },
    CLOSED,
  );
