/** What a schema cannot say of a margin account: names that exist, signs, one position a side, and a price for everything. */
import { product, quotient } from './analyzeNumbers.js';
import { decimalOf, isAbove } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument, CompleteDocument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import {
  firstOf,
  leverageFault,
  missingFault,
  positiveFault,
  settingsFault,
  unknownAsset,
  unknownInstrument,
} from './calcFaults.js';
import { grownRateFault } from './calcInstrumentFaults.js';
import { known, own } from './calcLookup.js';
import type { CalcAsset, CalcMarginAccount, CalcOrder, CalcPosition } from './calcSchema.js';
import { wholeFault } from './calcWholeFaults.js';

export function accountFault(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  path: string,
): CalcError | null {
  if (account.marginMode === 'isolated' && account.positions.length > 1) {
    return calcError(
      'too_many_positions',
      `${path}/positions/1`,
      'an isolated margin account holds one position; give each its own account',
      { positions: String(account.positions.length) },
    );
  }
  return (
    settingsFault(account, path) ??
    firstOf(account.positions, (position, index) =>
      positionFault(checked, account, position, `${path}${pointer('positions', index)}`),
    ) ??
    legsFault(account, path) ??
    firstOf(account.orders ?? [], (order, index) =>
      orderFault(checked, account, order, `${path}${pointer('orders', index)}`),
    ) ??
    (isJudgedWhole(checked, account)
      ? wholeFault(checked, account, path)
      : plainFault(checked, account, path))
  );
}

/**
 * Whether the margin model of whole accounts answers: cross and portfolio, and an isolated account that has more than
 * one linear or inverse position and its orders.
 */
export function isJudgedWhole(
  { instruments }: Pick<CheckedDocument, 'instruments'>,
  account: CalcMarginAccount,
): boolean {
  const { marginMode, positions, orders = [], debts = {} } = account;
  if (marginMode !== 'isolated' || Object.keys(debts).length > 0) return true;
  const [position] = positions;
  if (position === undefined) return orders.length > 0;
  return known(instruments, position.instrument).kind === 'option';
}

/** Assets the account holds, owes or settles in, each once, in that order. */
export function assetsInvolved(
  instruments: ReadonlyMap<string, CheckedInstrument>,
  { collateral, debts = {}, positions, orders = [] }: CalcMarginAccount,
): readonly string[] {
  const settled = [...positions, ...orders].map(({ instrument }) => known(instruments, instrument).settle);
  return [...new Set([...Object.keys(collateral), ...Object.keys(debts), ...settled])];
}

/** The asset an isolated account is reckoned in: of its position, or else the one it holds; undefined when it holds nothing. */
export function settleOf(
  account: CalcMarginAccount,
  instruments: ReadonlyMap<string, CheckedInstrument>,
): string | undefined {
  const [position] = account.positions;
  return position === undefined
    ? Object.keys(account.collateral)[0]
    : instruments.get(position.instrument)?.settle;
}

function positionFault(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  position: CalcPosition,
  path: string,
): CalcError | null {
  const { document, instruments } = checked;
  const instrument = instruments.get(position.instrument);
  if (instrument === undefined) return unknownInstrument(`${path}/instrument`, position.instrument);
  const { quantity, entryPrice, leverage } = position;
  if (entryPrice === undefined && instrument.kind !== 'option') {
    return missingFault(`${path}/entryPrice`, 'entryPrice is missing');
  }
  return (
    positiveFault(quantity, `${path}/quantity`) ??
    (entryPrice === undefined ? null : positiveFault(entryPrice, `${path}/entryPrice`)) ??
    (leverage === undefined ? null : leverageFault(leverage, `${path}/leverage`)) ??
    aboveMaxFault(checked, account, position, path) ??
    markFault(document, instrument) ??
    (entryPrice === undefined
      ? null
      : grownRateFault(
          instrument,
          { quantity, entryPrice },
          { mark: own(document.marks, instrument.id) ?? entryPrice, path },
        ))
  );
}

/**
 * The engine's rule: of an isolated account what the first tier allows, of the others a number for all. Under a profile
 * the first is a warning, as venues keep a leverage that was chosen before their tiers changed.
 */
const SHARED_LEVERAGE_MAX = '1000';

function aboveMaxFault(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  position: CalcPosition,
  path: string,
): CalcError | null {
  const leverage = leverageOf(checked.instruments, position);
  const instrument = known(checked.instruments, position.instrument);
  if (leverage === undefined || instrument.kind === 'option') return null;
  const isShared = account.marginMode !== 'isolated';
  if (!isShared && checked.profile !== null) return null;
  const most = isShared ? SHARED_LEVERAGE_MAX : firstTierLeverage(instrument, leverage);
  if (most === null || !isAbove(leverage, most)) return null;
  const where =
    position.leverage === undefined
      ? pointer('instruments', checked.document.instruments.indexOf(instrument))
      : path;
  return calcError(
    'leverage_out_of_range',
    `${where}/leverage`,
    isShared
      ? `leverage is at most ${most} in ${account.marginMode} margin`
      : 'the first tier allows less leverage',
    { got: leverage, leverageMax: most },
  );
}

/** The most that the first tier allows; null where the leverage is within it, or it has no end. */
export function firstTierLeverage({ tiers }: CheckedInstrument, leverage: string): string | null {
  const { maxLeverage, initialMarginRate } = tiers[0] ?? {};
  if (maxLeverage !== undefined) return isAbove(leverage, maxLeverage) ? maxLeverage : null;
  if (initialMarginRate === undefined || !isAbove(product([leverage, initialMarginRate]), '1')) return null;
  return quotient('1', initialMarginRate);
}

/** An option's mark may follow from its volatility. */
function markFault(
  document: CompleteDocument,
  { id, kind, impliedVolatility }: CheckedInstrument,
): CalcError | null {
  if (own(document.marks, id) !== undefined) return null;
  if (kind === 'option' && impliedVolatility !== undefined) return null;
  const or = kind === 'option' ? ', and no impliedVolatility to price it by' : '';
  return calcError('missing_mark', pointer('marks', id), `no mark for ${id}${or}`, { instrument: id });
}

function legsFault({ positions }: CalcMarginAccount, path: string): CalcError | null {
  return firstOf(positions, (position, index) => {
    const here = `${path}${pointer('positions', index)}`;
    const others = positions.filter((other) => other.instrument === position.instrument);
    const same = others.find((other) => other.side === position.side);
    if (same !== position) {
      return calcError(
        'duplicate_position',
        `${here}/instrument`,
        `a second ${position.side} position in ${position.instrument}: add them up`,
        { instrument: position.instrument },
      );
    }
    const { leg = others.length > 1 ? position.side : 'net' } = position;
    const isPossible = leg === position.side || (leg === 'net' && others.length === 1);
    return isPossible
      ? null
      : calcError('leg_contradiction', `${here}/leg`, `a ${position.side} position is not the leg ${leg}`, {
          leg,
          positions: String(others.length),
        });
  });
}

function orderFault(
  { document, instruments }: CheckedDocument,
  { marginMode, positions }: CalcMarginAccount,
  order: CalcOrder,
  path: string,
): CalcError | null {
  const instrument = instruments.get(order.instrument);
  if (instrument === undefined) return unknownInstrument(`${path}/instrument`, order.instrument);
  const other = positions.find((position) => position.instrument !== order.instrument);
  if (marginMode === 'isolated' && other !== undefined) {
    return calcError(
      'too_many_positions',
      `${path}/instrument`,
      'an isolated margin account is for one instrument; give each its own account',
      { instrument: order.instrument, position: other.instrument },
    );
  }
  return (
    positiveFault(order.quantity, `${path}/quantity`) ??
    positiveFault(order.price, `${path}/price`) ??
    markFault(document, instrument)
  );
}

/** One asset, the settlement asset of the position. */
function plainFault(
  { document, assets, instruments }: CheckedDocument,
  account: CalcMarginAccount,
  path: string,
): CalcError | null {
  const settle = settleOf(account, instruments);
  const [position] = account.positions;
  if (position !== undefined && leverageOf(instruments, position) === undefined) {
    return missingFault(`${path}/positions/0/leverage`, 'leverage is missing');
  }
  return (
    amountsFault(assets, account.collateral, `${path}/collateral`) ??
    firstOf(Object.keys(account.collateral), (id) =>
      id === settle
        ? null
        : calcError(
            'unsupported_collateral',
            `${path}${pointer('collateral', id)}`,
            'an isolated margin account holds one asset, the settlement asset of its instrument',
            { asset: id, settle: settle ?? '' },
          ),
    ) ??
    (settle === undefined ? null : missingPrice(document, known(assets, settle), path))
  );
}

export function amountsFault(
  assets: ReadonlyMap<string, CalcAsset>,
  amounts: Readonly<Record<string, string>>,
  path: string,
): CalcError | null {
  return firstOf(Object.entries(amounts), ([id, amount]) => {
    const here = `${path}${pointer(id)}`;
    const asset = assets.get(id);
    if (asset === undefined) return unknownAsset(here, id);
    const { digits, scale } = decimalOf(amount);
    if (digits < 0n) {
      return calcError('negative_amount', here, 'collateral and debts are never negative', { got: amount });
    }
    return scale > asset.decimals
      ? calcError('amount_too_fine', here, `${id} has ${asset.decimals} decimals`, { got: amount })
      : null;
  });
}

/** Totals in another asset than the one at hand need its price. */
export function missingPrice(document: CompleteDocument, asset: CalcAsset, path: string): CalcError | null {
  const { valuationAsset } = document;
  if (valuationAsset === undefined || asset.id === valuationAsset || asset.price !== undefined) return null;
  return calcError(
    'missing_price',
    pointer('assets', document.assets.indexOf(asset), 'price'),
    `${asset.id} needs a price in ${valuationAsset} to value ${path}`,
    { asset: asset.id, valuationAsset },
  );
}

export function leverageOf(
  instruments: ReadonlyMap<string, CheckedInstrument>,
  { instrument, leverage }: Pick<CalcPosition, 'instrument' | 'leverage'>,
): string | undefined {
  return leverage ?? known(instruments, instrument).leverage;
}
