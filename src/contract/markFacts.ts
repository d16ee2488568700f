/**
 * Gathers what a wrong mark did, record by record: `before` looks at the state that decides, `after` at what came of it.
 * While the mark stands, at everything in its instrument; after that at what becomes of what was taken over or ordered.
 */
import { append } from '../base/append.js';
import { positionsOf } from '../engine/accountParts.js';
import { fundingStep } from '../engine/commands/applyFunding.js';
import type { Engine, EngineRecord, Event, EventOf, State } from '../engine/index.js';
import { listedInstrument } from '../engine/index.js';
import { noticeLevelAt } from '../engine/notices.js';
import { newPrices, type PriceChange } from '../engine/priceChange.js';
import { MARGIN_MODES } from '../margin/index.js';
import { concernOf } from './markAnswers.js';
import {
  answerAtRight,
  holdsInstrument,
  judgedAsset,
  type RightMark,
  standingAt,
  type WrongSpan,
  withRight,
} from './markCounterfactual.js';
import type { FundingRow, MarkRows, ReductionRow } from './markRows.js';
import { accountName, takeoverName } from './names.js';
import {
  formatAmount,
  formatFunding,
  formatPrice,
  formatQuantity,
  instrumentScale,
  type Scale,
} from './scale.js';

export interface MarkFacts {
  /** Before the record is replayed. */
  before(record: EngineRecord, standing: WrongSpan | null): void;
  /** After it. */
  after(record: EngineRecord, standing: WrongSpan | null): void;
  readonly rows: MarkRows;
}

type Rows = { -readonly [K in keyof MarkRows]: MarkRows[K][number][] };
type Reduction = ReductionRow & { readonly fills: ReductionRow['fills'][number][] };

export function createMarkFacts(engine: Engine, right: RightMark): MarkFacts {
  const { state } = engine;
  const rows: Rows = {
    notices: [],
    topUps: [],
    reductions: [],
    takeovers: [],
    deleveraged: [],
    paid: [],
    answers: [],
    funding: [],
  };
  const takeovers = new Set<string>();
  const reductions = new Map<string, Reduction>();
  const scale = instrumentScale(state, right.instrumentRow);
  const holds = (accountRow: number) => holdsInstrument(state, accountRow, right.instrumentRow);

  function judged(record: EngineRecord, accountRow: number, arriving: PriceChange) {
    return {
      ...momentOf(record),
      account: accountName(state, accountRow) as string,
      asset: judgedAsset(state, accountRow),
      atWrong: standingAt(state, accountRow, arriving),
      atRight: standingAt(state, accountRow, withRight(right, arriving)),
    };
  }

  function judgeEvent(record: EngineRecord, event: Event, arriving: PriceChange): void {
    if (event.kind === 'noticeGiven' && event.level !== 'none' && holds(event.accountRow)) {
      const levelAtRight = noticeLevelAt(state, event.accountRow, withRight(right, arriving));
      rows.notices.push({ ...judged(record, event.accountRow, arriving), level: event.level, levelAtRight });
    }
    if (event.kind === 'reductionOrdered' && holds(event.accountRow)) {
      const { order, lots, instrumentRow } = event;
      const quantity = formatQuantity(lots, listedInstrument(state, instrumentRow));
      const row = { ...judged(record, event.accountRow, arriving), order, quantity, fills: [] };
      reductions.set(order, row);
      rows.reductions.push(row);
    }
    const isTakeover = event.kind === 'takenOver' || event.kind === 'accountTakenOver';
    if (isTakeover && holds(event.accountRow)) {
      const row = { ...judged(record, event.accountRow, arriving), ...takenOf(state, event, scale) };
      for (const takeover of row.takeovers) takeovers.add(takeover);
      rows.takeovers.push(row);
    }
  }

  function noteAnswer(record: EngineRecord, span: WrongSpan): void {
    const { command, outcome, timeMs } = record;
    const concerned = concernOf(state, command, right.instrumentRow);
    if (concerned === null) return;
    const answer = outcome.kind === 'rejected' ? outcome.rejection.code : 'accepted';
    const wrongTicks = state.instruments.markTicks.get(right.instrumentRow);
    const answerThen = answerAtRight(engine, concerned.command, {
      right,
      span: { ...span, wrongTicks },
      timeMs,
    });
    if (answerThen === null || answerThen === answer) return;
    const { account } = concerned;
    rows.answers.push({
      ...momentOf(record),
      command: command.kind,
      account,
      answer,
      answerAtRight: answerThen,
    });
  }

  function noteFollowing(record: EngineRecord, event: Event): void {
    if (event.kind === 'deleveraged' && takeovers.has(takeoverName(state, event.takeoverRow) ?? ''))
      append(rows.deleveraged, deleveragedOf(state, record, event, scale));
    if (event.kind === 'covered' || event.kind === 'shared' || event.kind === 'lenderLossBorne') {
      const takeover = takeoverName(state, state.deficits.takeover.get(event.deficitRow));
      if (takeover !== null && takeovers.has(takeover))
        append(rows.paid, paidOf(state, record, event, { takeover, scale }));
    }
    if (event.kind === 'filled') {
      for (const { orderRow } of event.orders) {
        const listed = listedInstrument(state, event.instrumentRow);
        reductions.get(state.orders.names.nameOf(orderRow))?.fills.push({
          ...momentOf(record),
          price: formatPrice(event.priceTicks, listed),
          quantity: formatQuantity(event.lots, listed),
        });
      }
    }
  }

  return {
    rows,
    before(record, standing) {
      if (standing === null) return;
      if (record.commandId !== '') noteAnswer(record, standing);
      const events = eventsOf(record);
      const arriving = arrivingIn(events);
      for (const event of events) judgeEvent(record, event, arriving);
    },
    after(record, standing) {
      for (const event of eventsOf(record)) {
        noteFollowing(record, event);
        if (standing === null) continue;
        if (event.kind === 'autoMarginAdded' && holds(event.accountRow)) {
          const account = accountName(state, event.accountRow) as string;
          rows.topUps.push({ ...momentOf(record), account, amount: formatAmount(event.amount, scale) });
        }
        if (event.kind === 'fundingApplied' && event.instrumentRow === right.instrumentRow)
          append(rows.funding, fundingOf(state, record, right, scale));
      }
    },
  };
}

function eventsOf({ outcome }: EngineRecord): readonly Event[] {
  return outcome.kind === 'accepted' ? outcome.events : [];
}

function momentOf({ sequence, timeMs }: EngineRecord) {
  return { sequence, timeMs };
}

/** Prices that the record itself brings: its accounts are judged by them before they are in the state. */
function arrivingIn(events: readonly Event[]): PriceChange {
  const arriving = newPrices();
  const hasActed = ({ verdict }: { readonly verdict: string }) =>
    verdict === 'accepted' || verdict === 'confirmed';
  for (const event of events) {
    if (event.kind !== 'marked') continue;
    for (const mark of event.marks.filter(hasActed)) arriving.marks.set(mark.instrumentRow, mark);
    for (const priced of event.assetPrices.filter(hasActed))
      arriving.assetPrices.set(priced.poolAssetRow, priced.price);
  }
  return arriving;
}

function takenOf(state: State, event: EventOf<'takenOver'> | EventOf<'accountTakenOver'>, scale: Scale) {
  const { accounts, clients } = state;
  const isIsolated = event.kind === 'takenOver';
  return {
    client: clients.names.nameOf(accounts.client.get(event.accountRow)),
    marginMode: MARGIN_MODES[accounts.mode.get(event.accountRow)] as string,
    takeovers: isIsolated ? [event.takeover] : event.parts.map(({ takeover }) => takeover),
    quantity: isIsolated && scale.instrument !== null ? formatQuantity(event.lots, scale.instrument) : null,
    collateral: isIsolated ? formatAmount(event.collateral, scale) : null,
  };
}

function deleveragedOf(state: State, record: EngineRecord, event: EventOf<'deleveraged'>, scale: Scale) {
  const listed = listedInstrument(state, event.instrumentRow);
  return event.fills.map(({ accountRow, lots, forgoneMinor, reason }) => ({
    ...momentOf(record),
    takeover: takeoverName(state, event.takeoverRow) as string,
    account: accountName(state, accountRow) as string,
    quantity: formatQuantity(lots, listed),
    forgone: formatAmount(forgoneMinor, scale),
    reason,
  }));
}

type Paid = EventOf<'covered'> | EventOf<'shared'> | EventOf<'lenderLossBorne'>;

function paidOf(
  state: State,
  record: EngineRecord,
  event: Paid,
  { takeover, scale }: { readonly takeover: string; readonly scale: Scale },
): MarkRows['paid'] {
  const row = (by: MarkRows['paid'][number]['by'], minor: bigint, account: string | null = null) =>
    minor === 0n ? [] : [{ ...momentOf(record), takeover, by, account, amount: formatAmount(minor, scale) }];
  switch (event.kind) {
    case 'covered':
      return [...row('fund', event.amount - event.toppedUpMinor), ...row('venue', event.toppedUpMinor)];
    case 'shared':
      return event.payers.flatMap(({ accountRow, paysMinor }) =>
        row('account', paysMinor, accountName(state, accountRow)),
      );
    case 'lenderLossBorne':
      return row('lenders', event.amount);
  }
}

/** What each holder was charged for the interval, and would have been at the right mark. */
function fundingOf(
  state: State,
  record: EngineRecord,
  { instrumentRow, markTicks }: RightMark,
  scale: Scale,
): FundingRow[] {
  const { positions, instruments } = state;
  const { command } = record;
  if (command.kind !== 'applyFunding') return [];
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const { ratePpm } = command;
  const wrong = fundingStep(marginTerms, { markTicks: instruments.markTicks.get(instrumentRow), ratePpm });
  const right = fundingStep(marginTerms, { markTicks, ratePpm });
  const found: FundingRow[] = [];
  for (let accountRow = 0; accountRow < state.accounts.table.size; accountRow++) {
    for (const row of positionsOf(state, accountRow)) {
      const lots = positions.lots.get(row);
      if (positions.instrument.get(row) !== instrumentRow || lots === 0n) continue;
      found.push({
        ...momentOf(record),
        account: accountName(state, accountRow) as string,
        quantity: formatQuantity(lots, listedInstrument(state, instrumentRow)),
        paid: formatFunding(lots * wrong, scale),
        paidAtRight: formatFunding(lots * right, scale),
      });
    }
  }
  return found;
}
