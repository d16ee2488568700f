import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../base/index.js';
import type { ScenarioLeg } from '../measures/index.js';
import { type IsolationPlan, isolationPlan, type PlanQuestion } from './isolationPlan.js';
import type { PlanRules } from './planRules.js';

const DAYS = 600;
/** Tails that 400 days have enough of. */
const RULES = { confidence: '0.95', resamples: 10 } satisfies Partial<PlanRules>;

describe('an isolation plan', () => {
  it('puts a perfect hedge in one account and an unrelated long apart', () => {
    const plan = must(hedgedBook('hedge'), { eta: 1000 });
    expect(groups(plan)).toEqual(['future perp', 'other']);
    const reason = plan.accounts[0]?.reason;
    expect(reason).toMatchObject({ code: 'less_capital', evidence: { isStable: true, resampleShare: 1 } });
    expect(plan.accounts[0]?.margin).toBeCloseTo(0, 9);
    expect(plan.accounts[1]?.reason.code).not.toBe('less_capital');
    expect(plan.outOfSample).toMatchObject({ isBetterThanIsolated: true, isBetterThanCross: true });
    expect(plan.outOfSample.rank).toEqual({ place: 1, of: 5 });
  });

  it('never comes without its figures on days it did not see, and these look at no others', () => {
    const book = hedgedBook('unseen');
    const plan = must(book);
    expect(plan.days).toEqual({ chosen: 400, judged: 200, judgedFrom: 'd400' });
    for (const name of ['plan', 'isolated', 'cross'] as const) {
      const { objective, capital, uncoveredLoss, innocentConsumption, accounts } = plan.outOfSample[name];
      const { kappa, lambda, eta, tau } = plan.rules;
      const terms = kappa * capital + lambda * uncoveredLoss + eta * innocentConsumption + tau * accounts;
      expect(objective).toBeCloseTo(terms, 9);
      expect(capital).toBe(plan.inSample[name].capital);
    }
    // What happens on the judged days changes their figures and not the choice.
    const after = must({
      ...book,
      legs: book.legs.map(({ id, pnl }) => ({
        id,
        pnl: Array.from(pnl, (x, day) => (day < 400 ? x : -3 * x)),
      })),
    });
    expect(after.accounts).toEqual(plan.accounts);
    expect(after.inSample).toEqual(plan.inSample);
    expect(after.outOfSample).not.toEqual(plan.outOfSample);
  });

  it('says when days it did not see prove it worse, and does not hide it', () => {
    const book = hedgedBook('broken');
    const broken = book.legs.map(({ id, pnl }) => ({
      id,
      pnl: Array.from(pnl, (x, day) => (day < 400 || id !== 'future' ? x : -x)),
    }));
    const plan = must({ ...book, legs: broken });
    expect(groups(plan)).toContain('future perp');
    expect(plan.outOfSample.isBetterThanIsolated).toBe(false);
    expect(plan.outOfSample.plan.objective).toBeGreaterThan(plan.outOfSample.isolated.objective);
    expect(plan.outOfSample.rank?.place).toBeGreaterThan(1);
  });

  it('leaves legs alone whose hedge held in three stretches of four', () => {
    const book = hedgedBook('stretch');
    const turned = book.legs.map(({ id, pnl }) => ({
      id,
      pnl: Array.from(pnl, (x, day) => (id === 'future' && day >= 300 && day < 400 ? -x : x)),
    }));
    const plan = must({ ...book, legs: turned });
    const alone = plan.accounts.find(({ legs }) => legs.join() === 'future');
    expect(alone?.reason).toMatchObject({ code: 'unstable', nearest: { leg: 'perp' } });
  });

  it('leaves all alone where the tail has too few days, and says so', () => {
    const plan = must(hedgedBook('thin'), { confidence: '0.99' });
    expect(plan).toMatchObject({ evidence: 'thin', shrinkage: 1 });
    expect(groups(plan)).toEqual(['future', 'other', 'perp']);
    expect(plan.accounts.map(({ reason }) => reason.code)).toEqual(Array(3).fill('thin_evidence'));
    expect(plan.outOfSample.plan).toEqual(plan.outOfSample.isolated);
  });

  it('is the same in any order of legs, and in other units of money', () => {
    for (const seed of ['a', 'b', 'c']) {
      const book = randomBook(seed);
      const plan = must(book);
      expect(must({ ...book, legs: [...book.legs].reverse() })).toEqual(plan);
      const scaled = book.legs.map(({ id, pnl }) => ({ id, pnl: Array.from(pnl, (x) => x * 1024) }));
      const larger = must({ ...book, legs: scaled });
      expect(groups(larger)).toEqual(groups(plan));
      expect(larger.outOfSample.plan.objective).toBeCloseTo(1024 * plan.outOfSample.plan.objective, 6);
    }
  });

  it('is stable: another seed of the resamples finds the same hedge', () => {
    for (const seed of ['1', '2', '3', '4', '5'])
      expect(groups(must(hedgedBook('seeds'), { seed }))).toContain('future perp');
  });

  it('is better than each leg alone in the median of random books, on days it did not see', () => {
    const ratios = Array.from({ length: 15 }, (_, at) => {
      const { plan, isolated } = must(randomBook(`median${at}`)).outOfSample;
      return plan.objective / isolated.objective;
    }).sort((a, b) => a - b);
    expect(ratios[7]).toBeLessThan(1);
  });

  it('is refused for what it cannot judge or read', () => {
    const book = hedgedBook('refused');
    const [first, ...others] = book.legs as [ScenarioLeg, ...ScenarioLeg[]];
    const short = {
      ids: book.ids.slice(0, 30),
      legs: book.legs.map((leg) => ({ ...leg, pnl: Array.from(leg.pnl).slice(0, 30) })),
    };
    expect(codeOf(short)).toBe('too_few ids');
    expect(codeOf(book, { confidence: '1' })).toBe('bad_confidence confidence');
    expect(codeOf({ ...book, legs: [] })).toBe('too_few legs');
    expect(codeOf({ ...book, legs: [first, first] })).toBe('duplicate_id legs');
    expect(codeOf({ ...book, legs: [{ ...first, pnl: [1] }] })).toBe('length_differs legs');
    const hole = Array.from(first.pnl, (x, day) => (day === 5 ? Number.NaN : x));
    expect(codeOf({ ...book, legs: [{ ...first, pnl: hole }, ...others] })).toBe('not_finite legs');
    const huge = Array.from(first.pnl, () => 1e300);
    expect(codeOf({ ...book, legs: [{ ...first, pnl: huge }] })).toBe('not_finite total');
    expect(codeOf({ ...book, addOns: { perp: -1 } })).toBe('bad_parameter addOns/perp');
    expect(codeOf({ ...book, addOns: { nobody: 1 } })).toBe('bad_parameter addOns/nobody');
    const many = Array.from({ length: 31 }, (_, at) => ({ id: `${at}`, pnl: first.pnl }));
    expect(codeOf({ ...book, legs: many })).toBe('bad_parameter legs');
    const bad: readonly Partial<PlanRules>[] = [
      { kappa: -1 },
      { lambda: Number.NaN },
      { judgedShare: 1 },
      { blocks: 1 },
      { resamples: 0 },
      { resampledDays: 1.5 },
      { resampleShareMin: 1.1 },
      { shrinkages: [] },
      { shrinkages: [0.5, 0.25] },
    ];
    for (const rules of bad) expect(codeOf(book, rules)).toBe(`bad_parameter ${Object.keys(rules)[0]}`);
  });
});

/** A perpetual, the future that undoes it, and a long that has nothing to do with them. */
function hedgedBook(seed: string): PlanQuestion {
  const random = seededRandom(seed);
  const perp = moves(random);
  return {
    ids: perp.map((_, day) => `d${day}`),
    legs: [
      { id: 'perp', pnl: perp },
      { id: 'future', pnl: perp.map((x) => -x) },
      { id: 'other', pnl: moves(random) },
    ],
  };
}

/** Five legs, long or short, on two factors and noise. */
function randomBook(seed: string): PlanQuestion {
  const random = seededRandom(seed);
  const factors = [moves(random), moves(random)];
  const legs = Array.from({ length: 5 }, (_, at) => {
    const factor = random.pick(factors);
    const size = (random.unit() < 0.5 ? -1 : 1) * (0.3 + random.unit());
    const noise = moves(random);
    return { id: `leg${at}`, pnl: factor.map((x, day) => size * (x + 0.3 * (noise[day] as number))) };
  });
  return { ids: legs[0]?.pnl.map((_, day) => `d${day}`) ?? [], legs };
}

function moves(random: Random): number[] {
  return Array.from({ length: DAYS }, () => {
    let z = -6;
    for (let i = 0; i < 12; i++) z += random.unit();
    return z * (random.unit() < 0.05 ? 3 : 1);
  });
}

function groups(plan: IsolationPlan): string[] {
  return plan.accounts.map(({ legs }) => legs.join(' '));
}

function codeOf(question: PlanQuestion, rules: Partial<PlanRules> = {}): string {
  const found = isolationPlan(question, { ...RULES, ...rules });
  return found.ok ? 'ok' : `${found.error.code} ${found.error.field}`;
}

function must(question: PlanQuestion, rules: Partial<PlanRules> = {}): IsolationPlan {
  const found = isolationPlan(question, { ...RULES, ...rules });
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
