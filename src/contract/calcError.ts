/** The refusals of the calculator: a stable code, where in the document, and the values that decided. */
import { BRACKET_FAULTS } from '../margin/brackets.js';

/** In the order in which a document is checked: text, shape, assets, instruments, prices, accounts. */
export const CALC_ERROR_CODES = [
  'empty_input',
  'line_too_long',
  'malformed_json',
  'duplicate_key',
  'too_deep',
  'unknown_field',
  'missing_field',
  'exact_number_not_text',
  'invalid_decimal',
  'schema_violation',
  'unknown_profile',
  'profile_contradiction',
  'duplicate_id',
  'unknown_asset',
  'unknown_instrument',
  'not_positive',
  'negative_amount',
  'rate_out_of_range',
  'haircut_out_of_range',
  'valuation_price_not_one',
  'rate_too_fine',
  'settle_mismatch',
  'same_assets',
  'unsupported_kind',
  'option_contradiction',
  'expiry_contradiction',
  'expired_instrument',
  'crossed_strikes',
  'impossible_mark',
  'price_too_fine',
  'taker_fee_missing',
  'tier_method_contradiction',
  ...BRACKET_FAULTS,
  'scenario_contradiction',
  'bad_scenario',
  'too_many_positions',
  'duplicate_position',
  'leg_contradiction',
  'unsupported_collateral',
  'amount_too_fine',
  'missing_mark',
  'missing_price',
  'conflicting_price',
  'missing_volatility',
  'missing_scenarios',
  'leverage_out_of_range',
] as const;

export type CalcErrorCode = (typeof CALC_ERROR_CODES)[number];

export interface CalcError {
  readonly code: CalcErrorCode;
  readonly message: string;
  /** JSON pointer into the document; empty for the document itself. */
  readonly path: string;
  readonly context: Readonly<Record<string, string>>;
}

const PATH_LENGTH_MAX = 256;
const CONTEXT_LENGTH_MAX = 160;

/** Text that came from the document is cut short: an answer must not grow with hostile input. */
export function calcError(
  code: CalcErrorCode,
  path: string,
  message: string,
  context: Readonly<Record<string, string>> = {},
): CalcError {
  const cutContext = Object.fromEntries(
    Object.entries(context).map(([name, value]) => [name, cut(value, CONTEXT_LENGTH_MAX)]),
  );
  return { code, message, path: cut(path, PATH_LENGTH_MAX), context: cutContext };
}

/** One step of a JSON pointer: RFC 6901 escapes "~" and "/". */
export function pointer(...steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}
