/**
 * Which venues' conventions give a reported liquidation price: tried one by one, with the margin the position has, and
 * without rounding, so that a grid is never taken for a convention.
 */
import { type BookedAccount, crossDocument, isolatedDocument } from './analyzeDocument.js';
import type { BookedPosition } from './analyzePosition.js';
import { answerCalc, isCalcRefusal } from './calc.js';
import type { CalcDocument } from './calcSchema.js';
import { isClose } from './ccxtText.js';
import { PROFILE_NAMES } from './profiles/names.js';

const DIGITS = 5;

export function profilesThatGive(
  account: BookedAccount,
  { source, instrument, position }: BookedPosition,
  reported: string,
): readonly string[] {
  if (instrument.kind === 'option') return [];
  const isIsolated = source.marginMode === 'isolated';
  const whole = isIsolated ? isolatedDocument(account) : crossDocument(account);
  const document = withoutConventions(
    onlyAccount(whole, isIsolated ? indexOf(account, instrument.id, position.side) : 'as-it-is'),
  );
  return PROFILE_NAMES.filter((profile) => {
    const answer = answerCalc(JSON.stringify(document), { profile });
    if (isCalcRefusal(answer)) return false;
    const found = answer.marginAccounts[0]?.positions.find(
      (other) => other.instrument === instrument.id && other.side === position.side,
    );
    return typeof found?.liquidationPrice === 'string' && isClose(found.liquidationPrice, reported, DIGITS);
  });
}

function indexOf({ positions }: BookedAccount, id: string, side: string): string {
  return `position-${positions.findIndex(({ position }) => position.instrument === id && position.side === side)}`;
}

/** With what its account needs and no more: an instrument of the other payoff would contradict many profiles. */
function onlyAccount(document: CalcDocument, id: string): CalcDocument {
  const marginAccounts = document.marginAccounts.filter((account) => account.id === id);
  const named = new Set(
    marginAccounts.flatMap(({ positions }) => positions.map(({ instrument }) => instrument)),
  );
  const kept = <T>(prices: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(Object.entries(prices).filter(([name]) => named.has(name)));
  return {
    ...document,
    instruments: document.instruments.filter((instrument) => named.has(instrument.id)),
    marks: kept(document.marks),
    indexPrices: kept(document.indexPrices),
    marginAccounts,
  };
}

function withoutConventions(document: CalcDocument): CalcDocument {
  const instruments = document.instruments.map(({ maintenanceBasis: _basis, ...instrument }) => ({
    ...instrument,
    priceRounding: 'none' as const,
  }));
  const { profile: _profile, ...rest } = document;
  return { ...rest, instruments };
}
