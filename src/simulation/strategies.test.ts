import { describe, expect, it } from 'vitest';
import {
  type AccountView,
  decideDefence,
  decideIntent,
  type Intent,
  type MarketView,
  type Strategy,
  type Trader,
} from './strategies.js';

function trader(of: Partial<Trader> & { strategy: Strategy }): Trader {
  return {
    accountId: 'a/1',
    clientId: 'a',
    instrument: 'X',
    side: 'long',
    leveragePpm: 10_000_000n,
    marginSharePpm: 500_000n,
    isDefender: false,
    lookbackBars: 2,
    thresholdPpm: 50_000n,
    seed: 's/a/1',
    ...of,
  };
}

const FLAT: AccountView = { positionLots: 0n, equityMinor: 0n, maintenanceMinor: 0n, walletMinor: 1001n };
const LONG: AccountView = { positionLots: 5n, equityMinor: 900n, maintenanceMinor: 100n, walletMinor: 1001n };
const RISING = [100n, 103n, 106n];
const FALLING = [100n, 97n, 94n];
const STILL = [100n, 100n, 104n];

/** What it wants on each of many days of the same market. */
function wishes(who: Trader, closesTicks: readonly bigint[], account: AccountView): Intent[] {
  return Array.from({ length: 300 }, (_, day) => {
    const market: MarketView = { timeMs: day * 86_400_000, closesTicks };
    return decideIntent(who, market, account);
  });
}

function kinds(intents: readonly Intent[]): string[] {
  return [
    ...new Set(intents.map((intent) => (intent.kind === 'open' ? `open ${intent.side}` : intent.kind))),
  ].sort();
}

describe('decideIntent', () => {
  it.each<[Strategy, string, readonly bigint[], AccountView, string[]]>([
    ['momentum', 'flat in a rise', RISING, FLAT, ['open long', 'wait']],
    ['momentum', 'flat in a fall', FALLING, FLAT, ['open short', 'wait']],
    ['momentum', 'flat without a move', STILL, FLAT, ['wait']],
    ['momentum', 'flat at the beginning', [100n], FLAT, ['wait']],
    ['momentum', 'long in a fall', FALLING, LONG, ['close']],
    ['momentum', 'long in a rise', RISING, LONG, ['close', 'wait']],
    ['contrarian', 'flat in a rise', RISING, FLAT, ['open short', 'wait']],
    ['contrarian', 'flat in a fall', FALLING, FLAT, ['open long', 'wait']],
    ['contrarian', 'long in a rise', RISING, LONG, ['close']],
    ['hold', 'flat in a fall', FALLING, FLAT, ['open long', 'wait']],
    ['hold', 'long in a fall', FALLING, LONG, ['close', 'wait']],
    ['hedger', 'flat before any bar', [], FLAT, ['open long', 'wait']],
    ['hold', 'flat with an empty wallet', RISING, { ...FLAT, walletMinor: 1n }, ['wait']],
  ])('%s, %s', (strategy, _, closes, account, expected) => {
    expect(kinds(wishes(trader({ strategy }), closes, account))).toEqual(expected);
  });

  it('puts its share of the wallet behind a position at its leverage, rounded down', () => {
    const open = wishes(trader({ strategy: 'hold', side: 'short' }), [], FLAT).find(
      ({ kind }) => kind === 'open',
    );
    expect(open).toEqual({ kind: 'open', side: 'short', leveragePpm: 10_000_000n, collateralMinor: 500n });
  });

  it('gives the two legs of a hedge the same moments and half the share each', () => {
    const long = wishes(trader({ strategy: 'hedger' }), [], FLAT);
    const short = wishes(trader({ strategy: 'hedger', accountId: 'a/2', side: 'short' }), [], FLAT);
    expect(short.map(({ kind }) => kind)).toEqual(long.map(({ kind }) => kind));
    expect(long.find(({ kind }) => kind === 'open')).toMatchObject({ collateralMinor: 250n });
  });

  it('adds margin near liquidation when it defends, and waits for its fate when not', () => {
    const near = { ...LONG, equityMinor: 149n };
    expect(kinds(wishes(trader({ strategy: 'hold', isDefender: true }), [], near))).toEqual(['addMargin']);
    expect(kinds(wishes(trader({ strategy: 'hold' }), [], near))).toEqual(['wait']);
    expect(
      kinds(wishes(trader({ strategy: 'hold', isDefender: true }), [], { ...near, equityMinor: 150n })),
    ).not.toContain('addMargin');
  });

  it('answers the same for the same seed and differently for another', () => {
    const who = trader({ strategy: 'hold' });
    expect(wishes(who, RISING, FLAT)).toEqual(wishes(who, RISING, FLAT));
    expect(wishes({ ...who, seed: 's/b/1' }, RISING, FLAT)).not.toEqual(wishes(who, RISING, FLAT));
  });
});

describe('decideDefence', () => {
  const near: AccountView = { ...LONG, equityMinor: 140n };

  it('adds margin near liquidation, for those who defend, and does nothing else', () => {
    const defender = trader({ strategy: 'hold', isDefender: true });
    expect(decideDefence(defender, near)).toEqual({ kind: 'addMargin', amountMinor: 500n });
    expect(decideDefence(trader({ strategy: 'hold' }), near)).toEqual({ kind: 'wait' });
    expect(decideDefence(defender, LONG)).toEqual({ kind: 'wait' });
    expect(decideDefence(defender, FLAT)).toEqual({ kind: 'wait' });
  });
});
