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
  entry('serve', 'answer commands and queries over HTTP, durably', () =>
    import('./serve.js').then((file) => ({ run: file.serve, help: file.serveHelp })),
  ),
  entry('config', 'settings of the service: show where each comes from, check them', () =>
    import('./config.js').then((file) => ({ run: file.config, help: file.configHelp })),
  ),
  entry('backup', 'a copy of a running service: journal, keys, audit', () =>
    import('./backup.js').then((file) => ({ run: file.backup, help: file.backupHelp })),
  ),
  entry('restore', 'a folder to start a service from, out of a backup', () =>
    import('./backup.js').then((file) => ({ run: file.restore, help: file.restoreHelp })),
  ),
  entry('calc', 'margin, liquidation price and removable collateral of positions in a file', () =>
    import('./calc.js').then((file) => ({ run: file.calc, help: file.calcHelp })),
  ),
  entry(
    'analyze',
    "what CCXT's positions require, where they are liquidated, where the venue says otherwise",
    () => import('./analyze.js').then((file) => ({ run: file.analyze, help: file.analyzeHelp })),
  ),
  entry('waterfall', 'who pays a loss: layers, what each holds, and the loss in a file', () =>
    import('./waterfall.js').then((file) => ({ run: file.waterfall, help: file.waterfallHelp })),
  ),
  entry('adl', 'who would be deleveraged, by how much and why: positions in a file', () =>
    import('./adl.js').then((file) => ({ run: file.adl, help: file.adlHelp })),
  ),
  entry('simulate', 'play price history through the engine and say who lost what', () =>
    import('./simulate.js').then((file) => ({ run: file.simulate, help: file.simulateHelp })),
  ),
  entry('stress', 'a crisis over a book: what isolation saves and what it costs', () =>
    import('./stress.js').then((file) => ({ run: file.stress, help: file.stressHelp })),
  ),
  entry('warn', 'how near a book is to spreading losses, before anything has happened', () =>
    import('./warn.js').then((file) => ({ run: file.warn, help: file.warnHelp })),
  ),
  entry('contagion', 'how failures and losses spread over a network of debts or holdings in a file', () =>
    import('./contagion.js').then((file) => ({ run: file.contagion, help: file.contagionHelp })),
  ),
  entry('risk', 'value at risk and shortfall of positions from their history, and what makes them', () =>
    import('./risk.js').then((file) => ({ run: file.risk, help: file.riskHelp })),
  ),
  entry('backtest', 'forecasts of risk beside what happened: every test with its p-value', () =>
    import('./backtest.js').then((file) => ({ run: file.backtest, help: file.backtestHelp })),
  ),
  entry('levels', 'how far each instrument would have been kept apart over a price history, and why', () =>
    import('./levels.js').then((file) => ({ run: file.levels, help: file.levelsHelp })),
  ),
  entry('plan', 'which positions of a book belong in one margin account, and how sure that is', () =>
    import('./plan.js').then((file) => ({ run: file.plan, help: file.planHelp })),
  ),
  entry('candles', 'price files from a venue, through CCXT where that is installed', () =>
    import('./candles.js').then((file) => ({ run: file.candles, help: file.candlesHelp })),
  ),
  entry('feed', 'the marks of a venue into a running service, through CCXT where that is installed', () =>
    import('./feed.js').then((file) => ({ run: file.feed, help: file.feedHelp })),
  ),
  entry('verify', 'audit a journal: bytes, chain, decisions, hashes, laws', () =>
    import('./verify.js').then((file) => ({ run: file.verify, help: file.verifyHelp })),
  ),
  entry('replay', 'the records of a journal, or the state they lead to', () =>
    import('./replay.js').then((file) => ({ run: file.replay, help: file.replayHelp })),
  ),
  entry('rebuild', 'a new journal out of the records of another, such as one of an older version', () =>
    import('./rebuild.js').then((file) => ({ run: file.rebuild, help: file.rebuildHelp })),
  ),
  entry('explain', 'what happened to one margin account and why, or what a wrong mark did', () =>
    import('./explain.js').then((file) => ({ run: file.explain, help: file.explainHelp })),
  ),
];

function entry(name: string, summary: string, load: Command['load']): Command {
  return { name, summary, load };
}
