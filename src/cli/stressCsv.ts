/** The rounds of a stress run as CSV: a line for each policy and round, amounts in units of the valuation asset. */
import type { StressDocument } from '../contract/index.js';

const COLUMNS = [
  'step',
  'round',
  'minute',
  'liquidationsBegun',
  'takeovers',
  'ordersFilled',
  'ordersOpen',
  'dislocation',
  'dislocated',
  'deficit',
  'paidByFund',
  'paidByGains',
  'open',
] as const;

export function stressCsv({ policies }: StressDocument): string {
  const lines = policies.flatMap(({ id, rounds }) =>
    rounds.map((round) => [id, ...COLUMNS.map((column) => String(round[column] ?? ''))].join(',')),
  );
  return [['policy', ...COLUMNS].join(','), ...lines].map((line) => `${line}\n`).join('');
}
