/**
 * The assertion that stays on. A failure means a law of the engine is broken: nothing may catch it and
 * carry on with the state that broke it.
 */
export class BrokenAssertion extends Error {
  override readonly name: string = 'BrokenAssertion';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new BrokenAssertion(message);
}

/** Marks a branch the compiler has proved unreachable. */
export function unreachable(value: never): never {
  throw new BrokenAssertion(`unreachable: ${String(value)}`);
}
