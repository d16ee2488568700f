/** The table of subcommands: one line each, in the order of the help. */
import type { Io } from './io.js';

/** What a subcommand's file offers. */
export interface CommandModule {
  /** Answers with an exit code: 0 done, 1 refused or failed check, 2 wrong usage. */
  readonly run: (args: readonly string[], io: Io) => Promise<number>;
  /** The page of `bulkhead NAME --help`: usage, options, examples. */
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Loaded when asked for: a short command does not wait for the service's libraries. */
  readonly load: () => Promise<CommandModule>;
}

export const COMMANDS: readonly Command[] = [
  entry('calc', 'margin, liquidation price and removable collateral of positions in a file', () =>
    import('./calc.js').then((file) => ({ run: file.calc, help: file.calcHelp })),
  ),
  entry('simulate', 'play price history through the engine and say who lost what', () =>
    import('./simulate.js').then((file) => ({ run: file.simulate, help: file.simulateHelp })),
  ),
];

function entry(name: string, summary: string, load: Command['load']): Command {
  return { name, summary, load };
}
