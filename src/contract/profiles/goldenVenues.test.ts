/**
 * Numbers that venues have published, or answered through their interfaces, and what the calculator makes of
 * the same position with the venue's profile. Each has its page under docs/profiles, with the source.
 */
import { describe, expect, it } from 'vitest';
import { answerCalc, isCalcRefusal } from '../calc.js';
import type { CalcInstrument, CalcPosition, CalcTier } from '../calcSchema.js';
import type { ProfileName } from './names.js';

describe('Binance USD-M', () => {
  const eth = tiers(
    ['10000', '0.005'],
    ['100000', '0.0065', '15'],
    ['500000', '0.01', '365'],
    ['1000000', '0.02', '5365'],
    ['2000000', '0.05', '35365'],
    ['5000000', '0.1', '135365'],
  );
  const btc = tiers(
    ['50000', '0.004'],
    ['250000', '0.005', '50'],
    ['1000000', '0.01', '1300'],
    ['5000000', '0.025', '16300'],
  );

  it('shows both liquidation prices of its example of two cross positions (MAR-07, LIQ-11)', () => {
    // Wallet balance 1535443.01 less the other position's maintenance margin, plus its unrealized profit.
    const long = { side: 'long', leverage: '10' } as const;
    const ethLong = show('binanceusdm', {
      instrument: { tickSize: '0.01', tiers: eth },
      position: { ...long, quantity: '3683.979', entryPrice: '1456.84' },
      mark: '1335.18',
      collateral: '1407887.62856',
    });
    expect(ethLong.position.liquidationPrice).toBe('1153.26');
    expect(ethLong.account.maintenanceMargin).toBe('356512.508122');
    expect(ethLong.account.unrealizedPnl).toBe('-448192.88514');

    const btcLong = show('binanceusdm', {
      instrument: { tickSize: '0.01', tiers: btc },
      position: { ...long, quantity: '109.488', entryPrice: '32481.98' },
      mark: '31967.27',
      collateral: '730737.612',
    });
    expect(btcLong.position.liquidationPrice).toBe('26316.89');
    expect(btcLong.account.maintenanceMargin).toBe('71200.811444');
    expect(btcLong.account.unrealizedPnl).toBe('-56354.56848');
  });
});

describe('Binance COIN-M', () => {
  const btc = tiers(
    ['5', '0.004'],
    ['10', '0.005', '0.005'],
    ['20', '0.01', '0.055'],
    ['50', '0.025', '0.355'],
    ['100', '0.05', '1.605'],
    ['200', '0.1', '6.605'],
    ['400', '0.125', '11.605'],
  );
  const inverse = { payoff: 'inverse', contractSize: '100', tickSize: '0.1', tiers: btc } as const;

  it('shows the price of its calculator for a long of 10 million dollars (MAR-05, MAR-07)', () => {
    const { position } = show('binancecoinm', {
      instrument: inverse,
      position: { side: 'long', quantity: '100000', entryPrice: '45000', leverage: '2' },
      mark: '45000',
      collateral: '101',
    });
    expect(position.liquidationPrice).toBe('33599.4');
  });

  it('asks the maintenance margin of its example, and takes off the amount of its table (MAR-07)', () => {
    const at = (quantity: string) =>
      show('binancecoinm', {
        instrument: inverse,
        position: { side: 'long', quantity, entryPrice: '25000', leverage: '1' },
        mark: '25000',
        collateral: '100',
      });
    expect(at('100').account.maintenanceMargin).toBe('0.0016');
    const large = at('75000');
    expect(large.position.notional).toBe('300');
    expect(large.account.lines).toContainEqual({
      name: 'maintenanceMargin.maintenanceAmount',
      amount: '-11.605',
    });
  });
});

describe('OKX', () => {
  it('shows the price of the answer its documentation prints, to eleven decimals (LIQ-11)', () => {
    const { position, account } = show('okx', {
      instrument: { contractSize: '0.01', tickSize: '0.01', tiers: [{ maintenanceMarginRate: '0.008' }] },
      position: { side: 'long', quantity: '15', entryPrice: '1597.74', leverage: '10' },
      mark: '1584.33',
      // From the margin ratio and the loss of the same answer: 11.719278420807477 x (mmr + fee) + 2.0115.
      collateral: '25.684685585058343',
      decimals: 15,
    });
    expect(position.liquidationPrice?.slice(0, 16)).toBe('1438.7380360728976'.slice(0, 16));
    expect(account.lines).toContainEqual({ name: 'maintenanceMargin.position', amount: '1.901196' });
    expect(account.unrealizedPnl).toBe('-2.0115');
    expect(account.marginRatio).toBe('0.08532949');
  });

  it('charges one tier on the whole position and counts tiers in contracts (MAR-07)', () => {
    const listed: CalcTier[] = [
      { notionalFloor: '0', notionalCap: '2000', maintenanceMarginRate: '0.01', maxLeverage: '75' },
      { notionalFloor: '2001', notionalCap: '4000', maintenanceMarginRate: '0.015', maxLeverage: '50' },
      { notionalFloor: '4001', notionalCap: '8000', maintenanceMarginRate: '0.02', maxLeverage: '20' },
    ];
    const tierOf = (quantity: string) => {
      const { position, account } = show('okx', {
        instrument: { contractSize: '0.1', tickSize: '0.01', lotSize: '1', tiers: listed },
        position: { side: 'short', quantity, entryPrice: '1000', leverage: '10' },
        mark: '1000',
        collateral: '80000',
      });
      return [position.tier, account.lines.find(({ name }) => name === 'maintenanceMargin.position')?.amount];
    };
    expect(tierOf('2000')).toEqual([1, '2000']);
    expect(tierOf('2001')).toEqual([2, '3001.5']);
    expect(tierOf('4001')).toEqual([3, '8002']);
    expect(tierOf('8001')).toEqual([3, '16002']);
  });
});

describe('Bybit before 2026', () => {
  const tier = [{ maintenanceMarginRate: '0.005' }];
  it.each([
    // The venue's margin is initial margin and the fee of closing at the bankruptcy price.
    ['long', '10000', '50', '205.39', '9850'],
    ['short', '8000', '40', '204.51', '8160'],
  ] as const)(
    'shows the price of its %s example from %s (MAR-05)',
    (side, entryPrice, leverage, collateral, price) => {
      const { position } = show('bybitclassic', {
        instrument: { tickSize: '0.5', tiers: tier },
        position: { side, quantity: '1', entryPrice, leverage },
        mark: entryPrice,
        collateral,
      });
      expect(position.liquidationPrice).toBe(price);
    },
  );

  it('shows price, initial and maintenance margin of a position as its interface answered them (MAR-05, MAR-12)', () => {
    const { position, account } = show('bybitclassic', {
      instrument: { tickSize: '0.000001', tiers: [{ maintenanceMarginRate: '0.02' }] },
      position: { side: 'short', quantity: '2000', entryPrice: '0.008866', leverage: '1' },
      mark: '0.008869',
      collateral: '17.7515052',
      decimals: 8,
    });
    expect(position.liquidationPrice).toBe('0.017554');
    expect(account.initialMargin).toBe('17.7515052');
    expect(account.maintenanceMargin).toBe('0.3741452');
    expect(account.unrealizedPnl).toBe('-0.006');
  });

  it('shows both prices of the inverse position its documentation prints (MAR-05)', () => {
    const { position } = show('bybitclassic', {
      instrument: {
        payoff: 'inverse',
        contractSize: '1',
        tickSize: '0.5',
        tiers: tier,
        takerFeeRate: '0.00075',
      },
      position: { side: 'long', quantity: '5', entryPrice: '7197.35137469', leverage: '1' },
      mark: '7197.5',
      // Position margin 0.0006947 and the closing fee beside it, 0.00000105.
      collateral: '0.00069575',
    });
    expect(position.liquidationPrice).toBe('3608');
  });
});

describe('Bybit', () => {
  it('differs from the rule before it by the basis of maintenance margin alone (MAR-05)', () => {
    const { account } = show('bybit', {
      instrument: { tickSize: '0.000001', tiers: [{ maintenanceMarginRate: '0.02' }] },
      position: { side: 'short', quantity: '2000', entryPrice: '0.008866', leverage: '1' },
      mark: '0.008866',
      collateral: '17.7515052',
      decimals: 8,
    });
    expect(account.maintenanceMargin).toBe('0.3741452');
    expect(account.initialMargin).toBe('17.7515052');
  });
});

describe('Bitget', () => {
  it('shows price and margin ratio of a position as its interface answered them (LIQ-11)', () => {
    const { position, account } = show('bitget', {
      instrument: { tickSize: '0.1', takerFeeRate: '0.0004', tiers: [{ maintenanceMarginRate: '0.004' }] },
      position: { side: 'long', quantity: '0.016', entryPrice: '100975.8', leverage: '10' },
      mark: '101310.4',
      collateral: '161.56128',
    });
    // The venue prints one more in the last place: ...058.
    expect(position.liquidationPrice).toBe('91279.851345922057');
    // The venue prints 0.04272987621.
    expect(account.marginRatio).toBe('0.04272988');
    expect(account.unrealizedPnl).toBe('5.3536');
  });
});

describe('Gate', () => {
  it.each([
    ['BTC_USDT', '0.1', '0.005', '0.0006', '22322', '4.053794242903', '34693.88', '15655.7'],
    ['ADA_USDT', '0.00001', '0.025', '20', '0.79271', '0.80460065', '0.79342', '0.77237'],
  ])(
    'shows the price of %s as its interface answered it (LIQ-11)',
    (_name, tickSize, rate, quantity, entryPrice, collateral, mark, price) => {
      const { position } = show('gate', {
        instrument: { tickSize, tiers: [{ maintenanceMarginRate: rate }] },
        position: { side: 'long', quantity, entryPrice, leverage: '20' },
        mark,
        collateral,
        decimals: 12,
      });
      expect(position.liquidationPrice).toBe(price);
    },
  );
});

describe('Hyperliquid', () => {
  it('shows the price of the position its documentation prints (LIQ-11)', () => {
    const { position, profile } = show('hyperliquid', {
      instrument: { tickSize: '0.1', tiers: [{ maxLeverage: '50' }] },
      position: { side: 'long', quantity: '0.0335', entryPrice: '2986.3', leverage: '20' },
      mark: '2985.9',
      // rawUsd -95.059824 and the cost of the position.
      collateral: '4.981226',
    });
    // The venue prints 2866.26936529 from a balance it holds finer than it prints it.
    expect(position.liquidationPrice?.slice(0, 9)).toBe('2866.2693');
    expect(profile?.filled).toContainEqual({
      path: '/instruments/0/maintenanceRate',
      value: 'halfOfInitial',
    });
  });

  it.each([
    ['BTC', 'short', '0.00099', '65536', '21.604172', '50', '86493.46174617'],
    ['BTC', 'long', '0.0015', '66930', '20.043862', '50', '54108.51043771'],
    ['ETH', 'short', '0.0327', '2552', '20.833393', '50', '3157.53150453'],
    ['SOL', 'long', '0.6', '173.06', '20.735658', '20', '142.05186667'],
    ['SOL', 'short', '0.33', '173.08', '19.01881', '20', '225.08561715'],
    ['DOGE', 'short', '351', '0.14333', '25.136807', '20', '0.20970228'],
  ] as const)(
    'shows the price of a %s %s of %s from %s as recorded, within a hundred thousandth',
    (_coin, side, quantity, entryPrice, collateral, maxLeverage, price) => {
      const { position } = show('hyperliquid', {
        instrument: { tickSize: '0.00001', tiers: [{ maxLeverage }] },
        position: { side, quantity, entryPrice, leverage: '2' },
        mark: entryPrice,
        collateral,
      });
      const shown = Number(position.liquidationPrice);
      expect(Math.abs(shown / Number(price) - 1)).toBeLessThan(1e-5);
    },
  );

  it('has rates that are no decimals, and is continuous where they meet (MAR-07)', () => {
    const listed = [
      { notionalCap: '20000', maxLeverage: '10' },
      { notionalCap: '100000', maxLeverage: '5' },
      { maxLeverage: '3' },
    ];
    const at = (quantity: string) =>
      show('hyperliquid', {
        instrument: { tickSize: '0.1', tiers: listed },
        position: { side: 'long', quantity, entryPrice: '100', leverage: '1' },
        mark: '100',
        collateral: '1000000',
      }).account.maintenanceMargin;
    expect([at('200'), at('1000'), at('1000.0003')]).toEqual(['1000', '9000', '9000.005']);
  });
});

describe('Kraken futures', () => {
  it('asks the rates of its schedule on the value at entry, of one level on all contracts (MAR-05)', () => {
    const listed = [
      ['500000', '0.02', '0.01', '50'],
      ['1000000', '0.04', '0.02', '25'],
      ['3000000', '0.06', '0.03', '17'],
    ].map(([notionalCap, initialMarginRate, maintenanceMarginRate, maxLeverage]) => ({
      notionalCap,
      initialMarginRate,
      maintenanceMarginRate,
      maxLeverage,
    })) as CalcTier[];
    const { account, position } = show('krakenfutures', {
      instrument: { payoff: 'inverse', contractSize: '1', tickSize: '0.5', tiers: listed },
      position: { side: 'long', quantity: '750000', entryPrice: '50000', leverage: '25' },
      mark: '40000',
      collateral: '5',
    });
    expect([account.initialMargin, account.maintenanceMargin, position.tier]).toEqual(['0.6', '0.3', 2]);
    // 15 BTC less the 0.3 that must remain and with the 5 behind it: 750000 / 19.7
    expect(position.liquidationPrice).toBe('38071');
  });

  it('prints an example that charges the value at the price, which its schedule does not (LIQ-11)', () => {
    const printed = (more: object) =>
      show('krakenfutures', {
        instrument: {
          payoff: 'inverse',
          contractSize: '1',
          tickSize: '1',
          tiers: [{ initialMarginRate: '0.02', maintenanceMarginRate: '0.01' }] as CalcTier[],
          ...more,
        },
        position: { side: 'long', quantity: '1000', entryPrice: '8000', leverage: '50' },
        mark: '8000',
        collateral: '0.01',
      }).position;
    expect(printed({ maintenanceBasis: 'mark' })).toMatchObject({
      liquidationPrice: '7481',
      bankruptcyPrice: '7407',
    });
    expect(printed({}).liquidationPrice).toBe('7477');
  });
});

describe('Deribit', () => {
  const btc = {
    initialMarginRate: '0.02',
    initialMarginRateStep: '0.00005',
    maintenanceMarginRate: '0.01',
    maintenanceMarginRateStep: '0.00005',
  };
  const sol = {
    initialMarginRate: '0.04',
    initialMarginRateStep: '0.000005',
    maintenanceMarginRate: '0.02',
    maintenanceMarginRateStep: '0.000005',
  };
  it.each([
    ['25 BTC', btc, '25', '100000', '53125', '28125'],
    ['350 BTC', btc, '350', '100000', '1312500', null],
    ['25 SOL', sol, '25', '200', '200.625', '100.625'],
    ['6000 SOL', sol, '6000', '200', '84000', null],
  ])(
    'asks the margins of its table for %s (MAR-05)',
    (_name, tier, quantity, price, initial, maintenance) => {
      const { account } = show('deribit', {
        instrument: { tickSize: '0.5', tiers: [tier] },
        position: { side: 'long', quantity, entryPrice: price, leverage: '100' },
        mark: price,
        collateral: '5000000',
      });
      expect(account.initialMargin).toBe(initial);
      if (maintenance !== null) expect(account.maintenanceMargin).toBe(maintenance);
    },
  );

  it('counts an inverse position in coin at the mark (MAR-05)', () => {
    const { account } = show('deribit', {
      instrument: { payoff: 'inverse', contractSize: '10', tickSize: '0.5', tiers: [btc] },
      position: { side: 'short', quantity: '105000', entryPrice: '40000', leverage: '50' },
      mark: '30000',
      collateral: '10',
    });
    // 1050000 dollars at 30000 are 35 BTC: 2% + 35 x 0.005% and 1% + 35 x 0.005%.
    expect([account.initialMargin, account.maintenanceMargin]).toEqual(['0.76125', '0.41125']);
  });
});

describe('BitMEX', () => {
  it('shows both prices of a position as its interface answered them (MAR-05, FND-01)', () => {
    const at = (accruedFunding: string) =>
      show('bitmex', {
        instrument: { tickSize: '0.05', tiers: [{ maintenanceMarginRate: '0.01' }] },
        position: { side: 'long', quantity: '0.02', entryPrice: '1963', leverage: '3', accruedFunding },
        mark: '1964.2',
        collateral: '13.086667',
      });
    // The venue's maintenance margin holds the coming funding of 0.01%; its bankruptcy price does not.
    expect(at('-0.003926').position.liquidationPrice).toBe('1328.5');
    expect(at('0').position.bankruptcyPrice).toBe('1308.7');
    expect(at('0').account.maintenanceMargin).toBe('0.3926');
  });
});

describe('KuCoin futures', () => {
  const listed = tiers(['500000', '0.004'], ['1000000', '0.005']);
  it('asks the maintenance margin of its example, at the mark (MAR-05)', () => {
    const { account } = show('kucoinfutures', {
      instrument: { contractSize: '0.001', tickSize: '0.1', takerFeeRate: '0.0006', tiers: listed },
      position: { side: 'long', quantity: '10000', entryPrice: '28000', leverage: '10' },
      mark: '30000',
      collateral: '28000',
    });
    expect(account.lines).toContainEqual({ name: 'maintenanceMargin.position', amount: '1200' });
  });

  it('shows the price of its example of the rule before, when told of its basis and fee (MAR-05)', () => {
    const { position } = show('kucoinfutures', {
      instrument: {
        contractSize: '0.001',
        tickSize: '0.1',
        maintenanceBasis: 'entry',
        closeFee: 'none',
        tiers: listed,
      },
      position: { side: 'short', quantity: '5', entryPrice: '28000', leverage: '100' },
      mark: '28000',
      collateral: '1.4',
    });
    expect(position.liquidationPrice).toBe('28168');
  });

  // https://www.kucoin.com/id/support/32569939893657: longs from 65,000 with 1,000 USDT each, without a date.
  it.each([
    ['2', '32500', '32760'],
    ['10', '6500', '58760'],
    ['100', '650', '64610'],
  ])('shows the price of its table of that rule at %sx (MAR-05)', (leverage, collateral, price) => {
    const { position } = show('kucoinfutures', {
      instrument: { tickSize: '0.1', maintenanceBasis: 'entry', closeFee: 'none', tiers: listed },
      position: { side: 'long', quantity: '1', entryPrice: '65000', leverage },
      mark: '65000',
      collateral,
    });
    expect(position.liquidationPrice).toBe(price);
  });

  it('has no price for a short covered in coin, where the venue shows its largest price (FND-07)', () => {
    const { position } = show('kucoinfutures', {
      instrument: {
        payoff: 'inverse',
        contractSize: '1',
        tickSize: '0.1',
        takerFeeRate: '0.0006',
        tiers: [{ maintenanceMarginRate: '0.005' }],
      },
      position: { side: 'short', quantity: '20', entryPrice: '7508.22', leverage: '1' },
      mark: '7947.83',
      collateral: '0.00266779',
    });
    expect([position.liquidationPrice, position.bankruptcyPrice]).toEqual([null, null]);
  });
});

describe('Phemex', () => {
  it('shows the price of its example (LIQ-11)', () => {
    const { position } = show('phemex', {
      instrument: { tickSize: '0.0001', tiers: [{ maintenanceMarginRate: '0.01' }] },
      position: { side: 'long', quantity: '500', entryPrice: '0.4', leverage: '5' },
      mark: '0.4',
      collateral: '40.096',
    });
    expect(position.liquidationPrice).toBe('0.3232');
  });

  it('asks the maintenance margin of its example over two tiers (MAR-07)', () => {
    const { account } = show('phemex', {
      instrument: { tickSize: '0.1', tiers: tiers(['2000000', '0.005'], ['5000000', '0.0075']) },
      position: { side: 'long', quantity: '30', entryPrice: '100000', leverage: '10' },
      mark: '100000',
      collateral: '300000',
    });
    const position = account.lines
      .filter(
        ({ name }) => name === 'maintenanceMargin.position' || name === 'maintenanceMargin.maintenanceAmount',
      )
      .map(({ amount }) => Number(amount));
    expect(position).toEqual([22500, -5000]);
  });
});

// Documents -----------------------------------------------------------------------------------------------

interface Book {
  readonly instrument: Partial<CalcInstrument> & Pick<CalcInstrument, 'tiers' | 'tickSize'>;
  readonly position: Omit<CalcPosition, 'instrument'>;
  readonly mark: string;
  readonly collateral: string;
  readonly decimals?: number;
}

/** One isolated account, settled in USDT or in BTC. */
function show(profile: ProfileName, { instrument, position, mark, collateral, decimals }: Book) {
  const isInverse = instrument.payoff === 'inverse';
  const settle = isInverse ? 'BTC' : 'USDT';
  const document = {
    profile,
    assets: [
      { id: 'USDT', decimals: isInverse ? 6 : (decimals ?? 6) },
      { id: 'BTC', decimals: isInverse ? (decimals ?? 8) : 8 },
    ],
    instruments: [
      {
        id: 'X',
        kind: 'perpetual',
        payoff: 'linear',
        base: 'BTC',
        quote: isInverse ? 'USD' : 'USDT',
        settle,
        contractSize: '1',
        lotSize: '0.00001',
        ...instrument,
      },
    ],
    marks: { X: mark },
    marginAccounts: [
      {
        id: 'a',
        marginMode: 'isolated',
        collateral: { [settle]: collateral },
        positions: [{ instrument: 'X', ...position }],
      },
    ],
  };
  const answer = answerCalc(JSON.stringify(document));
  if (isCalcRefusal(answer)) throw new Error(JSON.stringify(answer));
  const [account] = answer.marginAccounts;
  // Only a whole account, of several assets, is valued in one of them.
  if (account === undefined || 'assets' in account) throw new Error('an isolated account answers');
  const [shown] = account.positions;
  return { account, position: shown!, profile: answer.profile };
}

/** Tiers of cap, rate and, from the second, the amount the venue lists, which is checked against its own. */
function tiers(...listed: readonly (readonly [cap: string, rate: string, amount?: string])[]): CalcTier[] {
  return listed.map(([notionalCap, maintenanceMarginRate, maintenanceAmount]) => ({
    notionalCap,
    maintenanceMarginRate,
    ...(maintenanceAmount === undefined ? {} : { maintenanceAmount }),
  }));
}
