/** What differs between venues is data: each field of each profile changes an answer, or it would not be worth stating. */
import { describe, expect, it } from 'vitest';
import { answerCalc, isCalcRefusal } from '../calc.js';
import type { Conventions } from './profile.js';
import { VENUE_PROFILES } from './venueProfiles.js';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into untyped documents by path
type Json = Record<string, any>;
type Payoff = 'linear' | 'inverse';

/** What a venue could have instead. */
const OTHERS: Readonly<Record<keyof Conventions, readonly string[]>> = {
  maintenanceBasis: ['mark', 'entry'],
  initialBasis: ['mark', 'entry'],
  closeFee: ['none', 'inRate', 'atBankruptcy'],
  takerFeeRate: ['0.002'],
  tierMethod: ['flat', 'marginal'],
  tierBasis: ['mark', 'entry', 'contracts'],
  priceRounding: ['none', 'nearest', 'inward', 'tick'],
  maintenanceRate: ['halfOfInitial'],
  unrealizedProfitShare: ['0'],
  removalFloorRate: ['0.2'],
};

/** Prices off the grid, and sizes on both sides of a tier. */
const BOOKS = (['long', 'short'] as const).flatMap((side) =>
  [1, 3, 30, 990, 1_010].map((size) => ({ side, size })),
);

describe('each field of a profile', () => {
  for (const [name, profile] of Object.entries(VENUE_PROFILES))
    for (const payoff of ['linear', 'inverse'] as const) {
      const conventions = profile[payoff];
      if (conventions === undefined) continue;
      it(`has an effect: ${name}, ${payoff}`, () => {
        const idle = (Object.keys(conventions) as (keyof Conventions)[])
          // Its other value asks for tiers without maintenance rates: it cannot be turned in one document.
          .filter((field) => field !== 'maintenanceRate')
          .filter((field) => !BOOKS.some((of) => changes(conventions, payoff, field, of)));
        expect(idle).toEqual([]);
      });
    }
});

type Size = (typeof BOOKS)[number];

function changes(conventions: Conventions, payoff: Payoff, field: keyof Conventions, of: Size): boolean {
  const answer = answered(bookBy(conventions, payoff, of));
  if (answer === null) return false;
  return OTHERS[field]
    .filter((value) => value !== conventions[field])
    .some((value) => {
      const other = bookBy({ ...conventions, [field]: value }, payoff, of);
      const [instrument] = other['instruments'];
      if (field === 'tierMethod' && value === 'marginal') delete instrument.tierBasis;
      const changed = answered(other);
      return changed !== null && changed !== answer;
    });
}

function answered(document: Json): string | null {
  const found = answerCalc(JSON.stringify(document));
  return isCalcRefusal(found) ? null : JSON.stringify(found);
}

function bookBy(conventions: Conventions, payoff: Payoff, { side, size }: Size): Json {
  const isLinear = payoff === 'linear';
  const settle = isLinear ? 'USDT' : 'BTC';
  const notionalCap =
    conventions.tierBasis === 'contracts'
      ? '1000'
      : isLinear
        ? size === 3
          ? '121000'
          : '80500'
        : size === 3
          ? '2.95'
          : '1.98';
  const rates = (initial: string, maintenance: string) =>
    conventions.maintenanceRate === undefined
      ? { initialMarginRate: initial, maintenanceMarginRate: maintenance }
      : { initialMarginRate: initial };
  const fee = conventions.closeFee === 'none' ? {} : { takerFeeRate: '0.0006' };
  return {
    assets: [{ id: settle, decimals: 8 }],
    instruments: [
      {
        id: 'X',
        kind: 'perpetual',
        payoff,
        base: 'BTC',
        quote: isLinear ? 'USDT' : 'USD',
        settle,
        contractSize: isLinear ? '1' : '40000',
        tickSize: '0.5',
        lotSize: '0.001',
        ...fee,
        ...conventions,
        tiers: [{ notionalCap, ...rates('0.02', '0.01') }, rates('0.04', '0.02')],
      },
    ],
    marks: { X: '41000' },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { [settle]: isLinear ? (5_000.37 * size).toFixed(2) : (0.12 * size).toFixed(4) },
        positions: [{ instrument: 'X', side, quantity: String(size), entryPrice: '40000', leverage: '10' }],
      },
    ],
  };
}
