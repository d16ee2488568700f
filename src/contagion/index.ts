/** Contagion: what a crisis does to a book of accounts, with and without isolation. */

export * from './book.js';
export * from './bookCommands.js';
export { type BookFault, checkBook } from './bookFaults.js';
export * from './bookGenerator.js';
export * from './bookOfState.js';
export * from './crisis.js';
export * from './crisisChange.js';
export { REQUIRED_FIGURES } from './crisisFaults.js';
export * from './crisisLibrary.js';
export * from './crisisPath.js';
export * from './crisisSchema.js';
export type { PoolCover } from './earlyCover.js';
export type { DeleveragingNeed } from './earlyDeleveraging.js';
export * from './earlyLevels.js';
export * from './earlyWarning.js';
export * from './generateBook.js';
export * from './impact.js';
export * from './impactBook.js';
export * from './impactStress.js';
export { SIDES, type Side } from './impactTicks.js';
export * from './mechanismPlay.js';
export * from './network/index.js';
export * from './orderBook.js';
export type { PlacedAccount, PlacedMoney, PlacementFault } from './placeAccounts.js';
export { type PlacedPool, poolOf } from './placePools.js';
export * from './policy.js';
export * from './relativeBook.js';
export * from './replays/index.js';
export * from './splitCollateral.js';
export * from './stress.js';
export type { ActOutcome, StressAct } from './stressActs.js';
export { CHANNELS, type Channel, type ChannelEffect } from './stressChannels.js';
export * from './stressPolicies.js';
export * from './stressRun.js';
export * from './stressSettings.js';
export type { PoolStanding } from './stressStanding.js';
export {
  type LayerSums,
  type Liquidated,
  LOSS_LAYERS,
  type LossLayer,
  type PoolLosses,
} from './stressTally.js';
