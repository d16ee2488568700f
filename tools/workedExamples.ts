/**
 * The numbers of the documents, computed by the code they explain. A page marks where they go with
 * `<!-- run NAME -->` and `<!-- end -->`; `workedExamples.test.ts` compares, and rewrites when asked.
 */
import { formatMinor, PPM } from '../src/base/index.js';
import { type EngineRecord, type Event, type ListedInstrument, listingTerms } from '../src/engine/index.js';
import type { State } from '../src/engine/state.js';
import {
  bankruptcyPrice,
  canOpen,
  equityFloor,
  healthPpm,
  type IsolatedView,
  initialMarginCeil,
  isLiquidatable,
  liquidationMark,
  liquidationPrice,
  type MarginBasis,
  maintenanceMarginCeil,
  marginRatioCeil,
  maximumSizeLots,
  removableFloor,
  requirement,
  unrealizedPnlFloor,
} from '../src/margin/index.js';
import { CLOSE_FEES, fillValueTowardsZero, type InstrumentDefinition } from '../src/market/index.js';
import {
  coins,
  inversePerpetual,
  linearPerpetual,
  standardWorld,
  times,
  usdt,
  type World,
} from '../src/testkit/world.js';
import { BACKTEST_EXAMPLES } from './backtestExamples.js';
import { CONTAINMENT_EXAMPLES } from './containmentExamples.js';
import { CROSS_EXAMPLES } from './crossExamples.js';
import { IMPACT_EXAMPLES } from './impactExamples.js';
import { LEVEL_EXAMPLES } from './levelExamples.js';
import { table } from './markdown.js';
import { NETWORK_EXAMPLES } from './networkExamples.js';
import { OPTION_EXAMPLES } from './optionExamples.js';
import { PARAMETER_EXAMPLES } from './parameterExamples.js';
import { PLAN_EXAMPLES } from './planExamples.js';
import { POLICY_EXAMPLES } from './policyExamples.js';
import { RISK_EXAMPLES } from './riskExamples.js';
import { SOURCE_EXAMPLES } from './sourceExamples.js';
import { TAIL_EXAMPLES } from './tailExamples.js';

export const WORKED_EXAMPLES: Readonly<Record<string, () => string>> = {
  'standing-example': standingExample,
  brackets: bracketsExample,
  lines: linesExample,
  'liquidation-prices': liquidationPrices,
  'no-price': noPriceExample,
  funding: fundingExample,
  removable: removableExample,
  'maximum-size': maximumSizeExample,
  rounding: roundingExample,
  'waterfall-surplus': () => waterfall(surplusStory),
  'waterfall-fund': () => waterfall(fundStory),
  'waterfall-deleverage': () => waterfall(deleverageStory),
  'waterfall-share': () => waterfall(shareStory),
  'waterfall-recover': () => waterfall(recoverStory),
  'waterfall-clawback': () => waterfall(clawbackStory),
  ...RISK_EXAMPLES,
  ...TAIL_EXAMPLES,
  ...BACKTEST_EXAMPLES,
  ...CROSS_EXAMPLES,
  ...OPTION_EXAMPLES,
  ...CONTAINMENT_EXAMPLES,
  ...IMPACT_EXAMPLES,
  ...NETWORK_EXAMPLES,
  ...LEVEL_EXAMPLES,
  ...SOURCE_EXAMPLES,
  ...PLAN_EXAMPLES,
  ...POLICY_EXAMPLES,
  ...PARAMETER_EXAMPLES,
};

const MARK = 38_000;

/** 0.1 BTC long from 40,000 with 400 USDT behind it, at 10x, on the instrument of the test kit. */
const LONG: IsolatedView = {
  collateral: usdt(400),
  lots: 100n,
  cost: usdt(4_000),
  fundingPerLot: 0n,
  leverage: times(10),
};

function listed(definition: InstrumentDefinition): ListedInstrument {
  const result = listingTerms(definition, definition.payoff === 'linear' ? 6 : 8);
  if (!result.ok) throw new Error(`${result.error.field}: ${result.error.rule}`);
  return result.value;
}

function linear(changes: Partial<InstrumentDefinition> = {}) {
  return listed({ ...linearPerpetual('BTC-PERP'), takerFeePpm: 400n, ...changes }).marginTerms;
}

function inverse(changes: Partial<InstrumentDefinition> = {}) {
  return listed({ ...inversePerpetual('BTC-USD'), takerFeePpm: 400n, ...changes }).marginTerms;
}

/** A linear mark: ticks of 0.1 with ten mark ticks each, so hundredths. */
const linearMark = (price: number) => BigInt(Math.round(price * 100));
const money = (minor: bigint) => `${formatMinor(minor, 6)} USDT`;
const coin = (minor: bigint) => `${formatMinor(minor, 8)} BTC`;
const price = (hundredths: bigint) => formatMinor(hundredths, 2);
const share = (ppm: bigint | null) => (ppm === null ? 'null' : formatMinor(ppm, 6));

function standingExample(): string {
  const terms = linear();
  const at = linearMark(MARK);
  const bankruptcy = bankruptcyPrice(terms, LONG);
  const liquidation = liquidationPrice(terms, LONG);
  return table(
    ['at a mark of 38,000', 'how', 'amount'],
    [
      ['value', '0.1 x 38,000', money(LONG.cost + unrealizedPnlFloor(terms, LONG, at))],
      ['unrealized PnL', '3,800 - 4,000', money(unrealizedPnlFloor(terms, LONG, at))],
      ['equity', '400 - 200', money(equityFloor(terms, LONG, at))],
      ['initial margin', '3,800 / 10', money(initialMarginCeil(terms, LONG, at))],
      ['maintenance margin', '3,800 x 0.5%', money(maintenanceMarginCeil(terms, LONG, at))],
      ['margin ratio', '19 / 200', share(marginRatioCeil(terms, LONG, at))],
      ['health', '200 / 19', share(healthPpm(terms, LONG, at))],
      ['liquidation price', '(4,000 - 400) / (0.1 x 0.995)', priceOf(liquidation)],
      ['bankruptcy price', '(4,000 - 400) / 0.1', priceOf(bankruptcy)],
    ],
  );
}

function priceOf(answer: { kind: string; markTicks?: bigint }): string {
  return answer.markTicks === undefined ? answer.kind : price(answer.markTicks);
}

function bracketsExample(): string {
  const { brackets } = linear();
  const rows = brackets.map((bracket, at) => [
    String(at + 1),
    formatMinor(bracket.notionalFloor, 6),
    bracket.notionalCap === null ? 'no end' : formatMinor(bracket.notionalCap, 6),
    share(bracket.initialMarginRate),
    share(bracket.maintenanceMarginRate),
    formatMinor(bracket.maintenanceAmount / PPM, 6),
    bracket.notionalCap === null ? '' : atCap(at),
  ]);
  function atCap(at: number): string {
    const [here, next] = [brackets[at]!, brackets[at + 1]!];
    const sides = [here, next].map(
      ({ maintenanceMarginRate, maintenanceAmount }) =>
        (here.notionalCap! * maintenanceMarginRate - maintenanceAmount) / PPM,
    );
    if (sides[0] !== sides[1]) throw new Error('brackets do not meet');
    return formatMinor(sides[0]!, 6);
  }
  return table(
    [
      'bracket',
      'above',
      'up to',
      'initial rate',
      'maintenance rate',
      'maintenance amount',
      'maintenance at the cap, from both sides',
    ],
    rows,
  );
}

function linesExample(): string {
  const terms = linear({ closeFee: 'inMargin' });
  const view = { ...LONG, lots: 2_000n, cost: usdt(80_000), collateral: usdt(8_000) };
  const { initial, maintenance, lines } = requirement(terms, view, linearMark(MARK));
  const rows = lines.map(({ of, part, amount }) => [of, part, money(amount)]);
  const total = (of: string) =>
    lines.filter((line) => line.of === of).reduce((sum, line) => sum + line.amount, 0n);
  if (total('initial') !== initial || total('maintenance') !== maintenance)
    throw new Error('lines do not sum');
  return table(
    ['of', 'line', 'amount'],
    [
      ...rows.filter(([of]) => of === 'initial'),
      ['initial', '**sum**', money(initial)],
      ...rows.filter(([of]) => of === 'maintenance'),
      ['maintenance', '**sum**', money(maintenance)],
    ],
  );
}

/** 100 contracts of 100 dollars at 40,000 are worth 0.25 BTC. */
function inverseView(side: 1n | -1n): IsolatedView {
  const lots = side * 100n;
  const cost = fillValueTowardsZero(inverse(), { lots, priceTicks: 80_000n });
  return { collateral: coins(0.025), lots, cost, fundingPerLot: 0n, leverage: times(10) };
}

function liquidationPrices(): string {
  const bases: readonly MarginBasis[] = ['entry', 'mark'];
  const sides = [1n, -1n] as const;
  const rows = (['linear', 'inverse'] as const).flatMap((payoff) =>
    sides.flatMap((side) =>
      bases.map((maintenanceBasis) => {
        const view =
          payoff === 'linear' ? { ...LONG, lots: side * 100n, cost: side * usdt(4_000) } : inverseView(side);
        // Mark ticks to one: linear 0.1 / 10, inverse 0.5 / 10.
        const scale = payoff === 'linear' ? 100n : 20n;
        const shown = (ticks: bigint) => formatMinor((ticks * 100n) / scale, 2);
        const cells = CLOSE_FEES.map((closeFee) => {
          const terms = (payoff === 'linear' ? linear : inverse)({ maintenanceBasis, closeFee });
          const answer = liquidationPrice(terms, view);
          if (answer.kind !== 'price') return answer.kind;
          const exact = liquidationMark(terms, view);
          if (exact.kind !== 'price' || !isLiquidatable(terms, view, answer.markTicks))
            throw new Error('the price is not where the predicate turns');
          return shown(answer.markTicks);
        });
        const bankruptcy = bankruptcyPrice((payoff === 'linear' ? linear : inverse)(), view);
        return [
          payoff,
          side > 0n ? 'long' : 'short',
          maintenanceBasis,
          ...cells,
          bankruptcy.kind === 'price' ? shown(bankruptcy.markTicks) : bankruptcy.kind,
        ];
      }),
    ),
  );
  return table(['payoff', 'side', 'basis', 'close fee none', 'inRate', 'inMargin', 'bankruptcy price'], rows);
}

function noPriceExample(): string {
  const whole = (view: IsolatedView) => ({ ...view, collateral: view.cost < 0n ? -view.cost : view.cost });
  const rows = [
    ['linear long, collateral = cost', liquidationPrice(linear(), whole(LONG)).kind],
    ['inverse short, collateral = value at entry', liquidationPrice(inverse(), whole(inverseView(-1n))).kind],
    [
      'linear short, collateral = cost',
      priceOf(liquidationPrice(linear(), whole({ ...LONG, lots: -100n, cost: usdt(-4_000) }))),
    ],
  ];
  return table(['position at 1x', 'liquidation price'], rows);
}

function fundingExample(): string {
  const terms = linear();
  const paid = { ...LONG, fundingPerLot: usdt(4) * 10_000n };
  return table(
    ['accrued funding', 'equity at 38,000', 'liquidation price', 'bankruptcy price'],
    [LONG, paid].map((view) => [
      money((-view.lots * view.fundingPerLot) / terms.fundingScale),
      money(equityFloor(terms, view, linearMark(MARK))),
      priceOf(liquidationPrice(terms, view)),
      priceOf(bankruptcyPrice(terms, view)),
    ]),
  );
}

function removableExample(): string {
  const view = { ...LONG, collateral: usdt(700) };
  const rows = [
    { mark: 40_000, index: 40_000, changes: {} },
    { mark: 38_000, index: 38_000, changes: {} },
    { mark: 44_000, index: 44_000, changes: {} },
    { mark: 44_000, index: 44_000, changes: { unrealizedProfitSharePpm: 500_000n } },
    { mark: 40_000, index: 39_000, changes: {} },
    { mark: 40_000, index: 40_000, changes: { removalFloorPpm: 150_000n } },
  ].map(({ mark, index, changes }) => {
    const definition = { ...linearPerpetual('BTC-PERP'), ...changes };
    const amount = removableFloor(linear(changes), view, {
      markTicks: linearMark(mark),
      indexTicks: linearMark(index),
    });
    return [
      mark.toLocaleString('en-US'),
      index.toLocaleString('en-US'),
      share(definition.unrealizedProfitSharePpm),
      share(definition.removalFloorPpm),
      money(amount),
    ];
  });
  return table(['mark', 'index', 'profit counted', 'removal floor', 'removable'], rows);
}

function maximumSizeExample(): string {
  const terms = linear();
  const opening = {
    side: 'long',
    priceTicks: 400_000n,
    markTicks: linearMark(40_000),
    freeCollateral: usdt(1_000),
    leverage: times(10),
  } as const;
  const lots = maximumSizeLots(terms, opening);
  return table(
    ['size', 'initial margin', 'taker fee', 'passes'],
    [lots, lots + 1n].map((size) => {
      const cost = fillValueTowardsZero(terms, { lots: size, priceTicks: opening.priceTicks });
      const view = { ...LONG, lots: size, cost };
      return [
        `${formatMinor(size, 3)} BTC`,
        money(initialMarginCeil(terms, view, opening.markTicks)),
        money((cost * terms.takerFeeRate) / PPM),
        canOpen(terms, opening, size) ? 'yes' : 'no',
      ];
    }),
  );
}

function roundingExample(): string {
  const lots = 100n;
  const value = fillValueTowardsZero(inverse(), { lots, priceTicks: 80_001n });
  const other = fillValueTowardsZero(inverse(), { lots: -lots, priceTicks: 80_001n });
  const exact = (lots * inverse().unit * 1_000_000n) / 80_001n;
  return table(
    ['', 'amount'],
    [
      ['100 contracts of 100 dollars at 40,000.5, exact to six more places', `${formatMinor(exact, 14)} BTC`],
      ['what the long takes', coin(value)],
      ['what the short takes', coin(other)],
      ['sum', coin(value + other)],
    ],
  );
}

/** One step of a story, and what was recorded for it. */
interface Step {
  readonly title: string;
  readonly records: readonly EngineRecord[];
}

type Story = (world: World) => readonly Step[];

/** Ada is long 0.1 BTC from 40,000 with 400 USDT; bob holds the other side, cleo makes the market. */
function storyWorld({ fund, isGroup = false }: StoryStart): World {
  const world = standardWorld(usdt(fund));
  world.client('ada', { USDT: usdt(10_000) });
  world.client('bob', { USDT: usdt(100_000) });
  world.client('cleo', { USDT: usdt(100_000) });
  if (isGroup) for (const client of ['ada', 'bob']) world.accept({ kind: 'setGroup', client, group: 'desk' });
  world.account('ada-1', 'ada', 'BTC-PERP', 10);
  world.account('bob-1', 'bob', 'BTC-PERP', 5);
  world.account('cleo-1', 'cleo', 'BTC-PERP', 5);
  world.trade({ buyer: 'ada-1', seller: 'bob-1', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

interface StoryStart {
  readonly fund: number;
  /** ada and bob are clients of one group. */
  readonly isGroup?: boolean;
  readonly play: Story;
}

const surplusStory: StoryStart = {
  fund: 100,
  play: (world) => [marked(world, 36_100), unwound(world, { price: 36_150, lots: 100n })],
};

const fundStory: StoryStart = {
  fund: 100,
  play: (world) => [marked(world, 35_500), unwound(world, { price: 35_500, lots: 100n })],
};

const deleverageStory: StoryStart = {
  fund: 100,
  play: (world) => [marked(world, 32_000), unwound(world, { price: 32_000, lots: 25n })],
};

/** What the fund alone would have to be deleveraged for: bob, of her group, gained what she lost. */
const clawbackStory: StoryStart = {
  fund: 100,
  isGroup: true,
  play: (world) => [marked(world, 32_000), unwound(world, { price: 32_000, lots: 100n })],
};

/** Ada closes through her bankruptcy price herself, against cleo. */
const shareStory: StoryStart = {
  fund: 30,
  play: (world) => {
    const first = marked(world, 36_500);
    const { record, work } = world.trade({
      buyer: 'cleo-1',
      seller: 'ada-1',
      instrument: 'BTC-PERP',
      priceTicks: 350_000n,
      lots: 100n,
    });
    return [first, { title: 'ada sells to cleo at 35,000', records: [record, ...work] }];
  },
};

/** Of the loss that was deleveraged, 350 come back, and the venue passes them on. */
const recoverStory: StoryStart = {
  fund: 100,
  play: (world) => {
    deleverageStory.play(world);
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(350) });
    const back = (amount: number): Step => {
      const loss = { pool: 'main', asset: 'USDT', deficit: null, takeover: 'main#1' };
      const { record, work } = world.accept({ kind: 'recover', ...loss, amountMinor: usdt(amount) });
      return { title: `${amount} USDT come back`, records: [record, ...work] };
    };
    return [back(240), back(110)];
  },
};

function marked(world: World, mark: number): Step {
  const { record, work } = world.mark({ 'BTC-PERP': BigInt(mark * 10) });
  return { title: `mark ${mark.toLocaleString('en-US')}`, records: [record, ...work] };
}

/** The takeover's lots are sold to cleo. */
function unwound(world: World, trade: { price: number; lots: bigint }): Step {
  const side = { allocateMinor: 0n, allocateInitial: false };
  const { record, work } = world.accept({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: BigInt(trade.price * 10),
    lots: trade.lots,
    buyer: { ...side, party: 'account', leg: 'net', order: '', id: 'cleo-1', allocateInitial: true },
    seller: { ...side, party: 'liquidation', leg: 'net', order: '', id: 'main#1' },
    taker: 'seller',
  });
  const size = formatMinor(trade.lots, 3);
  return {
    title: `${size} BTC sold to cleo at ${trade.price.toLocaleString('en-US')}`,
    records: [record, ...work],
  };
}

function waterfall(story: StoryStart): string {
  const world = storyWorld(story);
  const wallet = world.wallet('ada');
  const rows = story
    .play(world)
    .flatMap(({ title, records }) => records.flatMap((record) => rowsOf(world.state, title, record)));
  if (world.wallet('ada') !== wallet) throw new Error('a loss reached the wallet');
  const state = [
    `fund ${money(world.fund('main'))}`,
    `open deficits ${money(world.state.totals.outstanding.get(0))}`,
    `ada's account ${money(world.balance('ada-1'))}`,
    `ada's wallet as before`,
  ];
  return `${table(['after', 'the engine records', 'money that moved'], rows)}\nAt the end: ${state.join(', ')}.\n`;
}

function rowsOf(state: State, title: string, record: EngineRecord): string[][] {
  if (record.outcome.kind === 'rejected') throw new Error(record.outcome.rejection.code);
  return record.outcome.events.map((event) => [
    title,
    `\`${event.kind}\`${detailOf(event)}`,
    'transfers' in event
      ? event.transfers
          .map(
            ({ flow, from, to, amount }) =>
              `\`${flow}\` ${money(amount)} ${nameOf(state, from)} -> ${nameOf(state, to)}`,
          )
          .join('<br>')
      : '',
  ]);
}

function detailOf(event: Event): string {
  switch (event.kind) {
    case 'takenOver':
      return `: equity ${money(event.equity)}, maintenance margin ${money(event.maintenance)}`;
    case 'deleveraged':
      return `: ${formatMinor(event.neededLots, 3)} of ${formatMinor(event.takeoverLots, 3)} BTC, ${money(event.forgoneMinor)} forgone`;
    case 'soundnessAssessed':
      return event.isSound ? ': sound' : ': not sound';
    default:
      return '';
  }
}

function nameOf(state: State, ledgerRow: number): string {
  const { kind, accountRow, clientRow } = state.ledger.describe(ledgerRow);
  if (accountRow >= 0) return state.accounts.names.nameOf(accountRow);
  return clientRow >= 0 ? `${state.clients.names.nameOf(clientRow)}'s ${kind}` : kind;
}
