/**
 * One account as CCXT tells it as a document for a plan: those in cross mode share the account `cross` behind the balance,
 * each isolated one stands behind its own margin. The asset is the base of the symbol. Without a balance it is not known
 * what cross positions have behind them: the document then has no accounts.
 */
import { err, ok, type Result } from '../base/result.js';
import { bookedAccount, DOLLARS } from './analyzeDocument.js';
import type { BookedPosition } from './analyzePosition.js';
import { type CcxtFault, readCcxtBook } from './ccxtBook.js';
import type { CcxtPosition } from './ccxtPosition.js';
import type { PositionsPlanDocument } from './planSchema.js';

/** What cannot be planned, and where in the positions. */
export interface PlanCcxtFault {
  readonly code:
    | CcxtFault['code']
    | 'incomplete_position'
    | 'no_open_position'
    | 'option_position'
    | 'mixed_quotes'
    | 'debt';
  readonly path: string;
  readonly message: string;
}

/** `text`: what fetchPositions returned, or an object {"positions", "balance"}. Its moment matters to options alone, which are refused. */
export function planDocumentOfCcxt(text: string): Result<PositionsPlanDocument, PlanCcxtFault> {
  const read = readCcxtBook({ positions: text });
  if (!read.ok) return read;
  const fault = positionsFault(read.value.positions);
  if (fault !== null) return err(fault);
  const given = { ...read.value, positions: read.value.positions.map(withoutNeeds) };
  const valuationAsset = given.positions[0]?.market.quote;
  const booked = bookedAccount(given, { nowMs: 0, valuationAsset });
  if (!booked.ok) return err({ code: 'incomplete_position', ...booked.error });
  const { positions, wallet, debts, prices, isWalletKnown } = booked.value;
  const [owed] = Object.keys(debts);
  if (owed !== undefined)
    return err({ code: 'debt', path: '/balance/debt', message: `${owed} is owed: no account can be told` });
  const names = namesOf(positions);
  const nameOf = (position: BookedPosition) => names.get(position) as string;
  const cross = positions.filter(({ source }) => source.marginMode !== 'isolated');
  const isolated = positions.filter(({ source }) => source.marginMode === 'isolated');
  const valued = (amount: string, asset: string) => Number(amount) * Number(prices.get(asset) ?? 0);
  const balance = Object.entries(wallet).reduce((sum, [asset, amount]) => sum + valued(amount, asset), 0);
  const accounts = [
    ...(cross.length === 0
      ? []
      : [{ id: 'cross', legs: cross.map(nameOf), collateral: decimalText(balance) }]),
    ...isolated.map((position, at) => ({
      id: `isolated-${at + 1}`,
      legs: [nameOf(position)],
      collateral: decimalText(valued(position.ownMargin, position.instrument.settle)),
    })),
  ];
  const isKnown = isWalletKnown || cross.length === 0;
  return ok({
    source: 'positions',
    positions: positions.map((position) => positionOf(position, nameOf(position))),
    ...(isKnown ? { accounts } : {}),
  });
}

function positionsFault(positions: readonly CcxtPosition[]): PlanCcxtFault | null {
  const quotes = new Set(positions.map(({ market }) => market.quote));
  for (const { path, symbol, market } of positions) {
    if (market.kind === 'option') {
      const message = `${symbol}: an option does not move with its asset's return: give its profit and loss`;
      return { code: 'option_position', path: `${path}/symbol`, message };
    }
    if (quotes.size > 1 && !DOLLARS.includes(market.quote)) {
      const message = `${symbol} is quoted in ${market.quote}: quotes are one asset, or dollars`;
      return { code: 'mixed_quotes', path: `${path}/symbol`, message };
    }
  }
  return null;
}

/** What a venue's margin asks for plays no part in a plan: entry, maintenance, and leverage unless margin follows from it. */
function withoutNeeds(position: CcxtPosition): CcxtPosition {
  const { entryPrice, markPrice, maintenanceRate, leverage, marginMode, postedMargin, reported } = position;
  const told = postedMargin ?? reported.collateral ?? reported.initialMargin;
  return {
    ...position,
    entryPrice: entryPrice ?? markPrice,
    maintenanceRate: maintenanceRate ?? '0.01',
    leverage: leverage ?? (marginMode === 'isolated' && told === null ? null : '1'),
  };
}

/** The symbol, with the side where it is held on both. */
function namesOf(positions: readonly BookedPosition[]): ReadonlyMap<BookedPosition, string> {
  return new Map(
    positions.map((position) => {
      const { instrument, side } = position.position;
      const isOnBothSides = positions.filter((other) => other.position.instrument === instrument).length > 1;
      return [position, isOnBothSides ? `${instrument}/${side}` : instrument];
    }),
  );
}

function positionOf(
  { source, markPrice }: BookedPosition,
  id: string,
): PositionsPlanDocument['positions'][number] {
  return {
    id,
    asset: source.market.base,
    quantity: source.side === 'short' ? `-${source.contracts}` : source.contracts,
    contractSize: source.contractSize,
    payoff: source.market.payoff,
    price: markPrice,
  };
}

/** To eight decimals, as no plan is finer. */
function decimalText(value: number): string {
  return value.toFixed(8).replace(/\.?0+$/, '');
}
