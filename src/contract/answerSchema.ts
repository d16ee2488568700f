/** The schemas of answers, made of their types by tools/answerSchemas.ts, in the form of OpenAPI components. */
import document from './answerSchemas.json' with { type: 'json' };
import type { AnswerName } from './answers.js';
import type { JsonObject } from './json.js';

interface AnswerSchemas {
  readonly answers: Readonly<Record<AnswerName, JsonObject>>;
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

export const ANSWER_SCHEMAS = document as unknown as AnswerSchemas;
