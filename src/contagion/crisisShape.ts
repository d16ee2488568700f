/** Whether a value has the shape of a crisis file; if not, the innermost place where it has not. */
import { Errors } from 'typebox/value';
import type { CrisisFault } from './crisis.js';
import { crisisSchema } from './crisisSchema.js';

export function shapeFault(value: unknown): CrisisFault | null {
  const [first] = Errors(crisisSchema, value).sort((a, b) => depth(b.instancePath) - depth(a.instancePath));
  if (first === undefined) return null;
  const params = first.params as {
    readonly requiredProperties?: readonly string[];
    readonly allowedValues?: readonly string[];
  };
  const missing = params.requiredProperties?.[0];
  if (missing !== undefined) return { path: `${first.instancePath}/${missing}`, rule: 'is missing' };
  if (first.keyword === 'boolean') return { path: first.instancePath, rule: 'is no field of a crisis file' };
  if (first.keyword === 'pattern')
    return { path: first.instancePath, rule: 'is not written as this field needs it' };
  const allowed = params.allowedValues === undefined ? '' : `: ${params.allowedValues.join(', ')}`;
  return { path: first.instancePath, rule: `${first.message}${allowed}` };
}

function depth(path: string): number {
  return path.split('/').length;
}
