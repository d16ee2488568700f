/** Clients, margin accounts and money of a random history: deposits, allocations, releases, the venue's own funds. */
import { min } from '../base/index.js';
import { hasPosition } from '../engine/accountParts.js';
import { settleAssetRow } from '../engine/state.js';
import {
  anyAccount,
  anyMarket,
  atLeastOne,
  isAccepted,
  isShared,
  type Market,
  type Player,
  portion,
  send,
  walletOf,
  wealthOf,
} from './historyPlayer.js';

/** More than anybody will ever need. */
const PLENTY = 2n ** 56n;

export function openClient(player: Player): void {
  const { random } = player;
  const client = `client${player.clients.length + 1}`;
  send(player, { kind: 'openClient', client });
  player.clients.push(client);
  for (const { id } of player.assets) {
    if (player.options.isSeparable) {
      deposit(player, client, id, PLENTY);
      continue;
    }
    if (random.unit() < 0.1) continue;
    deposit(player, client, id, atLeastOne((wealthOf(player, id) * BigInt(random.between(1, 300))) / 100n));
  }
}

function deposit(player: Player, client: string, asset: string, amountMinor: bigint): void {
  const id = `d${player.deposits.length + 1}`;
  player.deposits.push(id);
  send(player, { kind: 'announceDeposit', deposit: id, client, asset, amountMinor });
  if (amountMinor === PLENTY || player.random.unit() < 0.9)
    send(player, { kind: 'finalizeDeposit', deposit: id });
}

/** Isolated for a market, or shared where its pool takes shared accounts. */
export function openAccount(player: Player): void {
  const { random } = player;
  const account = `a${++player.count}`;
  const market = anyMarket(player);
  const pool = player.pools.find((each) => each.pool === market.pool);
  const isIsolated = random.unit() < (pool?.isShared === true ? 0.55 : 0.98);
  const recorded = send(player, {
    kind: 'openAccount',
    account,
    client: random.pick(player.clients),
    marginMode: isIsolated ? 'isolated' : random.pick(['cross', 'cross', 'portfolio'] as const),
    instrument: isIsolated ? market.id : null,
    pool: isIsolated ? null : market.pool,
    hasLegs: !isIsolated && random.unit() < 0.3,
    leveragePpm: BigInt(random.pick([1, 2, 5, 10, 20, 50, 100])) * 1_000_000n,
  });
  if (!isAccepted(recorded)) return;
  player.accounts.push(account);
  if (isIsolated) return;
  for (const { id } of player.assets) if (random.unit() < 0.6) allocateAsset(player, account, id);
}

/** An asset the account might hold; now and then one it cannot. */
function anyAsset(player: Player): string {
  return player.random.pick(player.assets).id;
}

/** Null where the account has one asset only; now and then by its name all the same. */
function assetNamed(player: Player, row: number): { readonly named: string | null; readonly asset: string } {
  const { random, state } = player;
  if (isShared(state, row)) {
    const asset = anyAsset(player);
    return { named: random.unit() < 0.03 ? null : asset, asset };
  }
  const asset = state.assets.names.nameOf(settleAssetRow(state, state.accounts.instrument.get(row)));
  return { named: random.unit() < 0.1 ? anyAsset(player) : null, asset };
}

export function allocate(player: Player): void {
  const { random } = player;
  const { account, row } = anyAccount(player);
  const { named, asset } = assetNamed(player, row);
  const wallet = walletOf(player, row, asset) / BigInt(random.pick([1, 10, 100]));
  const amountMinor = atLeastOne(portion(random, wallet));
  send(player, { kind: 'allocate', asset: named, account, amountMinor });
}

function allocateAsset(player: Player, account: string, asset: string): void {
  const { random, state } = player;
  const row = state.accounts.names.rowOf(account);
  const wallet = walletOf(player, row, asset) / BigInt(random.pick([2, 10]));
  send(player, { kind: 'allocate', asset, account, amountMinor: atLeastOne(portion(random, wallet)) });
}

export function release(player: Player): void {
  const { random } = player;
  const { account, row } = anyAccount(player);
  const { named, asset } = assetNamed(player, row);
  const balance = balanceIn(player, row, asset);
  const amountMinor = random.unit() < 0.3 ? balance : portion(random, balance);
  send(player, { kind: 'release', asset: named, account, amountMinor: atLeastOne(amountMinor) });
}

function balanceIn({ state }: Player, accountRow: number, asset: string): bigint {
  const { accountAssets, poolAssets } = state;
  const assetRow = state.assets.names.rowOf(asset);
  for (let row = state.accounts.firstAsset.get(accountRow); row >= 0; row = accountAssets.next.get(row))
    if (poolAssets.asset.get(accountAssets.poolAsset.get(row)) === assetRow)
      return state.ledger.balance(accountAssets.ledgerRow.get(row));
  return 0n;
}

export function setLeverage(player: Player): void {
  const { account } = anyAccount(player);
  const leveragePpm = BigInt(
    player.random.pick([500_000, 1_000_000, 1_500_000, 7_000_000, 20_000_000, 100_000_000]),
  );
  send(player, { kind: 'setLeverage', account, leveragePpm });
}

export function closeAccount(player: Player): void {
  const { account, row } = anyAccount(player);
  if (hasPosition(player.state, row) && player.random.unit() < 0.7) return;
  send(player, { kind: 'closeAccount', account });
}

export function moveCash(player: Player): void {
  const { random } = player;
  const client = random.pick(player.clients);
  const asset = anyAsset(player);
  const oldDeposit = player.deposits.length > 0 ? random.pick(player.deposits) : 'd0';
  const oldWithdrawal = player.withdrawals.length > 0 ? random.pick(player.withdrawals) : 'w0';
  switch (random.between(0, 6)) {
    case 0:
      return deposit(player, client, asset, atLeastOne(portion(random, wealthOf(player, asset))));
    case 1:
      send(player, { kind: 'finalizeDeposit', deposit: oldDeposit });
      return;
    case 2:
      send(player, { kind: 'returnDeposit', deposit: oldDeposit });
      return;
    case 3: {
      const withdrawal = `w${player.withdrawals.length + 1}`;
      player.withdrawals.push(withdrawal);
      const amountMinor = atLeastOne(portion(random, wealthOf(player, asset) / 4n));
      send(player, { kind: 'requestWithdrawal', withdrawal, client, asset, amountMinor });
      return;
    }
    case 4:
      send(player, { kind: 'sendWithdrawal', withdrawal: oldWithdrawal });
      return;
    case 5:
      send(player, { kind: 'settleWithdrawal', withdrawal: oldWithdrawal });
      return;
    default:
      send(player, { kind: 'returnWithdrawal', withdrawal: oldWithdrawal });
  }
}

// ---- the venue's ----

export function topUp(player: Player, market: Market, amountMinor: bigint): void {
  send(player, { kind: 'topUpFund', pool: market.pool, asset: market.definition.settle, amountMinor });
}

export function fundFacility(
  player: Player,
  { pool, asset }: { readonly pool: string; readonly asset: string },
): void {
  const amountMinor = min(atLeastOne(portion(player.random, wealthOf(player, asset))), 2n ** 58n);
  send(player, { kind: 'fundFacility', pool, asset, amountMinor });
}

export function moveVenueMoney(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const { settle } = market.definition;
  const amountMinor = atLeastOne(portion(random, wealthOf(player, settle) / 10n));
  switch (random.between(0, 5)) {
    case 0:
      return topUp(player, market, amountMinor);
    case 1:
      send(player, { kind: 'drawDownFund', pool: market.pool, asset: settle, amountMinor });
      return;
    case 2:
      if (player.options.isSeparable) return topUp(player, market, amountMinor);
      send(player, { kind: 'feesToCapital', asset: settle, amountMinor: min(amountMinor, 1_000n) });
      return;
    case 3:
      return fundFacility(player, { pool: market.pool, asset: anyAsset(player) });
    case 4: {
      const asset = anyAsset(player);
      const drained = atLeastOne(portion(random, wealthOf(player, asset) / 4n));
      send(player, { kind: 'drainFacility', pool: market.pool, asset, amountMinor: drained });
      return;
    }
    default:
      send(player, { kind: 'injectCapital', asset: settle, amountMinor });
  }
}
