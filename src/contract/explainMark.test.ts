import { describe, expect, it } from 'vitest';
import { approval, markCorrection, reversal, tradeBust } from '../testkit/corrections.js';
import { standardWorld, usdt, type World } from '../testkit/world.js';
import { explainAccount } from './explainAccount.js';
import { explainMark, type MarkStory, type WrongMarks } from './explainMark.js';

/** ada, long 0.1 from 40,000 at 5x against bob, is taken over at a mark of 32,100; cleo, at 2x, is not. */
function wronglyMarked(fund = usdt(1_000), capital = usdt(10_000)): { world: World; sequence: number } {
  const world = standardWorld(0n);
  if (capital + fund > 0n)
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: capital + fund });
  if (fund > 0n) world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: fund });
  for (const client of ['ada', 'bob', 'cleo', 'dan']) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', client === 'cleo' ? 2 : 5);
  }
  const fill = { seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n } as const;
  world.trade({ ...fill, buyer: 'ada', lots: 100n });
  world.trade({ ...fill, buyer: 'cleo', lots: 10n });
  const { sequence } = world.mark({ 'BTC-PERP': 321_000n }).record;
  return { world, sequence };
}

/** dan buys of the takeover at 32,200, where 32,100 is the mark. */
function sell(world: World, lots: bigint): void {
  const side = { leg: 'net', order: '', allocateInitial: false } as const;
  world.accept({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: 322_000n,
    lots,
    buyer: { ...side, party: 'account', id: 'dan', allocateMinor: usdt(2_000) },
    seller: { ...side, party: 'liquidation', id: 'main#1', allocateMinor: 0n },
    taker: 'buyer',
  });
}

function told(world: World, sequence: number, changes: Partial<WrongMarks> = {}): MarkStory {
  const story = explainMark(world.records, {
    instrument: 'BTC-PERP',
    by: 'sequence',
    from: sequence,
    to: sequence,
    rightPrice: '40000',
    indexPrice: null,
    ...changes,
  });
  if ('code' in story) throw new Error(story.message);
  return story;
}

describe('the story of a wrong mark', () => {
  it('names who was taken over and would not have been, by the same predicate (OPS-03, LIQ-03)', () => {
    const { world, sequence } = wronglyMarked();
    const story = told(world, sequence);
    expect(story).toMatchObject({
      fromSequence: sequence,
      endSequence: null,
      rightPrice: '40000',
      asset: 'USDT',
    });
    expect(story.wrong).toMatchObject([{ sequence, price: '32100' }]);
    expect(story.takeovers).toMatchObject([
      {
        account: 'ada',
        client: 'ada',
        takeovers: ['main#1'],
        quantity: '0.1',
        collateral: '800',
        atWrong: { equity: '10', maintenanceMargin: '16.05', liquidatable: true },
        atRight: { equity: '800', maintenanceMargin: '20', liquidatable: false },
      },
    ]);
  });

  it('says the same of a mark at which she would have been taken over all the same, and offers no reversal', () => {
    const { world, sequence } = wronglyMarked();
    const story = told(world, sequence, { rightPrice: '32120' });
    expect(story.takeovers).toMatchObject([{ atRight: { equity: '12', liquidatable: true } }]);
    expect(story.reversal.reversals).toEqual([]);
  });

  it('costs a reversal as the engine then does it: what is there goes back, the rest is paid (LIQ-08, LIQ-09)', () => {
    const { world, sequence } = wronglyMarked(usdt(200));
    sell(world, 40n);
    const { reversal: plan } = told(world, sequence);
    // 0.04 was sold 7,800 under the right mark: 312.
    expect(plan).toMatchObject({
      correctedBy: null,
      cost: '312',
      reversals: [{ takeover: 'main#1', status: 'possible', cost: '312', quantityBack: '0.06' }],
    });
    const [before, fund] = [world.records.length, world.fund('main')];
    world.accept(markCorrection(world, { sequence, wrongTicks: 3_210_000n }));
    world.accept(approval());
    expect(told(world, sequence).reversal).toEqual({ ...plan, correctedBy: 'fix' });
    world.accept(reversal(world));
    world.accept(approval('back'));
    expect(fund - world.fund('main')).toBe(usdt(Number(plan.ofFund)));
    expect(told(world, sequence).reversal.reversals).toMatchObject([{ status: 'reversed', cost: null }]);
    // What was known before is told as it was.
    expect(told({ ...world, records: world.records.slice(0, before) }, sequence).reversal).toEqual(plan);
  });

  it('says why a reversal is not possible: nobody has the money (LIQ-09)', () => {
    const { world, sequence } = wronglyMarked(0n, 0n);
    sell(world, 100n);
    expect(told(world, sequence).reversal).toMatchObject({
      cost: '0',
      reversals: [{ status: 'refused', cost: null, refusal: { code: 'correction_unfunded' } }],
    });
  });

  it('follows what was taken over to who was deleveraged and who paid (LIQ-08)', () => {
    const { world } = wronglyMarked(0n);
    const { sequence } = world.mark({ 'BTC-PERP': 310_000n }).record;
    const first = told(world, sequence - 2, { from: 1, to: sequence });
    expect(first.takeovers.map(({ account }) => account)).toEqual(['ada']);
    const { deleveraged, paid } = first;
    expect(deleveraged.length + paid.length).toBeGreaterThan(0);
    for (const row of deleveraged) expect(row).toMatchObject({ takeover: 'main#1', account: 'bob' });
  });

  it('ends with the mark that takes its place, and what comes of it then is its own', () => {
    const { world, sequence } = wronglyMarked();
    world.timeMs += 1_000;
    const { record } = world.mark({ 'BTC-PERP': 400_000n });
    world.accept({
      kind: 'applyFunding',
      instrument: 'BTC-PERP',
      fundingTimeMs: world.timeMs,
      ratePpm: 1_000n,
    });
    const story = told(world, sequence);
    expect(story).toMatchObject({ endSequence: record.sequence, endMs: record.timeMs, funding: [] });
    const byTime = { by: 'timeMs', from: story.fromMs, to: story.fromMs } as const;
    expect(told(world, sequence, byTime).takeovers).toEqual(story.takeovers);
  });

  it('sets the funding paid beside what the right mark would have charged (FND-02)', () => {
    const { world, sequence } = wronglyMarked();
    world.accept({
      kind: 'applyFunding',
      instrument: 'BTC-PERP',
      fundingTimeMs: world.timeMs,
      ratePpm: 1_000n,
    });
    // 0.01 x 32,100 x 0.1%, and at 40,000.
    expect(told(world, sequence).funding).toMatchObject([
      { account: 'bob', quantity: '-0.11', paid: '-3.531', paidAtRight: '-4.4' },
      { account: 'cleo', quantity: '0.01', paid: '0.321', paidAtRight: '0.4' },
    ]);
  });

  it('finds commands that the right mark would have answered otherwise, both ways (OPS-03)', () => {
    const { world, sequence } = wronglyMarked();
    // Initial margin at the wrong mark: bob's 0.11 need 706.2 instead of 880, cleo's 0.01 lost 79 of her 300.
    world.accept({ kind: 'release', account: 'bob', asset: null, amountMinor: usdt(100) });
    world.accept({ kind: 'allocate', account: 'cleo', asset: null, amountMinor: usdt(100) });
    world.refuse({ kind: 'release', account: 'cleo', asset: null, amountMinor: usdt(90) });
    world.refuse({ kind: 'release', account: 'cleo', asset: null, amountMinor: usdt(9_000) });
    world.refuse({ kind: 'setLeverage', account: 'dan', leveragePpm: 4_000_000n });
    expect(told(world, sequence).answers).toMatchObject([
      { command: 'release', account: 'bob', answer: 'accepted', answerAtRight: 'removal_floor' },
      { command: 'release', account: 'cleo', answer: 'removal_floor', answerAtRight: 'accepted' },
    ]);
  });

  it('refuses what it cannot tell of', () => {
    const { world, sequence } = wronglyMarked();
    const ask = (changes: Partial<WrongMarks>) => {
      const story = explainMark(world.records, {
        instrument: 'BTC-PERP',
        by: 'sequence',
        from: sequence,
        to: sequence,
        rightPrice: '40000',
        indexPrice: null,
        ...changes,
      });
      return 'code' in story ? story.code : 'told';
    };
    expect(ask({ instrument: 'X' })).toBe('unknown_instrument');
    expect(ask({ from: 1, to: 2 })).toBe('no_such_mark');
    expect(ask({ rightPrice: '32100' })).toBe('nothing_to_correct');
    for (const rightPrice of ['0', '-1', 'x', '40000.001', '9'.repeat(40)])
      expect(ask({ rightPrice })).toBe('invalid_price');
    expect(ask({ indexPrice: '1' })).toBe('invalid_price');
    expect(ask({})).toBe('told');
  });
});

describe('the story of an account that was corrected', () => {
  const sentences = (world: World, account: string) =>
    explainAccount(world.records, account)?.steps.flatMap(({ corrections }) =>
      corrections.map(({ sentence }) => sentence),
    );

  it('has the correction of the mark, and the reversal with what came back (OPS-03)', () => {
    const { world, sequence } = wronglyMarked();
    sell(world, 40n);
    world.accept(markCorrection(world, { sequence, wrongTicks: 3_210_000n }));
    world.accept(approval());
    world.accept(reversal(world));
    world.accept(approval('back'));
    const mark = `the mark of BTC-PERP in record ${sequence} was 32100 and should have been 40000`;
    const taken = 'the liquidation main#1 came of the mark that fix corrected';
    expect(sentences(world, 'ada')).toEqual([
      `ann proposed fix: ${mark}`,
      `ben approved fix, proposed by ann: ${mark}; the right mark took its place`,
      `ann proposed back: ${taken}`,
      `ben approved back, proposed by ann: ${taken}; 0.06 BTC-PERP and 488 USDT went back; 312 USDT were paid: 0 by the fund, 312 by the venue`,
    ]);
    // bob holds the instrument; dan's purchase of the takeover is his own.
    expect(sentences(world, 'bob')).toHaveLength(2);
  });

  it('has a bust with its price and how it was made good, and one that was withdrawn', () => {
    const { world } = wronglyMarked();
    const fill = { buyer: 'dan', seller: 'bob', instrument: 'BTC-PERP', lots: 10n, priceTicks: 350_000n };
    const { sequence } = world.trade({ ...fill, margin: usdt(200) }).record;
    const bust = { sequence, buyer: 'dan', lots: 10n, priceTicks: 350_000n, fairTicks: 321_000n };
    world.accept(tradeBust(world, { ...bust, proposal: 'no' }));
    world.accept({ kind: 'withdrawProposal', proposal: 'no', operator: 'cleo' });
    world.accept(tradeBust(world, bust));
    world.accept(approval());
    const facts = `the fill of 0.01 BTC-PERP at 35000 in record ${sequence} should have been at 32100`;
    expect(sentences(world, 'dan')).toEqual([
      `ann proposed no: ${facts}`,
      `cleo withdrew no, proposed by ann: ${facts}`,
      `ann proposed fix: ${facts}`,
      `ben approved fix, proposed by ann: ${facts}; it was traded back at its own price`,
    ]);
    expect(sentences(world, 'cleo')).toEqual([]);
  });

  it('has a bust that was made good in cash, by whom', () => {
    const { world } = wronglyMarked();
    const fill = { buyer: 'dan', seller: 'bob', instrument: 'BTC-PERP', lots: 10n, priceTicks: 350_000n };
    world.trade({ ...fill, margin: usdt(200) });
    world.trade({ ...fill, buyer: 'cleo', seller: 'dan', priceTicks: 321_000n, margin: usdt(200) });
    world.accept(tradeBust(world, { buyer: 'dan', lots: 10n, priceTicks: 350_000n, fairTicks: 321_000n }));
    world.accept(approval());
    // The fund pays nothing while a takeover is open.
    expect(sentences(world, 'dan')?.at(-1)).toMatch(
      /it could not be traded back; 29 USDT were paid: 0 by the fund, 29 by the venue$/,
    );
  });
});
