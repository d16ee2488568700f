/** Bybit, by the rule of 2026 and by the one before it: docs/profiles/bybit.md, docs/profiles/bybitclassic.md. */
import { type Conventions, profile } from './profile.js';

const BYBIT_CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'atBankruptcy',
  takerFeeRate: '0.00055',
  tierMethod: 'marginal',
  priceRounding: 'inward',
};

export const BYBIT = profile({
  name: 'bybit',
  venue: 'Bybit unified account, isolated',
  formula: '(q E (1 - 1 / L) - X / (1 - t) - a) / (q (1 - r)), X margin added',
  ruleDate: '2026-05-27',
  sources: [
    'https://www.bybit.com/en/help-center/article/Liquidation-Price-Calculation-under-Isolated-Mode-Unified-Trading-Account',
  ],
  fullyCovered: 'an empty text',
  linear: BYBIT_CONVENTIONS,
  inverse: BYBIT_CONVENTIONS,
});

const CLASSIC_CONVENTIONS: Conventions = {
  ...BYBIT_CONVENTIONS,
  maintenanceBasis: 'entry',
  initialBasis: 'entry',
};

export const BYBIT_CLASSIC = profile({
  name: 'bybitclassic',
  venue: 'Bybit before 2026, isolated',
  formula: 'E (1 - 1 / L + r) - X / q; inverse A / (A / E + A / (E L) + X - A r / E)',
  ruleDate: '2024-09-10',
  sources: [
    'https://www.bybit.com/en/help-center/article/Liquidation-Price-Calculation-under-Isolated-Mode-Unified-Trading-Account',
    'https://help.bybit.com/hc/en-us/articles/900000181046-Liquidation-Price-USDT-Contract-',
  ],
  fullyCovered: 'an empty text',
  linear: CLASSIC_CONVENTIONS,
  inverse: CLASSIC_CONVENTIONS,
});
