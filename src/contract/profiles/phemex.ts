/** Phemex: docs/profiles/phemex.md. */
import { profile } from './profile.js';

export const PHEMEX = profile({
  name: 'phemex',
  venue: 'Phemex contracts',
  formula: '(q E - C - a) / (q (1 - t - r)); inverse A / (A / E (1 - r) + C)',
  ruleDate: '2020-04-10',
  sources: [
    'https://phemex.com/help-center/liq-price-for-USDTM',
    'https://phemex.com/help-center/legerage-IM-MM-USDTM',
    'https://phemex.com/help-center/liquidation-price',
  ],
  fullyCovered: 'not documented',
  linear: {
    maintenanceBasis: 'mark',
    initialBasis: 'entry',
    closeFee: 'inRate',
    takerFeeRate: '0.0006',
    tierMethod: 'marginal',
    priceRounding: 'nearest',
  },
  inverse: {
    maintenanceBasis: 'entry',
    initialBasis: 'entry',
    closeFee: 'none',
    tierMethod: 'marginal',
    priceRounding: 'nearest',
  },
});
