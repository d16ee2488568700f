/** The contract: the JSON form of commands, events, refusals and views, shared by server, command line and console. */
export * from './accountReasons.js';
export * from './accountView.js';
export * from './calc.js';
export * from './commandView.js';
export * from './errors.js';
export * from './eventView.js';
export * from './explainAccount.js';
export type * from './json.js';
export * from './jsonText.js';
export * from './problem.js';
export * from './recordView.js';
export * from './rejectionView.js';
export * from './venueViews.js';
export * from './wireCommand.js';
export * from './wireEnvelope.js';
export * from './wireField.js';
export * from './wireInstrument.js';
export * from './wireSchema.js';
