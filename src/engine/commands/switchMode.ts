/**
 * Switches an account between isolated, cross and portfolio margin, with its position, collateral and orders as they are,
 * in one event. It must be able to stand in the new mode, or the exact missing amount is named (MAR-09): what is free in
 * a cross account afterwards is free once, and a loser is not dumped into one.
 */
import { abs, max } from '../../base/index.js';
import { type MarginMode, missingForInitial } from '../../margin/index.js';
import { LAST_GOOD, marginModeOf, wholeAccountView } from '../accountMargin.js';
import {
  accountAssetOf,
  assetsOf,
  hasDebt,
  isClosedFormInstrument,
  isSpot,
  ordersOf,
  poolValuationAsset,
  positionOf,
  positionsOf,
} from '../accountParts.js';
import { assetPrice } from '../assetPrice.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { newDraft } from '../draft.js';
import { isolatedLeverageFault } from '../isolatedLeverage.js';
import { switchLevelFault } from '../levelRules.js';
import { orderViews } from '../orderFacts.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';
import { missingAsIsolated } from '../standing.js';
import type { State } from '../state.js';
import { accountFault, unknown, unsettledFault, vectorFault } from './checks.js';

export function decideSwitchMode(situation: Situation, command: CommandOf<'switchMode'>): Decision {
  const { state, timeMs } = situation;
  const { accounts } = state;
  const { account, marginMode } = command;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (marginModeOf(state, accountRow) === marginMode) return reject('nothing_to_do', { account, marginMode });
  const instrumentRow = marginMode === 'isolated' ? isolatable(state, accountRow, command) : -1;
  if (typeof instrumentRow === 'object') return instrumentRow;
  const refused =
    readinessFault(situation, accountRow, marginMode) ?? switchLevelFault(state, accountRow, marginMode);
  if (refused !== null) return refused;

  const target = { accountRow, marginMode, instrumentRow };
  if (instrumentRow < 0 && !isPricedInPool(state, accountRow))
    return reject('asset_price_unusable', { account });
  // Orders without a position are margined on scenarios as well.
  const instruments = orderViews(state, accountRow).map(({ instrument }) => instrument);
  const stale = marginMode === 'portfolio' ? vectorFault(situation, accountRow, { instruments }) : null;
  if (stale !== null) return stale;
  const leveraged = leverageFault(state, target);
  if (leveraged !== null) return leveraged;
  const missing = missingIn(state, target, timeMs);
  if (missing !== 0n) {
    const assetRow = state.poolAssets.asset.get(judgedPoolAsset(state, target));
    return reject('insufficient_initial_margin', {
      account,
      ...(missing === null ? {} : { missing: { minor: missing, assetRow } }),
    });
  }
  const holds = accounts.walletHold.get(accountRow) === 0n ? [] : [{ accountRow, holdMinor: 0n }];
  return [{ kind: 'modeSwitched', accountRow, marginMode, instrumentRow, holds }];
}

interface Target {
  readonly accountRow: number;
  readonly marginMode: MarginMode;
  /** -1 but for isolated. */
  readonly instrumentRow: number;
}

/** An isolated position keeps to its bracket: the account chooses a leverage that fits before it becomes one. */
function leverageFault(state: State, { accountRow, instrumentRow }: Target): Rejection | null {
  if (instrumentRow < 0 || !isClosedFormInstrument(state, instrumentRow)) return null;
  const positionRow = positionOf(state, { accountRow, instrumentRow, leg: 'net' });
  const notional = abs(state.positions.cost.get(positionRow));
  return isolatedLeverageFault(state, { accountRow, instrumentRow, notional });
}

/** What the account would lack in the new mode, in the asset it would be judged in. */
function missingIn(state: State, target: Target, timeMs: number): bigint | null {
  const { accountRow, marginMode, instrumentRow } = target;
  const orders = orderViews(state, accountRow);
  if (instrumentRow >= 0 && isClosedFormInstrument(state, instrumentRow)) {
    const accountAssetRow = accountAssetOf(state, accountRow, state.instruments.poolAsset.get(instrumentRow));
    const positionRow = positionOf(state, { accountRow, instrumentRow, leg: 'net' });
    return missingAsIsolated(state, accountRow, newDraft(), orders, { positionRow, accountAssetRow });
  }
  const assetRow = state.poolAssets.asset.get(judgedPoolAsset(state, target));
  const [adverse, lastGood] = ([{ kind: 'adverse', timeMs }, LAST_GOOD] as const).map((prices) =>
    missingForInitial(wholeAccountView(state, accountRow, { prices, orders, mode: marginMode }), assetRow),
  ) as [bigint | null, bigint | null];
  return adverse === null || lastGood === null ? null : max(adverse, lastGood);
}

function judgedPoolAsset(state: State, { accountRow, instrumentRow }: Target): number {
  return instrumentRow >= 0
    ? state.instruments.poolAsset.get(instrumentRow)
    : poolValuationAsset(state, accountRow);
}

/** Whether everything the account has is priced in the pool's valuation asset. */
function isPricedInPool(state: State, accountRow: number): boolean {
  const { accountAssets, instruments, positions } = state;
  const isPriced = (poolAssetRow: number) => assetPrice(state, poolAssetRow) !== 0n;
  return (
    assetsOf(state, accountRow).every((row) => isPriced(accountAssets.poolAsset.get(row))) &&
    positionsOf(state, accountRow).every(
      (row) =>
        positions.lots.get(row) === 0n || instruments.markTicks.get(positions.instrument.get(row)) !== 0n,
    )
  );
}

function readinessFault(
  situation: Situation,
  accountRow: number,
  marginMode: CommandOf<'switchMode'>['marginMode'],
): Rejection | null {
  const { state } = situation;
  const { accounts, pools } = state;
  const account = accounts.names.nameOf(accountRow);
  if (accounts.isQueued.get(accountRow) === 1) return reject('account_in_liquidation', { account });
  const unsettled = unsettledFault(situation, accountRow);
  if (unsettled !== null) return unsettled;
  const poolRow = accounts.pool.get(accountRow);
  const pool = pools.names.nameOf(poolRow);
  if (marginMode !== 'isolated' && pools.valuationAsset.get(poolRow) < 0)
    return reject('pool_isolated_only', { pool });
  return isPoolSound(situation, poolRow) ? null : reject('pool_not_sound', { pool });
}

/** The one instrument an account with nothing else can become isolated in. */
function isolatable(
  state: State,
  accountRow: number,
  { account, instrument }: CommandOf<'switchMode'>,
): number | Rejection {
  const { accounts, accountAssets, instruments, ledger, orders, positions } = state;
  if (instrument === null)
    return reject('invalid_definition', {
      field: 'instrument',
      rule: 'an isolated account names its instrument',
    });
  const instrumentRow = instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  if (instruments.pool.get(instrumentRow) !== accounts.pool.get(accountRow))
    return reject('wrong_instrument', { account, instrument });
  if (isSpot(state, instrumentRow)) return reject('not_isolatable', { account, instrument });
  if (hasDebt(state, accountRow)) return reject('account_has_debts', { account });
  const poolAssetRow = instruments.poolAsset.get(instrumentRow);
  const isOnlyPosition = positionsOf(state, accountRow).every(
    (row) => positions.instrument.get(row) === instrumentRow || positions.lots.get(row) === 0n,
  );
  const isOnlyAsset = assetsOf(state, accountRow).every(
    (row) =>
      accountAssets.poolAsset.get(row) === poolAssetRow ||
      ledger.balance(accountAssets.ledgerRow.get(row)) === 0n,
  );
  const isOnlyOrdered = ordersOf(state, accountRow).every(
    (row) => orders.instrument.get(row) === instrumentRow,
  );
  const isAlone = isOnlyPosition && isOnlyAsset && isOnlyOrdered && accounts.hasLegs.get(accountRow) === 0;
  return isAlone ? instrumentRow : reject('not_isolatable', { account, instrument });
}
