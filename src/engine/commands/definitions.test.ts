import { describe, expect, it } from 'vitest';
import {
  createWorld,
  inversePerpetual,
  linearPerpetual,
  standardWorld,
  times,
  usdt,
} from '../../testkit/world.js';
import type { CommandOf } from '../command.js';

type Changes = Partial<CommandOf<'listInstrument'>>;
const bracket = {
  notionalCapMinor: null,
  initialMarginRatePpm: 10_000n,
  maintenanceMarginRatePpm: 5_000n,
  leverageMaxPpm: times(100),
};

describe('listing', () => {
  it('takes an id once, for good, in each list of its own', () => {
    const world = standardWorld();
    expect(world.refuse({ kind: 'listAsset', asset: 'USDT', decimals: 2 })).toBe('already_exists');
    expect(
      world.refuse({
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 'main',
        isDesk: false,
        workBudget: 1,
      }),
    ).toBe('already_exists');
    expect(world.refuse(linearPerpetual('BTC-PERP'))).toBe('already_exists');
    world.accept({ kind: 'openClient', client: 'main' });
    expect(world.refuse({ kind: 'openClient', client: 'main' })).toBe('already_exists');
  });

  it.each([
    '',
    ' ',
    'a b',
    '-a',
    '.a',
    'a\u0000',
    '\u202e',
    '\ud800',
    'ä',
    '\u0430',
    'a#1',
    'x'.repeat(65),
    '__proto__',
  ])('refuses %j as an id', (id) => {
    const world = standardWorld();
    expect(world.refuse({ kind: 'openClient', client: id })).toBe('invalid_id');
    expect(world.refuse({ kind: 'listAsset', asset: id, decimals: 2 })).toBe('invalid_id');
    expect(
      world.refuse({
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: id,
        isDesk: false,
        workBudget: 1,
      }),
    ).toBe('invalid_id');
    expect(world.refuse(linearPerpetual(id))).toBe('invalid_id');
    expect(
      world.refuse({
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: id,
        client: 'ada',
        instrument: 'BTC-PERP',
        leveragePpm: times(1),
      }),
    ).toBe('invalid_id');
  });

  it('takes ids of one and of 64 characters, and words that a plain object would stumble over', () => {
    const world = createWorld();
    for (const client of ['a', '0', 'x'.repeat(64), 'constructor', 'toString', 'A.b_c:d/e-f'])
      world.accept({ kind: 'openClient', client });
    expect(world.state.clients.table.size).toBe(6);
  });

  it.each<[string, number, string]>([
    ['0 decimals', 0, 'accepted'],
    ['9 decimals', 9, 'accepted'],
    ['10 decimals', 10, 'invalid_definition'],
    ['18 decimals', 18, 'invalid_definition'],
  ])('of an asset with %s: %s is %s (LED-04)', (_name, decimals, outcome) => {
    expect(createWorld().refuse({ kind: 'listAsset', asset: 'X', decimals })).toBe(outcome);
  });

  it.each<[number, string]>([
    [0, 'invalid_definition'],
    [1, 'accepted'],
    [1_000_000, 'accepted'],
    [1_000_001, 'invalid_definition'],
  ])('of a pool with a work budget of %i is %s', (workBudget, outcome) => {
    expect(
      createWorld().refuse({
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 'p',
        isDesk: false,
        workBudget,
      }),
    ).toBe(outcome);
  });

  it.each<[string, Changes, string]>([
    ['an unknown pool', { pool: 'none' }, 'unknown_pool'],
    ['an unknown settlement asset', { settle: 'EUR', quote: 'EUR' }, 'unknown_asset'],
    ['a linear settlement in the base', { settle: 'BTC', base: 'BTC' }, 'invalid_definition'],
    ['a tick of nothing', { tickSize: '0' }, 'invalid_definition'],
    ['a negative lot', { lotSize: '-1' }, 'invalid_definition'],
    ['a contract size that is no number', { contractSize: 'NaN' }, 'invalid_definition'],
    ['a tick not written canonically', { tickSize: '0.10' }, 'invalid_definition'],
    ['an exponent', { tickSize: '1e-1' }, 'invalid_definition'],
    ['a lot worth a part of a minor unit', { tickSize: '0.0001', lotSize: '0.001' }, 'invalid_definition'],
    ['a lot worth just a minor unit', { tickSize: '0.001', lotSize: '0.001' }, 'accepted'],
    ['a lot worth too much', { lotSize: '1000000000' }, 'invalid_definition'],
    ['no mark ticks', { markTicksPerTick: 0n }, 'invalid_definition'],
    ['a rebate beyond the taker fee', { makerFeePpm: -2n, takerFeePpm: 1n }, 'invalid_definition'],
    ['a rebate that is just the taker fee', { makerFeePpm: -1n, takerFeePpm: 1n }, 'accepted'],
    ['a taker rebate', { takerFeePpm: -1n }, 'invalid_definition'],
    ['fees over a tenth', { takerFeePpm: 100_001n }, 'invalid_definition'],
    ['a mark that is always stale', { markMaxAgeMs: 0 }, 'invalid_definition'],
    ['no confirmation', { markConfirmations: 0 }, 'invalid_definition'],
    ['a jump limit of nothing', { markMaxJumpPpm: 0n }, 'invalid_definition'],
    ['more than all profit lent', { unrealizedProfitSharePpm: 1_000_001n }, 'invalid_definition'],
    ['a removal floor over one', { removalFloorPpm: 1_000_001n }, 'invalid_definition'],
    ['a future without expiry', { instrumentKind: 'future' }, 'invalid_definition'],
    ['a perpetual with expiry', { expiryMs: 2_000_000_000_000 }, 'invalid_definition'],
    [
      'a future that has expired',
      { instrumentKind: 'future', expiryMs: 1_700_000_000_000 },
      'invalid_definition',
    ],
    ['a future', { instrumentKind: 'future', expiryMs: 1_700_000_000_001 }, 'accepted'],
    ['no brackets', { brackets: [] }, 'invalid_definition'],
    [
      'brackets that overlap',
      {
        brackets: [
          { ...bracket, notionalCapMinor: 10n },
          { ...bracket, notionalCapMinor: 10n },
        ],
      },
      'invalid_definition',
    ],
    ['an open bracket in the middle', { brackets: [bracket, bracket] }, 'invalid_definition'],
    [
      'maintenance above initial',
      { brackets: [{ ...bracket, maintenanceMarginRatePpm: 10_001n }] },
      'invalid_definition',
    ],
    [
      'maintenance that falls',
      {
        brackets: [
          { ...bracket, notionalCapMinor: 10n },
          { ...bracket, maintenanceMarginRatePpm: 1n },
        ],
      },
      'invalid_definition',
    ],
    ['a leverage under one', { brackets: [{ ...bracket, leverageMaxPpm: 999_999n }] }, 'invalid_definition'],
    ['a last bracket with a cap', { brackets: [{ ...bracket, notionalCapMinor: usdt(1_000) }] }, 'accepted'],
  ])('of an instrument with %s', (_name, changes, outcome) => {
    const world = standardWorld();
    expect(world.refuse(linearPerpetual('NEW-PERP', changes))).toBe(outcome);
  });

  it('of an inverse instrument wants whole minor units x ticks per lot, and settlement in the base', () => {
    const world = standardWorld();
    expect(world.refuse(inversePerpetual('I1', { tickSize: '0.3' }))).toBe('invalid_definition');
    expect(world.refuse(inversePerpetual('I2', { settle: 'USDT' }))).toBe('invalid_definition');
    expect(world.refuse(inversePerpetual('I3'))).toBe('accepted');
  });
});
