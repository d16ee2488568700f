/** What an account that is judged as a whole needs besides: prices, leverage, and scenarios for portfolio margin. */
import { optionVolatility } from './bookOptions.js';
import { priceDigitsFault } from './bookScale.js';
import { amountsFault, assetsInvolved, leverageOf, missingPrice } from './calcAccountFaults.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { firstOf, missingFault } from './calcFaults.js';
import { known, own } from './calcLookup.js';
import type { CalcMarginAccount, CalcPosition } from './calcSchema.js';

/** Anything the document lists, with a price for each asset. */
export function wholeFault(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  path: string,
): CalcError | null {
  const { document, assets, instruments } = checked;
  const held =
    amountsFault(assets, account.collateral, `${path}/collateral`) ??
    amountsFault(assets, account.debts ?? {}, `${path}/debts`);
  if (held !== null) return held;
  const involved = assetsInvolved(instruments, account);
  if (document.valuationAsset === undefined && involved.length !== 1) {
    return missingFault(
      '/valuationAsset',
      'an account of one asset is valued in it; any other needs valuationAsset',
    );
  }
  const unpriced = firstOf(involved, (id) => missingPrice(document, known(assets, id), path));
  if (unpriced !== null) return unpriced;
  const unlevered = firstOf(account.positions, (position, index) =>
    instrumentLeverageFault(instruments, position, `${path}${pointer('positions', index)}`),
  );
  if (unlevered !== null) return unlevered;
  const digits = priceDigitsFault(checked, account);
  if (digits !== null) return digits;
  return account.marginMode === 'portfolio' ? portfolioFault(checked, account) : null;
}

/** Where no rate and no largest leverage is listed, initial margin is 1 / leverage and nothing else. */
function instrumentLeverageFault(
  instruments: ReadonlyMap<string, CheckedInstrument>,
  position: CalcPosition,
  path: string,
): CalcError | null {
  const [tier] = known(instruments, position.instrument).tiers;
  const isKnown =
    leverageOf(instruments, position) !== undefined ||
    tier?.initialMarginRate !== undefined ||
    tier?.maxLeverage !== undefined;
  return isKnown
    ? null
    : missingFault(
        `${path}/leverage`,
        'leverage is missing: the tiers have no initialMarginRate and no maxLeverage',
      );
}

function portfolioFault(
  checked: CheckedDocument,
  { positions, orders = [] }: CalcMarginAccount,
): CalcError | null {
  const { scenarios } = checked.document;
  const named = [...positions, ...orders];
  if (named.length === 0) return null;
  if (scenarios === undefined) {
    return calcError(
      'missing_scenarios',
      '/scenarios',
      'portfolio margin needs scenarios, or the name of a preset',
    );
  }
  return firstOf(named, ({ instrument: id }) => {
    const instrument = known(checked.instruments, id);
    if (typeof scenarios === 'object' && scenarios.vectors !== undefined) {
      const path = `/scenarios${pointer('vectors', 'instruments', id)}`;
      return own(scenarios.vectors.instruments, id) === undefined
        ? missingFault(path, `no scenarios for ${id}`)
        : null;
    }
    if (instrument.kind !== 'option' || optionVolatility(checked, instrument) !== null) return null;
    return calcError(
      'missing_volatility',
      pointer('instruments', [...checked.instruments.keys()].indexOf(id), 'impliedVolatility'),
      `${id} has no impliedVolatility, and its mark implies none`,
      { instrument: id },
    );
  });
}
