/** The names of the profiles: those of CCXT where it knows the venue. */
export const PROFILE_NAMES = [
  'binanceusdm',
  'binancecoinm',
  'okx',
  'bybit',
  'bybitclassic',
  'bitget',
  'gate',
  'hyperliquid',
  'krakenfutures',
  'deribit',
  'bitmex',
  'kucoinfutures',
  'phemex',
] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];
