/**
 * The liquidation price of each profile against the formula its venue prints, written out once more in
 * quotients: one tier, any size, price, leverage, rate, fee and margin added.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerCalc, isCalcRefusal } from '../calc.js';
import { PROFILE_NAMES, type ProfileName } from './names.js';
import { VENUE_PROFILES } from './venueProfiles.js';

/** Parts per billion, so that everything is whole. */
const ONE = 1_000_000_000n;

describe('each profile shows what the formula of its venue gives (LIQ-11, MAR-05)', () => {
  for (const name of PROFILE_NAMES) {
    for (const payoff of ['linear', 'inverse'] as const) {
      if (VENUE_PROFILES[name][payoff] === undefined) continue;
      it(`${name}, ${payoff}`, () => {
        fc.assert(
          fc.property(positions(), (position) => {
            const expected = FORMULAS[name](position, payoff);
            const shown = priceOf(name, payoff, position);
            if (isCovered(position, payoff, name)) return;
            expect(shown).toBe(text(expected));
          }),
          { numRuns: 60 },
        );
      });
    }
  }

  it('none of them shows a price for a position that is covered whole (FND-07)', () => {
    for (const name of PROFILE_NAMES) {
      for (const payoff of ['linear', 'inverse'] as const) {
        if (VENUE_PROFILES[name][payoff] === undefined) continue;
        const position: Position = {
          isLong: payoff === 'linear',
          size: 5n,
          entry: 20_000n,
          leverage: 1n,
          rate: ONE / 100n,
          fee: ONE / 1000n,
          added: ONE * 1_000_000n,
        };
        expect(priceOf(name, payoff, position), name).toBeNull();
      }
    }
  });
});

interface Position {
  readonly isLong: boolean;
  readonly size: bigint;
  readonly entry: bigint;
  readonly leverage: bigint;
  /** Maintenance and taker rate, and margin added, in parts per billion. */
  readonly rate: bigint;
  readonly fee: bigint;
  readonly added: bigint;
}

interface Q {
  readonly n: bigint;
  readonly d: bigint;
}

/** Names as on the pages: E entry, q base held, A contracts in quote, C margin, r and t rates. */
interface Symbols {
  readonly E: Q;
  readonly q: Q;
  readonly L: Q;
  readonly r: Q;
  readonly t: Q;
  readonly X: Q;
  /** +1 long, -1 short. */
  readonly s: Q;
}

function symbols(position: Position): Symbols {
  return {
    E: whole(position.entry),
    q: whole(position.size),
    L: whole(position.leverage),
    r: { n: position.rate, d: ONE },
    t: { n: position.fee, d: ONE },
    X: { n: position.added, d: ONE },
    s: whole(position.isLong ? 1n : -1n),
  };
}

/** Margin as the document gives it: initial margin, what was added, and for Bybit the closing fee it keeps. */
function margin(position: Position, payoff: 'linear' | 'inverse', name: ProfileName): Q {
  const { E, q, L, X, t, s } = symbols(position);
  const value = payoff === 'linear' ? mul(q, E) : div(q, E);
  const initial = div(value, L);
  const direction = payoff === 'linear' ? s : neg(s);
  const fee = mul(t, sub(value, mul(direction, initial)));
  const kept = name === 'bybit' || name === 'bybitclassic' ? fee : whole(0n);
  return add(add(initial, X), kept);
}

type Formula = (position: Position, payoff: 'linear' | 'inverse') => Q;

/** Charged on the value at the price itself, with a rate on top. */
const onValue =
  (hasFee: boolean): Formula =>
  (position, payoff) => {
    const { E, q, r, t, s } = symbols(position);
    const C = margin(position, payoff, 'gate');
    const rate = hasFee ? add(r, t) : r;
    return payoff === 'linear'
      ? div(sub(E, mul(s, div(C, q))), sub(whole(1n), mul(s, rate)))
      : div(mul(q, add(whole(1n), mul(s, rate))), add(div(q, E), mul(s, C)));
  };

/** Charged on the cost. */
const onCost: Formula = (position, payoff) => {
  const { E, q, r, s } = symbols(position);
  const C = margin(position, payoff, 'bitmex');
  const cost = payoff === 'linear' ? mul(q, E) : div(q, E);
  const kept = sub(C, mul(r, cost));
  return payoff === 'linear' ? div(sub(cost, mul(s, kept)), q) : div(q, add(cost, mul(s, kept)));
};

/** As the venue prints it, term by term. */
const bybit: Formula = (position, payoff) => {
  const { E, q, L, r, t, X, s } = symbols(position);
  const one = whole(1n);
  if (payoff === 'linear') {
    const held = sub(sub(mul(q, E), mul(s, div(mul(q, E), L))), mul(s, div(X, sub(one, mul(s, t)))));
    return div(held, mul(q, sub(one, mul(s, r))));
  }
  const value = div(q, E);
  const held = add(add(value, mul(s, div(value, L))), mul(s, div(X, add(one, mul(s, t)))));
  return div(mul(q, add(one, mul(s, r))), held);
};

const bybitClassic: Formula = (position, payoff) => {
  const { E, q, L, r, t, X, s } = symbols(position);
  const cost = payoff === 'linear' ? mul(q, E) : div(q, E);
  const direction = payoff === 'linear' ? s : neg(s);
  // The fee is kept for the bankruptcy price, which margin added moves: of X, t / (1 - t) x X is given back.
  const added = div(X, sub(whole(1n), mul(direction, t)));
  const kept = add(sub(div(cost, L), mul(r, cost)), added);
  return payoff === 'linear' ? div(sub(cost, mul(s, kept)), q) : div(q, add(cost, mul(s, kept)));
};

const FORMULAS: Readonly<Record<ProfileName, Formula>> = {
  binanceusdm: onValue(false),
  binancecoinm: onValue(false),
  okx: onValue(true),
  bybit,
  bybitclassic: bybitClassic,
  bitget: onValue(true),
  gate: onValue(true),
  hyperliquid: onValue(false),
  krakenfutures: onCost,
  deribit: onValue(false),
  bitmex: onCost,
  kucoinfutures: onValue(true),
  phemex: (position, payoff) => (payoff === 'linear' ? onValue(true) : onCost)(position, payoff),
};

/** Margin that outlasts every loss: no formula is asked then. */
function isCovered(position: Position, payoff: 'linear' | 'inverse', name: ProfileName): boolean {
  const { E, q } = symbols(position);
  if (position.isLong !== (payoff === 'linear')) return false;
  const left = sub(payoff === 'linear' ? mul(q, E) : div(q, E), margin(position, payoff, name));
  return left.n <= 0n;
}

function priceOf(name: ProfileName, payoff: 'linear' | 'inverse', position: Position): string | null {
  const isInverse = payoff === 'inverse';
  const settle = isInverse ? 'BTC' : 'USDT';
  // A quantity of coin is not a decimal: the position is given as one contract of an amount that is.
  const document = {
    profile: name,
    priceRounding: 'none',
    assets: [{ id: settle, decimals: 18 }],
    instruments: [
      {
        id: 'X',
        kind: 'perpetual',
        payoff,
        base: 'BTC',
        quote: isInverse ? 'USD' : 'USDT',
        settle,
        contractSize: '1',
        tickSize: '0.01',
        lotSize: '1',
        takerFeeRate: decimal(position.fee),
        tiers: [{ maintenanceMarginRate: decimal(position.rate), initialMarginRate: '1' }],
      },
    ],
    marks: { X: String(position.entry) },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { [settle]: exact(margin(position, payoff, name)) },
        positions: [
          {
            instrument: 'X',
            side: position.isLong ? 'long' : 'short',
            quantity: String(position.size),
            entryPrice: String(position.entry),
            leverage: String(position.leverage),
          },
        ],
      },
    ],
  };
  const answer = answerCalc(JSON.stringify(document));
  if (isCalcRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer.marginAccounts[0]!.positions[0]!.liquidationPrice;
}

/** Entries and leverages that divide, so that margin in coin is a decimal too. */
function positions(): fc.Arbitrary<Position> {
  return fc.record({
    isLong: fc.boolean(),
    size: fc.bigInt({ min: 1n, max: 100_000n }),
    entry: fc.constantFrom(8_000n, 20_000n, 31_250n, 40_000n, 64_000n),
    leverage: fc.constantFrom(1n, 2n, 4n, 5n, 10n, 20n, 50n),
    rate: fc.bigInt({ min: 0n, max: ONE / 50n }),
    fee: fc.bigInt({ min: 0n, max: ONE / 500n }).map((fee) => (fee / 100_000n) * 100_000n),
    added: fc.bigInt({ min: 0n, max: ONE }),
  });
}

// Quotients -----------------------------------------------------------------------------------------------

function whole(n: bigint): Q {
  return { n, d: 1n };
}

function add(a: Q, b: Q): Q {
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

function neg(a: Q): Q {
  return { n: -a.n, d: a.d };
}

function sub(a: Q, b: Q): Q {
  return add(a, neg(b));
}

function mul(a: Q, b: Q): Q {
  return { n: a.n * b.n, d: a.d * b.d };
}

function div(a: Q, b: Q): Q {
  const sign = b.n < 0n ? -1n : 1n;
  return { n: a.n * b.d * sign, d: a.d * b.n * sign };
}

/** To the nearest of 12 decimals; null where no price is above zero. */
function text(price: Q): string | null {
  if (price.n <= 0n) return null;
  return decimal((2n * price.n * 10n ** 12n + price.d) / (2n * price.d), 12);
}

/** A quotient that is a decimal of at most 18 places. */
function exact({ n, d }: Q): string {
  const scaled = (n * 10n ** 18n) / d;
  if (scaled * d !== n * 10n ** 18n) throw new Error(`${n} / ${d} is no decimal`);
  return decimal(scaled, 18);
}

function decimal(count: bigint, decimals = 9): string {
  const digits = count.toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return `${digits.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}
