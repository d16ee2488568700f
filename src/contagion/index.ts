/** Contagion: what a crisis does to a book of accounts, with and without isolation. */

export * from './book.js';
export * from './bookCommands.js';
export { type BookFault, checkBook } from './bookFaults.js';
export * from './bookGenerator.js';
export * from './bookOfState.js';
export * from './crisis.js';
export { REQUIRED_FIGURES } from './crisisFaults.js';
export * from './crisisLibrary.js';
export * from './crisisPath.js';
export * from './crisisSchema.js';
export * from './generateBook.js';
export * from './impact.js';
export * from './impactBook.js';
export * from './impactStress.js';
export { SIDES, type Side } from './impactTicks.js';
export * from './orderBook.js';
export type { PlacedAccount, PlacedMoney, PlacementFault } from './placeAccounts.js';
export { type PlacedPool, poolOf } from './placePools.js';
export * from './policy.js';
export * from './splitCollateral.js';
export * from './stress.js';
export * from './stressRun.js';
export * from './stressSettings.js';
export type { Liquidated, PoolLosses } from './stressTally.js';
