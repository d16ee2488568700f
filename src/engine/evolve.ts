/**
 * What an event does to the state: the only place that writes it. Events are facts, so nothing here refuses;
 * an event that does not fit is a broken law.
 */

import { assert, divFloor, min, mixIdentity, mixName, unreachable } from '../base/index.js';
import type { WholeColumn } from '../base/table.js';
import type { Transfer } from '../isolation/index.js';
import { LEGS, MARGIN_MODES } from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import { accountAssetOf, assetsOf, openOrdersOf, positionOf } from './accountParts.js';
import { freeCapitalOf, setReservedCapital } from './capitalReserve.js';
import { bookClawback, openClawbacks } from './clawbackBooks.js';
import { applyCollateral, forgetCollateral, scheduleCollateral } from './collateralSchedule.js';
import {
  DEFICIT_CAUSES,
  type DeficitFact,
  type Event,
  type EventOf,
  type HoldFact,
  NOTICE_LEVELS,
  type OrderFact,
  type PositionChange,
  type RealizedFact,
  type TakeoverChange,
} from './event.js';
import { countFundFlow } from './fundBooks.js';
import { restFund, setFundCoolDown } from './fundCoolDown.js';
import { keepGroup } from './groups.js';
import { keepBreakerWindow } from './halts.js';
import { moveInstrument } from './instrumentMoves.js';
import {
  applyDebt,
  applyInterest,
  applyLenderLoss,
  applySupply,
  emptyLending,
  openLending,
} from './lendingBooks.js';
import { advanceLevel, announceLevel, applyLevel } from './levelStore.js';
import { keepLiquidationPolicy } from './liquidationPolicy.js';
import { type ListedInstrument, listingTerms, type ScheduledTerms, withTerms } from './listing.js';
import {
  bookCover,
  bookForgone,
  bookLenderLoss,
  bookRecovery,
  bookShares,
  bookSpent,
  bookWriteOff,
} from './lossBooks.js';
import {
  listAsset,
  listCollateral,
  listInstrument,
  openAccount,
  openAccountAsset,
  openAccountPosition,
  openCash,
  openOrder,
  openPool,
  openPoolAsset,
  openPosition,
  openWallet,
} from './openings.js';
import { approveProposal, openProposal, PROPOSAL_STATUS } from './proposals.js';
import { addRelated, clampRelated, forgetRelated, moveRelated, takeRelatedGains } from './relatedGains.js';
import { defineScenarios, keepScenarios } from './scenarioStore.js';
import { defineSources, keepQuotes } from './sourceStore.js';
import {
  ACCOUNT_STATUS,
  CASH_KIND,
  CASH_STATUS,
  INSTRUMENT_STATUS,
  outstandingOf,
  POOL_STATUS,
  pairKey,
  type State,
  settleAssetRow,
  TAKEOVER_STATUS,
} from './state.js';
import { digestOfTerms } from './termsDigest.js';
import { walletOfHold } from './walletHold.js';
import { keepWaterfall, layerOrderOf } from './waterfallStore.js';

export function evolve(state: State, event: Event, timeMs: number): void {
  if ('transfers' in event) for (const transfer of event.transfers) applyTransfer(state, transfer, timeMs);
  if (event.kind === 'takenOver') {
    const instrumentRow = state.accounts.instrument.get(event.accountRow);
    openTakeover(state, { ...event, instrumentRow }, timeMs);
    keepTaken(state, event, instrumentRow);
  }
  if (event.kind === 'accountTakenOver') openTakeovers(state, event, timeMs);
  moveRelated(state, event);
  if ('positions' in event) for (const change of event.positions) applyPosition(state, change);
  if ('related' in event) for (const fact of event.related) addRelated(state, fact);
  if ('takeovers' in event) for (const change of event.takeovers) applyTakeover(state, change);
  if ('orders' in event) for (const fact of event.orders) applyOrder(state, fact);
  if ('holds' in event) for (const fact of event.holds) applyHold(state, fact);
  if ('realized' in event) for (const fact of event.realized) applyRealized(state, fact);
  if ('debts' in event) for (const fact of event.debts) applyDebt(state, fact, timeMs);
  if ('deficits' in event) {
    const instrumentRow = 'instrumentRow' in event ? event.instrumentRow : -1;
    for (const fact of event.deficits) openDeficit(state, fact, { instrumentRow, timeMs });
  }
  forgetRelated(state, event);
  applyFacts(state, event, timeMs);
}

/** What is particular to each kind of event. */
function applyFacts(state: State, event: Event, timeMs: number): void {
  const { accounts, cash, deficits, instruments, poolAssets, pools } = state;
  switch (event.kind) {
    case 'assetListed':
      return listAsset(state, event);
    case 'poolOpened':
      return openPool(state, event);
    case 'instrumentListed':
      return listInstrument(state, event.definition);
    case 'clientOpened':
      return openClient(state, event.client);
    case 'walletOpened':
      return openWallet(state, event);

    case 'depositAnnounced':
      return openCash(state, { ...event, name: event.deposit, cashKind: CASH_KIND.deposit });
    case 'withdrawalRequested':
      return openCash(state, { ...event, name: event.withdrawal, cashKind: CASH_KIND.withdrawal });
    case 'depositFinalized':
    case 'withdrawalSettled':
      return cash.status.set(event.cashRow, CASH_STATUS.settled);
    case 'depositReturned':
    case 'withdrawalReturned':
      return cash.status.set(event.cashRow, CASH_STATUS.returned);
    case 'withdrawalSent':
      return cash.status.set(event.cashRow, CASH_STATUS.sent);

    case 'accountOpened':
      return openAccount(state, event);
    case 'allocated':
      addPrincipal(state, event.accountAssetRow, event.amount);
      if (event.isRecovered) endLiquidation(state, event.accountRow);
      return;
    case 'released':
      return addPrincipal(state, event.accountAssetRow, -event.amount);
    case 'leverageSet':
      return accounts.leveragePpm.set(event.accountRow, event.leveragePpm);
    case 'accountClosed':
      forgetGains(state, event.accountRow);
      return accounts.status.set(event.accountRow, ACCOUNT_STATUS.closed);

    case 'filled':
      for (const { accountAssetRow, amount } of event.allocations)
        addPrincipal(state, accountAssetRow, amount);
      wake(state, event.woken);
      return addDust(state, instruments.poolAsset.get(event.instrumentRow), event.fundingDust);
    case 'deleveraged':
      bookSpent(state, event);
      bookForgone(state, event);
      return addDust(state, instruments.poolAsset.get(event.instrumentRow), event.fundingDust);
    case 'tradeBusted':
    case 'unwound':
      return addDust(state, instruments.poolAsset.get(event.instrumentRow), event.fundingDust);

    case 'expirySettled':
      wake(state, event.woken);
      return addDust(state, instruments.poolAsset.get(event.instrumentRow), event.fundingDust);

    case 'marked':
      return applyMarks(state, event, timeMs);
    case 'fundingApplied':
      instruments.fundingIndex.set(event.instrumentRow, event.fundingIndex);
      instruments.fundingTimeMs.set(event.instrumentRow, event.fundingTimeMs);
      return wake(state, event.woken);
    case 'expired':
      instruments.settlementTicks.set(event.instrumentRow, event.settlementTicks);
      countSettling(state, event.instrumentRow, 1);
      return instruments.status.set(event.instrumentRow, INSTRUMENT_STATUS.settling);
    case 'instrumentSettled':
      countSettling(state, event.instrumentRow, -1);
      return instruments.status.set(event.instrumentRow, INSTRUMENT_STATUS.settled);

    case 'recovered':
      return endLiquidation(state, event.accountRow);
    case 'accountTakenOver':
    case 'takenOver':
      forgetGains(state, event.accountRow);
      return endLiquidation(state, event.accountRow);
    case 'covered':
      bookCover(state, event);
      return payDeficit(state, event.deficitRow, event.amount, 'covered');
    case 'shared':
      poolAssets.shareCursor.set(deficits.poolAsset.get(event.deficitRow), event.cursor);
      bookShares(state, event);
      return payDeficit(state, event.deficitRow, event.amount, 'shared');
    case 'clawedBack':
      bookClawback(state, event);
      return payDeficit(state, event.deficitRow, event.amount, 'clawedBack');
    case 'shareExhausted':
      return poolAssets.isShareExhausted.set(event.poolAssetRow, 1);
    case 'soundnessAssessed':
      if (event.isSound) pools.soundCount.set(event.poolRow, pools.soundCount.get(event.poolRow) + 1);
      return pools.isSound.set(event.poolRow, event.isSound ? 1 : 0);
    case 'poolQuarantined':
      return pools.isQuarantined.set(event.poolRow, 1);

    case 'accountAssetOpened':
      return openAccountAsset(state, event.accountRow, event.poolAssetRow);
    case 'positionOpened':
      return openAccountPosition(state, event);
    case 'collateralListed':
      return listCollateral(state, event);

    case 'modeSwitched':
      return switchMode(state, event);
    case 'positionMoved':
      for (const { accountAssetRow, amount } of event.principals)
        addPrincipal(state, accountAssetRow, amount);
      for (const moved of event.movedOrders) moveOrder(state, moved, event.toAccountRow);
      return;
    case 'parametersScheduled':
      return scheduleTerms(state, event);
    case 'parametersCancelled':
      return setScheduled(state, event.instrumentRow, undefined);
    case 'parametersApplied':
      applyTerms(state, event);
      return wake(state, event.woken);
    case 'autoMarginSet':
      accounts.autoMarginLeft.set(event.accountRow, event.capMinor);
      return accounts.autoMarginUntilMs.set(event.accountRow, event.expiresMs);
    case 'autoMarginAdded':
      addPrincipal(state, event.accountAssetRow, event.amount);
      accounts.autoMarginLeft.set(
        event.accountRow,
        accounts.autoMarginLeft.get(event.accountRow) - event.amount,
      );
      return endLiquidation(state, event.accountRow);
    case 'scenariosDefined':
      return defineScenarios(state, event);
    case 'scenariosSent':
      keepScenarios(state, event);
      return wake(state, event.woken);
    case 'poolStatusSet':
      return setPoolStatus(state, event);
    case 'reduceOnlySet':
      return instruments.isReduceOnly.set(event.instrumentRow, event.isReduceOnly ? 1 : 0);
    case 'feeTierSet':
      return state.clients.feeTier.set(event.clientRow, event.tier);
    case 'orderAccepted':
      return openOrder(state, event);
    case 'orderAmended':
      return state.orders.priceTicks.set(event.orderRow, event.priceTicks);

    case 'lendingOpened':
      return openLending(state, event, timeMs);
    case 'supplied':
      return applySupply(state, event);
    case 'supplyWithdrawn':
      return applySupply(state, { ...event, shares: -event.shares, amount: -event.amount });
    case 'interestAccrued':
      applyInterest(state, event);
      return wake(state, event.woken);
    case 'lenderLossBorne':
      applyLenderLoss(state, event);
      bookLenderLoss(state, event);
      return payDeficit(state, event.deficitRow, event.amount, 'lent');
    case 'debtLiquidated':
      clampPrincipal(state, event.accountRow);
      return endLiquidation(state, event.accountRow);
    case 'autoBorrowSet':
      return accounts.autoBorrow.set(event.accountRow, event.autoBorrow ? 1 : 0);

    case 'waterfallSet':
      return keepWaterfall(state, event);
    case 'lossRecovered':
      bookRecovery(state, event);
      for (const { deficitRow, openMinor } of event.losses)
        payDeficit(state, deficitRow, openMinor, 'recovered');
      return;
    case 'capitalReserved':
      return setReservedCapital(state, event.poolAssetRow, event.reservedMinor);
    case 'collateralScheduled':
      return scheduleCollateral(state, event);
    case 'collateralCancelled':
      return forgetCollateral(state, event.poolAssetRow);
    case 'collateralApplied':
      return applyCollateral(state, event);
    case 'fundCoolDownSet':
      return setFundCoolDown(state, event, timeMs);
    case 'lossWrittenOff':
      return bookWriteOff(state, event);
    case 'groupSet':
      return keepGroup(state, event);
    case 'liquidationSet':
      return keepLiquidationPolicy(state, event.poolRow, event.policy);
    case 'halted':
      setHalt(state, event, event.untilMs);
      if (event.cause === 'breaker') instruments.breakerTicks.set(event.instrumentRow, 0n);
      return;
    case 'haltLifted':
      return setHalt(state, event, 0);
    case 'breakerSet':
      instruments.breakerBandPpm.set(event.instrumentRow, event.bandPpm);
      instruments.breakerWindowMs.set(event.instrumentRow, event.windowMs);
      instruments.breakerCoolDownMs.set(event.instrumentRow, event.coolDownMs);
      return instruments.breakerTicks.set(event.instrumentRow, 0n);
    case 'noticeGiven':
      return accounts.noticeLevel.set(event.accountRow, NOTICE_LEVELS.indexOf(event.level));
    case 'reductionOrdered':
      return orderReduction(state, event);
    case 'unwindingOrdered':
      return orderUnwinding(state, event);

    case 'poolAssetOpened':
      openPoolAsset(state, event.poolRow, event.assetRow);
      return;
    case 'instrumentMoved':
      return moveInstrument(state, event);

    case 'correctionProposed':
      return openProposal(state, event);
    case 'correctionApproved':
      return approveProposal(state, event, timeMs);
    case 'proposalWithdrawn':
      return state.proposals.status.set(event.proposalRow, PROPOSAL_STATUS.withdrawn);
    case 'liquidationReversed':
      if (event.principalMinor > 0n)
        addPrincipal(state, accounts.firstAsset.get(event.accountRow), event.principalMinor);
      return;

    case 'isolationLevelSet':
      return announceLevel(state, event);
    case 'isolationLevelApplied':
      return applyLevel(state, event);
    case 'carveConsentSet':
      return accounts.carveLeveragePpm.set(event.accountRow, event.leveragePpm);
    case 'holdersGrandfathered':
      return advanceLevel(state, event);

    case 'assetSourcesSet':
    case 'indexSourcesSet':
      return defineSources(state, event);
    case 'quoted':
      return keepQuotes(state, event, timeMs);

    case 'borrowed':
    case 'repaid':
    case 'orderCancelled':
    case 'facilityFunded':
    case 'facilityDrained':
    case 'fundConverted':
    case 'fundToppedUp':
    case 'outsidePaid':
    case 'fundDrawnDown':
    case 'capitalInjected':
    case 'feesMovedToCapital':
    case 'resumed':
      return;
    default:
      unreachable(event);
  }
}

/** The totals follow what the ledger's balances really did, so that they are a check on it. */
function applyTransfer(state: State, transfer: Transfer, timeMs: number): void {
  const { ledger } = state;
  const { from, to } = transfer;
  const before = { from: ledger.balance(from), to: ledger.balance(to) };
  state.fence(transfer);
  countFundFlow(state, transfer);
  restFund(state, transfer, timeMs);
  addBalance(state, from, ledger.balance(from) - before.from);
  addBalance(state, to, ledger.balance(to) - before.to);
}

function addBalance(state: State, ledgerRow: number, change: bigint): void {
  const assetRow = state.ledger.assetOf(ledgerRow);
  const poolRow = state.ledger.poolOf(ledgerRow);
  state.totals.assetBalance.add(assetRow, change);
  if (poolRow >= 0) state.totals.cash.add(poolAssetRowOf(state, poolRow, assetRow), change);
}

function applyPosition(state: State, change: PositionChange): void {
  const { positions, totals } = state;
  const row = change.position;
  const instrumentRow = positions.instrument.get(row);
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const before = positions.lots.get(row);
  totals.lots.add(instrumentRow, change.lots - before);
  totals.openInterest.add(instrumentRow, longPart(change.lots) - longPart(before));
  totals.cost.add(poolAssetRow, change.cost - positions.cost.get(row));
  totals.fundingEntry.add(
    poolAssetRow,
    change.lots * change.fundingIndex - before * positions.fundingIndex.get(row),
  );
  positions.lots.set(row, change.lots);
  positions.cost.set(row, change.cost);
  positions.fundingIndex.set(row, change.fundingIndex);
  positions.premium.set(row, change.premium);
  clampRelated(state, row);
}

function longPart(lots: bigint): bigint {
  return lots > 0n ? lots : 0n;
}

function addPrincipal(state: State, accountAssetRow: number, amount: bigint): void {
  const { netPrincipal } = state.accountAssets;
  netPrincipal.set(accountAssetRow, netPrincipal.get(accountAssetRow) + amount);
}

/** An account that is exactly zero has no principal and no gains to share any more. */
function forgetGains(state: State, accountRow: number): void {
  for (const row of assetsOf(state, accountRow)) {
    state.accountAssets.netPrincipal.set(row, 0n);
    state.accountAssets.realizedGain.set(row, 0n);
  }
}

/** What is left of its own principal once collateral was taken for its debts. */
function clampPrincipal(state: State, accountRow: number): void {
  const { netPrincipal, ledgerRow } = state.accountAssets;
  for (const row of assetsOf(state, accountRow))
    netPrincipal.set(row, min(netPrincipal.get(row), state.ledger.balance(ledgerRow.get(row))));
}

/** Gains are remembered only while the pool is not sound: they may have to share a loss. */
function applyRealized(state: State, { accountAssetRow: row, gainMinor }: RealizedFact): void {
  const { accountAssets, poolAssets, pools } = state;
  const soundCount = pools.soundCount.get(poolAssets.pool.get(accountAssets.poolAsset.get(row)));
  const before =
    accountAssets.realizedAtCount.get(row) === soundCount ? accountAssets.realizedGain.get(row) : 0n;
  accountAssets.realizedGain.set(row, before + gainMinor);
  accountAssets.realizedAtCount.set(row, soundCount);
}

function addDust(state: State, poolAssetRow: number, dust: bigint): void {
  const { fundingDust } = state.poolAssets;
  fundingDust.set(poolAssetRow, fundingDust.get(poolAssetRow) + dust);
}

function applyMarks(state: State, event: EventOf<'marked'>, timeMs: number): void {
  const { instruments } = state;
  const poolAssetsMarked = new Set<number>();
  for (const mark of event.marks) {
    const row = mark.instrumentRow;
    instruments.markTicks.set(row, mark.markTicks);
    instruments.indexTicks.set(row, mark.indexTicks);
    instruments.markTimeMs.set(row, mark.markTimeMs);
    instruments.sourceTimeMs.set(row, Math.max(event.sourceTimeMs, instruments.sourceTimeMs.get(row)));
    instruments.pendingTicks.set(row, mark.pendingTicks);
    instruments.pendingCount.set(row, mark.pendingCount);
    instruments.isSuspect.set(row, mark.isSuspect ? 1 : 0);
    instruments.pendingIndexTicks.set(row, mark.pendingIndexTicks);
    // A mark that is old, or waits, changes nobody's gains.
    if (mark.verdict !== 'accepted' && mark.verdict !== 'confirmed') continue;
    keepBreakerWindow(state, row, timeMs);
    poolAssetsMarked.add(instruments.poolAsset.get(row));
  }
  for (const { poolAssetRow, ...next } of event.assetPrices) {
    const { poolAssets } = state;
    poolAssets.price.set(poolAssetRow, next.price);
    poolAssets.priceTimeMs.set(poolAssetRow, next.priceTimeMs);
    poolAssets.priceSourceTimeMs.set(
      poolAssetRow,
      Math.max(event.sourceTimeMs, poolAssets.priceSourceTimeMs.get(poolAssetRow)),
    );
    poolAssets.pendingPrice.set(poolAssetRow, next.pendingPrice);
    poolAssets.pendingCount.set(poolAssetRow, next.pendingCount);
    poolAssets.isPriceSuspect.set(poolAssetRow, next.isSuspect ? 1 : 0);
  }
  for (const row of poolAssetsMarked) {
    if (state.poolAssets.isShareExhausted.get(row) === 1) state.poolAssets.isShareExhausted.set(row, 0);
  }
  wake(state, event.woken);
}

function wake(state: State, woken: readonly number[]): void {
  for (const accountRow of woken) state.accounts.isQueued.set(accountRow, 1);
}

function openClient({ clients }: State, client: string): void {
  const row = clients.table.append(mixName(client));
  clients.names.add(client);
  clients.firstAccount.set(row, -1);
  clients.group.set(row, -1);
}

/** Out of the queue, and nothing of a reduction is remembered. */
function endLiquidation({ accounts }: State, accountRow: number): void {
  accounts.isQueued.set(accountRow, 0);
  accounts.reductionOrder.set(accountRow, -1);
  accounts.reductionLots.set(accountRow, 0n);
  accounts.nextReductionMs.set(accountRow, 0);
}

function orderReduction(state: State, event: EventOf<'reductionOrdered'>): void {
  const { accounts, orders, pools } = state;
  const { accountRow } = event;
  openOrder(state, { ...event, isReduceOnly: true });
  const orderRow = orders.table.size - 1;
  orders.isLiquidation.set(orderRow, 1);
  orders.expiresMs.set(orderRow, event.expiresMs);
  accounts.reductionOrder.set(accountRow, orderRow);
  accounts.reductionLots.set(accountRow, event.lots);
  accounts.nextReductionMs.set(accountRow, event.pauseUntilMs);
  countLiquidationOrder(pools, accounts.pool.get(accountRow));
}

function countLiquidationOrder({ liquidationOrderCount }: State['pools'], poolRow: number): void {
  liquidationOrderCount.set(poolRow, liquidationOrderCount.get(poolRow) + 1);
}

function orderUnwinding({ takeovers, positions }: State, event: EventOf<'unwindingOrdered'>): void {
  const row = event.takeoverRow;
  takeovers.orderCount.set(row, takeovers.orderCount.get(row) + 1);
  takeovers.orderLots.set(row, event.lots);
  takeovers.orderTicks.set(row, event.priceTicks);
  takeovers.orderFromLots.set(row, positions.lots.get(takeovers.position.get(row)));
  takeovers.orderExpiresMs.set(row, event.expiresMs);
  takeovers.nextOrderMs.set(row, event.pauseUntilMs);
}

function setHalt(
  { instruments, pools }: State,
  { poolRow, instrumentRow }: { readonly poolRow: number; readonly instrumentRow: number },
  untilMs: number,
): void {
  if (instrumentRow < 0) pools.haltedUntilMs.set(poolRow, untilMs);
  else instruments.haltedUntilMs.set(instrumentRow, untilMs);
}

function countSettling(state: State, instrumentRow: number, change: number): void {
  const { settlingCount } = state.pools;
  const poolRow = state.instruments.pool.get(instrumentRow);
  settlingCount.set(poolRow, settlingCount.get(poolRow) + change);
}

function openTakeovers(
  state: State,
  { accountRow, parts }: EventOf<'accountTakenOver'>,
  timeMs: number,
): void {
  for (const part of parts) openTakeover(state, { accountRow, ...part }, timeMs);
}

interface NewTakeover {
  readonly accountRow: number;
  readonly instrumentRow: number;
  readonly takeover: string;
  readonly positionRow: number;
  readonly collateral: bigint;
}

function openTakeover(state: State, event: NewTakeover, timeMs: number): void {
  const { accounts, pools, positions, takeovers } = state;
  const { instrumentRow } = event;
  const poolRow = accounts.pool.get(event.accountRow);
  const identity = mixName(event.takeover);
  const row = takeovers.table.append(identity);
  takeovers.names.add(event.takeover);
  const position = openPosition(
    state,
    { poolRow, instrumentRow, accountRow: -1, takeoverRow: row },
    identity,
  );
  assert(position === event.positionRow, 'the takeover has another position row than its event says');
  takeovers.pool.set(row, poolRow);
  takeovers.account.set(row, event.accountRow);
  takeovers.instrument.set(row, instrumentRow);
  takeovers.position.set(row, positions.table.size - 1);
  takeovers.timeMs.set(row, timeMs);
  takeovers.status.set(row, TAKEOVER_STATUS.open);
  takeovers.firstClaim.set(row, -1);
  takeovers.lastDeficit.set(row, -1);
  setTakeoverCollateral(state, row, event.collateral);
  pools.takeoverCount.set(poolRow, pools.takeoverCount.get(poolRow) + 1);
  const open = openTakeoversOf(state, poolRow);
  open.add(row);
  state.undo.push(() => open.delete(row));
}

/** What was taken of an isolated account, in case it should not have been. */
function keepTaken(state: State, event: EventOf<'takenOver'>, instrumentRow: number): void {
  const { accounts, accountAssets, instruments, takeovers } = state;
  const row = takeovers.table.size - 1;
  const { lots, cost, collateral, fundingIndex } = event;
  const moved = instruments.fundingIndex.get(instrumentRow) - fundingIndex;
  takeovers.takenLots.set(row, lots);
  takeovers.takenCost.set(row, cost);
  takeovers.takenCollateral.set(row, collateral + divFloor(-lots * moved, FUNDING_SCALE));
  const accountAssetRow = accounts.firstAsset.get(event.accountRow);
  takeovers.takenPrincipal.set(row, accountAssets.netPrincipal.get(accountAssetRow));
}

function applyTakeover(state: State, { takeoverRow, collateral, isClosed }: TakeoverChange): void {
  const { takeovers } = state;
  setTakeoverCollateral(state, takeoverRow, collateral);
  if (!isClosed) return;
  takeovers.status.set(takeoverRow, TAKEOVER_STATUS.closed);
  const open = openTakeoversOf(state, takeovers.pool.get(takeoverRow));
  open.delete(takeoverRow);
  state.undo.push(() => reopen(open, takeoverRow));
}

function scheduleTerms(state: State, event: EventOf<'parametersScheduled'>): void {
  const { instrumentRow, definition, effectiveMs, graceUntilMs, liquidateAtOnce } = event;
  const listed = listingTerms(definition, state.assets.decimals.get(settleAssetRow(state, instrumentRow)));
  assert(listed.ok, 'scheduled parameters have terms');
  const isOpeningApplied = false;
  const scheduled = { listed: listed.value, effectiveMs, graceUntilMs, liquidateAtOnce, isOpeningApplied };
  setScheduled(state, instrumentRow, scheduled);
}

function applyTerms(state: State, { instrumentRow, applies }: EventOf<'parametersApplied'>): void {
  const { listed, scheduled, termsVersion } = state.instruments;
  const next = scheduled.get(instrumentRow);
  const before = listed[instrumentRow] as ListedInstrument;
  assert(next !== undefined, 'parameters come into force that were not scheduled');
  listed[instrumentRow] = withTerms(before, next.listed, applies);
  state.undo.push(() => {
    listed[instrumentRow] = before;
  });
  termsVersion.set(instrumentRow, termsVersion.get(instrumentRow) + 1);
  setScheduled(
    state,
    instrumentRow,
    applies === 'liquidation' ? undefined : { ...next, isOpeningApplied: true },
  );
}

function setScheduled(state: State, instrumentRow: number, terms: ScheduledTerms | undefined): void {
  const { scheduled, termsDigest } = state.instruments;
  const before = scheduled.get(instrumentRow);
  const put = (value: ScheduledTerms | undefined) => {
    if (value === undefined) scheduled.delete(instrumentRow);
    else scheduled.set(instrumentRow, value);
  };
  put(terms);
  state.undo.push(() => put(before));
  termsDigest.set(instrumentRow, digestOfTerms(state, instrumentRow));
}

/** What is left of an order; at 0 it is open no more. */
function applyOrder(state: State, { orderRow, lots }: OrderFact): void {
  state.orders.lots.set(orderRow, lots);
  if (lots !== 0n) return;
  const open = openOrdersOf(state, state.orders.account.get(orderRow));
  if (!open.delete(orderRow)) return;
  state.undo.push(() => open.add(orderRow));
}

/** What becomes isolated has its position and its asset at the head of its lists. */
function switchMode(state: State, event: EventOf<'modeSwitched'>): void {
  const { accounts, accountAssets, instruments, positions } = state;
  const { accountRow, instrumentRow } = event;
  accounts.mode.set(accountRow, MARGIN_MODES.indexOf(event.marginMode));
  accounts.instrument.set(accountRow, instrumentRow);
  if (instrumentRow < 0) return;
  const assetRow = accountAssetOf(state, accountRow, instruments.poolAsset.get(instrumentRow));
  const positionRow = positionOf(state, { accountRow, instrumentRow, leg: 'net' });
  moveToHead({ head: accounts.firstAsset, next: accountAssets.next }, accountRow, assetRow);
  moveToHead({ head: accounts.firstPosition, next: positions.next }, accountRow, positionRow);
}

function moveToHead(
  list: { readonly head: WholeColumn; readonly next: WholeColumn },
  owner: number,
  row: number,
): void {
  const { head, next } = list;
  if (head.get(owner) === row) return;
  let before = head.get(owner);
  while (next.get(before) !== row) before = next.get(before);
  next.set(before, next.get(row));
  next.set(row, head.get(owner));
  head.set(owner, row);
}

function moveOrder(
  state: State,
  { orderRow, leg, isReduceOnly }: EventOf<'positionMoved'>['movedOrders'][number],
  toAccountRow: number,
): void {
  const { orders } = state;
  const from = openOrdersOf(state, orders.account.get(orderRow));
  const to = openOrdersOf(state, toAccountRow);
  from.delete(orderRow);
  to.add(orderRow);
  state.undo.push(() => {
    to.delete(orderRow);
    from.add(orderRow);
  });
  orders.account.set(orderRow, toAccountRow);
  orders.leg.set(orderRow, LEGS.indexOf(leg));
  orders.isReduceOnly.set(orderRow, isReduceOnly ? 1 : 0);
}

function applyHold(state: State, { accountRow, holdMinor }: HoldFact): void {
  const { walletHold } = state.accounts;
  state.totals.held.add(walletOfHold(state, accountRow), holdMinor - walletHold.get(accountRow));
  walletHold.set(accountRow, holdMinor);
}

/** Puts a takeover back where it was: the set is kept in the order of rows. */
function reopen(open: Set<number>, takeoverRow: number): void {
  const rows = [...open, takeoverRow].sort((a, b) => a - b);
  open.clear();
  for (const row of rows) open.add(row);
}

function setTakeoverCollateral(state: State, takeoverRow: number, collateral: bigint): void {
  const { takeovers, totals } = state;
  const poolAssetRow = state.instruments.poolAsset.get(takeovers.instrument.get(takeoverRow));
  totals.takeoverCollateral.add(poolAssetRow, collateral - takeovers.collateral.get(takeoverRow));
  takeovers.collateral.set(takeoverRow, collateral);
}

export function openTakeoversOf(state: State, poolRow: number): Set<number> {
  let open = state.openTakeovers.get(poolRow);
  if (open === undefined) {
    open = new Set();
    state.openTakeovers.set(poolRow, open);
  }
  return open;
}

function openDeficit(
  state: State,
  fact: DeficitFact,
  at: { readonly instrumentRow: number; readonly timeMs: number },
): void {
  const { accounts, deficits, poolAssets, pools, totals } = state;
  const { poolAssetRow } = fact;
  const poolRow = accounts.pool.get(fact.accountRow);
  const count = pools.deficitCount.get(poolRow);
  const row = deficits.table.append(mixIdentity(pools.table.identities.get(poolRow), count));
  pools.deficitCount.set(poolRow, count + 1);
  deficits.pool.set(row, poolRow);
  deficits.poolAsset.set(row, poolAssetRow);
  deficits.account.set(row, fact.accountRow);
  deficits.takeover.set(row, fact.takeoverRow);
  deficits.cause.set(row, DEFICIT_CAUSES.indexOf(fact.cause));
  deficits.amount.set(row, fact.amount);
  deficits.instrument.set(row, instrumentOfDeficit(state, fact, at.instrumentRow));
  deficits.firstClaim.set(row, -1);
  deficits.layerOrder.set(row, layerOrderOf(state, poolAssetRow));
  openClawbacks(state, row, takeRelatedGains(state, fact));
  linkToTakeover(state, row);
  deficits.timeMs.set(row, at.timeMs);
  deficits.next.set(row, -1);
  const last = poolAssets.lastDeficit.get(poolAssetRow);
  if (last >= 0) deficits.next.set(last, row);
  poolAssets.lastDeficit.set(poolAssetRow, row);
  if (poolAssets.firstOpenDeficit.get(poolAssetRow) < 0) poolAssets.firstOpenDeficit.set(poolAssetRow, row);
  poolAssets.isShareExhausted.set(poolAssetRow, 0);
  totals.outstanding.add(poolAssetRow, fact.amount);
  if (isLendersDeficit(state, row)) totals.lendersOutstanding.add(poolAssetRow, fact.amount);
}

function linkToTakeover({ deficits, takeovers }: State, row: number): void {
  const takeoverRow = deficits.takeover.get(row);
  deficits.beforeOfTakeover.set(row, takeoverRow < 0 ? -1 : takeovers.lastDeficit.get(takeoverRow));
  if (takeoverRow >= 0) takeovers.lastDeficit.set(takeoverRow, row);
}

/** The instrument whose loss it is: the takeover's, else the event's, else the isolated account's; only where it settles in the asset. */
function instrumentOfDeficit(state: State, fact: DeficitFact, ofEvent: number): number {
  const { accounts, instruments, takeovers } = state;
  const ofAccount = ofEvent >= 0 ? ofEvent : accounts.instrument.get(fact.accountRow);
  const row = fact.takeoverRow >= 0 ? takeovers.instrument.get(fact.takeoverRow) : ofAccount;
  const isOwn = row >= 0 && fact.cause !== 'borrow' && instruments.poolAsset.get(row) === fact.poolAssetRow;
  return isOwn ? row : -1;
}

/** Whether the lenders of its asset bear what the fund does not cover of a deficit. */
export function isLendersDeficit({ deficits }: State, row: number): boolean {
  return deficits.cause.get(row) === DEFICIT_CAUSES.indexOf('borrow');
}

function payDeficit(
  state: State,
  row: number,
  amount: bigint,
  by: 'clawedBack' | 'covered' | 'shared' | 'lent' | 'recovered',
): void {
  const { deficits, poolAssets, totals } = state;
  const poolAssetRow = deficits.poolAsset.get(row);
  deficits[by].set(row, deficits[by].get(row) + amount);
  totals.outstanding.add(poolAssetRow, -amount);
  if (isLendersDeficit(state, row)) totals.lendersOutstanding.add(poolAssetRow, -amount);
  const left = outstandingOf(state, row);
  assert(left >= 0n, 'law 5: a deficit was paid more than once');
  if (left === 0n && by === 'shared') poolAssets.shareCursor.set(poolAssetRow, 0);
  if (left > 0n || poolAssets.firstOpenDeficit.get(poolAssetRow) !== row) return;
  // Lenders may have paid later ones before.
  let open = deficits.next.get(row);
  while (open >= 0 && outstandingOf(state, open) === 0n) open = deficits.next.get(open);
  poolAssets.firstOpenDeficit.set(poolAssetRow, open);
  poolAssets.shareCursor.set(poolAssetRow, 0);
}

function poolAssetRowOf(state: State, poolRow: number, assetRow: number): number {
  return state.poolAssetRows.get(pairKey(poolRow, assetRow)) as number;
}

function setPoolStatus(state: State, { poolRow, status, transfers }: EventOf<'poolStatusSet'>): void {
  state.pools.status.set(poolRow, POOL_STATUS[status]);
  if (status === 'closed') freeCapitalOf(state, poolRow);
  for (const { flow, from, amount } of transfers)
    if (flow === 'lendingReserve')
      emptyLending(state, poolAssetRowOf(state, poolRow, state.ledger.assetOf(from)), amount);
}
