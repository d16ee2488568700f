/** The walk of a replay: each policy over the same book, from close to close. */
import { ok, type Result } from '../../base/index.js';
import type { IsolationLevel } from '../levels/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import type { RiskFault } from '../riskFault.js';
import { accountDay } from './accountDay.js';
import type { AssetTerms, MarketTerms } from './marketTerms.js';
import { type OffsetRules, type OffsetSet, offsetSet } from './offsetSet.js';
import { NOTHING_OPEN, placeEpisode, type Standing } from './placement.js';
import type { Episode } from './policyBook.js';
import type { ReplayPolicy } from './policyReplay.js';

/** Money of the whole book over one day. */
export interface ReplayDay {
  readonly date: string;
  /** Value of open positions, longs and shorts added. */
  readonly gross: number;
  /** Collateral held at the close before. */
  readonly capital: number;
  /** Losses beyond what their account held, and the accounts that had one. */
  readonly shortfall: number;
  readonly shortAccounts: number;
  /** Collateral of one position that paid for another. */
  readonly innocent: number;
  readonly accounts: number;
  readonly carved: number;
  readonly grandfathered: number;
  readonly refusedValue: number;
}

export interface WalkQuestion {
  readonly market: AlignedMarket;
  readonly terms: MarketTerms;
  readonly until: number;
  readonly episodes: readonly Episode[];
  readonly offsets: OffsetRules;
}

export interface Walked {
  readonly policies: readonly { readonly policy: ReplayPolicy; readonly days: readonly ReplayDay[] }[];
  readonly sameCapitalFactor: number;
}

export function walkPolicies(question: WalkQuestion): Result<Walked, RiskFault> {
  const { terms, until } = question;
  const assets = new Map(terms.assets.map((one) => [one.asset, one]));
  const of = (asset: string) => assets.get(asset) as AssetTerms;
  const sets = offsetSets(question);
  const proposed = (day: number) => (asset: string) => of(asset).rates[day - 1] as number;
  const fixed = (asset: string) => of(asset).fixedRate;
  const free = (): IsolationLevel => 'portfolio';
  const walkers = {
    fixed: walker(question, of),
    dynamic: walker(question, of),
    levels: walker(question, of),
    isolated: walker(question, of),
  };
  const alone = (): IsolationLevel => 'isolated';
  for (let day = terms.from; day < until; day++) {
    const [then, now] = [sets.fixedFor(day), sets.knownAt(day - 1)];
    if (!then.ok) return then;
    if (!now.ok) return now;
    walkers.fixed.step(day, { rateOf: fixed, offsets: then.value, levelOf: free });
    walkers.dynamic.step(day, { rateOf: proposed(day), offsets: now.value, levelOf: free });
    const levelOf = (asset: string) => of(asset).levelAt(day - 1);
    walkers.levels.step(day, { rateOf: proposed(day), offsets: now.value, levelOf });
    walkers.isolated.step(day, { rateOf: proposed(day), offsets: null, levelOf: alone });
  }
  const locked = ({ days }: Walker) => days.reduce((sum, { capital }) => sum + capital, 0);
  const sameCapitalFactor = locked(walkers.dynamic) / locked(walkers.fixed);
  const same = walker(question, of);
  for (let day = terms.from; day < until; day++) {
    const then = sets.fixedFor(day);
    if (!then.ok) return then;
    const rateOf = (asset: string) => sameCapitalFactor * fixed(asset);
    same.step(day, { rateOf, offsets: then.value, levelOf: free });
  }
  return ok({
    policies: [
      { policy: 'fixed', days: walkers.fixed.days },
      { policy: 'fixedSameCapital', days: same.days },
      { policy: 'dynamic', days: walkers.dynamic.days },
      { policy: 'levels', days: walkers.levels.days },
      { policy: 'isolated', days: walkers.isolated.days },
    ],
    sameCapitalFactor,
  });
}

interface Terms {
  readonly rateOf: (asset: string) => number;
  readonly offsets: OffsetSet | null;
  readonly levelOf: (asset: string) => IsolationLevel;
}

interface Walker {
  readonly days: ReplayDay[];
  readonly step: (day: number, terms: Terms) => void;
}

/** Carries from day to day where positions stand and what accounts had left. */
function walker({ market, episodes }: WalkQuestion, of: (asset: string) => AssetTerms): Walker {
  const days: ReplayDay[] = [];
  let standings = new Map<Episode, Standing>();
  let leftBefore = new Map<string, number>();
  return {
    days,
    step: (day, { rateOf, offsets, levelOf }) => {
      const sums = { ...NO_SUMS };
      const [standingsNow, left] = [new Map<Episode, Standing>(), new Map<string, number>()];
      // Without a return there is no loss that day: nothing is made up.
      const moveOf = (asset: string) => {
        const move = of(asset).returns[day] as number;
        return Number.isNaN(move) ? 0 : move;
      };
      for (const episode of episodes) {
        if (day < episode.from || day >= episode.until) continue;
        const { placed, standing } = placeEpisode(episode, standings.get(episode) ?? NOTHING_OPEN, levelOf);
        standingsNow.set(episode, standing);
        sums.carved += placed.carved;
        sums.grandfathered += placed.grandfathered;
        sums.refusedValue += placed.refusedValue;
        for (const account of placed.accounts) {
          const before = leftBefore.get(account.key) ?? 0;
          const outcome = accountDay(account, { rateOf, offsets, moveOf, before });
          left.set(account.key, outcome.left);
          sums.accounts += 1;
          sums.gross += account.legs.reduce((sum, { value }) => sum + Math.abs(value), 0);
          sums.capital += outcome.held;
          sums.shortfall += outcome.uncovered;
          sums.shortAccounts += Number(outcome.uncovered > 0);
          sums.innocent += outcome.innocent;
        }
      }
      [standings, leftBefore] = [standingsNow, left];
      days.push({ date: market.dates[day] as string, ...sums });
    },
  };
}

const NO_SUMS = {
  gross: 0,
  capital: 0,
  shortfall: 0,
  shortAccounts: 0,
  innocent: 0,
  accounts: 0,
  carved: 0,
  grandfathered: 0,
  refusedValue: 0,
};

/** Scenario sets of a close, and those of fixed margin: as of the date it was fixed at, and anew when an asset joins. */
function offsetSets({ market, terms, offsets }: WalkQuestion) {
  const kept = new Map<number, Result<OffsetSet | null, RiskFault>>();
  const knownAt = (close: number): Result<OffsetSet | null, RiskFault> => {
    const assets = terms.assets.filter(({ from }) => from <= close + 1).map(({ asset }) => asset);
    const made = offsetSet(market, { day: close, assets }, offsets);
    // A history too short for scenarios gives no offset.
    return made.ok || made.error.code !== 'too_few' ? made : ok(null);
  };
  const fixedFor = (day: number): Result<OffsetSet | null, RiskFault> => {
    const close = Math.max(...terms.assets.map(({ from }) => from).filter((from) => from <= day)) - 1;
    const set = kept.get(close) ?? knownAt(close);
    kept.set(close, set);
    return set;
  };
  return { knownAt, fixedFor };
}
