/** Reads values by a schema. */
import type Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { err, ok, type Result } from '../base/index.js';
import { schemaIssues } from './schemaIssues.js';
import type { Issues } from './wireCommand.js';

/** A value that has the shape, or what is wrong with it. */
export type Reader<T> = (value: unknown) => Result<T, Issues>;

export function reader<S extends Type.TSchema>(schema: S): Reader<Type.Static<S>> {
  const validator = Compile(schema) as unknown as Validator;
  return (value) => {
    if (validator.Check(value)) return ok(value as Type.Static<S>);
    return err(schemaIssues(validator.Errors(value), value));
  };
}
