/**
 * What each leg made in each period. Of a position: its value now times the return of its asset. A linear one is worth
 * quantity x contractSize x price; an inverse one quantity x contractSize quote units, whose profit in the quote asset
 * at the price after, q s (1 / P0 - 1 / P1) P1, is the same product.
 */
import { err, ok, type Result } from '../base/result.js';
import type { PlanQuestion } from '../risk/index.js';
import { pointer } from './calcError.js';
import { type PlanDocumentFault, planFault } from './planFaults.js';
import type { PlanDocument, PlanHistory, PnlPlanDocument, PositionsPlanDocument } from './planSchema.js';

type Position = PositionsPlanDocument['positions'][number];

/** `files`: a history that was read from price files, with NaN where an asset has no return. */
export function planLegs(
  document: PlanDocument,
  files: PlanHistory | null,
): Result<PlanQuestion, PlanDocumentFault> {
  const read = document.source === 'pnl' ? pnlLegs(document, files) : positionLegs(document, files);
  if (!read.ok) return read;
  const list = document.source === 'pnl' ? 'legs' : 'positions';
  const still = read.value.legs.findIndex(
    ({ pnl }) => pnl.length > 1 && Array.from(pnl).every((value) => value === pnl[0]),
  );
  if (still >= 0) return err(planFault('constant', `/${list}/${still}`));
  const fault = addOnFault(document);
  return fault === null ? read : err(fault);
}

function pnlLegs(
  { legs, periods }: PnlPlanDocument,
  files: PlanHistory | null,
): Result<PlanQuestion, PlanDocumentFault> {
  if (files !== null) return err(planFault('field_does_not_apply', '/source'));
  const fault = orderFault(periods, '/periods');
  if (fault !== null) return err(fault);
  return ok({
    ids: periods ?? numbered(legs[0]?.values.length ?? 0),
    legs: legs.map(({ id, values }) => ({ id, pnl: values })),
    addOns: addOnsOf(legs),
  });
}

function positionLegs(
  { positions, history }: PositionsPlanDocument,
  files: PlanHistory | null,
): Result<PlanQuestion, PlanDocumentFault> {
  if (history !== undefined && files !== null) return err(planFault('history_twice', '/history'));
  const found = history ?? (files === null ? null : wholePeriods(files, positions));
  if (found === null) return err(planFault('history_missing', '/history'));
  const fault = historyFault(found) ?? positionsFault(positions, found);
  if (fault !== null) return err(fault);
  const returnsOf = (asset: string) => found.returns[asset] as readonly number[];
  return ok({
    ids: found.periods ?? numbered(returnsOf(positions[0]?.asset ?? '')?.length ?? 0),
    legs: positions.map((position) => {
      const value = positionValue(position);
      return { id: position.id, pnl: returnsOf(position.asset).map((move) => value * move) };
    }),
    addOns: addOnsOf(positions),
  });
}

/** Price files: periods in which each asset that is needed has a return; those of others do not count. */
function wholePeriods({ periods = [], returns }: PlanHistory, positions: readonly Position[]): PlanHistory {
  const needed = Object.entries(returns).filter(([name]) => positions.some(({ asset }) => asset === name));
  const whole = periods.flatMap((_, at) =>
    needed.every(([, moves]) => !Number.isNaN(moves[at])) ? [at] : [],
  );
  return {
    periods: whole.map((at) => periods[at] as string),
    returns: Object.fromEntries(
      Object.entries(returns).map(([name, moves]) => [name, whole.map((at) => moves[at] as number)]),
    ),
  };
}

function positionValue({ quantity, contractSize = '1', payoff = 'linear', price = '1' }: Position): number {
  return Number(quantity) * Number(contractSize) * (payoff === 'linear' ? Number(price) : 1);
}

function addOnsOf(legs: readonly { readonly id: string; readonly addOn?: string }[]): Record<string, number> {
  return Object.fromEntries(
    legs.flatMap(({ id, addOn }) => (addOn === undefined ? [] : [[id, Number(addOn)]])),
  );
}

function addOnFault(document: PlanDocument): PlanDocumentFault | null {
  const legs = document.source === 'pnl' ? document.legs : document.positions;
  const list = document.source === 'pnl' ? 'legs' : 'positions';
  const low = legs.findIndex(({ addOn = '0' }) => Number(addOn) < 0);
  return low < 0 ? null : planFault('negative', `/${list}/${low}/addOn`);
}

function historyFault({ periods, returns }: PlanHistory): PlanDocumentFault | null {
  for (const [asset, moves] of Object.entries(returns)) {
    const at = moves.findIndex((move) => move <= -1);
    const place = `/history/returns${pointer(asset)}`;
    if (at >= 0) return planFault('return_below_total_loss', `${place}/${at}`, { got: String(moves[at]) });
    const needed = periods?.length ?? Object.values(returns)[0]?.length ?? 0;
    if (moves.length !== needed)
      return planFault('length_differs', place, { got: String(moves.length), needed: String(needed) });
  }
  return orderFault(periods, '/history/periods');
}

function positionsFault(positions: readonly Position[], { returns }: PlanHistory): PlanDocumentFault | null {
  for (const [at, position] of positions.entries()) {
    const { asset, quantity, contractSize = '1', payoff = 'linear', price } = position;
    const place = `/positions/${at}`;
    if (!Object.hasOwn(returns, asset)) {
      const known = Object.keys(returns).sort().join(', ');
      return planFault('asset_without_history', `${place}/asset`, { asset, known });
    }
    if (Number(quantity) === 0) return planFault('quantity_zero', `${place}/quantity`);
    if (!(Number(contractSize) > 0)) return planFault('not_positive', `${place}/contractSize`);
    if (payoff === 'linear' && price === undefined) return planFault('price_missing', `${place}/price`);
    if (price !== undefined && !(Number(price) > 0)) return planFault('not_positive', `${place}/price`);
  }
  return null;
}

const DATE = /^\d{4}-\d{2}-\d{2}/;

/** Names that are dates have an order; a date that is there twice is told as such by the method. */
function orderFault(periods: readonly string[] | undefined, path: string): PlanDocumentFault | null {
  if (periods === undefined || !periods.every((name) => DATE.test(name))) return null;
  const at = periods.findIndex((name, place) => place > 0 && name < (periods[place - 1] as string));
  return at < 0 ? null : planFault('periods_unsorted', `${path}/${at}`, { got: periods[at] as string });
}

function numbered(length: number): string[] {
  return Array.from({ length }, (_, at) => String(at + 1));
}
