/** The laws in words. Their sentences in the code are found by their numbers. */

export interface Law {
  readonly number: number;
  readonly name: string;
  readonly statement: string;
  /** How it is kept and where it is shown. */
  readonly kept: string;
}

export const LAWS: readonly Law[] = [
  {
    number: 1,
    name: 'The books balance',
    statement:
      'Every movement takes from one account what it gives to another in the same asset. All balances of an asset sum to zero: the external account is the mirror of everything inside.',
    kept: 'By construction in [ledger.ts](../../src/ledger/ledger.ts), and against a running total per asset after each event. Venue-wide: the engine stops.',
  },
  {
    number: 2,
    name: 'Positions and money mirror each other',
    statement:
      "Signed lots of an instrument sum to zero. In each pool and asset: settlement = -(sum of signed cost), with no mark in it; funding = -(sum of uncollected accruals, with the dust); liquidation = collateral of the open takeovers; the outside's account is never below zero, its gain waits there until the pool has the cash.",
    kept: 'Against running totals after each event. One pool: it is halted.',
  },
  {
    number: 3,
    name: 'Nobody owes by accident',
    statement:
      'No wallet, no margin account, no fund and no fee account is ever negative. What an account cannot pay is recognised as a receivable of its pool, with its cause, before it is paid.',
    kept: 'At each posting, in [ledger.ts](../../src/ledger/ledger.ts), for the kinds listed in [chart.ts](../../src/ledger/chart.ts).',
  },
  {
    number: 4,
    name: 'Noninterference',
    statement:
      "A margin account is a function of its own commands, the flows posted to it, and the public inputs: marks, funding, parameters, the pool's gate. Erase every command of one pool from a history, and as long as the allocations to another are still accepted, the other ends with the same hash. A client's wallet and other accounts are untouched by any loss of one. Venue capital that a pool's losses may use is reserved for that pool, and a reserve that is granted is such an allocation.",
    kept: 'A property of runs: shown by histories replayed with parts left out, compared with `poolHash` and `accountHash` of [stateHash.ts](../../src/engine/stateHash.ts).',
  },
  {
    number: 5,
    name: 'A loss stays in its pool and is paid once',
    statement:
      'A deficit is paid by the pool that has it: by its fund, by what winners forgo in deleveraging, by what gains share. Payments never exceed the deficit, and the receivable is what is still open. The insurance fund is what came into it less what went out, line by line.',
    kept: 'Against a running total per pool and asset after each event, and at each payment in [evolve.ts](../../src/engine/evolve.ts). One pool: it is halted.',
  },
  {
    number: 6,
    name: 'The estimate is the engine',
    statement:
      'One predicate on unrounded whole numbers decides about liquidation. At the price that is shown the account is liquidatable, one mark tick nearer it is not.',
    kept: 'Asserted whenever a price is computed, in [liquidationPrice.ts](../../src/margin/liquidationPrice.ts), against the predicate of [health.ts](../../src/margin/health.ts).',
  },
  {
    number: 7,
    name: 'Same commands, same everything',
    statement: 'The same commands give the same events and the same state hash, on every machine.',
    kept: 'The core knows no clock, no chance, no float and no order of iteration; `verify` decides every command of a journal again and compares bytes and hashes ([verify.ts](../../src/journal/verify.ts)).',
  },
  {
    number: 8,
    name: "No pool spends another's cash",
    statement:
      'In each pool and asset the sum of the balances inside the pool is never negative. A pool is sound while its fund, less what its takeovers are short of, less open deficits, less what queued accounts are short of, is not negative and every instrument with open interest has a usable mark. While it is not sound no account takes out more than it brought, and the fund pays nobody outside.',
    kept: 'The cash against a running total after each event; soundness in [soundness.ts](../../src/engine/soundness.ts), asked wherever money leaves the pool. One pool: it is halted.',
  },
];
