import { describe, expect, it } from 'vitest';
import { LOSS_LAYERS } from '../stressTally.js';
import {
  DEPEG_2023,
  EMPTY_BOOK_2020,
  type FigureName,
  FROZEN_FEED_2022,
  OWN_BOOK_2025,
  REPLAYS,
  type Replay,
  type ReplayOutcome,
  runReplay,
  SHARED_VAULT_2025,
} from './index.js';

const ran = new Map<Replay, readonly ReplayOutcome[]>();

/** Runs of a replay are shared by its tests: nothing is changed by looking. */
function outcome(replay: Replay, policy: string): ReplayOutcome {
  const outcomes = ran.get(replay) ?? runReplay(replay);
  ran.set(replay, outcomes);
  const found = outcomes.find((of) => of.policy.id === policy);
  if (found === undefined) throw new Error(`${replay.id} has no policy ${policy}`);
  return found;
}

const figure = (replay: Replay, policy: string, name: FigureName) => {
  const found = outcome(replay, policy);
  return { with: found.with.figures[name], without: found.without.figures[name] };
};

const USD = 1_000_000n;
const BTC = 100_000_000n;

describe('every replay', () => {
  it.each(REPLAYS)(
    '$id has policies that differ in data only, and pays every loss once (LIQ-05, OPS-04)',
    (replay) => {
      // A function could not be copied.
      expect(structuredClone(replay.policies)).toEqual(replay.policies);
      for (const { id } of replay.policies) {
        const { with: found, without } = outcome(replay, id);
        for (const { run } of [found, without])
          for (const pool of run.pools)
            expect(LOSS_LAYERS.reduce((sum, layer) => sum + pool.paidMinor[layer], 0n)).toBe(
              pool.deficitMinor,
            );
      }
    },
  );

  it('comes out the same when it is run again (OPS-04)', () => {
    const again = runReplay(EMPTY_BOOK_2020);
    const first = EMPTY_BOOK_2020.policies.map(({ id }) => outcome(EMPTY_BOOK_2020, id));
    expect(again.map((of) => of.with.figures)).toEqual(first.map((of) => of.with.figures));
  });

  it.each(REPLAYS)('$id never takes more lots by deleveraging than are needed (LIQ-06)', (replay) => {
    for (const { id } of replay.policies) {
      const { neededLots, deleveragedLots } = outcome(replay, id).with.figures;
      expect(deleveragedLots <= neededLots).toBe(true);
    }
  });
});

describe('12 March 2020: liquidation into an empty book', () => {
  it('parts the book from the index by a tenth and liquidates accounts for what others sold', () => {
    const dislocation = figure(EMPTY_BOOK_2020, 'of-the-day', 'dislocation');
    expect(dislocation.with > 80_000n).toBe(true);
    expect(dislocation.without < 30_000n).toBe(true);
    expect(outcome(EMPTY_BOOK_2020, 'of-the-day').liquidatedByMechanism.length).toBeGreaterThanOrEqual(3);
  });

  it('goes through the price whatever the pools are: isolation does not close that channel', () => {
    expect(outcome(EMPTY_BOOK_2020, 'isolated').liquidatedByMechanism.length).toBeGreaterThanOrEqual(3);
    expect(figure(EMPTY_BOOK_2020, 'isolated', 'dislocation').with > 80_000n).toBe(true);
  });

  it('is stopped by steps within a limit from an index mark (LIQ-02, PRC-01)', () => {
    expect(outcome(EMPTY_BOOK_2020, 'isolated-paced').liquidatedByMechanism).toEqual([]);
    expect(figure(EMPTY_BOOK_2020, 'isolated-paced', 'dislocation').with < 30_000n).toBe(true);
  });

  it('costs traders of another market something in one pool, and nothing in pools of their own (ISO-01)', () => {
    expect(figure(EMPTY_BOOK_2020, 'of-the-day', 'bystandersPaid').with > BTC / 10n).toBe(true);
    for (const policy of ['isolated', 'isolated-paced']) {
      expect(figure(EMPTY_BOOK_2020, policy, 'bystandersPaid').with).toBe(0n);
      expect(figure(EMPTY_BOOK_2020, policy, 'bystandersLost').with).toBe(0n);
      expect(figure(EMPTY_BOOK_2020, policy, 'deficitElsewhere').with).toBe(0n);
    }
  });
});

describe('12 May 2022: a feed that stands at its floor', () => {
  it('lends millions beyond what the collateral is worth, and lenders of every market lose them', () => {
    expect(figure(FROZEN_FEED_2022, 'of-the-day', 'overWorth').with > 4_000_000n * USD).toBe(true);
    expect(figure(FROZEN_FEED_2022, 'of-the-day', 'bystandersLent').with > 2_000_000n * USD).toBe(true);
  });

  it('lends nothing beyond it once the feed follows the market, under any policy', () => {
    for (const { id } of FROZEN_FEED_2022.policies) {
      expect(figure(FROZEN_FEED_2022, id, 'overWorth').without).toBe(0n);
      expect(figure(FROZEN_FEED_2022, id, 'lendersLost').without).toBe(0n);
    }
    expect(figure(FROZEN_FEED_2022, 'of-the-day', 'borrowed').without > 0n).toBe(true);
  });

  it('is kept to the lenders of its own pool by pools, and refused by the guard of the feed (PRC-01, MAR-11)', () => {
    expect(figure(FROZEN_FEED_2022, 'pools', 'overWorth').with > 0n).toBe(true);
    expect(figure(FROZEN_FEED_2022, 'pools', 'lendersLost').with > 500_000n * USD).toBe(true);
    expect(figure(FROZEN_FEED_2022, 'pools', 'bystandersLent').with).toBe(0n);
    expect(figure(FROZEN_FEED_2022, 'pools-guarded', 'overWorth').with).toBe(0n);
    expect(figure(FROZEN_FEED_2022, 'pools-guarded', 'lendersLost').with).toBe(0n);
    const refusals = (policy: string) =>
      outcome(FROZEN_FEED_2022, policy)
        .with.run.acts.filter(({ kind }) => kind === 'borrow')
        .map((act) => act.refusedWith);
    expect(refusals('pools')[0]).toBe('unknown_collateral');
    expect(refusals('pools-guarded')).toEqual(['unknown_collateral', 'insufficient_initial_margin']);
  });
});

describe('11 March 2023: collateral that loses its peg', () => {
  it('liquidates accounts whose market stands still, and leaves the pool with coins for dollars', () => {
    const { liquidated, openAtWorst, bystandersPaid, openDeficit } = outcome(DEPEG_2023, 'of-the-day').with
      .figures;
    expect(liquidated >= 4n).toBe(true);
    expect(openAtWorst > 300_000n * USD).toBe(true);
    expect(bystandersPaid > 1_000n * USD).toBe(true);
    expect(openDeficit).toBe(0n);
  });

  it('is nothing at all while coins are redeemed at par', () => {
    for (const { id } of DEPEG_2023.policies) {
      const { figures } = outcome(DEPEG_2023, id).without;
      expect([figures.liquidated, figures.deficit, figures.bystandersLost]).toEqual([0n, 0n, 0n]);
    }
  });

  it('is not stopped by pools, and does not come to accounts with margin in what they settle in (MAR-11)', () => {
    expect(figure(DEPEG_2023, 'pools', 'liquidated').with >= 4n).toBe(true);
    const { liquidated, deficit, bystandersPaid, openAtWorst } = outcome(DEPEG_2023, 'isolated').with.figures;
    expect([liquidated, deficit, bystandersPaid, openAtWorst]).toEqual([0n, 0n, 0n, 0n]);
  });
});

describe("26 March 2025: a liquidator's vault behind all markets", () => {
  it('delays deleveraging to the top, with money of other markets', () => {
    const { deleveragedLots, neededLots, fundOwed, fundOfOthers } = outcome(SHARED_VAULT_2025, 'of-the-day')
      .with.figures;
    expect([deleveragedLots, neededLots]).toEqual([0n, 0n]);
    // 13.5 million were reported on a position of 4 million.
    expect(fundOwed > 12_000_000n * USD).toBe(true);
    expect(fundOfOthers > 10_000_000n * USD).toBe(true);
  });

  it('deleverages early where there is no such vault', () => {
    const { deleveragedLots, fundOwed } = outcome(SHARED_VAULT_2025, 'of-the-day').without.figures;
    expect(deleveragedLots > 100_000n).toBe(true);
    expect(fundOwed < 500_000n * USD).toBe(true);
  });

  it('is kept from other markets by dividing the vault and nothing else (LIQ-05, LIQ-06)', () => {
    const [ofTheDay, pools] = SHARED_VAULT_2025.policies;
    expect({ ...pools, id: '', title: '', pools: null }).toEqual({
      ...ofTheDay,
      id: '',
      title: '',
      pools: null,
    });
    const found = outcome(SHARED_VAULT_2025, 'pools').with.figures;
    const { deleveragedLots, neededLots, fundOfOthers, bystandersPaid, deficitElsewhere, deficit, fundOwed } =
      found;
    expect(deleveragedLots > 100_000n).toBe(true);
    expect(deleveragedLots).toBe(neededLots);
    expect([fundOfOthers, bystandersPaid, deficitElsewhere]).toEqual([0n, 0n, 0n]);
    const before = outcome(SHARED_VAULT_2025, 'of-the-day').with.figures;
    expect((deficit + fundOwed) * 2n < before.deficit + before.fundOwed).toBe(true);
  });

  it('costs a sixth where a position may besides change hands over the cap', () => {
    const deficitOf = (policy: string) => outcome(SHARED_VAULT_2025, policy).with.figures.deficit;
    expect(deficitOf('pools-open') * 5n < deficitOf('pools')).toBe(true);
    expect(figure(SHARED_VAULT_2025, 'pools-open', 'fundOwed').with).toBe(0n);
  });
});

describe("10 October 2025: collateral at one venue's own price", () => {
  it('liquidates hedged accounts for the price of their collateral, and winners are closed for it', () => {
    const found = outcome(OWN_BOOK_2025, 'of-the-day');
    expect(found.liquidatedByMechanism.length).toBeGreaterThanOrEqual(8);
    expect(found.with.figures.liquidatedLost > 1_000_000n * USD).toBe(true);
    expect(found.with.figures.bystandersPaid > 10_000n * USD).toBe(true);
    expect(found.without.figures.liquidated).toBe(0n);
  });

  it('is not stopped by pools alone', () => {
    expect(outcome(OWN_BOOK_2025, 'pools').liquidatedByMechanism.length).toBeGreaterThanOrEqual(8);
    expect(figure(OWN_BOOK_2025, 'pools', 'liquidated').without).toBe(0n);
  });

  it('is stopped by a price from several venues, and by margin in dollars (MAR-11, PRC-01)', () => {
    const { liquidated, deficit, bystandersPaid } = outcome(OWN_BOOK_2025, 'pools-index').with.figures;
    expect([liquidated, deficit, bystandersPaid]).toEqual([0n, 0n, 0n]);
    expect(outcome(OWN_BOOK_2025, 'isolated').liquidatedByMechanism).toEqual([]);
  });

  it('shows what isolation costs: legs of a hedge are liquidated apart that one balance would have carried', () => {
    expect(figure(OWN_BOOK_2025, 'isolated', 'liquidated').with >= 4n).toBe(true);
    expect(figure(OWN_BOOK_2025, 'isolated', 'deficit').without > 100_000n * USD).toBe(true);
  });
});
