/** The two ways a subcommand ends early on purpose. Anything else that is thrown is a fault of the program. */

export const EXIT_DONE = 0;
/** Refused input, or a check that failed. */
export const EXIT_REFUSED = 1;
/** The command line itself is wrong. */
export const EXIT_USAGE = 2;

/** The command line is wrong: exit 2, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The input was understood and is refused: exit 1. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly code: string;
  readonly context: Readonly<Record<string, string>>;

  constructor(code: string, message: string, context: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.context = context;
  }
}
