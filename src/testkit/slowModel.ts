/**
 * The slow, obvious books: plain objects rebuilt from nothing but the events, one movement at a time. It
 * keeps no running totals, no indexes and no queue beyond a flag, and knows nothing of columns. What it
 * holds after a history is what the fast state must hold.
 */
import { assert } from '../base/index.js';
import type { Event, EventOf } from '../engine/event.js';
import { listingTerms } from '../engine/listing.js';
import type { Transfer } from '../isolation/index.js';
import {
  holdingsOf,
  openAsset,
  openHolding,
  openInstrument,
  openPoolAsset,
  openPosition,
  openTakeover,
  openWallet,
  type SlowAccount,
  type SlowBalance,
  type SlowBooks,
  type SlowDeficit,
  type SlowHolding,
  type SlowInstrument,
  type SlowOrder,
  type SlowPool,
  type SlowPoolAsset,
  type SlowPosition,
  type SlowTakeover,
  settleAssetOf,
} from './slowBooks.js';
import { applyCorrections } from './slowCorrections.js';
import { applyLevelSlowly } from './slowLevels.js';
import {
  addRelatedSlowly,
  bookClawbackSlowly,
  claimSlowly,
  clampSlowly,
  forgetRelatedSlowly,
  moveRelatedSlowly,
} from './slowRelated.js';
import { applyQuotesSlowly, applySourcesSlowly } from './slowSources.js';

/** Writes one event into the books. */
export function applySlowly(books: SlowBooks, event: Event, timeMs = 0): void {
  if ('transfers' in event) for (const transfer of event.transfers) move(books, transfer);
  if (event.kind === 'takenOver') {
    const { instrument } = accountOf(books, event.accountRow);
    openTakeover(books, { id: event.takeover, account: event.accountRow, instrument, ...event });
  }
  if (event.kind === 'accountTakenOver') openParts(books, event);
  moveRelatedSlowly(books, event);
  if ('positions' in event) {
    for (const { position, ...change } of event.positions) {
      Object.assign(books.positions[position] as SlowPosition, change);
      clampSlowly(books, position);
    }
  }
  if ('related' in event) addRelatedSlowly(books, event.related);
  if ('takeovers' in event) {
    for (const { takeoverRow, collateral, isClosed } of event.takeovers)
      Object.assign(books.takeovers[takeoverRow] as SlowTakeover, { collateral, isClosed });
  }
  if ('orders' in event) {
    for (const { orderRow, lots } of event.orders) (books.orders[orderRow] as SlowOrder).lots = lots;
  }
  if ('holds' in event) {
    for (const { accountRow, holdMinor } of event.holds) accountOf(books, accountRow).hold = holdMinor;
  }
  if ('deficits' in event) {
    for (const fact of event.deficits) {
      const { accountRow, poolAssetRow, takeoverRow, cause, amount } = fact;
      const { pool, asset } = poolAssetAt(books, poolAssetRow);
      const facts = { pool, asset, account: accountRow, takeover: takeoverRow, cause, amount };
      books.deficits.push({ ...facts, clawedBack: 0n, covered: 0n, shared: 0n });
      claimSlowly(books, fact, asset);
    }
  }
  forgetRelatedSlowly(books, event);
  if ('fundingDust' in event) {
    const { pool, asset } = books.instruments[event.instrumentRow] as SlowInstrument;
    openPoolAsset(books, pool, asset).dust += event.fundingDust;
  }
  if ('woken' in event) for (const row of event.woken) accountOf(books, row).isQueued = true;
  if (event.kind === 'quoted') return applyQuotesSlowly(books, event, timeMs);
  applyFacts(books, event);
}

function openParts(books: SlowBooks, { accountRow, parts }: EventOf<'accountTakenOver'>): void {
  for (const { takeover, instrumentRow, collateral } of parts)
    openTakeover(books, { id: takeover, account: accountRow, instrument: instrumentRow, collateral });
}

function applyFacts(books: SlowBooks, event: Event): void {
  switch (event.kind) {
    case 'assetListed':
      return openAsset(books, event.asset, event.decimals);
    case 'poolOpened':
      books.pools.push({
        id: event.pool,
        isDesk: event.isDesk,
        needsOrders: event.needsOrders,
        valuationAsset: event.valuationAssetRow,
        legRule: event.legRule,
        isQuarantined: false,
        status: 'open',
        isSound: true,
        scenarios: null,
      });
      if (event.valuationAssetRow >= 0) openPoolAsset(books, books.pools.length - 1, event.valuationAssetRow);
      return;
    case 'instrumentListed':
      return openInstrument(books, event.definition);
    case 'clientOpened':
      books.clients.push({ id: event.client, wallets: new Map(), feeTier: 0, group: null });
      return;
    case 'walletOpened':
      return openWallet(books, event.clientRow, event.assetRow);
    case 'depositAnnounced':
    case 'withdrawalRequested':
      books.cash.push({ status: 'pending', amount: event.amount });
      return;
    case 'depositFinalized':
    case 'withdrawalSettled':
      return setCash(books, event.cashRow, 'settled');
    case 'depositReturned':
    case 'withdrawalReturned':
      return setCash(books, event.cashRow, 'returned');
    case 'withdrawalSent':
      return setCash(books, event.cashRow, 'sent');
    case 'accountOpened':
      return openAccount(books, event);
    case 'accountAssetOpened':
      return openHolding(books, event.accountRow, poolAssetAt(books, event.poolAssetRow).asset);
    case 'positionOpened': {
      const { accountRow: account, instrumentRow: instrument, leg } = event;
      const { pool } = accountOf(books, account);
      return openPosition(books, { pool, instrument, account, takeover: -1, leg });
    }
    case 'collateralListed': {
      const { kind: _kind, poolRow, assetRow, ...terms } = event;
      openPoolAsset(books, poolRow, assetRow).collateral = terms;
      return;
    }
    case 'allocated':
      addPrincipal(books, event.accountAssetRow, event.amount);
      if (event.isRecovered) accountOf(books, event.accountRow).isQueued = false;
      return;
    case 'released':
      return addPrincipal(books, event.accountAssetRow, -event.amount);
    case 'leverageSet':
      accountOf(books, event.accountRow).leveragePpm = event.leveragePpm;
      return;
    case 'accountClosed':
      accountOf(books, event.accountRow).isClosed = true;
      return forgetPrincipal(books, event.accountRow);
    case 'filled':
      for (const { accountAssetRow, amount } of event.allocations)
        addPrincipal(books, accountAssetRow, amount);
      return;
    case 'marked':
      return applyMarks(books, event);
    case 'fundingApplied': {
      const { fundingIndex, fundingTimeMs } = event;
      (books.instruments[event.instrumentRow] as SlowInstrument).isUnasked = false;
      Object.assign(books.instruments[event.instrumentRow] as SlowInstrument, {
        fundingIndex,
        fundingTimeMs,
      });
      return;
    }
    case 'expired':
      Object.assign(books.instruments[event.instrumentRow] as SlowInstrument, {
        status: 'settling',
        settlementTicks: event.settlementTicks,
      });
      return;
    case 'instrumentSettled':
      (books.instruments[event.instrumentRow] as SlowInstrument).status = 'settled';
      return;
    case 'recovered':
      accountOf(books, event.accountRow).isQueued = false;
      return;
    case 'correctionProposed':
    case 'correctionApproved':
    case 'proposalWithdrawn':
    case 'liquidationReversed':
      return applyCorrections(books, event);
    case 'takenOver':
    case 'accountTakenOver':
      if (event.kind === 'takenOver') applyCorrections(books, event);
      accountOf(books, event.accountRow).isQueued = false;
      return forgetPrincipal(books, event.accountRow);
    case 'covered':
      (books.deficits[event.deficitRow] as SlowDeficit).covered += event.amount;
      return;
    case 'shared':
      (books.deficits[event.deficitRow] as SlowDeficit).shared += event.amount;
      return;
    case 'clawedBack':
      return bookClawbackSlowly(books, event);
    case 'groupSet':
      (books.clients[event.clientRow] as SlowBooks['clients'][number]).group = event.group;
      return;
    case 'soundnessAssessed':
      (books.pools[event.poolRow] as SlowPool).isSound = event.isSound;
      return;
    case 'poolQuarantined':
      (books.pools[event.poolRow] as SlowPool).isQuarantined = true;
      return;
    case 'modeSwitched':
      Object.assign(accountOf(books, event.accountRow), {
        mode: event.marginMode,
        instrument: event.instrumentRow,
      });
      return;
    case 'positionMoved':
      for (const { accountAssetRow, amount } of event.principals)
        addPrincipal(books, accountAssetRow, amount);
      for (const { orderRow, ...moved } of event.movedOrders)
        Object.assign(books.orders[orderRow] as SlowOrder, { ...moved, account: event.toAccountRow });
      return;
    case 'orderAccepted': {
      const { order: id, accountRow: account, instrumentRow: instrument } = event;
      const { leg, isBuy, isReduceOnly, priceTicks, lots } = event;
      books.orders.push({ id, account, instrument, leg, isBuy, isReduceOnly, priceTicks, lots });
      return;
    }
    case 'assetSourcesSet':
    case 'indexSourcesSet':
      return applySourcesSlowly(books, event);
    case 'isolationLevelSet':
    case 'isolationLevelApplied':
      return applyLevelSlowly(books, event);
    case 'carveConsentSet':
      accountOf(books, event.accountRow).carveLeveragePpm = event.leveragePpm;
      return;
    case 'parametersScheduled':
      return schedule(books, event);
    case 'parametersCancelled':
      (books.instruments[event.instrumentRow] as SlowInstrument).scheduled = null;
      return;
    case 'parametersApplied':
      return applyParameters(books.instruments[event.instrumentRow] as SlowInstrument, event);
    case 'scenariosDefined': {
      const pool = books.pools[event.poolRow] as SlowPool;
      pool.scenarios = { inForce: pool.scenarios?.inForce ?? null, defined: event.set };
      return;
    }
    case 'scenariosSent':
      return keepScenarios(books, event);
    case 'poolAssetOpened':
      openPoolAsset(books, event.poolRow, event.assetRow);
      return;
    case 'poolStatusSet':
      (books.pools[event.poolRow] as SlowPool).status = event.status;
      return;
    case 'instrumentMoved':
      return moveInstrument(books, event);
    case 'reduceOnlySet':
      (books.instruments[event.instrumentRow] as SlowInstrument).isReduceOnly = event.isReduceOnly;
      return;
    case 'feeTierSet':
      (books.clients[event.clientRow] as SlowBooks['clients'][number]).feeTier = event.tier;
      return;
    case 'autoMarginSet':
      Object.assign(accountOf(books, event.accountRow), {
        autoMarginLeft: event.capMinor,
        autoMarginUntilMs: event.expiresMs,
      });
      return;
    case 'autoMarginAdded':
      addPrincipal(books, event.accountAssetRow, event.amount);
      accountOf(books, event.accountRow).autoMarginLeft -= event.amount;
      accountOf(books, event.accountRow).isQueued = false;
      return;
    case 'orderAmended':
      (books.orders[event.orderRow] as SlowOrder).priceTicks = event.priceTicks;
      return;
    default:
      return;
  }
}

/** Everything of the instrument is of the other pool: what the accounts hold, and by `transfers` what they are owed. */
function moveInstrument(books: SlowBooks, event: EventOf<'instrumentMoved'>): void {
  const { instrumentRow, poolRow: pool, movedDust } = event;
  const instrument = books.instruments[instrumentRow] as SlowInstrument;
  openPoolAsset(books, instrument.pool, instrument.asset).dust -= movedDust;
  openPoolAsset(books, pool, instrument.asset).dust += movedDust;
  const definition = { ...instrument.listed.definition, pool: (books.pools[pool] as SlowPool).id };
  instrument.listed = { ...instrument.listed, definition, liquidationDefinition: definition };
  Object.assign(instrument, { pool, vectors: null });
  for (const [row, account] of books.accounts.entries()) {
    if (account.instrument !== instrumentRow) continue;
    account.pool = pool;
    for (const position of books.positions) if (position.account === row) position.pool = pool;
    for (const balance of books.balances) if (balance.account === row) balance.pool = pool;
  }
}

function schedule(books: SlowBooks, event: EventOf<'parametersScheduled'>): void {
  const instrument = books.instruments[event.instrumentRow] as SlowInstrument;
  const listed = listingTerms(event.definition, books.assets[instrument.asset]?.decimals as number);
  assert(listed.ok, 'scheduled parameters have terms');
  const { effectiveMs, graceUntilMs, liquidateAtOnce } = event;
  instrument.scheduled = {
    listed: listed.value,
    effectiveMs,
    graceUntilMs,
    liquidateAtOnce,
    isOpeningApplied: false,
  };
}

/** During the grace everything is by the new terms but liquidation. */
function applyParameters(instrument: SlowInstrument, { applies, woken }: EventOf<'parametersApplied'>): void {
  const { scheduled, listed } = instrument;
  assert(scheduled !== null, 'what comes into force was scheduled');
  if (applies === 'opening') {
    const { liquidationDefinition, liquidationTerms, liquidationOption } = listed;
    instrument.listed = { ...scheduled.listed, liquidationDefinition, liquidationTerms, liquidationOption };
    scheduled.isOpeningApplied = true;
    return;
  }
  instrument.listed = scheduled.listed;
  instrument.scheduled = null;
  instrument.isUnasked = !scheduled.liquidateAtOnce || woken.length === 0;
}

function keepScenarios(books: SlowBooks, event: EventOf<'scenariosSent'>): void {
  const pool = books.pools[event.poolRow] as SlowPool;
  if (event.isInForce && pool.scenarios !== null)
    pool.scenarios = { inForce: pool.scenarios.defined, defined: pool.scenarios.defined };
  for (const { instrumentRow, ...vectors } of event.instruments)
    (books.instruments[instrumentRow] as SlowInstrument).vectors = { ...vectors, timeMs: event.sourceTimeMs };
  for (const { poolAssetRow, shocksPpm } of event.assets)
    poolAssetAt(books, poolAssetRow).shocksPpm = shocksPpm;
}

function applyMarks(books: SlowBooks, { marks, assetPrices, sourceTimeMs }: EventOf<'marked'>): void {
  for (const { instrumentRow, verdict, ...mark } of marks) {
    const instrument = books.instruments[instrumentRow] as SlowInstrument;
    if (verdict === 'accepted' || verdict === 'confirmed') instrument.isUnasked = false;
    Object.assign(instrument, {
      ...mark,
      sourceTimeMs: Math.max(instrument.sourceTimeMs, sourceTimeMs),
    });
  }
  for (const next of assetPrices) {
    const at = poolAssetAt(books, next.poolAssetRow);
    Object.assign(at, {
      markTicks: next.price,
      markTimeMs: next.priceTimeMs,
      sourceTimeMs: Math.max(at.sourceTimeMs, sourceTimeMs),
      pendingTicks: next.pendingPrice,
      pendingCount: next.pendingCount,
      isSuspect: next.isSuspect,
    });
  }
}

function openAccount(books: SlowBooks, event: EventOf<'accountOpened'>): void {
  const account = books.accounts.length;
  books.accounts.push({
    id: event.account,
    client: event.clientRow,
    pool: event.poolRow,
    mode: event.marginMode,
    instrument: event.instrumentRow,
    hasLegs: event.hasLegs,
    leveragePpm: event.leveragePpm,
    isClosed: false,
    isQueued: false,
    hold: 0n,
    autoMarginLeft: 0n,
    carveLeveragePpm: 0n,
    autoMarginUntilMs: 0,
  });
  const instrument = event.instrumentRow;
  if (instrument < 0) return;
  openHolding(books, account, settleAssetOf(books, { instrument }));
  openPosition(books, { pool: event.poolRow, instrument, account, takeover: -1, leg: 'net' });
}

function move(books: SlowBooks, { from, to, amount }: Transfer): void {
  (books.balances[from] as SlowBalance).balance -= amount;
  (books.balances[to] as SlowBalance).balance += amount;
}

function accountOf(books: SlowBooks, row: number): SlowAccount {
  return books.accounts[row] as SlowAccount;
}

function poolAssetAt(books: SlowBooks, row: number): SlowPoolAsset {
  return books.poolAssets[row] as SlowPoolAsset;
}

function addPrincipal(books: SlowBooks, row: number, amount: bigint): void {
  (books.holdings[row] as SlowHolding).netPrincipal += amount;
}

/** An account that is exactly zero has no principal any more. */
function forgetPrincipal(books: SlowBooks, account: number): void {
  for (const holding of holdingsOf(books, account)) holding.netPrincipal = 0n;
}

function setCash(books: SlowBooks, row: number, status: string): void {
  (books.cash[row] as { status: string }).status = status;
}
