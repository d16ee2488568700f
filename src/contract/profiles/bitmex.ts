/** BitMEX: docs/profiles/bitmex.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'entry',
  initialBasis: 'entry',
  closeFee: 'none',
  tierMethod: 'flat',
  tierBasis: 'entry',
  priceRounding: 'inward',
};

export const BITMEX = profile({
  name: 'bitmex',
  venue: 'BitMEX perpetuals and futures',
  formula: '(q E (1 + r) - C) / q; inverse A / (A / E (1 - r) + C), C without the fees kept beside it',
  ruleDate: '2022-05-21',
  sources: ['https://www.bitmex.com/app/liquidation', 'https://github.com/ccxt/ccxt'],
  fullyCovered: '100000000 for an inverse short',
  linear: CONVENTIONS,
  inverse: CONVENTIONS,
});
