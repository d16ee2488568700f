/**
 * `fetchBalance`: what a cross account holds by asset. Unified totals mean the wallet at some venues and the equity, with
 * unrealized profit, at others; the wallet is wanted here. So a raw wallet figure is taken where there is one, and the
 * answer says which of the two it was.
 */
import { pointer } from './calcError.js';
import type { CcxtPartFault } from './ccxtBook.js';
import { unreadableNumber } from './ccxtPositionFaults.js';
import { fieldOf, listOf, numberOf, objectOf, type TextObject, type Texts, textOf } from './ccxtText.js';

export interface CcxtHolding {
  readonly asset: string;
  readonly amount: string;
  readonly debt: string | null;
  /** The raw field it was read from; null: the unified total. */
  readonly rawField: string | null;
}

const RAW_ASSET = ['asset', 'coin', 'ccy', 'currency', 'marginCoin'];
const RAW_WALLET = ['crossWalletBalance', 'walletBalance', 'cashBal', 'balance', 'totalWalletBalance'];

/** In the order of the totals; empty balances are left out. */
export function ccxtHoldings(source: TextObject): readonly CcxtHolding[] {
  const totals = objectOf(fieldOf(source, 'total')) ?? {};
  const debts = objectOf(fieldOf(source, 'debt')) ?? {};
  const wallets = rawWallets(fieldOf(source, 'info'));
  return Object.keys(totals).flatMap((asset) => {
    const wallet = wallets.get(asset);
    const amount = wallet?.amount ?? numberOf(totals, asset);
    const debt = numberOf(debts, asset)?.replace('-', '') ?? null;
    const isEmpty = (text: string | null) => text === null || /^0(\.0*)?$/.test(text);
    if (isEmpty(amount) && isEmpty(debt)) return [];
    return [
      { asset, amount: amount ?? '0', debt: isEmpty(debt) ? null : debt, rawField: wallet?.field ?? null },
    ];
  });
}

/** What of it cannot be read: it must be an object with totals, each of them a number. */
export function balanceFault(source: Texts): CcxtPartFault | null {
  const object = objectOf(source);
  if (object === null) return { path: '', message: 'an object as fetchBalance returns it is needed' };
  const totals = objectOf(fieldOf(object, 'total'));
  if (totals === null)
    return { path: '/total', message: 'total is needed: an object with the amount of each asset' };
  for (const [list, amounts] of [
    ['total', totals],
    ['debt', fieldOf(object, 'debt') ?? {}],
  ] as const) {
    const fields = objectOf(amounts);
    if (fields === null) return { path: pointer(list), message: `${list} is an object of amounts` };
    for (const [asset, value] of Object.entries(fields)) {
      const rule = unreadableNumber(value);
      if (rule !== null) return { path: pointer(list, asset), message: `the ${list} of ${asset} ${rule}` };
    }
  }
  return null;
}

/** Rows of the raw answer that name an asset and what its wallet holds, wherever they are. */
function rawWallets(
  info: Texts | undefined,
): ReadonlyMap<string, { readonly field: string; readonly amount: string }> {
  const found = new Map<string, { field: string; amount: string }>();
  const visit = (value: Texts): void => {
    const list = listOf(value);
    if (list !== null) for (const item of list) visit(item);
    const object = objectOf(value);
    if (object === null) return;
    const asset = RAW_ASSET.map((name) => textOf(object, name)).find((name) => name !== null);
    for (const field of asset === undefined ? [] : RAW_WALLET) {
      const amount = numberOf(object, field);
      if (amount !== null && asset !== undefined && !found.has(asset)) found.set(asset, { field, amount });
    }
    for (const item of Object.values(object)) if (typeof item === 'object' && item !== null) visit(item);
  };
  if (info !== undefined) visit(info);
  return found;
}
