/** Every profile by name, in the order in which they are listed to people. */
import { BINANCE_COINM, BINANCE_USDM } from './binance.js';
import { BITGET } from './bitget.js';
import { BITMEX } from './bitmex.js';
import { BYBIT, BYBIT_CLASSIC } from './bybit.js';
import { DERIBIT } from './deribit.js';
import { GATE } from './gate.js';
import { HYPERLIQUID } from './hyperliquid.js';
import { KRAKEN_FUTURES } from './kraken.js';
import { KUCOIN_FUTURES } from './kucoin.js';
import { PROFILE_NAMES, type ProfileName } from './names.js';
import { OKX } from './okx.js';
import { PHEMEX } from './phemex.js';
import type { VenueProfile } from './profile.js';

export const VENUE_PROFILES: Readonly<Record<ProfileName, VenueProfile>> = Object.freeze({
  binanceusdm: BINANCE_USDM,
  binancecoinm: BINANCE_COINM,
  okx: OKX,
  bybit: BYBIT,
  bybitclassic: BYBIT_CLASSIC,
  bitget: BITGET,
  gate: GATE,
  hyperliquid: HYPERLIQUID,
  krakenfutures: KRAKEN_FUTURES,
  deribit: DERIBIT,
  bitmex: BITMEX,
  kucoinfutures: KUCOIN_FUTURES,
  phemex: PHEMEX,
});

export function isProfileName(name: string): name is ProfileName {
  return (PROFILE_NAMES as readonly string[]).includes(name);
}
