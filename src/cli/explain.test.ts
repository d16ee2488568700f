import { describe, expect, it } from 'vitest';
import { type AccountStory, explainAccount, readCommand } from '../contract/index.js';
import { createWorld, linearPerpetual, standardWorld, usdt, type World } from '../testkit/world.js';
import { storyText } from './explain.js';

function send(world: World, ...commands: readonly unknown[]): void {
  for (const wire of commands) {
    const read = readCommand(world.state, wire);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    world.accept(read.value);
  }
}

/** ada holds 2,000 USDT and 0.05 BTC behind 1 BTC long from 40,000, in a cross account; the mark falls to 37,500. */
function crossStory(): AccountStory | null {
  const world = createWorld();
  send(
    world,
    { kind: 'listAsset', asset: 'USDT', decimals: 6 },
    { kind: 'listAsset', asset: 'BTC', decimals: 8 },
    { kind: 'openPool', pool: 'main', admission: 'fills', valuationAsset: 'USDT' },
    {
      kind: 'listCollateral',
      pool: 'main',
      asset: 'BTC',
      haircutRate: '0.5',
      priceMaxAgeMs: 60_000,
      priceMaxJumpRate: '0.5',
      priceConfirmations: 1,
    },
  );
  world.accept(linearPerpetual('BTC-PERP'));
  world.mark({ 'BTC-PERP': 400_000n });
  send(world, {
    kind: 'mark',
    sourceTimeMs: world.timeMs,
    assetPrices: [{ pool: 'main', asset: 'BTC', price: '40000' }],
  });
  for (const client of ['ada', 'bob']) {
    world.client(client, { USDT: usdt(50_000), BTC: 5_000_000n });
    const account = `${client}-x`;
    const leverage = '20';
    send(
      world,
      { kind: 'openAccount', account, client, marginMode: 'cross', pool: 'main', leverage },
      { kind: 'allocate', account, asset: 'USDT', amount: client === 'ada' ? '2000' : '20000' },
    );
  }
  send(world, { kind: 'allocate', account: 'ada-x', asset: 'BTC', amount: '0.05' });
  world.trade({
    buyer: 'ada-x',
    seller: 'bob-x',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots: 1_000n,
    margin: 0n,
  });
  world.mark({ 'BTC-PERP': 371_000n });
  return explainAccount(world.records, 'ada-x');
}

describe('the story of an account as text', () => {
  it('of an isolated account has one balance and one position', () => {
    const world = standardWorld();
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(50_000) });
      world.account(`${client}-1`, client, 'BTC-PERP', 10);
    }
    world.trade({
      buyer: 'ada-1',
      seller: 'bob-1',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 500n,
    });
    const text = storyText(explainAccount(world.records, 'ada-1') as AccountStory);
    expect(text).toMatch(/^instrument +BTC-PERP$/m);
    expect(text).toMatch(/fill +allocate 2,000 +2,000 +0\.5$/m);
  });

  it('of a cross account names assets and instruments, and every number that decided (OPS-03)', () => {
    const text = storyText(crossStory() as AccountStory);
    expect(text).not.toMatch(/^instrument /m);
    expect(text).toMatch(/allocate +allocate 0\.05 BTC +2,000 USDT, 0\.05 BTC +0$/m);
    expect(text).toMatch(/fill +2,000 USDT, 0\.05 BTC +1 BTC-PERP$/m);
    expect(text).toMatch(/takeOver +takeOver -2,000 USDT, .* 0 USDT, 0 BTC +0$/m);
    expect(text).toMatch(/^ {4}USDT +balance 2000, profit -2900, price 1, haircut 0, value -900$/m);
    expect(text).toMatch(/^ {4}BTC +balance 0\.05, profit 0, price 40000, haircut 0\.5, value 1000$/m);
    expect(text).toMatch(
      /^ {4}BTC-PERP +leg net, side long, quantity 1, markPrice 37100, markSequence [0-9]+/m,
    );
    expect(text).toMatch(/^ {4}maintenanceMargin\.position BTC-PERP USDT +185\.5$/m);
    expect(text).toContain('equity 100 <= maintenance margin 185.5: liquidatable');
  });
});
