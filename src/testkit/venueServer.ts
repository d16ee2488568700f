/** A venue on this machine, in the documented shapes of Binance's USD-margined futures: what its clients may ask, and a count of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as ccxt from 'ccxt';
import type { CcxtModule } from '../cli/venue.js';

export interface VenueServer {
  readonly url: string;
  /** Paths asked, in order. */
  readonly asked: string[];
  /** Answers by path; a test changes them. */
  readonly answers: Map<string, unknown>;
  /** Answered with this status and error before anything else, once each. */
  readonly faults: { readonly status: number; readonly body: object }[];
  /** CCXT with the venue's addresses turned to this machine. */
  loadCcxt(): Promise<CcxtModule>;
  close(): Promise<void>;
}

/** Of private paths: asked without the header of a key they are refused, as there. */
const PRIVATE = ['/fapi/v3/account', '/fapi/v3/positionRisk', '/fapi/v1/leverageBracket'];
const TIME_MS = 1_700_000_000_000;

export async function openVenueServer(): Promise<VenueServer> {
  const asked: string[] = [];
  const answers = new Map<string, unknown>(Object.entries(ANSWERS));
  const faults: { status: number; body: object }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] as string;
    asked.push(path);
    const fault = faults.shift();
    const isRefused = PRIVATE.includes(path) && request.headers['x-mbx-apikey'] === undefined;
    const [status, body] =
      fault !== undefined
        ? [fault.status, fault.body]
        : isRefused
          ? [401, { code: -2014, msg: 'API-key format invalid.' }]
          : answers.has(path)
            ? [200, answers.get(path)]
            : [404, { code: -1, msg: `no ${path}` }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    answers,
    faults,
    loadCcxt: async () => ({ binanceusdm: turnedTo(url) }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function turnedTo(url: string): unknown {
  return class extends ccxt.binanceusdm {
    constructor(options: object) {
      super({ ...options, enableRateLimit: false });
      const api = this.urls['api'] as Record<string, string>;
      for (const [name, address] of Object.entries(api)) api[name] = address.replace(/^https:\/\/[^/]+/, url);
      this.options['fetchCurrencies'] = false;
    }
  };
}

const symbol = (base: string, tickSize: string, stepSize: string) => ({
  symbol: `${base}USDT`,
  pair: `${base}USDT`,
  contractType: 'PERPETUAL',
  deliveryDate: 4133404800000,
  onboardDate: 1569398400000,
  status: 'TRADING',
  baseAsset: base,
  quoteAsset: 'USDT',
  marginAsset: 'USDT',
  pricePrecision: 2,
  quantityPrecision: 3,
  baseAssetPrecision: 8,
  quotePrecision: 8,
  underlyingType: 'COIN',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '4529764', tickSize },
    { filterType: 'LOT_SIZE', minQty: stepSize, maxQty: '1000', stepSize },
    { filterType: 'MARKET_LOT_SIZE', minQty: stepSize, maxQty: '120', stepSize },
    { filterType: 'MIN_NOTIONAL', notional: '5' },
  ],
  orderTypes: ['LIMIT', 'MARKET'],
  timeInForce: ['GTC', 'IOC'],
});

const premium = (name: string, markPrice: string, indexPrice: string) => ({
  symbol: name,
  markPrice,
  indexPrice,
  estimatedSettlePrice: indexPrice,
  lastFundingRate: '0.00010000',
  interestRate: '0.00010000',
  nextFundingTime: TIME_MS + 3_600_000,
  time: TIME_MS,
});

const position = (name: string, fields: object) => ({
  symbol: name,
  positionSide: 'BOTH',
  breakEvenPrice: '0.0',
  adlQuantile: 1,
  marginAsset: 'USDT',
  bidNotional: '0',
  askNotional: '0',
  updateTime: TIME_MS,
  ...fields,
});

const bracket = (name: string, rows: readonly (readonly [number, number, number, number, number])[]) => ({
  symbol: name,
  brackets: rows.map(([floor, cap, leverage, rate, cum], at) => ({
    bracket: at + 1,
    initialLeverage: leverage,
    notionalCap: cap,
    notionalFloor: floor,
    maintMarginRatio: rate,
    cum,
  })),
});

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/fapi/v1/exchangeInfo': {
    timezone: 'UTC',
    serverTime: TIME_MS,
    rateLimits: [],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
    symbols: [symbol('BTC', '0.10', '0.001'), symbol('ETH', '0.01', '0.001')],
  },
  '/fapi/v1/premiumIndex': [
    premium('BTCUSDT', '40000.12345678', '39998.50000000'),
    premium('ETHUSDT', '2000.00000000', '2000.10000000'),
  ],
  '/fapi/v1/depth': {
    lastUpdateId: 1,
    E: TIME_MS,
    T: TIME_MS,
    bids: [
      ['39999.90', '1.000'],
      ['39980.00', '2.000'],
      ['39700.00', '5.000'],
    ],
    asks: [
      ['40000.10', '1.500'],
      ['40100.00', '2.000'],
    ],
  },
  '/fapi/v3/positionRisk': [
    position('BTCUSDT', {
      positionAmt: '0.500',
      entryPrice: '41000.0',
      markPrice: '40000.00000000',
      unRealizedProfit: '-500.00000000',
      liquidationPrice: '30000.0',
      isolatedMargin: '0',
      notional: '20000.00000000',
      isolatedWallet: '0',
      initialMargin: '2000.00000000',
      maintMargin: '80.00000000',
      positionInitialMargin: '2000.00000000',
      openOrderInitialMargin: '0',
      adl: 2,
    }),
  ],
  '/fapi/v3/account': {
    totalInitialMargin: '2000.0',
    totalMaintMargin: '80.0',
    totalWalletBalance: '5000.0',
    totalUnrealizedProfit: '-500.0',
    totalMarginBalance: '4500.0',
    totalPositionInitialMargin: '2000.0',
    totalOpenOrderInitialMargin: '0.0',
    totalCrossWalletBalance: '5000.0',
    totalCrossUnPnl: '-500.0',
    availableBalance: '2500.0',
    maxWithdrawAmount: '2500.0',
    assets: [
      {
        asset: 'USDT',
        walletBalance: '5000.0',
        unrealizedProfit: '-500.0',
        marginBalance: '4500.0',
        maintMargin: '80.0',
        initialMargin: '2000.0',
        positionInitialMargin: '2000.0',
        openOrderInitialMargin: '0.0',
        crossWalletBalance: '5000.0',
        crossUnPnl: '-500.0',
        availableBalance: '2500.0',
        maxWithdrawAmount: '2500.0',
        updateTime: TIME_MS,
      },
    ],
    positions: [],
  },
  '/fapi/v1/leverageBracket': [
    bracket('BTCUSDT', [
      [0, 50_000, 125, 0.004, 0],
      [50_000, 600_000, 100, 0.005, 50],
    ]),
    bracket('ETHUSDT', [[0, 50_000, 100, 0.005, 0]]),
  ],
};
