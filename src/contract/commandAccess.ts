/**
 * Who may send which command: its scope, and what of a client it names. A key that is bound to clients may send what names its own
 * clients and nothing else; what has no such fields is the venue's own business.
 */
import type { State } from '../engine/index.js';
import type { WireCommand, WireKind } from './wireSchema.js';

/** What a caller may be allowed to do. */
export const SCOPES = ['read', 'trade', 'treasury', 'risk', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const SCOPE_MEANINGS: Readonly<Record<Scope, string>> = {
  read: 'look at what one may see, and try what one may send',
  trade: 'accounts, margin, orders, fills, marks and what else the business of a day sends',
  treasury: 'cash in and out, funds, facilities, capital',
  risk: 'parameters, levels, policies, halts, groups, corrections',
  admin: 'what there is: assets, pools, instruments; keys and the audit',
};

/** What a field of a command names: something that must be there and one's own, or the id of something new. */
type Names = 'client' | 'account' | 'order' | 'newId';

interface CommandAccess {
  readonly scope: Scope;
  /** By field. Absent: only keys that are bound to no client may send it. */
  readonly own?: Readonly<Record<string, Names>>;
}

const account = { account: 'account' } as const;

export const COMMAND_ACCESS: { readonly [K in WireKind]: CommandAccess } = {
  listAsset: { scope: 'admin' },
  openPool: { scope: 'admin' },
  listInstrument: { scope: 'admin' },
  moveInstrument: { scope: 'admin' },
  splitPool: { scope: 'admin' },
  windDownPool: { scope: 'admin' },
  closePool: { scope: 'admin' },
  reopenPool: { scope: 'admin' },

  openClient: { scope: 'trade' },
  setFeeTier: { scope: 'trade' },
  openAccount: { scope: 'trade', own: { client: 'client', account: 'newId' } },
  allocate: { scope: 'trade', own: account },
  release: { scope: 'trade', own: account },
  setLeverage: { scope: 'trade', own: account },
  closeAccount: { scope: 'trade', own: account },
  setAutoMargin: { scope: 'trade', own: account },
  switchMode: { scope: 'trade', own: account },
  carvePosition: { scope: 'trade', own: { account: 'account', into: 'newId' } },
  mergeAccount: { scope: 'trade', own: { account: 'account', into: 'account' } },
  setCarveConsent: { scope: 'trade', own: account },
  fill: { scope: 'trade' },
  placeOrder: { scope: 'trade', own: { account: 'account', order: 'newId' } },
  amendOrder: { scope: 'trade', own: { order: 'order' } },
  cancelOrder: { scope: 'trade', own: { order: 'order' } },
  mark: { scope: 'trade' },
  quote: { scope: 'trade' },
  applyFunding: { scope: 'trade' },
  accrueInterest: { scope: 'trade' },
  expire: { scope: 'trade' },
  sendScenarios: { scope: 'trade' },
  resume: { scope: 'trade' },
  supply: { scope: 'trade', own: { client: 'client' } },
  withdrawSupply: { scope: 'trade', own: { client: 'client' } },
  borrow: { scope: 'trade', own: account },
  repay: { scope: 'trade', own: account },
  setAutoBorrow: { scope: 'trade', own: account },

  announceDeposit: { scope: 'treasury' },
  finalizeDeposit: { scope: 'treasury' },
  returnDeposit: { scope: 'treasury' },
  requestWithdrawal: { scope: 'treasury', own: { client: 'client', withdrawal: 'newId' } },
  sendWithdrawal: { scope: 'treasury' },
  settleWithdrawal: { scope: 'treasury' },
  returnWithdrawal: { scope: 'treasury' },
  injectCapital: { scope: 'treasury' },
  topUpFund: { scope: 'treasury' },
  drawDownFund: { scope: 'treasury' },
  feesToCapital: { scope: 'treasury' },
  fundFacility: { scope: 'treasury' },
  drainFacility: { scope: 'treasury' },
  recover: { scope: 'treasury' },
  writeOffLoss: { scope: 'treasury' },
  reserveCapital: { scope: 'treasury' },

  scheduleParameters: { scope: 'risk' },
  cancelParameters: { scope: 'risk' },
  setReduceOnly: { scope: 'risk' },
  delist: { scope: 'risk' },
  listCollateral: { scope: 'risk' },
  scheduleCollateral: { scope: 'risk' },
  cancelCollateral: { scope: 'risk' },
  openLending: { scope: 'risk' },
  defineScenarios: { scope: 'risk' },
  setGroup: { scope: 'risk' },
  halt: { scope: 'risk' },
  liftHalt: { scope: 'risk' },
  setBreaker: { scope: 'risk' },
  setLiquidation: { scope: 'risk' },
  setWaterfall: { scope: 'risk' },
  setFundCoolDown: { scope: 'risk' },
  proposeTradeBust: { scope: 'risk' },
  proposeMarkCorrection: { scope: 'risk' },
  proposeReversal: { scope: 'risk' },
  approve: { scope: 'risk' },
  withdrawProposal: { scope: 'risk' },
  setIsolationLevel: { scope: 'risk' },
  setAssetSources: { scope: 'risk' },
  setIndexSources: { scope: 'risk' },
};

/** Clients whom a caller is bound to. */
export type BoundClients = ReadonlySet<string>;

/** What of a command is not the sender's own. */
export type NotOwn =
  | { readonly why: 'notClients' }
  | { readonly why: 'isNotThere'; readonly names: Exclude<Names, 'newId'>; readonly field: string }
  | { readonly why: 'idIsNotOwn'; readonly field: string; readonly prefix: string };

/**
 * Null where all that the command names belongs to these clients. What belongs to somebody else is said to be not there, as what is not
 * there: nobody learns of another's accounts. Ids that a bound key gives to new things begin with its client's id and a colon, so that
 * no id is taken already by somebody whom the caller must not know of.
 */
export function notOwn(state: State, command: WireCommand, clients: BoundClients): NotOwn | null {
  const { own } = COMMAND_ACCESS[command.kind];
  if (own === undefined) return { why: 'notClients' };
  const fields = command as unknown as Readonly<Record<string, string>>;
  for (const [field, names] of Object.entries(own)) {
    const name = fields[field] as string;
    if (names === 'newId') continue;
    if (!isOwn(state, { names, name }, clients)) return { why: 'isNotThere', names, field };
  }
  const owner = ownerOf(state, own, fields);
  for (const [field, names] of Object.entries(own)) {
    if (names === 'newId' && !fields[field]?.startsWith(`${owner}:`))
      return { why: 'idIsNotOwn', field, prefix: `${owner}:` };
  }
  return null;
}

function ownerOf(
  state: State,
  own: Readonly<Record<string, Names>>,
  fields: Readonly<Record<string, string>>,
): string | null {
  for (const [field, names] of Object.entries(own)) {
    if (names !== 'newId') return clientOf(state, { names, name: fields[field] as string });
  }
  return null;
}

function isOwn(
  state: State,
  named: { readonly names: Exclude<Names, 'newId'>; readonly name: string },
  clients: BoundClients,
): boolean {
  const client = clientOf(state, named);
  return client !== null && clients.has(client);
}

function clientOf(
  { clients, accounts, orders }: State,
  { names, name }: { readonly names: Exclude<Names, 'newId'>; readonly name: string },
): string | null {
  if (names === 'client') return clients.names.rowOf(name) < 0 ? null : name;
  const accountRow =
    names === 'account' ? accounts.names.rowOf(name) : accountOfOrder(orders.names.rowOf(name), orders);
  return accountRow < 0 ? null : clients.names.nameOf(accounts.client.get(accountRow));
}

function accountOfOrder(row: number, orders: State['orders']): number {
  return row < 0 ? -1 : orders.account.get(row);
}
