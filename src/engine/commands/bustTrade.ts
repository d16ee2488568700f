/**
 * A fill declared erroneous. Where both holders still have its lots and can settle it, they trade it back at its own
 * price, without fees, and both have what they had before it. Else who was hurt by its price gets the difference to the
 * fair one from the pool's fund and the venue; who gained keeps it, and nobody's principal is touched.
 */
import { abs } from '../../base/index.js';
import { fillValueTowardsZero } from '../../market/index.js';
import { isSpot, positionOf } from '../accountParts.js';
import { compensate } from '../compensation.js';
import type { CorrectionOf } from '../correctionFields.js';
import type { Situation } from '../decision.js';
import { type Draft, finishDraft, newDraft } from '../draft.js';
import type { EventOf, RelatedFact } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { type FilledSide, relatedFacts } from '../relatedGains.js';
import { ACCOUNT_STATUS, INSTRUMENT_STATUS, listedInstrument, type State } from '../state.js';
import { unknown } from './checks.js';
import { isEndangered, LOTS_MAX, VALUE_MAX } from './fillSettlement.js';
import { tradeAtMark } from './markTrade.js';

type Bust = CorrectionOf<'bustTrade'>;

interface Holder {
  readonly accountRow: number;
  readonly positionRow: number;
}

export interface FoundBust {
  readonly instrumentRow: number;
  /** Null for a side that was no account. */
  readonly buyer: Holder | null;
  readonly seller: Holder | null;
  /** What the lots traded at, and what they should have: signed for the buyer, as fills are. */
  readonly value: bigint;
  readonly fairValue: bigint;
}

/** The facts as far as the state knows them. */
export function findBust({ state }: Pick<Situation, 'state'>, bust: Bust): FoundBust | Rejection {
  const instrumentRow = state.instruments.names.rowOf(bust.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', bust.instrument);
  const { terms, marginTerms } = listedInstrument(state, instrumentRow);
  for (const priceTicks of [bust.priceTicks, bust.fairTicks])
    if (priceTicks <= 0n || priceTicks > terms.priceTicksMax)
      return reject('invalid_price', { priceTicks, largestTicks: terms.priceTicksMax });
  if (bust.lots <= 0n || bust.lots > LOTS_MAX)
    return reject('invalid_size', { lots: bust.lots, largestLots: LOTS_MAX });
  if (isSpot(state, instrumentRow)) return reject('facts_disagree', { rule: 'a spot pair has no position' });
  if (bust.buyer === '' && bust.seller === '') return reject('no_account_side');
  if (bust.buyer === bust.seller) return reject('same_account', { id: bust.buyer });
  const buyer = findHolder(state, instrumentRow, { id: bust.buyer, leg: bust.buyerLeg });
  if (buyer !== null && 'code' in buyer) return buyer;
  const seller = findHolder(state, instrumentRow, { id: bust.seller, leg: bust.sellerLeg });
  if (seller !== null && 'code' in seller) return seller;
  const { lots } = bust;
  const value = fillValueTowardsZero(marginTerms, { lots, priceTicks: bust.priceTicks });
  const fairValue = fillValueTowardsZero(marginTerms, { lots, priceTicks: bust.fairTicks });
  const largest = [value, fairValue].find((each) => abs(each) > VALUE_MAX);
  if (largest !== undefined)
    return reject('invalid_size', { value: abs(largest), smallest: 1n, largest: VALUE_MAX });
  return { instrumentRow, buyer, seller, value, fairValue };
}

export function decideBustTrade(
  situation: Situation,
  proposalRow: number,
  bust: Bust,
): Rejection | readonly [EventOf<'tradeBusted'>] {
  const found = findBust(situation, bust);
  if ('code' in found) return found;
  const { instrumentRow, value, fairValue } = found;
  const { sequence, lots, priceTicks, fairTicks } = bust;
  const facts = {
    kind: 'tradeBusted',
    proposalRow,
    sequence,
    instrumentRow,
    priceTicks,
    fairTicks,
    lots,
    value,
  } as const;
  const back = tradeBack(situation, found, lots);
  if (back !== null) return [{ ...facts, isTradedBack: true, compensations: [], ...back }];
  const hurt = value > fairValue ? found.buyer : found.seller;
  if (value === fairValue || hurt === null)
    return reject('nothing_to_correct', { instrument: bust.instrument, priceTicks });
  const { accounts, instruments } = situation.state;
  const { accountRow } = hurt;
  if (accounts.isQueued.get(accountRow) === 1)
    return reject('account_in_liquidation', { account: accounts.names.nameOf(accountRow) });
  const paid = compensate(situation, {
    accountRow,
    poolAssetRow: instruments.poolAsset.get(instrumentRow),
    amountMinor: abs(value - fairValue),
    caps: bust,
  });
  if ('code' in paid) return paid;
  return [{ ...facts, isTradedBack: false, ...newDraft(), related: [], ...paid }];
}

function findHolder(
  state: State,
  instrumentRow: number,
  { id, leg }: { readonly id: string; readonly leg: Bust['buyerLeg'] },
): Holder | null | Rejection {
  if (id === '') return null;
  const accountRow = state.accounts.names.rowOf(id);
  if (accountRow < 0) return unknown('unknown_account', id);
  const positionRow = positionOf(state, { accountRow, instrumentRow, leg });
  return positionRow < 0
    ? reject('facts_disagree', { rule: 'the account has never held that leg', account: id })
    : { accountRow, positionRow };
}

interface TradedBack extends Draft {
  readonly related: RelatedFact[];
}

/** The trade the other way round; null where one of the two has the lots no more, or could not carry it. */
function tradeBack(situation: Situation, found: FoundBust, lots: bigint): TradedBack | null {
  const { state, timeMs } = situation;
  const { instrumentRow, buyer, seller, value } = found;
  const { positions, instruments } = state;
  if (buyer === null || seller === null) return null;
  const isTrading = instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading;
  if (!isTrading || !hasUsableMark(state, instrumentRow, timeMs)) return null;
  const areAble = [buyer, seller].every(({ accountRow }) => isAble(state, accountRow));
  const isHeld =
    positions.lots.get(buyer.positionRow) >= lots && positions.lots.get(seller.positionRow) <= -lots;
  if (!areAble || !isHeld) return null;
  const draft = newDraft();
  const settle = ({ accountRow, positionRow }: Holder, signedLots: bigint, signedValue: bigint) => ({
    accountRow,
    positionRow,
    lots: signedLots,
    value: signedValue,
    outcome: tradeAtMark(situation, draft, { positionRow, lots: signedLots, value: signedValue }),
  });
  const settled: FilledSide[] = [settle(buyer, -lots, -value), settle(seller, lots, value)];
  const isShort = settled.some(({ accountRow, outcome }) =>
    isEndangered(state, draft, { accountRow, instrumentRow }, outcome),
  );
  if (isShort || draft.deficits.length > 0) return null;
  finishDraft(state, draft, instruments.poolAsset.get(instrumentRow));
  return { ...draft, related: relatedFacts(state, instrumentRow, settled) };
}

function isAble({ accounts }: State, accountRow: number): boolean {
  return accounts.status.get(accountRow) === ACCOUNT_STATUS.open && accounts.isQueued.get(accountRow) === 0;
}
