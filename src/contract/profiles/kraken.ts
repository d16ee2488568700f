/** Kraken futures: docs/profiles/krakenfutures.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'entry',
  initialBasis: 'entry',
  closeFee: 'none',
  tierMethod: 'flat',
  priceRounding: 'nearest',
};

export const KRAKEN_FUTURES = profile({
  name: 'krakenfutures',
  venue: 'Kraken derivatives',
  formula: '(q E (1 + r) - C) / q; inverse A / (A / E (1 - r) + C)',
  ruleDate: '2019-03-05',
  sources: [
    'https://support.kraken.com/hc/en-us/articles/360022632452-Multi-Collateral-Futures-Margin-Schedule-Maximum-Leverage',
    'https://support.kraken.com/hc/en-us/articles/15579128794772-Inverse-Futures-Margin-Schedule-Maximum-Leverage',
    'https://support.kraken.com/hc/en-us/articles/360022835651-Leverage-Margining-Summary',
  ],
  fullyCovered: 'not documented',
  linear: { ...CONVENTIONS, tierBasis: 'entry' },
  inverse: { ...CONVENTIONS, tierBasis: 'contracts' },
});
