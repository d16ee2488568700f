/** What is wrong with a book, wherever it comes from: the first field that breaks a rule. */
import { err, ok, type Result } from '../base/index.js';
import { listingTerms } from '../engine/index.js';
import { isId } from '../market/index.js';
import type { Book, BookAccount } from './book.js';

export interface BookFault {
  /** As a JSON pointer. */
  readonly path: string;
  readonly rule: string;
}

export function checkBook(book: Book): Result<Book, BookFault> {
  const fault =
    twice(
      '/assets',
      book.assets.map(({ id }) => id),
    ) ??
    twice(
      '/instruments',
      book.instruments.map(({ definition }) => definition.id),
    ) ??
    twice(
      '/accounts',
      book.accounts.map(({ id }) => id),
    ) ??
    valuationFault(book) ??
    first(book.instruments.map((_, at) => instrumentFault(book, at))) ??
    first(book.accounts.map((account, at) => accountFault(book, account, `/accounts/${at}`))) ??
    first(book.wallets.map((wallet, at) => holdingFault(book, wallet, `/wallets/${at}`))) ??
    first(book.wallets.map(({ owner }, at) => ownerFault(owner, `/wallets/${at}`))) ??
    first(book.funds.map((fund, at) => holdingFault(book, fund, `/funds/${at}`)));
  return fault === null ? ok(book) : err(fault);
}

function valuationFault({ assets, valuationAsset }: Book): BookFault | null {
  const found = assets.find(({ id }) => id === valuationAsset);
  if (found === undefined) return { path: '/valuationAsset', rule: 'is not among the assets' };
  if (found.collateral !== null)
    return { path: '/valuationAsset', rule: 'is worth itself: no collateral terms' };
  const at = assets.findIndex(({ collateral }) => collateral !== null && collateral.price <= 0n);
  return at < 0 ? null : { path: `/assets/${at}/collateral/price`, rule: 'must be above 0' };
}

function instrumentFault({ assets, instruments }: Book, at: number): BookFault | null {
  const { definition, markTicks, indexTicks } = instruments[at]!;
  const path = `/instruments/${at}`;
  if (definition.instrumentKind !== 'perpetual' && definition.instrumentKind !== 'future')
    return { path: `${path}/definition/instrumentKind`, rule: 'must be a perpetual or a future' };
  const settle = assets.find(({ id }) => id === definition.settle);
  if (settle === undefined) return { path: `${path}/definition/settle`, rule: 'is not among the assets' };
  const listed = listingTerms({ ...definition, pool: '' }, settle.decimals);
  if (!listed.ok) return { path: `${path}/definition/${listed.error.field}`, rule: listed.error.rule };
  if (markTicks <= 0n || markTicks > listed.value.terms.markTicksMax)
    return { path: `${path}/markTicks`, rule: `from 1 to ${listed.value.terms.markTicksMax}` };
  return indexTicks > 0n ? null : { path: `${path}/indexTicks`, rule: 'must be above 0' };
}

function accountFault(book: Book, account: BookAccount, path: string): BookFault | null {
  const { id, owner, mode, positions, collateral } = account;
  if (!isId(id) || id.length > 60)
    return { path: `${path}/id`, rule: 'must be an id of at most 60 characters' };
  if (mode === 'isolated' && positions.length > 1)
    return { path: `${path}/positions`, rule: 'an isolated account has one' };
  const at = positions.findIndex(({ lots, entryTicks }) => lots === 0n || entryTicks <= 0n);
  if (at >= 0) return { path: `${path}/positions/${at}`, rule: 'has lots, and an entry above 0' };
  const unknown = positions.findIndex(
    ({ instrument }) => !book.instruments.some(({ definition }) => definition.id === instrument),
  );
  if (unknown >= 0)
    return { path: `${path}/positions/${unknown}/instrument`, rule: 'is not among the instruments' };
  return (
    ownerFault(owner, path) ??
    twice(
      `${path}/positions`,
      positions.map(({ instrument }) => instrument),
    ) ??
    twice(
      `${path}/collateral`,
      collateral.map(({ asset }) => asset),
    ) ??
    first(collateral.map((holding, number) => holdingFault(book, holding, `${path}/collateral/${number}`)))
  );
}

function ownerFault(owner: string, path: string): BookFault | null {
  return isId(owner) ? null : { path: `${path}/owner`, rule: 'must be an id' };
}

function holdingFault(
  { assets }: Book,
  { asset, amountMinor }: { readonly asset: string; readonly amountMinor: bigint },
  path: string,
): BookFault | null {
  if (!assets.some(({ id }) => id === asset))
    return { path: `${path}/asset`, rule: 'is not among the assets' };
  return amountMinor >= 0n ? null : { path: `${path}/amountMinor`, rule: 'must not be negative' };
}

function twice(path: string, names: readonly string[]): BookFault | null {
  const seen = new Set<string>();
  for (const [at, name] of names.entries()) {
    if (seen.has(name)) return { path: `${path}/${at}`, rule: `${name} is there twice` };
    seen.add(name);
  }
  return null;
}

function first(faults: readonly (BookFault | null)[]): BookFault | null {
  return faults.find((fault) => fault !== null) ?? null;
}
