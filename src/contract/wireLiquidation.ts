/** The JSON form of how a pool liquidates, and of circuit breakers. */
import Type from 'typebox';
import { closed, count, rate, TIME_MAX_MS } from './wireField.js';

const LOTS_MAX = 1_000_000_000;

const health = (what: string, example: string, core: string) => rate(what, { example, core });

export const WireLiquidationPolicy = Type.Object(
  {
    warningHealth: health(
      'A warning is sent where the account would be liquidatable by this multiple of its maintenance rates; 0: none.',
      '2',
      'warningHealthPpm',
    ),
    callHealth: health('The same for the margin call; not above the warning.', '1.25', 'callHealthPpm'),
    targetHealth: health('Health at which a reduction has done enough; above 1.', '1.5', 'targetHealthPpm'),
    closeOutHealth: health(
      'At or under this health what is left is taken over at once, whatever the pace; 1: always.',
      '0.5',
      'closeOutHealthPpm',
    ),
    stepShare: rate('Of a position, the most that one order closes.', { example: '0.25', core: 'stepPpm' }),
    minStepLots: count(
      'The smallest order, in lots of its instrument; where less would be left the position is closed whole.',
      { minimum: 0, maximum: LOTS_MAX, example: 1 },
      'bigCount',
    ),
    slippage: rate(
      'How far from the mark an order may trade; never so far that it takes more than the account has.',
      { example: '0.005', core: 'slippagePpm' },
    ),
    feeRate: rate("Of the value closed, to the pool's fund; at most what the account has left.", {
      example: '0.002',
      core: 'feePpm',
    }),
    orderLifeMs: count(
      'An order nobody has filled by then means takeover, unless the account is no longer liquidatable; milliseconds.',
      {
        minimum: 1,
        maximum: TIME_MAX_MS,
        example: 5_000,
      },
    ),
    pauseMs: count('From one order to the next of the same account or takeover; milliseconds.', {
      minimum: 0,
      maximum: TIME_MAX_MS,
      example: 1_000,
    }),
  },
  closed('How a pool liquidates.'),
);

export const WireBreaker = Type.Object(
  {
    band: rate('A mark further than this from the first of its window trips it.', {
      example: '0.1',
      core: 'bandPpm',
    }),
    windowMs: count('Length of a window; milliseconds.', {
      minimum: 1,
      maximum: TIME_MAX_MS,
      example: 300_000,
    }),
    coolDownMs: count('How long the instrument is halted; milliseconds.', {
      minimum: 1,
      maximum: TIME_MAX_MS,
      example: 60_000,
    }),
  },
  closed('A circuit breaker.'),
);
