/** The file that tells `bulkhead serve` to propose and apply margin rates by itself: how often, from what, and within which limits. */
import Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { err, ok, type Result } from '../base/index.js';
import { TAIL_MODEL_NAMES } from '../risk/index.js';
import type { Issue } from './errors.js';
import { schemaIssues } from './schemaIssues.js';

const hours = (description: string, minimum: number) => Type.Number({ description, minimum, maximum: 8_760 });

export const RiskSchedule = Type.Object(
  {
    everyHours: hours('Between two proposals; the first is made at the start.', 0.01),
    prices: Type.Optional(
      Type.String({
        description: 'Folder of price files; left out: the candles of the own marks.',
        minLength: 1,
      }),
    ),
    liquidity: Type.Optional(Type.String({ description: 'File of volumes and spreads.', minLength: 1 })),
    scenarioPools: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description:
          'Pools whose portfolio accounts get scenario sets; their vectors are sent anew every vectorSeconds.',
        maxItems: 100,
        uniqueItems: true,
      }),
    ),
    vectorSeconds: Type.Optional(
      Type.Integer({
        description: 'Between two sendings of vectors; 60 when left out.',
        minimum: 1,
        maximum: 86_400,
      }),
    ),
    model: Type.Optional(Type.Enum([...TAIL_MODEL_NAMES], { description: 'filtered when left out.' })),
    riseMax: Type.Number({
      description: 'Most that a rate may rise at a time, as a share of what it is.',
      minimum: 0,
      maximum: 100,
    }),
    fallMax: Type.Number({ description: 'Most that it may fall.', minimum: 0, maximum: 1 }),
    noticeHours: hours('Until the rates count for opening.', 0),
    graceHours: hours('From then until they count for liquidation.', 0),
    liquidatableMax: Type.Integer({
      description: 'Accounts that one change may make liquidatable; more, and nothing is applied.',
      minimum: 0,
      maximum: 1_000_000_000,
    }),
  },
  { additionalProperties: false },
);
export type RiskSchedule = Type.Static<typeof RiskSchedule>;

let compiled: Validator | undefined;

export function readRiskSchedule(value: unknown): Result<RiskSchedule, readonly [Issue, ...Issue[]]> {
  compiled ??= Compile(RiskSchedule);
  return compiled.Check(value) ? ok(value as RiskSchedule) : err(schemaIssues(compiled.Errors(value), value));
}
