/** The stateless questions on contagion: one document in, one object out, whatever the text holds. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { Result } from '../base/result.js';
import { oneOf } from './calcSchemaField.js';
import type { ContagionAnswer } from './contagionAnswerSchema.js';
import { answerClearing } from './contagionClearing.js';
import { answerDebtRank } from './contagionDistress.js';
import { type ContagionFault, contagionFault } from './contagionFaults.js';
import { answerFireSale } from './contagionSales.js';
import {
  CONTAGION_DOCUMENTS,
  CONTAGION_METHODS,
  type ContagionDocument,
  type ContagionMethod,
} from './contagionSchema.js';
import { type ContainmentRefusal, containmentRefusal, readDocument } from './containmentFault.js';
import { hasFiniteNumbers } from './finiteNumbers.js';

/** What every document has: which shape the rest must be of. */
const HEAD = Compile(Type.Object({ method: oneOf([...CONTAGION_METHODS], 'Which question is asked.') }));
const VALIDATORS = new Map(
  CONTAGION_METHODS.map((method) => [method, Compile(CONTAGION_DOCUMENTS[method] as Type.TSchema)] as const),
);

/** Never throws on account of its input. */
export function answerContagion(text: string): ContagionAnswer | ContainmentRefusal {
  const head = readDocument(text, HEAD);
  if (!head.ok) return containmentRefusal(head.error);
  const { method } = head.value as { readonly method: ContagionMethod };
  const validator = VALIDATORS.get(method) as NonNullable<ReturnType<typeof VALIDATORS.get>>;
  const read = readDocument(text, validator);
  if (!read.ok) return containmentRefusal(read.error);
  const answer = answerOf(read.value as ContagionDocument);
  if (!answer.ok) return containmentRefusal(answer.error);
  return hasFiniteNumbers(answer.value)
    ? answer.value
    : containmentRefusal(contagionFault('result_not_finite', ''));
}

function answerOf(document: ContagionDocument): Result<ContagionAnswer, ContagionFault> {
  switch (document.method) {
    case 'eisenbergNoe':
    case 'rogersVeraart':
    case 'furfine':
      return answerClearing(document);
    case 'debtRank':
      return answerDebtRank(document);
    default:
      return answerFireSale(document);
  }
}
