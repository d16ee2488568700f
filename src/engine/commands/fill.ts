/**
 * A trade that happened: both sides settle in one event at one value, or neither does. Margin arrives with
 * the fill (MAR-01); a flip closes, then opens (ORD-01); reducing is allowed also under margin (ORD-03).
 */
import { abs, max, PPM } from '../../base/index.js';
import { fillValueTowardsZero } from '../../market/index.js';
import { isSpot } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, finishDraft, newDraft } from '../draft.js';
import type { Event } from '../event.js';
import { areOne } from '../groups.js';
import { isHalted } from '../halts.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { relatedFacts } from '../relatedGains.js';
import { INSTRUMENT_STATUS, listedInstrument, settleAssetRow } from '../state.js';
import type { TradeOutcome } from '../trade.js';
import { poolFault, unknown } from './checks.js';
import { findParty, type Party } from './fillParty.js';
import {
  isEndangered,
  LOTS_MAX,
  type Settlement,
  settleParty,
  VALUE_MAX,
  venueFee,
} from './fillSettlement.js';
import { decideSpotFill } from './spotFill.js';

type Fill = CommandOf<'fill'>;

export function decideFill(situation: Situation, command: Fill): Decision {
  const { state } = situation;
  const instrumentRow = state.instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  const fault = fillFault(situation, instrumentRow, command);
  if (fault !== null) return fault;
  if (isSpot(state, instrumentRow)) return decideSpotFill(situation, command, instrumentRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const value = fillValueTowardsZero(marginTerms, command);
  if (value === 0n || abs(value) > VALUE_MAX) {
    return reject('invalid_size', { value: abs(value), smallest: 1n, largest: VALUE_MAX });
  }

  const buyer = findParty(state, instrumentRow, {
    side: command.buyer,
    lots: command.lots,
    priceTicks: command.priceTicks,
    value,
    isTaker: command.taker === 'buyer',
  });
  if ('code' in buyer) return buyer;
  const seller = findParty(state, instrumentRow, {
    side: command.seller,
    lots: -command.lots,
    priceTicks: command.priceTicks,
    value: -value,
    isTaker: command.taker === 'seller',
  });
  if ('code' in seller) return seller;
  if (buyer.accountRow < 0 && seller.accountRow < 0) return reject('no_account_side');
  if (buyer.accountRow === seller.accountRow) return reject('same_account', { id: command.buyer.id });

  // The taker settles first: a maker's rebate is paid out of what the taker really paid.
  const [first, second] = command.taker === 'buyer' ? [buyer, seller] : [seller, buyer];
  const cash = state.totals.cash.get(state.instruments.poolAsset.get(instrumentRow));
  const settlement: Settlement = { draft: newDraft(), allocations: [], holds: [], woken: [], cash };
  const taken = settleParty(situation, settlement, first, 0n);
  if ('code' in taken) return taken;
  const made = settleParty(situation, settlement, second, max(0n, venueFee(first, taken)));
  if ('code' in made) return made;
  const selfDeficit = selfDeficitFault(situation, instrumentRow, settlement.draft, [
    { party: first, outcome: taken },
    { party: second, outcome: made },
  ]);
  if (selfDeficit !== null) return selfDeficit;
  const { draft, allocations, holds, woken } = settlement;
  finishDraft(state, draft, state.instruments.poolAsset.get(instrumentRow));
  const { priceTicks, lots } = command;
  woken.sort((a, b) => a - b);
  return [
    {
      kind: 'filled',
      instrumentRow,
      priceTicks,
      lots,
      value,
      allocations,
      ...draft,
      holds,
      woken,
      related: relatedFacts(state, instrumentRow, [
        { ...first, outcome: taken },
        { ...second, outcome: made },
      ]),
    } satisfies Event,
  ];
}

/**
 * Between two accounts of one client, or of one group of clients, no fill may leave a deficit, or an account that is about to leave one (ISO-05).
 * That takes a mark that may decide: without one such a fill waits.
 */
function selfDeficitFault(
  situation: Situation,
  instrumentRow: number,
  draft: Draft,
  sides: readonly [Settled, Settled],
): Rejection | null {
  const { state, timeMs } = situation;
  const [a, b] = sides.map(({ party }) => party.accountRow) as [number, number];
  if (a < 0 || b < 0) return null;
  const clientRow = state.accounts.client.get(a);
  if (!areOne(state, clientRow, state.accounts.client.get(b))) return null;
  if (!hasUsableMark(state, instrumentRow, timeMs)) {
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  }
  const endangered = sides.filter(({ party, outcome }) => isEndangered(state, draft, party, outcome));
  if (draft.deficits.length === 0 && endangered.length === 0) return null;
  const deficit = draft.deficits.reduce((sum, { amount }) => sum + amount, 0n);
  return reject('self_trade_deficit', {
    client: state.clients.names.nameOf(clientRow),
    deficit: { minor: deficit, assetRow: settleAssetRow(state, instrumentRow) },
    liquidatable: endangered.map(({ party }) => party.side.id).join(', '),
  });
}

interface Settled {
  readonly party: Party;
  readonly outcome: TradeOutcome;
}

/** An instrument that trades now, in a pool that works. */
export function tradingFault({ state, timeMs }: Situation, instrumentRow: number): Rejection | null {
  const { instruments } = state;
  const { definition } = listedInstrument(state, instrumentRow);
  const quarantined = poolFault(state, instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  const isExpired = definition.expiryMs !== null && timeMs >= definition.expiryMs;
  return instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading && !isExpired
    ? null
    : reject('instrument_not_trading', { instrument: instruments.names.nameOf(instrumentRow) });
}

/** Trading that is not a fact already stops while the instrument or its pool is halted. */
export function haltFault({ state, timeMs }: Situation, instrumentRow: number): Rejection | null {
  if (!isHalted(state, instrumentRow, timeMs)) return null;
  const { instruments, pools } = state;
  const untilMs = Math.max(
    instruments.haltedUntilMs.get(instrumentRow),
    pools.haltedUntilMs.get(instruments.pool.get(instrumentRow)),
  );
  return reject('instrument_halted', { instrument: instruments.names.nameOf(instrumentRow), untilMs });
}

/** What is wrong with the fill itself, whoever the parties are. */
function fillFault(situation: Situation, instrumentRow: number, command: Fill): Rejection | null {
  const { instruments } = situation.state;
  const { definition, terms } = listedInstrument(situation.state, instrumentRow);
  const halted = tradingFault(situation, instrumentRow);
  if (halted !== null) return halted;
  if (command.priceTicks <= 0n || command.priceTicks > terms.priceTicksMax) {
    return reject('invalid_price', { priceTicks: command.priceTicks, largestTicks: terms.priceTicksMax });
  }
  if (command.lots <= 0n || command.lots > LOTS_MAX) {
    return reject('invalid_size', { lots: command.lots, largestLots: LOTS_MAX });
  }
  // Accepted orders were held to the band when they came: their fill is a fact.
  const isOrdered = ({ party, order }: Fill['buyer']) => party === 'account' && order !== '';
  if (isOrdered(command.buyer) && isOrdered(command.seller)) return null;
  const stopped = haltFault(situation, instrumentRow);
  if (stopped !== null) return stopped;
  const markTicks = instruments.markTicks.get(instrumentRow);
  const priceInMarkTicks = command.priceTicks * definition.markTicksPerTick;
  if (markTicks > 0n && abs(priceInMarkTicks - markTicks) * PPM > definition.fillBandPpm * markTicks) {
    return reject('fill_outside_band', {
      priceTicks: command.priceTicks,
      markTicks,
      markTicksPerTick: definition.markTicksPerTick,
      bandPpm: definition.fillBandPpm,
    });
  }
  return null;
}
