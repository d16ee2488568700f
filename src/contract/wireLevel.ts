/** The JSON form of isolation levels. */
import Type from 'typebox';
import { ISOLATION_LEVELS } from '../isolation/index.js';
import { closed, count, id, label, leverage, orNull, signedRate, timeMs, word } from './wireField.js';

const kind = <K extends string>(name: K) =>
  Type.Literal(name, { description: 'Kind of the command.', unit: 'word', examples: [name] });

const reason = Type.Object(
  {
    driver: label('What was read: letters and digits, beginning with a letter.', 'volatilityRatio'),
    reading: orNull(signedRate('What it read; null: no data.', { example: '1.9', core: 'readingPpm' }), {
      core: 'readingPpm',
      isInExample: true,
    }),
    stress: orNull(
      signedRate('The stress that follows from it, or the score; null: none.', {
        example: '3.6',
        core: 'stressPpm',
      }),
      { core: 'stressPpm', isInExample: true },
    ),
  },
  closed('One number that spoke for the level.'),
);

export const WIRE_LEVELS = {
  setIsolationLevel: Type.Object(
    {
      kind: kind('setIsolationLevel'),
      instrument: id('The instrument; not a spot pair.', 'BTC-PERP'),
      level: word(ISOLATION_LEVELS, 'How much sharing it is allowed, from the most to the least.'),
      revision: count('One more than that of the change before; the first is 1.', {
        minimum: 1,
        maximum: 4_294_967_295,
        example: 1,
      }),
      reasons: Type.Array(reason, {
        description: 'The numbers that decided: they are kept with the level.',
        minItems: 1,
        maxItems: 32,
      }),
      effectiveMs: orNull(
        timeMs(
          'From then on for opening, removal and the waterfall; null: at once, or where the level comes down after the shortest notice, 24 hours.',
        ),
        { isInExample: true },
      ),
      graceUntilMs: timeMs(
        'Until then positions that are open keep their place and their maintenance margin; before effectiveMs: no grace.',
      ),
    },
    closed(
      'Sets how much sharing an instrument is allowed: up at once, down after notice. The level in force, said again, takes back what was announced.',
    ),
  ),
  setCarveConsent: Type.Object(
    {
      kind: kind('setCarveConsent'),
      account: id('The cross or portfolio account.', 'ada-cross'),
      leverage: orNull(
        leverage('Of the isolated accounts that positions are carved into; null takes the consent back.', {
          example: '10',
          core: 'leveragePpm',
        }),
        { core: 'leveragePpm', isInExample: true },
      ),
    },
    closed(
      'Lets the engine carve a position out of the account when its instrument is raised beyond cross and both accounts can stand.',
    ),
  ),
} as const;
