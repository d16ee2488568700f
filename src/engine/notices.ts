/**
 * Who has come to a level of danger before liquidation, or is out of it again, where the pool's liquidation policy has such
 * levels: a warning, then a margin call. A level is a multiple of maintenance margin's rates: at it the account would be
 * liquidatable by those. What long options are worth, closing fees and cover count as they do for liquidation. Who is safe is not looked at: indexes like those of liquidation find who comes to
 * the first level; who has been told is looked at with every mark of its pool.
 */
import { mulDivCeil, PPM } from '../base/index.js';
import {
  type AccountView,
  isLiquidatableBy,
  type MarginTerms,
  scaledTerms,
  scaledView,
} from '../margin/index.js';
import { judgement } from './accountHealth.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { hasRisk } from './accountParts.js';
import { type EventOf, NOTICE_LEVELS, type NoticeLevel } from './event.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import type { PriceChange } from './priceChange.js';
import { createSharedTriggers } from './sharedTriggers.js';
import { listedInstrument, type State } from './state.js';
import { createTriggers } from './triggers.js';

export interface Notices {
  /** What clients are to be told at prices that are on their way, by account row. */
  collect(change: PriceChange): readonly EventOf<'noticeGiven'>[];
  /** Takes note that these accounts have changed. */
  refresh(accountRows: readonly number[]): void;
  /** Takes note that the instrument's terms, or its pool's policy, have. */
  rebuild(instrumentRow: number, holders: readonly number[]): void;
}

/** A level is left only when health is this much above it, so that nobody is told again and again at the edge. */
const HYSTERESIS_PPM = 20_000n;

export function createNotices(state: State): Notices {
  const triggers = createTriggers(state, (instrumentRow) => noticeTerms(state, instrumentRow));
  const sharedTriggers = createSharedTriggers(state, (view, accountRow) => {
    const level = firstLevelPpm(state, state.accounts.pool.get(accountRow));
    return level === 0n ? null : scaledView(view, level);
  });
  const changedAccounts = state.accounts.table.follow();
  const told = new Set<number>();

  function catchUp(): void {
    for (const row of changedAccounts.take()) {
      const isTold = row < state.accounts.table.size && state.accounts.noticeLevel.get(row) > 0;
      if (isTold) told.add(row);
      else told.delete(row);
    }
  }

  function candidates(change: PriceChange): number[] {
    catchUp();
    const rows = new Set<number>();
    const pools = poolsOf(state, change);
    for (const row of told) if (pools.has(state.accounts.pool.get(row))) rows.add(row);
    for (const [instrumentRow, { markTicks }] of change.marks) {
      if (firstLevelPpm(state, state.instruments.pool.get(instrumentRow)) === 0n) continue;
      const fundingIndex = state.instruments.fundingIndex.get(instrumentRow);
      triggers.collect({ instrumentRow, markTicks, fundingIndex }, (row) => {
        rows.add(row);
        triggers.rekey(row);
      });
    }
    sharedTriggers.collect(change, (row) => rows.add(row));
    return [...rows].sort((a, b) => a - b);
  }

  return {
    collect(change) {
      const notices: EventOf<'noticeGiven'>[] = [];
      for (const accountRow of candidates(change)) {
        const before = NOTICE_LEVELS[state.accounts.noticeLevel.get(accountRow)] as NoticeLevel;
        const view = judgedView(state, accountRow, change);
        const level = levelAt(state, accountRow, view, before);
        if (level === before) continue;
        notices.push({
          kind: 'noticeGiven',
          accountRow,
          level,
          judged: judgement(
            state,
            accountRow,
            view ?? wholeAccountView(state, accountRow, { prices: LAST_GOOD, change }),
          ),
        });
      }
      return notices;
    },
    refresh(accountRows) {
      const { accounts } = state;
      const isTold = (row: number) =>
        row >= accounts.table.size || firstLevelPpm(state, accounts.pool.get(row)) > 0n;
      const rows = accountRows.filter(isTold);
      if (rows.length === 0) return;
      triggers.refresh(rows);
      sharedTriggers.refresh(rows);
    },
    rebuild(instrumentRow, holders) {
      triggers.rebuild(instrumentRow, holders);
      sharedTriggers.refresh(holders);
    },
  };
}

/** The level a client would come to at prices that are given, who has been told nothing yet. */
export function noticeLevelAt(state: State, accountRow: number, change: PriceChange): NoticeLevel {
  return levelAt(state, accountRow, judgedView(state, accountRow, change), 'none');
}

/** Null where nothing is at risk, or nothing can be said. */
function judgedView(state: State, accountRow: number, change: PriceChange): AccountView | null {
  const isJudged = hasRisk(state, accountRow) && hasAllPrices(state, accountRow, change);
  return isJudged ? wholeAccountView(state, accountRow, { prices: LAST_GOOD, change }) : null;
}

/** An account in liquidation is told by what happens to it: its level stays. */
function levelAt(
  state: State,
  accountRow: number,
  view: AccountView | null,
  before: NoticeLevel,
): NoticeLevel {
  const policy = liquidationPolicyOf(state, state.accounts.pool.get(accountRow));
  if (state.accounts.isQueued.get(accountRow) === 1) return before;
  if (view === null || policy === null) return 'none';
  const isAt = (level: NoticeLevel, healthPpm: bigint) => {
    const wasAt = NOTICE_LEVELS.indexOf(before) >= NOTICE_LEVELS.indexOf(level);
    const edge = wasAt ? mulDivCeil(healthPpm, PPM + HYSTERESIS_PPM, PPM) : healthPpm;
    return healthPpm > 0n && isLiquidatableBy(view, edge);
  };
  if (isAt('call', policy.callHealthPpm)) return 'call';
  return isAt('warning', policy.warningHealthPpm) ? 'warning' : 'none';
}

/** Health at which a client of the pool is told first; 0: never. */
function firstLevelPpm({ pools }: State, poolRow: number): bigint {
  return pools.warningHealthPpm.get(poolRow) || pools.callHealthPpm.get(poolRow);
}

function noticeTerms(state: State, instrumentRow: number): MarginTerms | null {
  const level = firstLevelPpm(state, state.instruments.pool.get(instrumentRow));
  return level === 0n ? null : scaledTerms(listedInstrument(state, instrumentRow).liquidationTerms, level);
}

function poolsOf(state: State, change: PriceChange): ReadonlySet<number> {
  return new Set([
    ...[...change.marks.keys()].map((row) => state.instruments.pool.get(row)),
    ...[...change.assetPrices.keys()].map((row) => state.poolAssets.pool.get(row)),
  ]);
}
