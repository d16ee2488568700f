// A desk follows its positions at a venue: each is an isolated account of the desk's own pool, with the venue's mark, size, entry price and margin.
// Margin calls, webhooks, levels and what-if of the service are then about what the desk really has.
//   node examples/desk-import.js binanceusdm [SECONDS]       through CCXT (npm install ccxt), with VENUE_KEY and VENUE_SECRET
//   node examples/desk-import.js positions.json              what fetchPositions returned
import { readFile } from 'node:fs/promises';
import { BulkheadError } from 'bulkhead/client';
import { client, clientWith, once, openStream, perpetual } from './service.js';

const [source = 'binanceusdm', seconds] = process.argv.slice(2);
const pool = 'desk';
const asset = 'USDT';

const fetchPositions = source.endsWith('.json')
  ? async () => JSON.parse(await readFile(source, 'utf8'))
  : await (async () => {
      const { default: ccxt } = await import('ccxt');
      const exchange = new ccxt[source]({ apiKey: process.env.VENUE_KEY, secret: process.env.VENUE_SECRET });
      return () => exchange.fetchPositions();
    })();

await once({ kind: 'listAsset', asset, decimals: 6 });
await once({ kind: 'openPool', pool, admission: 'fills', isDesk: true });
await clientWith('desk', '100000000');

/** Signed, in contracts of the base asset. */
const sizeOf = ({ side, contracts, contractSize = 1 }) =>
  (side === 'short' ? -1 : 1) * contracts * contractSize;
const text = (value, decimals) => Number(value).toFixed(decimals);

async function follow(positions) {
  for (const position of positions) {
    const { symbol, markPrice, entryPrice, contracts } = position;
    const name = symbol.replace(/[/:]/g, '-');
    if (!/^\w+\/USDT:USDT$/.test(symbol) || !contracts || !markPrice) {
      console.log(`${symbol}: left out`);
      continue;
    }
    const leverage = Math.max(1, Math.min(20, Math.floor(position.leverage ?? 1)));
    await once(
      perpetual(pool, name, {
        base: symbol.split('/')[0],
        fillBandRate: '0.9',
        lotSize: '0.001',
        takerFeeRate: '0',
      }),
    );
    await once({
      kind: 'openAccount',
      account: name,
      client: 'desk',
      instrument: name,
      leverage: `${leverage}`,
    });
    const marks = [{ instrument: name, price: text(markPrice, 2) }];
    await client.command({ kind: 'mark', sourceTimeMs: Date.now(), marks });
    const held = await client.get('/v1/accounts/:id', { params: { id: name } });
    const heldSize =
      held.position === null
        ? 0
        : (held.position.side === 'short' ? -1 : 1) * Number(held.position.contracts);
    const difference = sizeOf(position) - heldSize;
    if (Math.abs(difference) >= 0.0005)
      await trade(name, difference, heldSize === 0 ? (entryPrice ?? markPrice) : markPrice);
    await backWith(name, position);
  }
}

/** Against the outside, which the desk's own pool may trade with. */
async function trade(name, difference, price) {
  const own = { party: 'account', id: name, allocateInitial: true };
  const outside = { party: 'counterparty' };
  const [buyer, seller] = difference > 0 ? [own, outside] : [outside, own];
  const taker = difference > 0 ? 'buyer' : 'seller';
  const quantity = text(Math.abs(difference), 3);
  await client.command({
    kind: 'fill',
    instrument: name,
    price: text(price, 1),
    quantity,
    buyer,
    seller,
    taker,
  });
  console.log(`${name}: ${difference > 0 ? 'bought' : 'sold'} ${quantity} at ${text(price, 1)}`);
}

/** As much margin as the venue keeps behind it: what may not be taken back stays. */
async function backWith(name, { collateral, initialMargin, unrealizedPnl = 0 }) {
  const wanted = Number(collateral || (initialMargin ?? 0) - Math.min(0, unrealizedPnl));
  const { balance } = await client.get('/v1/accounts/:id', { params: { id: name } });
  const missing = wanted - Number(balance);
  if (!(Math.abs(missing) >= 1)) return;
  const kind = missing > 0 ? 'allocate' : 'release';
  try {
    await client.command({ kind, account: name, asset, amount: text(Math.abs(missing), 2) });
  } catch (error) {
    if (!(error instanceof BulkheadError)) throw error;
    console.log(`${name}: ${kind} refused: ${error.problem.code}`);
  }
}

if (seconds !== undefined) {
  const stream = openStream();
  await stream.subscribe('marginCalls', ({ events }) => {
    for (const { kind, account, level } of events)
      console.log(`${account}: ${kind} ${level ?? ''}`.trimEnd());
  });
}
do {
  await follow(await fetchPositions());
  const { positions } = await client.get('/v1/positions', { query: { pool } });
  for (const { symbol, side, contracts, collateral, liquidationPrice } of positions)
    console.log(
      `${symbol}: ${side} ${contracts}, collateral ${collateral}, liquidation price ${liquidationPrice}`,
    );
  if (seconds !== undefined) await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(seconds)));
} while (seconds !== undefined);
