/**
 * Sensitivities of a Black-76 price, each the partial derivative of the price in its own unit (quote when linear,
 * coin when inverse) with the other inputs held; E. G. Haug, "The Complete Guide to Option Pricing Formulas" (2nd ed.
 * 2007), chapter 2, with cost of carry 0. Without volatility or time they are those of the intrinsic value; at the
 * strike itself delta is then half and gamma, which has no value there, is given as 0.
 */
import { type Black76Input, black76Price, d1Of, totalDeviation } from './black76.js';
import { normalCdf, normalPdf } from './normal.js';

export interface Greeks {
  /** For a move of 1 in the forward. Linear: the units of the underlying that hedge one option. */
  readonly delta: number;
  /** Change of delta for a move of 1 in the forward. */
  readonly gamma: number;
  /** For 1.00 of volatility: from 50% to 150%. */
  readonly vega: number;
  /** For a year that passes, volatility, forward and interest rate held; mostly negative. */
  readonly theta: number;
  /** For 1.00 of interest rate, forward held: -years x price. */
  readonly rho: number;
}

/** Delta, gamma, vega, theta and rho of one option. */
export function black76Greeks(input: Black76Input): Greeks {
  const linear = linearGreeks(input);
  return input.payoff === 'linear' ? linear : inverseGreeks(input, linear);
}

/** Vega for one point of volatility: from 50% to 51%. */
export function vegaPerPoint(greeks: Greeks): number {
  return greeks.vega / 100;
}

/** Theta for one calendar day. */
export function thetaPerDay(greeks: Greeks): number {
  return greeks.theta / DAYS_PER_YEAR;
}

/**
 * Coins of the underlying that hedge one inverse option whose premium is held in coin: forward x delta of its coin
 * price, which is the linear delta less the price ("net transaction delta").
 */
export function coinDelta(input: Black76Input): number {
  return input.forward * black76Greeks({ ...input, payoff: 'inverse' }).delta;
}

export const DAYS_PER_YEAR = 365;

function linearGreeks(input: Black76Input): Greeks {
  const { forward, discount, volatility } = input;
  const years = Math.max(input.years, 0);
  const rootYears = Math.sqrt(years);
  const d1 = d1Of(input);
  const deviation = totalDeviation(years, volatility);
  const density = discount * normalPdf(d1);
  const price = black76Price({ ...input, payoff: 'linear' });
  // The discount factor holds the rate: r = -ln(D) / T. At expiry there is none left to earn.
  const rate = years > 0 ? -Math.log(discount) / years : 0;
  return {
    delta: discount * (input.optionType === 'call' ? normalCdf(d1) : -normalCdf(-d1)),
    gamma: deviation > 0 ? density / (forward * deviation) : 0,
    vega: forward * density * rootYears,
    theta: rate * price - (years > 0 ? (forward * density * volatility) / (2 * rootYears) : 0),
    rho: -years * price,
  };
}

/** Of price / forward: the quotient rule for what moves the forward, a division for the rest. */
function inverseGreeks(input: Black76Input, linear: Greeks): Greeks {
  const { forward } = input;
  const price = black76Price({ ...input, payoff: 'inverse' });
  const delta = (linear.delta - price) / forward;
  return {
    delta,
    gamma: (linear.gamma - 2 * delta) / forward,
    vega: linear.vega / forward,
    theta: linear.theta / forward,
    rho: linear.rho / forward,
  };
}
