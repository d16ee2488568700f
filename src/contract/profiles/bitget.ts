/** Bitget: docs/profiles/bitget.md. */
import { profile } from './profile.js';

export const BITGET = profile({
  name: 'bitget',
  venue: 'Bitget USDT-M and USDC-M futures',
  formula: '(q E - C - a) / (q (1 - r - t))',
  ruleDate: '2025-09-18',
  sources: [
    'https://www.bitget.com/support/articles/12560603808759',
    'https://www.bitget.com/support/articles/12560603838731',
  ],
  fullyCovered: 'a price at or below 0',
  linear: {
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'inRate',
    takerFeeRate: '0.0006',
    tierMethod: 'marginal',
    priceRounding: 'none',
  },
});
