/** An account at a venue as `analyze` reads it: what CCXT's calls returned, as text. */
import type { CcxtInput } from '../contract/ccxtBook.js';
import { Refusal } from './failures.js';
import { asked, type CcxtExchange, marketsOf, type VenueHost } from './venue.js';

/** Markets and tiers change seldom: they are asked for once. */
export async function venueAccount(
  exchange: CcxtExchange,
  host: Pick<VenueHost, 'sleep'>,
): Promise<() => Promise<CcxtInput>> {
  const { has } = exchange;
  if (has['fetchPositions'] !== true) throw new Refusal('no_positions', 'the venue tells no positions');
  const markets = JSON.stringify(await marketsOf(exchange, host));
  const tiers =
    has['fetchLeverageTiers'] === true
      ? JSON.stringify(await asked(host, () => exchange.fetchLeverageTiers()))
      : undefined;
  return async () => ({
    positions: JSON.stringify(await asked(host, () => exchange.fetchPositions())),
    balance: JSON.stringify(await asked(host, () => exchange.fetchBalance())),
    markets,
    tiers,
  });
}
