/** Hyperliquid: docs/profiles/hyperliquid.md. */
import { profile } from './profile.js';

export const HYPERLIQUID = profile({
  name: 'hyperliquid',
  venue: 'Hyperliquid perpetuals',
  formula: '(q E - C - a) / (q (1 - r)), r = 1 / (2 x the largest leverage of the tier)',
  ruleDate: '2024-02-22',
  sources: [
    'https://hyperliquid.gitbook.io/hyperliquid-docs/trading/liquidations',
    'https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margin-tiers',
    'https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining',
    'https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals',
  ],
  fullyCovered: 'not documented',
  linear: {
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'none',
    tierMethod: 'marginal',
    maintenanceRate: 'halfOfInitial',
    priceRounding: 'none',
    unrealizedProfitShare: '1',
    removalFloorRate: '0.1',
  },
});
