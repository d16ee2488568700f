/**
 * Whether an order of a spot pair is let in: what it gives, with all that the account's other spot orders give of the
 * asset, is there, or may be borrowed within the limits by an account that is set to; and the account may stand once the
 * orders of that side have filled at their limits.
 */
import { max } from '../../base/index.js';
import { accountAssetOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, newDraft } from '../draft.js';
import { pushBorrow } from '../lending.js';
import { hasUsableMark } from '../marginView.js';
import { exchangeOf, givenBy, orderedPremium, type SpotOrder, spotOrdersOf } from '../orderReserve.js';
import { type Rejection, reject } from '../rejection.js';
import { spotPair } from '../spotPair.js';
import { poolLedgerRow, type State } from '../state.js';
import { limitFault } from './borrow.js';
import { accountTrader, spotStandingFault } from './spotParty.js';

/** An order of placeOrder whose price, size and account have been looked at. */
export function decideSpotOrder(
  situation: Situation,
  command: CommandOf<'placeOrder'>,
  of: { readonly accountRow: number; readonly instrumentRow: number; readonly priceTicks: bigint },
): Decision {
  const { order, side, lots, leg } = command;
  const { accountRow, instrumentRow, priceTicks } = of;
  const meaningless = meaninglessField(command);
  if (meaningless !== null)
    return reject('invalid_definition', {
      field: meaningless,
      rule: 'a spot order has none: it makes no position',
    });
  const isBuy = side === 'buy';
  const refused = spotOrderFault(situation, accountRow, {
    changed: { instrumentRow, isBuy, lots, priceTicks },
    others: spotOrdersOf(situation.state, accountRow),
  });
  if (refused !== null) return refused;
  return [
    {
      kind: 'orderAccepted',
      order,
      accountRow,
      instrumentRow,
      leg,
      isBuy,
      isReduceOnly: false,
      priceTicks,
      lots,
      holds: [],
    },
  ];
}

function meaninglessField({ leg, isReduceOnly, holdWallet }: CommandOf<'placeOrder'>): string | null {
  if (leg !== 'net') return 'leg';
  if (isReduceOnly) return 'isReduceOnly';
  return holdWallet ? 'holdWallet' : null;
}

/** Why the account may not have the order beside its other spot orders; null where it may. */
export function spotOrderFault(
  situation: Situation,
  accountRow: number,
  { changed, others }: { readonly changed: SpotOrder; readonly others: readonly SpotOrder[] },
): Rejection | null {
  const { state, timeMs } = situation;
  const { instrumentRow } = changed;
  if (!hasUsableMark(state, instrumentRow, timeMs))
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  const pair = spotPair(state, instrumentRow);
  const trader = accountTrader(state, accountRow, pair);
  const draft = newDraft();
  const lacking = backingFault(situation, draft, { accountRow, orders: [...others, changed], changed });
  if (lacking !== null) return lacking;
  const sameSide = others.filter((order) => order.isBuy === changed.isBuy);
  for (const order of [...sameSide, changed]) exchangeAtLimit(state, draft, accountRow, order);
  return spotStandingFault(situation, draft, { trader, pair });
}

/** What all orders give of the asset the changed one gives: there, or to be borrowed. */
function backingFault(
  { state }: Situation,
  draft: Draft,
  of: { readonly accountRow: number; readonly orders: readonly SpotOrder[]; readonly changed: SpotOrder },
): Rejection | null {
  const { accounts, accountAssets, ledger, poolAssets } = state;
  const { accountRow, orders, changed } = of;
  const { gives: poolAssetRow } = exchangeOf(state, accountRow, changed);
  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  const required = givenBy(state, { accountRow, poolAssetRow, orders });
  const balance = ledger.balance(accountAssets.ledgerRow.get(accountAssetRow));
  const available = max(0n, balance - orderedPremium(state, accountRow, poolAssetRow));
  const missing = required - available;
  if (missing <= 0n) return null;
  const assetRow = poolAssets.asset.get(poolAssetRow);
  if (accounts.autoBorrow.get(accountRow) === 0)
    return reject('insufficient_order_margin', {
      account: accounts.names.nameOf(accountRow),
      required: { minor: required, assetRow },
      available: { minor: available, assetRow },
      missing: { minor: missing, assetRow },
    });
  const refused = limitFault(state, draft, { accountAssetRow, amount: missing });
  if (refused === null) pushBorrow(state, draft, accountAssetRow, missing);
  return refused;
}

function exchangeAtLimit(state: State, draft: Draft, accountRow: number, order: SpotOrder): void {
  const { gives, given, gets, got } = exchangeOf(state, accountRow, order);
  const marginOf = (poolAssetRow: number) =>
    state.accountAssets.ledgerRow.get(accountAssetOf(state, accountRow, poolAssetRow));
  draft.transfers.push(
    { flow: 'spotPay', from: marginOf(gives), to: poolLedgerRow(state, gives, 'settlement'), amount: given },
    { flow: 'spotReceive', from: poolLedgerRow(state, gets, 'settlement'), to: marginOf(gets), amount: got },
  );
}
