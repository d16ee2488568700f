/** A venue through CCXT, where that is installed: the one door by which commands ask an exchange. */
import { setTimeout } from 'node:timers/promises';
import { Refusal } from './failures.js';
import type { Io } from './io.js';
import { nearest } from './nearest.js';

/** [opening time in ms, open, high, low, close, volume], as CCXT's unified `fetchOHLCV` gives it. */
export type OhlcvRow = readonly (number | null | undefined)[];

/** What is used of a market of CCXT. */
export interface CcxtMarket {
  readonly base?: string;
  readonly contract?: boolean;
  readonly contractSize?: number;
  readonly inverse?: boolean;
}

/** What a venue says of a price: the fields of CCXT's mark prices and of its funding rates. */
export interface CcxtMarkPrice {
  readonly symbol?: string;
  readonly markPrice?: number | null;
  readonly indexPrice?: number | null;
  readonly timestamp?: number | null;
}

export interface CcxtOrderBook {
  readonly bids: readonly (readonly number[])[];
  readonly asks: readonly (readonly number[])[];
  readonly timestamp?: number | null;
}

/** What is used of an exchange of CCXT. */
export interface CcxtExchange {
  readonly has: Readonly<Record<string, unknown>>;
  readonly loadMarkets: (reload?: boolean) => Promise<Readonly<Record<string, CcxtMarket>>>;
  readonly fetchOHLCV: (
    symbol: string,
    timeframe: string,
    since: number,
    limit: number,
  ) => Promise<readonly OhlcvRow[]>;
  readonly fetchPositions: (symbols?: readonly string[]) => Promise<readonly unknown[]>;
  readonly fetchBalance: () => Promise<unknown>;
  readonly fetchLeverageTiers: (symbols?: readonly string[]) => Promise<unknown>;
  readonly fetchMarkPrices: (symbols?: readonly string[]) => Promise<Readonly<Record<string, CcxtMarkPrice>>>;
  readonly fetchFundingRates: (
    symbols?: readonly string[],
  ) => Promise<Readonly<Record<string, CcxtMarkPrice>>>;
  readonly fetchFundingRate: (symbol: string) => Promise<CcxtMarkPrice>;
  readonly fetchOrderBook: (symbol: string, limit?: number) => Promise<CcxtOrderBook>;
}

export type CcxtModule = Readonly<Record<string, unknown>>;

export interface VenueHost {
  readonly loadCcxt: () => Promise<CcxtModule>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** Settles when the user ends it. */
  readonly ended: () => Promise<void>;
}

export const VENUE_HOST: VenueHost = {
  async loadCcxt() {
    // A name in a variable: the compiler must not look for what is not there.
    const name = 'ccxt';
    try {
      return (await import(name)) as CcxtModule;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      throw new Refusal('ccxt_missing', 'CCXT is not installed: npm install ccxt, beside this package');
    }
  },
  sleep: (ms) => setTimeout(ms),
  nowMs: Date.now,
  ended: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
};

/** With the key of an account of one's own, where the environment has one: it needs to read, nothing else. */
export async function exchangeOf(
  { loadCcxt }: Pick<VenueHost, 'loadCcxt'>,
  id: string,
  env: Io['env'] = {},
): Promise<CcxtExchange> {
  const ccxt = await loadCcxt();
  const known = { ...(ccxt['default'] as CcxtModule | undefined), ...ccxt };
  const Exchange = /^[a-z0-9]+$/.test(id) ? known[id] : undefined;
  if (typeof Exchange !== 'function') {
    const names = Object.keys(known).filter((name) => /^[a-z0-9]+$/.test(name));
    const meant = nearest(id, names);
    throw new Refusal(
      'unknown_exchange',
      `CCXT knows no exchange ${id}${meant === null ? '' : `; is ${meant} meant?`}`,
    );
  }
  const credentials = Object.fromEntries(
    Object.entries(CREDENTIALS).flatMap(([name, variable]) => {
      const value = env[variable];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  return new (Exchange as new (options: object) => CcxtExchange)({ enableRateLimit: true, ...credentials });
}

const CREDENTIALS = {
  apiKey: 'BULKHEAD_VENUE_KEY',
  secret: 'BULKHEAD_VENUE_SECRET',
  password: 'BULKHEAD_VENUE_PASSWORD',
} as const;

const TRIES = 4;
const WAIT_MS = 1_000;

/** What the venue answers, asked again where it fails; what a further try cannot mend is refused at once. */
export async function asked<T>(
  host: Pick<VenueHost, 'sleep'>,
  ask: (isAgain: boolean) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask(tried > 1);
    } catch (error) {
      const { name, message } = error as Error;
      if (FOR_GOOD.has(name)) throw new Refusal('venue_refused', `the venue refused: ${short(message)}`);
      if (tried === TRIES)
        throw new Refusal('venue_failed', `the venue failed ${TRIES} times: ${short(message)}`);
      await host.sleep(WAIT_MS * 2 ** (tried - 1));
    }
  }
}

/** Names of CCXT's errors, which are the same in all its versions. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  'AuthenticationError',
  'PermissionDenied',
  'AccountSuspended',
  'NotSupported',
  'BadSymbol',
  'ArgumentsRequired',
]);

function short(message: string): string {
  return message.replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** CCXT keeps a load that failed, so that the next try asks anew. */
export function marketsOf(
  exchange: CcxtExchange,
  host: Pick<VenueHost, 'sleep'>,
): Promise<Readonly<Record<string, CcxtMarket>>> {
  return asked(host, (isAgain) => exchange.loadMarkets(isAgain));
}

/** The symbols as the venue has them; refuses one that it has not, and says which may be meant. */
export function marketOrRefuse(markets: Readonly<Record<string, CcxtMarket>>, symbol: string): CcxtMarket {
  const market = markets[symbol];
  if (market !== undefined) return market;
  const meant = nearest(symbol, Object.keys(markets));
  const hint = meant === null ? '' : `; is ${meant} meant?`;
  throw new Refusal('unknown_symbol', `the venue has no ${symbol}${hint}`);
}
