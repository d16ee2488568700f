/** Binance futures: docs/profiles/binanceusdm.md and docs/profiles/binancecoinm.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'none',
  tierMethod: 'marginal',
  priceRounding: 'nearest',
};

export const BINANCE_USDM = profile({
  name: 'binanceusdm',
  venue: 'Binance USD-M futures',
  formula: '(q E - C - a) / (q (1 - r))',
  ruleDate: '2020-08-14',
  sources: ['https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93'],
  fullyCovered: '"--" where the price would be below 0',
  linear: CONVENTIONS,
});

export const BINANCE_COINM = profile({
  name: 'binancecoinm',
  venue: 'Binance COIN-M futures',
  formula: 'A (1 + r) / (A / E + C + a)',
  ruleDate: '2021-02-05',
  sources: [
    'https://www.binance.com/en/support/faq/ceccfcfb4e3a45e3b48b0b1bb1a8ae46',
    'https://dev.binance.vision/t/coin-margined-futures-liquidation-price-calculation-help-cm-variable/6292',
  ],
  fullyCovered: '"--" where the price would be below 0',
  inverse: CONVENTIONS,
});
