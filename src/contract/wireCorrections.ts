/** The JSON form of corrections: proposed by one operator, approved by another. */
import Type from 'typebox';
import { LEGS } from '../margin/index.js';
import {
  amount,
  closed,
  count,
  id,
  indexPrice,
  markPrice,
  orNull,
  PARTY_PATTERN,
  price,
  quantity,
  timeMs,
  word,
} from './wireField.js';

const proposal = id('The proposal.', 'fix-1');
const operator = (what: string) => id(what, 'ops-ann');
const instrument = id('The instrument.', 'BTC-PERP');
const sequence = (what: string) =>
  count(what, { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, example: 4711 });

const PROPOSED = {
  proposal: id('Id of the proposal.', 'fix-1'),
  operator: operator('Who proposes it.'),
  expiresMs: timeMs('Until when it may be approved.'),
} as const;

const CAPS = {
  fundCap: Type.Optional(
    amount("The most that the pool's insurance fund may pay; settlement asset.", {
      example: '1000',
      core: 'fundCapMinor',
      default: '0',
      isInExample: true,
    }),
  ),
  venueCap: Type.Optional(
    amount('The most that venue capital may pay after it.', {
      example: '500',
      core: 'venueCapMinor',
      default: '0',
      isInExample: true,
    }),
  ),
} as const;

const holder = (side: string, example: string) =>
  Type.Optional(id(`Who ${side}: a margin account; left out where it was none.`, example));
const leg = Type.Optional(word(LEGS, 'The leg that traded.', { default: 'net' }));

const kind = <K extends string>(name: K) =>
  Type.Literal(name, { description: 'Kind of the command.', unit: 'word', examples: [name] });

export const WIRE_CORRECTIONS = {
  proposeTradeBust: Type.Object(
    {
      kind: kind('proposeTradeBust'),
      ...PROPOSED,
      instrument,
      sequence: sequence('Record of the fill.'),
      price: price('What it traded at.', { example: '43000', core: 'priceTicks' }),
      quantity: quantity('How much traded.', { example: '0.5', core: 'lots' }),
      buyer: holder('bought', 'ada-1'),
      buyerLeg: leg,
      seller: holder('sold', 'bob-1'),
      sellerLeg: leg,
      fairPrice: price('What it should have traded at.', { example: '42000', core: 'fairTicks' }),
      ...CAPS,
    },
    closed(
      'Proposes to bust a fill: traded back at its own price where both holders can, else who was hurt gets the difference.',
      'instrument',
    ),
  ),
  proposeMarkCorrection: Type.Object(
    {
      kind: kind('proposeMarkCorrection'),
      ...PROPOSED,
      instrument,
      sequence: sequence('Record of the first wrong mark.'),
      fromMs: timeMs('From when the wrong mark stood.'),
      toMs: orNull(timeMs('Until when; null: it still stands, and the right one takes its place.'), {
        isInExample: true,
      }),
      wrongPrice: markPrice('The wrong mark.', { example: '30000', core: 'wrongTicks' }),
      rightPrice: markPrice('The right one.', { example: '43000', core: 'rightTicks' }),
      indexPrice: Type.Optional(
        indexPrice('Of an option the right price of its underlying; of others 0 or left out.', {
          example: '0',
          core: 'indexTicks',
          default: '0',
        }),
      ),
    },
    closed('Proposes to correct a mark that was wrong for a time.', 'instrument'),
  ),
  proposeReversal: Type.Object(
    {
      kind: kind('proposeReversal'),
      ...PROPOSED,
      instrument,
      takeover: id('The takeover of an isolated account.', 'main#3', PARTY_PATTERN),
      correctedBy: id('The approved correction of the mark that it came of.', 'fix-1'),
      ...CAPS,
    },
    closed(
      'Proposes to reverse a takeover at a mark that was corrected: what is still there goes back, the rest is made good.',
      'instrument',
    ),
  ),
  approve: Type.Object(
    { kind: kind('approve'), proposal, operator: operator('Who approves: not who proposed it.') },
    closed('Carries a proposed correction out, on the state as it is now.'),
  ),
  withdrawProposal: Type.Object(
    { kind: kind('withdrawProposal'), proposal, operator: operator('Who withdraws it.') },
    closed('Takes a proposal back, or turns it down.'),
  ),
} as const;
