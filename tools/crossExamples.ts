/** The tables of the page on whole accounts, computed by src/margin/account. */
import { formatMinor, PPM } from '../src/base/index.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountEquityByAsset,
  accountEquityFloor,
  accountLiquidationPrice,
  accountRequirement,
  collateralValueScaled,
  isAccountCovered,
  isAccountLiquidatable,
  LEG_RULES,
  type LiquidationPrice,
  type OrderView,
  VALUE_SCALE,
} from '../src/margin/index.js';
import {
  account,
  BTC,
  btc,
  leg,
  linearTerms,
  optionLeg,
  order,
  PLAIN,
  USDT,
  usdt,
} from '../src/testkit/accountFixture.js';
import { table } from './markdown.js';

export const CROSS_EXAMPLES: Readonly<Record<string, () => string>> = {
  'cross-equity': equityExample,
  'cross-peg': pegExample,
  'cross-legs': legsExample,
  'cross-lines': linesExample,
  'cross-orders': ordersExample,
  'cross-covered': coveredExample,
  'cross-prices': pricesExample,
};

const MARK = 3_800_000n;

/** 0.1 BTC and 1 ETH long, from 40,000 and 2,500, behind 400 USDT and 0.01 BTC at a haircut of 10%. */
function standing(fields: Partial<AccountView> = {}): AccountView {
  return account({
    assets: [usdt(400n * USDT), btc(BTC / 100n, { price: 38_000n, terms: { haircutPpm: 100_000n } })],
    legs: [
      leg(linearTerms(), { instrument: 0, lots: 100n, entryTicks: 4_000_000n, markTicks: MARK }),
      leg(linearTerms(), { instrument: 1, lots: 1000n, entryTicks: 250_000n, markTicks: 255_000n }),
    ],
    ...fields,
  });
}

const NAMES = ['BTC', 'ETH'];

function equityExample(): string {
  const view = standing();
  const rows = accountEquityByAsset(view).map(({ asset, balance, legs, valueScaled }) => {
    const [name, decimals] = asset === 0 ? ['USDT', 6] : ['BTC', 8];
    const profit = legs.numerator / legs.denominator;
    return [
      `${name}`,
      `${formatMinor(balance, decimals as number)}`,
      `${formatMinor(profit, decimals as number)}`,
      `${money(valueScaled / VALUE_SCALE)}`,
    ];
  });
  return table(
    ['asset', 'balance', 'profit and loss', 'value'],
    [...rows, ['**sum**', '', '', money(accountEquityFloor(view))]],
  );
}

function pegExample(): string {
  const peg = { price: ASSET_PRICE_SCALE, tolerancePpm: 10_000n, slopePpm: 2n * PPM };
  const rows = [1_000_000n, 990_000n, 980_000n, 970_000n, 900_000n, 700_000n, 490_000n].map((price) => {
    const asset = { price: (price * ASSET_PRICE_SCALE) / PPM, terms: { ...PLAIN, peg } };
    const value = collateralValueScaled(asset, { numerator: 1000n * USDT, denominator: 1n });
    return [formatMinor(price, 6), money(1000n * price), money(value / VALUE_SCALE)];
  });
  return table(['price', '1,000 coins at the market', 'counted'], rows);
}

function legsExample(): string {
  const legs = [
    leg(linearTerms(), { leg: 'long', lots: 100n, entryTicks: 4_000_000n, markTicks: 4_000_000n }),
    leg(linearTerms(), { leg: 'short', lots: -50n, entryTicks: 4_000_000n, markTicks: 4_000_000n }),
  ];
  const rows = LEG_RULES.map((legRule) => {
    const { initial, maintenance } = accountRequirement(account({ legRule, legs }));
    return [`\`${legRule}\``, money(initial), money(maintenance)];
  });
  return table(['rule', 'initial', 'maintenance'], rows);
}

function linesExample(): string {
  const { lines, ...totals } = accountRequirement(standing());
  const rows = (['initial', 'maintenance'] as const).flatMap((of) => [
    ...lines
      .filter((line) => line.of === of)
      .map(({ instrument, part, amount }) => [of, `${NAMES[instrument ?? 0]}`, part, money(amount)]),
    [of, '', '**sum**', money(totals[of])],
  ]);
  return table(['of', 'instrument', 'line', 'amount'], rows);
}

function ordersExample(): string {
  const at = 4_000_000n;
  const flat = leg(linearTerms(), { lots: 0n, entryTicks: at, markTicks: at });
  const long = leg(linearTerms(), { lots: 100n, entryTicks: at, markTicks: at });
  const buy = (lots: bigint, priceTicks = at) => order({ side: 'buy', lots, priceTicks });
  const sell = (lots: bigint, priceTicks = at) => order({ side: 'sell', lots, priceTicks });
  const cases: readonly (readonly [string, readonly OrderView[], AccountView['legs']])[] = [
    ['none', [buy(100n)], []],
    ['none', [buy(100n), sell(150n)], []],
    ['none', [buy(100n, 4_040_000n)], []],
    ['0.1 long', [sell(100n)], [long]],
    ['0.1 long', [sell(300n)], [long]],
    ['0.1 long', [sell(100n, 4_400_000n), sell(100n)], [long]],
  ];
  const rows = cases.map(([position, orders, legs]) => [
    position,
    orders
      .map(({ side, lots, priceTicks }) => `${side} ${formatMinor(lots, 3)} at ${formatMinor(priceTicks, 2)}`)
      .join(', '),
    money(accountRequirement(account({ legs, orders, orderTerms: [flat] })).order),
  ]);
  return table(['position', 'orders', 'order margin'], rows);
}

function coveredExample(): string {
  const strike = 4_000_000n;
  const option = (optionType: 'call' | 'put', strikeTicks: bigint, lots: bigint) =>
    optionLeg({ optionType, strikeTicks, lots, markTicks: 100_000n, indexTicks: strike });
  const cases: readonly (readonly [string, bigint, AccountView['legs']])[] = [
    ['long call 40,000', 0n, [option('call', strike, 10n)]],
    ['short put 40,000', 400n, [option('put', strike, -10n)]],
    ['short put 40,000', 399n, [option('put', strike, -10n)]],
    [
      'short call 40,000, long call 40,100',
      1n,
      [option('call', strike, -10n), option('call', strike + 10_000n, 10n)],
    ],
    ['short call 40,000', 1_000_000n, [option('call', strike, -10n)]],
  ];
  const rows = cases.map(([name, balance, legs]) => {
    const view = account({ assets: [usdt(balance * USDT)], legs });
    return [name, money(balance * USDT), isAccountCovered(view) ? 'yes' : 'no'];
  });
  return table(['options on 0.01 BTC', 'balance', 'covered'], rows);
}

function pricesExample(): string {
  const poorer = standing({ assets: [usdt(100n * USDT), standing().assets[1]!] });
  const short = { ...standing().legs[1]!, lots: -1000n, cost: -standing().legs[1]!.cost };
  const hedged = standing({ legs: [standing().legs[0]!, short] });
  const cases: readonly (readonly [string, AccountView])[] = [
    ['as above', standing()],
    ['300 USDT less', poorer],
    ['ETH short instead', hedged],
  ];
  const rows = cases.flatMap(([name, view]) =>
    view.legs.map(({ instrument }) => {
      const { below, above } = accountLiquidationPrice(view, instrument);
      return [
        name,
        `${NAMES[instrument]}`,
        shown(below),
        shown(above),
        isAccountLiquidatable(view) ? 'yes' : 'no',
      ];
    }),
  );
  return table(['account', 'mark of', 'below', 'above', 'liquidatable now'], rows);
}

function shown(price: LiquidationPrice): string {
  return price.kind === 'price' ? formatMinor(price.markTicks, 2) : price.kind;
}

function money(minor: bigint): string {
  return `${formatMinor(minor, 6)} USDT`;
}
