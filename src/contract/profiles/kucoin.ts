/** KuCoin futures: docs/profiles/kucoinfutures.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'entry',
  closeFee: 'inRate',
  tierMethod: 'flat',
  tierBasis: 'mark',
  priceRounding: 'nearest',
};

export const KUCOIN_FUTURES = profile({
  name: 'kucoinfutures',
  venue: 'KuCoin futures, isolated',
  formula: '(q E - C) / (q (1 - r - t)), t the liquidation fee rate; inverse A (1 + r + t) / (A / E + C)',
  ruleDate: '2025-05-22',
  sources: [
    'https://www.kucoin.com/announcement/update-to-the-isolated-margin-calculation-formula',
    'https://www.kucoin.com/support/26694703491737',
    'https://www.kucoin.com/support/4408061803033',
  ],
  fullyCovered: '1000000, the largest price, for an inverse short',
  linear: CONVENTIONS,
  inverse: CONVENTIONS,
});
