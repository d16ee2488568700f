/**
 * Plays a venue's price history through an engine. Each step is one batch of marks; the engine liquidates and
 * deleverages by itself; market makers unwind what was taken over; once a day clients trade and funding is
 * paid. Nobody outside takes the other side. The same plan gives the same commands, and so the same state.
 */
import { BrokenAssertion } from '../base/index.js';
import type { PriceTicks, TimeMs } from '../base/units.js';
import { INSTRUMENT_STATUS, poolLedgerRow } from '../engine/index.js';
import { type Floor, isOpen } from './floor.js';
import { defendMakers, unwindTakeovers } from './makers.js';
import type { MarketData } from './marketData.js';
import { moveMoney } from './moneyDay.js';
import { watchNeighbours } from './neighbours.js';
import { defendAccounts, tradeMoment } from './orders.js';
import type { Participants } from './population.js';
import { barCount, type PathStep, pricePath } from './pricePath.js';
import { buildReport, type SimulationReport } from './report.js';
import { createRunLog } from './runLog.js';
import { createSender, type SimulationHost } from './sender.js';
import type { Venue } from './venueFile.js';
import { openBook, openVenue } from './venueOpening.js';

export interface SimulationPlan {
  readonly venue: Venue;
  readonly market: MarketData;
  readonly participants: Participants;
}

export interface PlayOptions {
  /** Called at every bar with how many there are. */
  readonly onBar?: (bar: number, bars: number, timeMs: TimeMs) => void;
}

/** Answers waiting for the disk before the simulation waits for them. */
const WAITING_MAX = 2_000;

const DAY_MS = 86_400_000;

/** The host must be new. Resolves when everything is durable. */
export async function playSimulation(
  host: SimulationHost,
  plan: SimulationPlan,
  options: PlayOptions = {},
): Promise<SimulationReport> {
  const { state } = host.engine;
  const log = createRunLog(state);
  const neighbours = watchNeighbours(state);
  const sender = createSender(host, [log.see, neighbours.see]);
  const stage = createStage({ sender, state, log, books: new Map() }, plan);
  const { instruments, intervalMs } = plan.market;
  const bars = barCount(instruments);
  let [steps, bar, barTimeMs] = [0, 0, Number.NaN];
  try {
    for (const step of pricePath(instruments, { ...plan.venue, intervalMs })) {
      if (step.barTimeMs !== barTimeMs) {
        barTimeMs = step.barTimeMs;
        options.onBar?.(bar++, bars, barTimeMs);
      }
      playStep(stage, step, steps++);
      if (sender.waiting >= WAITING_MAX) await sender.settle();
    }
    await sender.settle();
  } catch (error) {
    // A step that finds nothing sequenced does not know why: the answers do.
    if (error instanceof BrokenAssertion) await sender.settle();
    throw error;
  } finally {
    sender.close();
  }
  return buildReport({ engine: host.engine, plan, log, neighbours: neighbours.proof, steps });
}

interface Stage {
  readonly floor: Floor;
  readonly plan: SimulationPlan;
  readonly traders: Participants['clients'][number]['traders'];
  /** Close of the last bar, by instrument id. */
  readonly closes: Map<string, PriceTicks>;
  /** The last day funding was paid for, by instrument id. */
  readonly fundedDay: Map<string, number>;
  /** When each client last deposited. */
  readonly deposited: Map<string, TimeMs>;
  isVenueOpen: boolean;
  tradedDay: number;
}

function createStage(floor: Floor, plan: SimulationPlan): Stage {
  return {
    floor,
    plan,
    traders: plan.participants.clients.flatMap(({ traders }) => traders),
    closes: new Map(),
    fundedDay: new Map(),
    deposited: new Map(),
    isVenueOpen: false,
    tradedDay: Number.NaN,
  };
}

function playStep(stage: Stage, step: PathStep, index: number): void {
  const { floor, plan } = stage;
  const { sender } = floor;
  sender.timeMs = step.timeMs;
  openWhatIsNew(stage, step);
  noteMoment(stage, step, index);
  sendMarks(floor, step);
  expireFutures(floor);
  unwindTakeovers(floor);
  payFunding(stage);
  unwindTakeovers(floor);
  defendMakers(floor);
  if (!step.isLegEnd) return;
  if (step.leg === 'close') {
    for (const { instrument, priceTicks } of step.marks) {
      floor.books.get(instrument)?.closesTicks.push(priceTicks);
      stage.closes.set(instrument, priceTicks);
    }
  }
  const day = Math.floor(step.barTimeMs / DAY_MS);
  if (step.leg === 'close' && day !== stage.tradedDay) {
    stage.tradedDay = day;
    moveMoney(floor, plan, stage.deposited);
    tradeMoment(floor, stage.traders);
    unwindTakeovers(floor);
  } else {
    defendAccounts(floor, stage.traders);
  }
}

/** An instrument trades from its first bar. */
function openWhatIsNew(stage: Stage, { marks }: PathStep): void {
  const { floor, plan } = stage;
  const { venue, participants } = plan;
  if (!stage.isVenueOpen) openVenue(floor.sender, venue, participants);
  stage.isVenueOpen = true;
  for (const { instrument } of marks) {
    if (floor.books.has(instrument)) continue;
    openBook(
      floor,
      venue,
      participants,
      venue.instruments.find(({ definition }) => definition.id === instrument)!,
    );
  }
}

/** What the log says about a fund that is exhausted now: how far prices have moved, what the fund had. */
function noteMoment({ floor, closes }: Stage, step: PathStep, index: number): void {
  const { state, log, books } = floor;
  const moves = step.marks.map(({ instrument, priceTicks }) => {
    const fromTicks = closes.get(instrument) ?? priceTicks;
    return [books.get(instrument)!.instrumentRow, { fromTicks, toTicks: priceTicks }] as const;
  });
  const funds = Array.from({ length: state.poolAssets.table.size }, (_, row) =>
    state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund')),
  );
  log.moment = { index, timeMs: step.timeMs, moves: new Map(moves), funds };
}

function sendMarks({ sender, state, books }: Floor, { marks }: PathStep): void {
  const trading = marks
    .map(({ instrument, priceTicks }) => ({ instrument, priceTicks, book: books.get(instrument)! }))
    .filter(({ book }) => state.instruments.status.get(book.instrumentRow) === INSTRUMENT_STATUS.trading);
  if (trading.length === 0) return;
  sender.send({
    kind: 'mark',
    assetPrices: [],
    sourceTimeMs: sender.timeMs,
    marks: trading.map(({ instrument, priceTicks, book }) => {
      const markTicks = priceTicks * book.item.definition.markTicksPerTick;
      return { instrument, markTicks, indexTicks: markTicks };
    }),
  });
}

function expireFutures(floor: Floor): void {
  for (const [instrument, book] of floor.books) {
    const { expiryMs } = book.item.definition;
    const isDue = expiryMs !== null && floor.sender.timeMs >= expiryMs;
    if (isDue && isOpen(floor, book)) floor.sender.send({ kind: 'expire', instrument });
  }
}

/** Once for each day that has begun since the last time, at the first usable mark; not for the day of listing. */
function payFunding({ floor, fundedDay }: Stage): void {
  const today = Math.floor(floor.sender.timeMs / DAY_MS);
  for (const [instrument, book] of floor.books) {
    const { fundingRatePerDayPpm: ratePpm } = book.item;
    if (ratePpm === 0n || !isOpen(floor, book)) continue;
    for (let day = (fundedDay.get(instrument) ?? today) + 1; day <= today; day++)
      floor.sender.send({ kind: 'applyFunding', instrument, fundingTimeMs: day * DAY_MS, ratePpm });
    fundedDay.set(instrument, today);
  }
}
