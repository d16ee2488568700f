/** Chart of accounts, balances and the trial balance. */
export * from './chart.js';
export * from './ledger.js';
export * from './trialBalance.js';
