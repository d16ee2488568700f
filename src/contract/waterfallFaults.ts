/** What each refusal of a waterfall means, in words. */
import type { FundFaultCode, WaterfallFaultCode, WaterfallRefusal } from '../liquidation/index.js';
import { POLICY_FAULT_MESSAGES } from './deleveragePolicyDocument.js';

export type WaterfallDocumentCode =
  | WaterfallFaultCode
  | WaterfallRefusal
  | FundFaultCode
  | 'closing_is_not_held'
  | 'share_too_fine'
  | 'amount_too_fine'
  | 'negative_amount'
  | 'duplicate_id'
  | 'holds_twice';

export const WATERFALL_MESSAGES: Readonly<Record<WaterfallDocumentCode, string>> = {
  ...POLICY_FAULT_MESSAGES,
  no_layers: 'at least the own account is a layer',
  bad_name: 'a name begins with a letter and has letters, digits, ".", "_" and "-"',
  name_twice: 'each layer has a name of its own',
  kind_twice: 'a pool has one layer of each kind',
  never_a_layer: 'wallets, other clients and other pools can never be a layer',
  scope_does_not_fit: 'a loss never reaches a layer of another scope: each kind has its own',
  payers_do_not_fit: 'each kind of layer has its own payers',
  allocation_does_not_fit: 'this kind of layer cannot be shared out in this way',
  own_account_missing: 'the first layer is the own account',
  out_of_order: 'the order is own account, fund and top-up, lenders and deleveraging, loss sharing',
  share_out_of_range: 'a share is above 0 and at most 1',
  cap_not_positive: 'a cap is above 0: leave the layer out where it must not pay',
  amount_out_of_range: 'more than a 64-bit count of units cannot be kept',
  trigger_out_of_range: 'a list of causes has at least one, and an amount is not below 0',
  top_up_without_cap: 'venue capital has a cap',
  top_up_without_fund: 'venue capital goes into the insurance fund: without one it can pay nothing',
  revision_not_positive: 'revisions count from 1',
  negative_loss: 'a loss is not below 0',
  holding_missing: 'what a layer holds must be stated',
  holding_unknown: 'there is no such layer',
  layer_of_another_account: "only the own account of the loss pays in its layer, never another's",
  layer_of_another_pool: 'what a layer holds belongs to the pool of the loss, of a top-up to the venue',
  payer_twice: 'each holder is listed once',
  one_payer_only: 'this layer has one payer',
  negative_weight: 'weights are not below 0',
  opening_below_zero: 'a fund is not below 0',
  amount_not_positive: 'the amount of a line is above 0: the kind says whether it came or went',
  spent_before_paid_in: 'more went out than was there: money is paid in before it is used',
  drawn_down_while_unsound: 'the venue takes nothing back while the pool is not sound',
  does_not_balance: 'opening and lines do not lead to closing',
  closing_is_not_held: 'the roll-forward must end with what the fund layer holds',
  share_too_fine: 'has at most 6 decimals',
  amount_too_fine: 'has more decimals than the asset',
  negative_amount: 'must not be below 0',
  duplicate_id: 'is listed twice',
  holds_twice: 'either `holds` or `holders`',
};
