/** Gate: docs/profiles/gate.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'inRate',
  takerFeeRate: '0.00075',
  tierMethod: 'marginal',
  priceRounding: 'nearest',
};

export const GATE = profile({
  name: 'gate',
  venue: 'Gate perpetual futures',
  formula: '(E - C / q) / (1 - (r + t)); inverse A E (1 + r + t) / (A + C E)',
  ruleDate: '2023-07-02',
  sources: [
    'https://www.gate.io/help/futures/perpetual/22160/calculation-of-liquidation-price',
    'https://www.gate.com/post/status/3870211',
    'https://github.com/ccxt/ccxt/pull/15622',
    'https://github.com/ccxt/ccxt/pull/13130',
  ],
  fullyCovered: '0 for a long, 99999999 for a short',
  linear: CONVENTIONS,
  inverse: CONVENTIONS,
});
