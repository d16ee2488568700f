/** Addresses and what they answer, as types, for who asks: the route table of the service has the same, which is tested. */
import type { AnswerName, Answers } from './answers.js';

/** By address, the name of the answer. */
export const GET_ANSWERS = {
  '/v1/assets': 'Assets',
  '/v1/instruments': 'Instruments',
  '/v1/instruments/:instrument': 'Instrument',
  '/v1/marks': 'Marks',
  '/v1/pools': 'Pools',
  '/v1/pools/:pool': 'Pool',
  '/v1/risk-parameters': 'RiskParameters',
  '/v1/collateral': 'Collateral',
  '/v1/clients': 'Clients',
  '/v1/clients/:id': 'Client',
  '/v1/wallets': 'Wallets',
  '/v1/accounts': 'Accounts',
  '/v1/accounts/:id': 'Account',
  '/v1/accounts/:id/explain': 'Explanation',
  '/v1/positions': 'Positions',
  '/v1/orders': 'Orders',
  '/v1/fills': 'Events',
  '/v1/funding': 'Events',
  '/v1/liquidations': 'Liquidations',
  '/v1/liquidations/events': 'Events',
  '/v1/insurance-funds': 'InsuranceFunds',
  '/v1/levels': 'Levels',
  '/v1/trial-balance': 'TrialBalance',
  '/v1/journal': 'Journal',
  '/v1/state': 'State',
  '/v1/keys': 'Keys',
  '/v1/approvals': 'Approvals',
  '/v1/audit': 'Audit',
  '/v1/webhooks': 'Webhooks',
  '/v1/backups': 'Backups',
  '/livez': 'Live',
  '/readyz': 'Ready',
} as const satisfies Readonly<Record<string, AnswerName>>;

export type GetPath = keyof typeof GET_ANSWERS;
export type GetAnswer<P extends GetPath> = Answers[(typeof GET_ANSWERS)[P]];

/** Names of the parts of an address that begin with a colon. */
export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParams<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;
