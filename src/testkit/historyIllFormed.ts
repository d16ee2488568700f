/** What should never come to a venue, and does. */
import type { CommandOf } from '../engine/command.js';
import type { ExternalCommand } from '../engine/index.js';
import { accountsOf, anyMarket, type Player, send } from './historyPlayer.js';
import { bareSide } from './historyTrading.js';

export function illFormed(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const account = player.accounts.length > 0 ? random.pick(player.accounts) : 'a0';
  const side = bareSide;
  const fill = (changes: Partial<CommandOf<'fill'>>): ExternalCommand => ({
    kind: 'fill',
    instrument: market.id,
    priceTicks: BigInt(Math.round(market.price)),
    lots: 1n,
    buyer: side(account),
    seller: side(account),
    taker: 'buyer',
    ...changes,
  });
  const other = accountsOf(player, market)[0] ?? account;
  const cross: CommandOf<'openAccount'> = {
    kind: 'openAccount',
    account: `ill${player.steps.length}`,
    client: player.clients[0] as string,
    marginMode: 'cross',
    instrument: null,
    pool: 'alpha',
    hasLegs: false,
    leveragePpm: 1_000_000n,
  };
  const collateral: CommandOf<'listCollateral'> = {
    kind: 'listCollateral',
    pool: 'alpha',
    asset: 'GOLD',
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 0,
    conversionSpreadPpm: 0n,
    priceMaxAgeMs: 1,
    priceMaxJumpPpm: 1n,
    priceConfirmations: 1,
  };
  send(
    player,
    random.pick<ExternalCommand>([
      { kind: 'allocate', asset: null, account, amountMinor: 0n },
      { kind: 'allocate', asset: null, account, amountMinor: -(2n ** 63n) },
      { kind: 'release', asset: null, account, amountMinor: 2n ** 63n - 1n },
      { kind: 'release', asset: null, account: 'nobody', amountMinor: 1n },
      { kind: 'openClient', client: 'a b' },
      { kind: 'openClient', client: '\u202e\ud800' },
      { kind: 'openClient', client: 'x'.repeat(65) },
      {
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account,
        client: 'nobody',
        instrument: market.id,
        leveragePpm: 0n,
      },
      { kind: 'listAsset', asset: 'DUST', decimals: 18 },
      {
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 'alpha',
        isDesk: true,
        workBudget: 0,
      },
      { ...market.definition, id: `${market.id}-bad`, tickSize: '0' },
      { ...market.definition, id: `${market.id}-bad`, brackets: [] },
      { kind: 'mark', assetPrices: [], sourceTimeMs: player.timeMs, marks: [] },
      {
        kind: 'mark',
        assetPrices: [],
        sourceTimeMs: player.timeMs,
        marks: [{ instrument: 'none', markTicks: 1n, indexTicks: 1n }],
      },
      { kind: 'applyFunding', instrument: market.id, fundingTimeMs: player.timeMs, ratePpm: 2n ** 62n },
      { kind: 'expire', instrument: 'none' },
      fill({}),
      fill({ lots: 0n, seller: side(other) }),
      fill({ lots: -(2n ** 63n), seller: side(other) }),
      fill({ lots: 2n ** 63n - 1n, seller: side(other) }),
      fill({ priceTicks: -1n, seller: side(other) }),
      fill({ priceTicks: 2n ** 62n, seller: side(other) }),
      fill({ seller: side(other, { allocateMinor: -5n, allocateInitial: false }) }),
      fill({ seller: side(other, { allocateMinor: 2n ** 62n }) }),
      fill({
        seller: side(`${market.pool}#1`, { party: 'liquidation' }),
        buyer: side('', { party: 'counterparty' }),
      }),
      {
        kind: 'announceDeposit',
        deposit: 'd1',
        client: player.clients[0] as string,
        asset: 'USD',
        amountMinor: 1n,
      },
      {
        kind: 'announceDeposit',
        deposit: `huge${player.steps.length}`,
        client: player.clients[0] as string,
        asset: 'USD',
        amountMinor: 2n ** 62n,
      },
      { kind: 'resume', pool: 'none' },
      { kind: 'allocate', asset: 'none', account, amountMinor: 1n },
      { kind: 'release', asset: 'GOLD', account, amountMinor: 1n },
      { ...cross, pool: 'beta' },
      { ...cross, pool: null },
      { ...cross, instrument: market.id },
      { ...cross, marginMode: 'isolated', instrument: market.id, hasLegs: true },
      fill({ buyer: side(other, { leg: 'long' }), seller: side(account, { leg: 'short' }) }),
      fill({ buyer: side(other, { order: 'none' }) }),
      { kind: 'fundFacility', pool: 'beta', asset: 'GOLD', amountMinor: 1n },
      { kind: 'drainFacility', pool: 'alpha', asset: 'COIN', amountMinor: 2n ** 59n },
      { ...collateral, haircutPpm: 1_000_001n },
      { ...collateral, pool: 'beta' },
      collateral,
      {
        kind: 'mark',
        marks: [],
        sourceTimeMs: player.timeMs,
        assetPrices: [{ pool: 'beta', asset: 'GOLD', price: 1n }],
      },
    ]),
  );
}
