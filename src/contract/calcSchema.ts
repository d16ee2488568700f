/**
 * The shape of calculator documents and of their answers, with the definition, unit and an example of each field.
 * Exact numbers are decimal strings: a JSON number has already been through a float.
 */
import type Type from 'typebox';
import { BookDocument } from './bookSchema.js';
import { type AccountAnswer, CalcAnswer, CalcRefusal, type ProfileAnswer } from './calcAnswerSchema.js';
import { CalcDocument } from './calcDocumentSchema.js';

export { BookDocument } from './bookSchema.js';
export { CalcAnswer, CalcRefusal } from './calcAnswerSchema.js';
export { CalcDocument } from './calcDocumentSchema.js';
export { type CalcScenarios, SCENARIO_PRESETS, type ScenarioPreset } from './calcScenarioSchema.js';
export type { WholeAccountAnswer, WholeAssetAnswer, WholePositionAnswer } from './wholeAnswerSchema.js';

export type CalcAsset = CalcDocument['assets'][number];
export type CalcInstrument = CalcDocument['instruments'][number];
export type CalcTier = NonNullable<CalcInstrument['tiers']>[number];
export type CalcMarginAccount = CalcDocument['marginAccounts'][number];
export type CalcPosition = CalcMarginAccount['positions'][number];
export type CalcOrder = NonNullable<CalcMarginAccount['orders']>[number];
/** Of an isolated account with at most one linear or inverse position and nothing else. */
export type CalcAccountAnswer = Type.Static<typeof AccountAnswer>;
export type CalcPositionAnswer = CalcAccountAnswer['positions'][number];
export type CalcProfileAnswer = Type.Static<typeof ProfileAnswer>;
export type CalcWarning = CalcAnswer['warnings'][number];

/** The published schema: of both forms of a document, with those of the two possible answers under `$defs`. */
export function calcJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead calc',
    description:
      'One document of JSON, or one a line: `#/$defs/document` with `marginAccounts`, or `#/$defs/book`, one account written flat, with `positions`. Each is answered by one object: `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    type: 'object',
    anyOf: [{ $ref: '#/$defs/document' }, { $ref: '#/$defs/book' }],
    $defs: { document: CalcDocument, book: BookDocument, answer: CalcAnswer, refusal: CalcRefusal },
  };
}
