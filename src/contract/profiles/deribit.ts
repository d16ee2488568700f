/** Deribit: docs/profiles/deribit.md. */
import { type Conventions, profile } from './profile.js';

const CONVENTIONS: Conventions = {
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'none',
  tierMethod: 'flat',
  tierBasis: 'mark',
  priceRounding: 'nearest',
};

export const DERIBIT = profile({
  name: 'deribit',
  venue: 'Deribit futures, perpetuals and options, standard margin',
  formula: '(q E - C) / (q (1 - r)), r = r0 + s q; inverse A (1 + r) / (A / E + C)',
  ruleDate: '2022-01-11',
  sources: [
    'https://support.deribit.com/hc/en-us/articles/25944738177565-Linear-Perpetual',
    'https://support.deribit.com/hc/en-us/articles/25944826427293-11-January-2022',
  ],
  fullyCovered: 'not documented',
  linear: CONVENTIONS,
  inverse: CONVENTIONS,
  option: { optionInitialRate: '0.15', optionInitialFloorRate: '0.1', optionMaintenanceRate: '0.075' },
});
