/** The shape of the answer to a waterfall question. */
import Type from 'typebox';
import { LAYER_KINDS, LAYER_PAYERS, LAYER_SCOPES } from '../liquidation/index.js';
import { amountText, oneOf } from './calcSchemaField.js';

const ASSET = 'the asset';

const LayerAnswer = Type.Object({
  name: amountText('Name of the layer.', 'name', 'fund'),
  kind: oneOf([...LAYER_KINDS], 'What it is.'),
  scope: oneOf([...LAYER_SCOPES], 'Whose it is.'),
  payers: oneOf([...LAYER_PAYERS], 'Who pays.'),
  state: oneOf(
    ['paid', 'atLimit', 'notNeeded', 'notTriggered', 'empty'],
    '`paid`: less than its limit. `atLimit`: all it may. `notNeeded`: nothing was left. `notTriggered`: not for this loss. `empty`: nothing to pay with.',
  ),
  limit: amountText('Most that it may pay of this loss.', ASSET, '100'),
  pays: amountText('What it pays.', ASSET, '100'),
  left: amountText('What is left of the loss after it.', ASSET, '300'),
  holders: Type.Array(
    Type.Object({
      id: amountText('Who pays.', 'id', 'bob-1'),
      pays: amountText('How much.', ASSET, '49'),
    }),
    {
      description:
        'By id, without those who pay nothing; of `holds` the one payer goes by the name of the layer, of the own account by that of the loss.',
    },
  ),
});

export const WaterfallAnswer = Type.Object({
  hash: amountText(
    'Of the policy: revision, layers and deleveraging, not of what they hold.',
    'hexadecimal',
    '00112233445566778899aabbccddeeff',
  ),
  revision: Type.Integer({ description: 'As given.', unit: 'count', examples: [1] }),
  asset: Type.Union([Type.String(), Type.Null()], {
    description: 'As given.',
    unit: 'id',
    examples: ['USDT'],
  }),
  loss: amountText('As given.', ASSET, '400'),
  paid: amountText('What the layers pay together.', ASSET, '400'),
  remainder: amountText(
    'What no layer could pay: an open deficit of the account, inside its pool.',
    ASSET,
    '0',
  ),
  layers: Type.Array(LayerAnswer, { description: 'In order.' }),
  postings: Type.Array(
    Type.Object({
      phase: oneOf(['topUp', 'in', 'out'], 'Top-up into the fund, money into the pool, money out of it.'),
      from: amountText('Layer, or "pool".', 'name', 'fund'),
      payer: amountText('Who of the layer; the layer itself where it has no holders.', 'id', 'bob-1'),
      to: amountText('"pool", "owed" for those the pool owes, or the fund.', 'name', 'pool'),
      amount: amountText('How much.', ASSET, '100'),
    }),
    { description: 'In the order in which they must be made: money in before money out.' },
  ),
  fund: Type.Union(
    [
      Type.Object({
        opening: amountText('As given.', ASSET, '100'),
        totals: Type.Array(
          Type.Object({
            kind: amountText('Kind of line.', 'word', 'fees'),
            amount: amountText('Sum of its lines.', ASSET, '20'),
          }),
          { description: 'Kinds that occurred.' },
        ),
        closing: amountText('As given, and as the lines lead to.', ASSET, '120'),
      }),
      Type.Null(),
    ],
    { description: 'The roll-forward, where the document has one.' },
  ),
});

export type WaterfallAnswer = Type.Static<typeof WaterfallAnswer>;
