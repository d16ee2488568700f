import { describe, expect, it } from 'vitest';
import { hashText } from '../base/index.js';
import { poolHash } from '../engine/stateHash.js';
import { forSeeds } from '../testkit/runs.js';
import type { Book } from './book.js';
import { exampleGenerator } from './bookGenerator.js';
import { type Crisis, readCrisis } from './crisis.js';
import { findCrisis } from './crisisLibrary.js';
import { generateBook } from './generateBook.js';
import { stress } from './stress.js';
import { STRESS_POLICIES } from './stressPolicies.js';
import { runStress, type StressRun } from './stressRun.js';
import { STRESS_SETTINGS, type StressPolicy, type StressSettings } from './stressSettings.js';
import { LOSS_LAYERS } from './stressTally.js';

const OFF: StressSettings = { ...STRESS_SETTINGS, impact: null };
const policy = (id: string) => STRESS_POLICIES.find((one) => one.id === id)!;
const [ISOLATED, IN_POOLS] = [policy('all-isolated'), policy('cross-in-pools')];

describe('a stress run', () => {
  it('without a shock: no event, no loss, under every policy', () => {
    forSeeds(3, (seed) => {
      const report = stress({
        book: bookOf(seed, 10),
        crisis: shocks('SOL', ['0', '0']),
        policies: STRESS_POLICIES,
        settings: STRESS_SETTINGS,
      });
      if (!report.ok) throw new Error(report.error.rule);
      for (const outcome of report.value.outcomes) {
        const { run, deficitMinor, liquidatedAccounts, contagionLossMinor, worstDislocationPpm } = outcome;
        expect({ deficitMinor, liquidatedAccounts, contagionLossMinor, worstDislocationPpm }).toEqual({
          deficitMinor: 0n,
          liquidatedAccounts: 0,
          contagionLossMinor: 0n,
          worstDislocationPpm: 0n,
        });
        expect(run.liquidated).toEqual([]);
        expect(run.refused).toEqual([]);
        expect(run.rounds.every(({ ordersFilled, takeovers }) => ordersFilled + takeovers === 0)).toBe(true);
        expect(run.poolsAfter).toEqual(run.poolsBefore);
        expect(run.after).toEqual(run.before);
      }
    });
  });

  it('on one market and one asset: cross is isolated, account by account and pool by pool', () => {
    let deficits = 0n;
    forSeeds(4, (seed) => {
      const book = oneMarket(seed);
      const crisis = shocks('SOL', ['-0.1', '-0.25', '-0.4']);
      const [cross, inPools, isolated] = ['all-cross', 'cross-in-pools', 'all-isolated'].map((id) =>
        runOf({ book, crisis, policy: policy(id), settings: STRESS_SETTINGS }),
      ) as [StressRun, StressRun, StressRun];
      expect(sums(cross)).toEqual(sums(isolated));
      expect(sums(inPools)).toEqual(sums(isolated));
      expect(cross.liquidated.length).toBe(isolated.liquidated.length);
      deficits += isolated.pools.reduce((sum, { deficitMinor }) => sum + deficitMinor, 0n);
    });
    expect(deficits).toBeGreaterThan(0n);
  });

  it('with impact off: a shock to one market leaves every other pool bit-identical, at every step (law 4)', () => {
    for (const under of [ISOLATED, IN_POOLS])
      forSeeds(3, (seed) => {
        const book = bookOf(seed, 12);
        const [shocked, calm] = [
          poolHashes(book, under, shocks('SOL', ['-0.2', '-0.5'])),
          poolHashes(book, under, shocks('SOL', ['0', '0'])),
        ];
        expect(shocked.length).toBe(calm.length);
        let isHit = false;
        for (const [at, { pool, hash }] of shocked.entries()) {
          if (pool === 'SOL-PERP') isHit ||= hash !== calm[at]?.hash;
          else expect(hash, `${pool} at look ${at} under ${under.id}`).toBe(calm[at]?.hash);
        }
        expect(isHit, 'the shock reaches its own pool').toBe(true);
      });
  });

  it('with impact off: who is liquidated has the shocked instrument, or a pool with it', () => {
    forSeeds(3, (seed) => {
      const book = bookOf(seed, 12);
      const crisis = shocks('SOL', ['-0.2', '-0.5']);
      const run = runOf({ book, crisis, policy: ISOLATED, settings: OFF });
      const holders = new Set(
        book.accounts
          .filter(({ positions }) => positions.some(({ instrument }) => instrument === 'SOL-PERP'))
          .map(({ owner }) => owner),
      );
      expect(run.liquidated.length).toBeGreaterThan(0);
      for (const { account } of run.liquidated) expect(holders).toContain(run.owners.get(account));
      for (const [account, paid] of run.paid)
        if (paid > 0n) expect(holders).toContain(run.owners.get(account));
      expect(run.pools.filter(({ deficitMinor }) => deficitMinor > 0n).map(({ pool }) => pool)).toEqual([
        'SOL-PERP',
      ]);
    });
  });

  it('conserves: layers and what is open sum to the deficit, in every pool and in every round (LIQ-05)', () => {
    let deficits = 0n;
    forSeeds(2, (seed) => {
      for (const under of STRESS_POLICIES) {
        const crisis = findCrisis('2025-10-10-own-book')!;
        const run = runOf({ book: bookOf(seed, 12), crisis, policy: under, settings: STRESS_SETTINGS });
        for (const pool of run.pools) {
          const paid = LOSS_LAYERS.reduce((sum, layer) => sum + pool.paidMinor[layer], 0n);
          expect(paid, `${pool.pool} under ${under.id}`).toBe(pool.deficitMinor);
          deficits += pool.deficitMinor;
        }
        for (const { deficitMinor, paidByFundMinor, paidByGainsMinor, openMinor } of run.rounds)
          expect(paidByFundMinor + paidByGainsMinor + openMinor).toBe(deficitMinor);
        expect(run.refused).toEqual([]);
      }
    });
    expect(deficits).toBeGreaterThan(0n);
  });

  it('says the same for the same inputs, to the state hash, and another for another seed (OPS-04)', () => {
    const crisis = findCrisis('2020-03-12-bitmex')!;
    const input = { crisis, policy: ISOLATED, settings: STRESS_SETTINGS };
    const [once, again, other] = ['a', 'a', 'b'].map((seed) =>
      runOf({ ...input, book: bookOf(seed, 8) }),
    ) as [StressRun, StressRun, StressRun];
    expect(again).toEqual(once);
    expect(once.endHash).not.toBe(once.startHash);
    expect(other.endHash).not.toBe(once.endHash);
  });

  it('goes on until a guard on jumps has taken the price, as a venue would that hears it again', () => {
    const book = bookOf('guarded', 12);
    const guarded: Book = {
      ...book,
      instruments: book.instruments.map((instrument) => ({
        ...instrument,
        definition: { ...instrument.definition, markMaxJumpPpm: 20_000n, markConfirmations: 3 },
      })),
    };
    const input = { crisis: shocks('SOL', ['-0.4']), policy: ISOLATED, settings: OFF };
    const [free, held] = [runOf({ ...input, book }), runOf({ ...input, book: guarded })];
    expect(held.liquidated[0]?.round).toBe(2);
    expect(held.liquidated.map(({ account }) => account)).toEqual(
      free.liquidated.map(({ account }) => account),
    );
  });

  it('says which channel adds what: none where the policy has none', () => {
    const report = stress({
      book: bookOf('channels', 10),
      crisis: findCrisis('2025-10-10-own-book')!,
      policies: [policy('all-cross'), ISOLATED],
      settings: OFF,
    });
    if (!report.ok) throw new Error(report.error.rule);
    const [cross, isolated] = report.value.outcomes;
    expect(cross?.channels.map(({ channel, isOpen }) => [channel, isOpen])).toEqual([
      ['priceImpact', false],
      ['sharedCollateral', true],
      ['sharedFund', true],
    ]);
    for (const { isOpen, deficitMinor, paidByOthersMinor, ownersLiquidated } of isolated?.channels ?? [])
      expect([isOpen, deficitMinor, paidByOthersMinor, ownersLiquidated]).toEqual([false, 0n, 0n, 0]);
  });
});

function bookOf(seed: string, owners: number): Book {
  return generateBook({ ...exampleGenerator(seed), owners });
}

/** Everybody in one instrument, behind the asset it settles in. */
function oneMarket(seed: string): Book {
  const generator = exampleGenerator(seed);
  return generateBook({
    ...generator,
    owners: 12,
    otherCollateral: [],
    instruments: generator.instruments.filter(({ definition }) => definition.id === 'SOL-PERP'),
    overlaps: [{ instruments: 1, weight: 1 }],
  });
}

function shocks(asset: string, moves: readonly string[]): Crisis {
  const read = readCrisis({
    id: 'test',
    title: 'A test',
    date: '2026-01-01',
    summary: 'One asset moves.',
    assets: [{ asset }],
    steps: moves.map((move, at) => ({
      minute: 10 * (at + 1),
      timing: 'assumed',
      label: 'A move.',
      shocks: [{ asset, on: 'everywhere', move, source: 'none' }],
    })),
    mechanisms: [],
    sources: [{ id: 'none', status: 'assumed', title: 'Assumed.' }],
  });
  if (!read.ok) throw new Error(`${read.error.path} ${read.error.rule}`);
  return read.value;
}

function runOf(input: Parameters<typeof runStress>[0]): StressRun {
  const run = runStress(input);
  if (!run.ok) throw new Error(run.error.rule);
  return run.value;
}

/** The hash of each pool after every step; one round each, so that two runs are looked at together. */
function poolHashes(book: Book, under: StressPolicy, crisis: Crisis) {
  const found: { pool: string; hash: string }[] = [];
  const inspect: Parameters<typeof runStress>[0]['inspect'] = (state) => {
    for (let row = 0; row < state.pools.table.size; row++)
      found.push({ pool: state.pools.names.nameOf(row), hash: hashText(poolHash(state, row)) });
  };
  runOf({ book, crisis, policy: under, settings: { ...OFF, roundsMax: 1 }, inspect });
  return found;
}

function sums({ pools }: StressRun) {
  return pools.map(({ deficitMinor, paidMinor }) => ({ deficitMinor, paidMinor }));
}
