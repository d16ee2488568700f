/** The JSON form of who bears a pool's losses, and of who gives lots in a deleveraging. */
import Type from 'typebox';
import { DELEVERAGE_KINDS } from '../engine/waterfallFields.js';
import {
  DELEVERAGE_SCORES,
  LAYER_ALLOCATIONS,
  LAYER_KINDS,
  LAYER_PAYERS,
  LAYER_SCOPES,
  LOSS_CAUSES,
} from '../liquidation/index.js';
import { amount, closed, count, label, orNull, rate, word } from './wireField.js';

const LAYERS_MAX = LAYER_KINDS.length;
const LOTS_MAX = 1_000_000_000;

const WireLayer = Type.Object(
  {
    name: label('Its name in the list; begins with a letter.', 'fund'),
    kind: word(
      LAYER_KINDS,
      "account: own money of who lost. insuranceFund: the pool's fund. topUp: venue capital, into the fund before it pays. lenders: of the asset. deleveraging: profit that winners forgo. lossSharing: gains in the pool. clawback: what accounts of the same client or group gained by fills with who lost.",
    ),
    scope: word(LAYER_SCOPES, 'Whose it is: that of its kind, stated.'),
    payers: word(LAYER_PAYERS, 'Who pays: those of its kind, stated.'),
    share: Type.Optional(
      rate('The part of what it holds that one loss may use, rounded down.', {
        example: '0.5',
        core: 'sizePpm',
        default: '1',
      }),
    ),
    cap: orNull(
      amount('Most that one loss may use; null: no cap. A topUp has one.', {
        example: '1000',
        core: 'capMinor',
      }),
    ),
    instrumentCap: orNull(
      amount('Most that all losses of one instrument may use; null: no cap.', {
        example: '5000',
        core: 'instrumentCapMinor',
      }),
    ),
    allocation: word(
      LAYER_ALLOCATIONS,
      'single: one payer. proRata: by weight. queue: highest first. That of its kind; of deleveraging that of its policy.',
    ),
    causes: Type.Optional(
      Type.Array(word(LOSS_CAUSES, 'Where a loss came from.'), {
        description: 'Only losses of these causes; none given: of any. Lenders bear those of borrow alone.',
        default: [],
        maxItems: LOSS_CAUSES.length,
      }),
    ),
    lossAbove: Type.Optional(
      amount('Only where more than this is left when its turn comes.', {
        example: '10',
        core: 'lossAboveMinor',
        default: '0',
      }),
    ),
  },
  closed('One layer.'),
);

const WireDeleveraging = Type.Object(
  {
    kind: word(
      DELEVERAGE_KINDS,
      'queue: down a ranking. proRata: the same share of every winner. cappedProRata: up to a cap. riskAware: by effective leverage, up to a cap.',
    ),
    score: orNull(word(DELEVERAGE_SCORES, 'Of a queue: which score ranks; null of the others.'), {
      isInExample: true,
    }),
    maxShare: Type.Optional(
      rate('Most of one position.', { example: '0.5', core: 'maxSharePpm', default: '1' }),
    ),
    maxLots: orNull(
      count(
        'Most lots of one position; null: no limit but the share.',
        { minimum: 1, maximum: LOTS_MAX, example: 100 },
        'bigCount',
      ),
    ),
  },
  closed('Who gives lots when fund and venue cannot cover a takeover.'),
);

export const WireWaterfall = Type.Object(
  {
    revision: count('One more than that of the last policy; the first is 1.', {
      minimum: 1,
      maximum: 4_294_967_295,
      example: 1,
    }),
    layers: Type.Array(WireLayer, {
      description: 'In order: own account; fund and top-up; lenders and deleveraging; loss sharing.',
      minItems: 1,
      maxItems: LAYERS_MAX,
    }),
    deleveraging: WireDeleveraging,
  },
  closed("Who bears a pool's losses in an asset."),
);
