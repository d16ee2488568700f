/** The venue's own money: capital in, funds topped up and drawn down, earned fees. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { poolOpenFault } from '../poolStatus.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound, poolSurplus } from '../soundness.js';
import { POOL_STATUS, pairKey, poolLedgerRow, type State, venueLedgerRow } from '../state.js';
import { amountFault, balanceFault, poolFault, unknown } from './checks.js';

export function decideInjectCapital({ state }: Situation, command: CommandOf<'injectCapital'>): Decision {
  const found = findAmount(state, command);
  if ('code' in found) return found;
  const { assetRow, amount } = found;
  const from = venueLedgerRow(state, assetRow, 'external');
  const to = venueLedgerRow(state, assetRow, 'capital');
  return [{ kind: 'capitalInjected', transfers: [{ flow: 'capitalInject', from, to, amount }] }];
}

export function decideFeesToCapital({ state }: Situation, command: CommandOf<'feesToCapital'>): Decision {
  const found = findAmount(state, command);
  if ('code' in found) return found;
  const { assetRow, amount } = found;
  const from = venueLedgerRow(state, assetRow, 'fees');
  const to = venueLedgerRow(state, assetRow, 'capital');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor: amount, assetRow },
    'insufficient_venue_funds',
  );
  return short ?? [{ kind: 'feesMovedToCapital', transfers: [{ flow: 'feesToCapital', from, to, amount }] }];
}

export function decideTopUpFund({ state }: Situation, command: CommandOf<'topUpFund'>): Decision {
  const found = findFund(state, command);
  if ('code' in found) return found;
  const closed = closedFault(state, found.poolRow);
  if (closed !== null) return closed;
  const { assetRow, amount, poolRow, fundRow } = found;
  const from = venueLedgerRow(state, assetRow, 'capital');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor: amount, assetRow },
    'insufficient_venue_funds',
  );
  return (
    short ?? [
      { kind: 'fundToppedUp', poolRow, transfers: [{ flow: 'fundTopUp', from, to: fundRow, amount }] },
    ]
  );
}

/** Only out of a sound pool whose fund has rested, and only as much as leaves it sound (LIQ-09). */
export function decideDrawDownFund(situation: Situation, command: CommandOf<'drawDownFund'>): Decision {
  const { state, derived, timeMs } = situation;
  const found = findFund(state, command);
  if ('code' in found) return found;
  const { assetRow, amount, poolRow, poolAssetRow, fundRow } = found;
  const untilMs = state.pools.fundRestsUntilMs.get(poolRow);
  if (timeMs < untilMs) return reject('fund_at_rest', { pool: command.pool, untilMs });
  const short = balanceFault(
    state,
    { ledgerRow: fundRow, amountMinor: amount, assetRow },
    'insufficient_venue_funds',
  );
  if (short !== null) return short;
  const hasOpenWork = derived.queuedOf(poolRow).size > 0 || (state.openTakeovers.get(poolRow)?.size ?? 0) > 0;
  const isSettled = !hasOpenWork && isPoolSound(situation, poolRow);
  const most = isSettled ? poolSurplus(situation, poolAssetRow) : 0n;
  if (amount > most) return reject('pool_not_sound', { pool: command.pool, most: { minor: most, assetRow } });
  const to = venueLedgerRow(state, assetRow, 'capital');
  return [
    { kind: 'fundDrawnDown', poolRow, transfers: [{ flow: 'fundDrawDown', from: fundRow, to, amount }] },
  ];
}

/** Money the pool's conversion facility gives for collateral when an account is short of the asset. */
export function decideFundFacility({ state }: Situation, command: CommandOf<'fundFacility'>): Decision {
  const found = findFund(state, command);
  if ('code' in found) return found;
  const closed = closedFault(state, found.poolRow);
  if (closed !== null) return closed;
  const { assetRow, amount, poolRow, poolAssetRow } = found;
  const from = venueLedgerRow(state, assetRow, 'capital');
  const to = poolLedgerRow(state, poolAssetRow, 'facility');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor: amount, assetRow },
    'insufficient_venue_funds',
  );
  return (
    short ?? [{ kind: 'facilityFunded', poolRow, transfers: [{ flow: 'facilityFund', from, to, amount }] }]
  );
}

/** The facility is the venue's: what it holds may be taken back, as far as the pool has the cash. */
export function decideDrainFacility({ state }: Situation, command: CommandOf<'drainFacility'>): Decision {
  const found = findFund(state, command);
  if ('code' in found) return found;
  const { assetRow, amount, poolRow, poolAssetRow } = found;
  const from = poolLedgerRow(state, poolAssetRow, 'facility');
  const to = venueLedgerRow(state, assetRow, 'capital');
  const short = balanceFault(
    state,
    { ledgerRow: from, amountMinor: amount, assetRow },
    'insufficient_venue_funds',
  );
  if (short !== null) return short;
  const cash = state.totals.cash.get(poolAssetRow);
  if (amount > cash) {
    return reject('insufficient_pool_cash', {
      pool: command.pool,
      requested: { minor: amount, assetRow },
      most: { minor: cash, assetRow },
    });
  }
  return [{ kind: 'facilityDrained', poolRow, transfers: [{ flow: 'facilityDrain', from, to, amount }] }];
}

/** Into a closed pool no money goes; what a recovery brought there may be taken out. */
function closedFault(state: State, poolRow: number): Rejection | null {
  return state.pools.status.get(poolRow) === POOL_STATUS.closed ? poolOpenFault(state, poolRow) : null;
}

interface Amount {
  readonly assetRow: number;
  readonly amount: bigint;
}

function findAmount(state: State, command: { asset: string; amountMinor: bigint }): Amount | Rejection {
  const assetRow = state.assets.names.rowOf(command.asset);
  if (assetRow < 0) return unknown('unknown_asset', command.asset);
  return amountFault(command.amountMinor, assetRow) ?? { assetRow, amount: command.amountMinor };
}

interface FundAmount extends Amount {
  readonly poolRow: number;
  readonly poolAssetRow: number;
  readonly fundRow: number;
}

function findFund(
  state: State,
  command: { pool: string; asset: string; amountMinor: bigint },
): FundAmount | Rejection {
  const poolRow = state.pools.names.rowOf(command.pool);
  if (poolRow < 0) return unknown('unknown_pool', command.pool);
  const found = findAmount(state, command);
  if ('code' in found) return found;
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, found.assetRow));
  if (poolAssetRow === undefined) return unknown('asset_not_in_pool', command.asset);
  return { ...found, poolRow, poolAssetRow, fundRow: poolLedgerRow(state, poolAssetRow, 'insuranceFund') };
}
