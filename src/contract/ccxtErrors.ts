/**
 * The error class of CCXT that says the same as a code, so that a client written for CCXT treats a refusal as it treats those of other
 * venues. Names are those of CCXT's hierarchy of errors; a code that is none of these is an `OperationRejected`.
 */
import type { ErrorCode } from './errors.js';

export type CcxtErrorClass =
  | 'AccountNotEnabled'
  | 'AuthenticationError'
  | 'BadRequest'
  | 'BadSymbol'
  | 'ContractUnavailable'
  | 'DuplicateOrderId'
  | 'ExchangeError'
  | 'ExchangeNotAvailable'
  | 'InsufficientFunds'
  | 'InvalidNonce'
  | 'InvalidOrder'
  | 'MarketClosed'
  | 'NoChange'
  | 'NotSupported'
  | 'OnMaintenance'
  | 'OperationRejected'
  | 'OrderNotFound'
  | 'PermissionDenied'
  | 'RateLimitExceeded';

const CLASSES: Readonly<Partial<Record<CcxtErrorClass, readonly ErrorCode[]>>> = {
  BadSymbol: ['unknown_instrument', 'wrong_instrument'],
  AccountNotEnabled: ['unknown_account', 'unknown_client', 'account_closed'],
  OrderNotFound: ['unknown_order', 'order_closed'],
  DuplicateOrderId: ['already_exists', 'idempotency_conflict'],
  NoChange: ['nothing_to_do'],
  MarketClosed: ['instrument_not_trading', 'instrument_halted', 'instrument_not_expired'],
  ContractUnavailable: [
    'pool_quarantined',
    'pool_not_open',
    'mark_unusable',
    'asset_price_unusable',
    'scenarios_stale',
  ],
  InsufficientFunds: [
    'insufficient_wallet_balance',
    'insufficient_account_balance',
    'insufficient_supply',
    'insufficient_lending_cash',
    'insufficient_initial_margin',
    'insufficient_order_margin',
    'insufficient_margin_for_leverage',
    'insufficient_pool_cash',
    'insufficient_venue_funds',
    'top_up_must_cure',
    'removal_floor',
    'debt_cap',
    'correction_unfunded',
  ],
  InvalidOrder: [
    'invalid_price',
    'invalid_size',
    'off_tick',
    'off_lot',
    'order_required',
    'wrong_order',
    'same_account',
    'no_account_side',
    'counterparty_needs_desk',
    'spot_needs_accounts',
    'liquidation_not_reducing',
    'leverage_out_of_range',
    'order_outside_band',
    'nothing_to_reduce',
    'fill_outside_band',
    'position_cap',
    'open_interest_cap',
    'concentration_cap',
    'leg_overdrawn',
    'position_too_large',
    'self_trade_deficit',
    'instrument_reduce_only',
    'wrong_leg',
    'level_forbids_mode',
  ],
  BadRequest: [
    'invalid_id',
    'invalid_amount',
    'invalid_definition',
    'out_of_range',
    'unknown_asset',
    'asset_not_in_pool',
    'instrument_not_in_pool',
    'unknown_pool',
    'malformed_json',
    'duplicate_key',
    'too_deep',
    'schema_violation',
    'unknown_kind',
    'not_a_decimal',
    'too_fine',
    'missing_command_id',
    'command_id_mismatch',
    'malformed_url',
    'not_found',
    'method_not_allowed',
    'id_not_own',
    'unknown_key',
    'unknown_approval',
    'body_too_large',
    'unsupported_media_type',
    'bad_request',
  ],
  AuthenticationError: ['unauthenticated', 'bad_signature', 'bad_token'],
  InvalidNonce: ['timestamp_outside_window', 'nonce_used'],
  PermissionDenied: ['not_permitted', 'operator_mismatch', 'own_approval'],
  RateLimitExceeded: ['rate_limited'],
  NotSupported: ['book_too_large', 'book_unreadable'],
  ExchangeNotAvailable: ['journal_failed'],
  OnMaintenance: ['shutting_down'],
  ExchangeError: ['internal_error'],
};

const BY_CODE = new Map(
  Object.entries(CLASSES).flatMap(([name, codes]) =>
    codes.map((code) => [code, name as CcxtErrorClass] as const),
  ),
);

export function ccxtErrorOf(code: ErrorCode): CcxtErrorClass {
  return BY_CODE.get(code) ?? 'OperationRejected';
}
