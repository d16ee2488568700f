/** How a stress run plays each mechanism a crisis may have, in words; null: it does not, and says so in its report. */
import type { Crisis } from './crisis.js';
import type { MechanismKind } from './crisisSchema.js';

export const MECHANISM_PLAY: Readonly<Record<MechanismKind, string | null>> = {
  emptyBook: 'by the depth of its steps',
  outage: null,
  zeroBid: null,
  frozenFeed: 'by a feed that says nothing, or stands at its floor, as the policy has it',
  ownTokenCollateral: 'by the path of the token, where the book has it as collateral',
  thinOracle: null,
  profitAsCollateral: null,
  exemptAffiliate: null,
  conversionsPaused: 'by the path of the price: nobody trades it back to its peg',
  withdrawalsSuspended: null,
  sharedLiquidatorVault: 'by a fund that stands behind every pool it is divided among',
  openInterestCapExceeded: 'by a market nobody enters, where the policy closes it',
  ownBookCollateral: "by the own book's path, where the policy prices collateral on it",
  sharedCollateral: 'by accounts that share their collateral, as the policy has it',
};

/** What the crisis had and a run leaves out, each once, in the order of the crisis. */
export function unplayedMechanisms({ mechanisms }: Crisis): readonly MechanismKind[] {
  return [...new Set(mechanisms.map(({ kind }) => kind))].filter((kind) => MECHANISM_PLAY[kind] === null);
}
