/** OKX: docs/profiles/okx.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'entry',
  closeFee: 'inRate',
  takerFeeRate: '0.0005',
  tierMethod: 'flat',
  tierBasis: 'contracts',
  priceRounding: 'none',
};

export const OKX = profile({
  name: 'okx',
  venue: 'OKX futures and perpetuals',
  formula: '(q E - C) / (q (1 - r - t)); inverse A (1 + r + t) / (A / E + C)',
  ruleDate: '2024-08-28',
  sources: [
    'https://www.okx.com/help/vii-introduction-to-the-isolated-mode-of-single-multi-currency-portfolio-margin',
    'https://www.okx.com/docs-v5/en/#order-book-trading-signal-bot-trading-get-signal-bot-order-positions',
    'https://open-lib.com/11556.html',
  ],
  fullyCovered: 'not documented',
  linear: CONVENTIONS,
  inverse: CONVENTIONS,
});
