/** A confidence that the program itself writes down; what comes from outside goes through `readConfidence`. */
import { type Confidence, readConfidence } from './tailCount.js';

export function confidenceOf(text: string): Confidence {
  const read = readConfidence(text);
  if (!read.ok) throw new RangeError(`no confidence: ${text}`);
  return read.value;
}
