// Where the service of the examples is, and the key for it.
import { createClient, openStreamClient } from 'bulkhead/client';

const url = process.env.BULKHEAD_URL ?? 'http://127.0.0.1:4410';
const [key, secret] = (process.env.BULKHEAD_KEY ?? '').split(':');
const credentials = key ? { key, secret } : null;

export const client = createClient({ url, credentials });
export const openStream = (options = {}) => openStreamClient({ url, credentials, ...options });

/** Takes it for done where it was done before: an example can be run again. */
export async function once(command) {
  try {
    await client.command(command);
  } catch (error) {
    if (error.problem?.code !== 'already_exists') throw error;
  }
}

/** A perpetual on BTC in USDT, in pool `pool`. */
export const perpetual = (pool, id = 'BTC-PERP', more = {}) => ({
  kind: 'listInstrument',
  id,
  pool,
  instrumentKind: 'perpetual',
  payoff: 'linear',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.001',
  markTicksPerTick: 10,
  makerFeeRate: '0',
  takerFeeRate: '0.0005',
  maintenanceBasis: 'mark',
  markMaxAgeMs: 600_000,
  markMaxJumpRate: '0.5',
  markConfirmations: 2,
  fillBandRate: '0.2',
  fundingRateMax: '0.01',
  tiers: [
    { notionalCap: null, initialMarginRate: '0.05', maintenanceMarginRate: '0.025', maxLeverage: '20' },
  ],
  ...more,
});

/** A client with money in its wallet. */
export async function clientWith(name, amount) {
  await once({ kind: 'openClient', client: name });
  const deposit = `${name}/${Date.now()}`;
  await client.command({ kind: 'announceDeposit', deposit, client: name, asset: 'USDT', amount });
  await client.command({ kind: 'finalizeDeposit', deposit });
}
