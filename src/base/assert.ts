/**
 * The assertion that stays on. A failure means a law of the engine is broken: nothing may catch it and
 * carry on with the state that broke it.
 */
export class BrokenAssertion extends Error {
  override readonly name: string = 'BrokenAssertion';
}

/** On a hot path give the message as a function: its text is then made only when it is needed. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new BrokenAssertion(typeof message === 'string' ? message : message());
}

/** Marks a branch the compiler has proved unreachable. */
export function unreachable(value: never): never {
  throw new BrokenAssertion(`unreachable: ${String(value)}`);
}
