import { describe, expect, it } from 'vitest';
import { standardWorld, usdt } from '../testkit/world.js';
import { explainAccount } from './explainAccount.js';

function story() {
  const world = standardWorld(usdt(100));
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  world.account('ada-10x', 'ada', 'BTC-PERP', 10);
  world.account('bob-1', 'bob', 'BTC-PERP', 5);
  world.trade({
    buyer: 'ada-10x',
    seller: 'bob-1',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots: 100n,
  });
  world.mark({ 'BTC-PERP': 320_000n });
  return { world, told: explainAccount(world.records, 'ada-10x') };
}

describe('the story of an account', () => {
  it('answers why it was liquidated with every input of the decision, from the records alone (OPS-03)', () => {
    const { told } = story();
    const liquidation = told?.steps.find(({ decision }) => decision !== null);
    expect(liquidation?.command).toBe('takeOver');
    expect(liquidation?.decision).toMatchObject({
      markPrice: '32000',
      markAgeMs: 0,
      collateral: '400',
      quantity: '0.1',
      cost: '4000',
      leverage: '10',
      equity: '-400',
      maintenanceMargin: '16',
      liquidationPrice: '36180.9',
      bankruptcyPrice: '36000',
      liquidatable: true,
    });
  });

  it('goes on with what was taken over: who paid for it, and that the account has nothing left (LIQ-08)', () => {
    const { told } = story();
    expect(told?.steps.map(({ command }) => command)).toEqual([
      'openAccount',
      'fill',
      'mark',
      'takeOver',
      'deleverage',
    ]);
    expect(told?.steps.at(-1)).toMatchObject({ balanceAfter: '0', quantityAfter: '0' });
  });

  it('knows nothing of an account that is not there', () => {
    expect(explainAccount(story().world.records, 'nobody')).toBeNull();
  });
});
