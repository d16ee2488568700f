/** Once a day money comes and goes: clients who are out of it or have enough, market makers, funds over their cap. */
import { PPM } from '../base/index.js';
import type { Minor, TimeMs } from '../base/units.js';
import { isPoolSound, pairKey, poolLedgerRow } from '../engine/index.js';
import { depositMoney, withdrawMoney } from './cash.js';
import { type Floor, marginBalance, walletBalance } from './floor.js';
import { rebalanceMaker } from './makers.js';
import type { Participants, SimulatedClient } from './population.js';
import type { Venue } from './venueFile.js';

const DAY_MS = 86_400_000;

/** `deposited` keeps when each client last deposited. */
export function moveMoney(
  floor: Floor,
  plan: { readonly venue: Venue; readonly participants: Participants },
  deposited: Map<string, TimeMs>,
): void {
  const { timeMs } = floor.sender;
  for (const client of plan.participants.clients) {
    const lastMs = deposited.get(client.id) ?? timeMs;
    deposited.set(client.id, lastMs);
    if (depositsAgain(floor, client, timeMs - lastMs)) deposited.set(client.id, timeMs);
    takeProfit(floor, client);
  }
  for (const maker of plan.participants.marketMakers)
    rebalanceMaker(floor, maker, movementName(maker.id, timeMs));
  for (const pool of plan.venue.pools) capFunds(floor, pool);
}

/** Whether the client was out of money for long enough to come back with some. */
function depositsAgain(floor: Floor, client: SimulatedClient, sinceMs: TimeMs): boolean {
  const { id, asset, depositMinor, depositAgainDays } = client;
  if (depositAgainDays === null || sinceMs < depositAgainDays * DAY_MS) return false;
  if (wealth(floor, client) * 10n >= depositMinor) return false;
  const deposit = movementName(id, floor.sender.timeMs);
  depositMoney(floor.sender, { deposit, client: id, asset, amountMinor: depositMinor });
  return true;
}

function takeProfit(floor: Floor, client: SimulatedClient): void {
  const { id, asset, depositMinor, takeProfitPpm } = client;
  if (takeProfitPpm === null) return;
  const wallet = walletOfClient(floor, client);
  if (wallet * PPM <= depositMinor * takeProfitPpm) return;
  const withdrawal = movementName(id, floor.sender.timeMs);
  withdrawMoney(floor.sender, { withdrawal, client: id, asset, amountMinor: wallet - depositMinor });
}

/** What a fund holds above its cap goes to the venue, while the pool is at rest and sound. */
function capFunds({ sender, state }: Floor, pool: Venue['pools'][number]): void {
  const poolRow = state.pools.names.rowOf(pool.id);
  for (const { asset, capMinor } of pool.insuranceFunds) {
    const row = state.poolAssetRows.get(pairKey(poolRow, state.assets.names.rowOf(asset)));
    if (capMinor === null || row === undefined) continue;
    const amountMinor = state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund')) - capMinor;
    const isAtRest = (state.openTakeovers.get(poolRow)?.size ?? 0) === 0;
    const situation = { state, derived: sender.engine.derived, timeMs: sender.timeMs };
    if (amountMinor > 0n && isAtRest && isPoolSound(situation, poolRow))
      sender.send({ kind: 'drawDownFund', pool: pool.id, asset, amountMinor });
  }
}

/** Everything the client has here, open profit and loss apart. */
function wealth(floor: Floor, client: SimulatedClient): Minor {
  return client.traders.reduce(
    (sum, { accountId }) => {
      const accountRow = floor.state.accounts.names.rowOf(accountId);
      return accountRow < 0 ? sum : sum + marginBalance(floor, accountRow);
    },
    walletOfClient(floor, client),
  );
}

function walletOfClient({ state }: Floor, { id, asset }: SimulatedClient): Minor {
  return walletBalance(state, state.clients.names.rowOf(id), state.assets.names.rowOf(asset));
}

/** One deposit or withdrawal a day and client. */
function movementName(id: string, timeMs: TimeMs): string {
  return `${id}/${new Date(timeMs).toISOString().slice(0, 10)}`;
}
