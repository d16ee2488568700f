/** The shape of a venue file as JSON Schema: names, types and what each field means. */
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

function decimal(description: string, example: string) {
  return Type.String({ description, examples: [example], maxLength: 64 });
}

function word(description: string) {
  return Type.String({ description, minLength: 1, maxLength: 64 });
}

function count(description: string, range: { minimum: number; maximum: number }) {
  return Type.Integer({ description, ...range });
}

function day(description: string) {
  return Type.String({ description, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2020-03-01'] });
}

const asset = Type.Object(
  {
    id: word('Name of the asset.'),
    decimals: count('Scale of the ledger: one minor unit is 10^-decimals.', { minimum: 0, maximum: 9 }),
  },
  closed,
);

const pool = Type.Object(
  {
    id: word('Name of the risk pool.'),
    insuranceFundCap: Type.Optional(
      Type.Record(Type.String(), decimal('What the fund keeps at most.', '500000'), {
        description:
          'At the end of a day what a fund holds above it goes to the venue. Default: it keeps all.',
      }),
    ),
    insuranceFund: Type.Record(Type.String(), decimal('Size of the fund at the start.', '250000'), {
      description: 'Insurance fund by asset.',
    }),
  },
  closed,
);

const tier = Type.Object(
  {
    notionalCap: Type.Optional(
      decimal('Upper end in the settlement asset; the last tier has none.', '50000'),
    ),
    initialMarginRate: decimal('Least initial margin as a share of notional.', '0.01'),
    maintenanceMarginRate: decimal('Maintenance margin as a share of notional.', '0.005'),
    maxLeverage: decimal('Largest leverage in the tier.', '100'),
  },
  closed,
);

const instrument = Type.Object(
  {
    id: word('Name of the instrument.'),
    pool: word('The risk pool that carries it.'),
    prices: Type.String({ description: 'Price file in the folder of prices.', minLength: 1, maxLength: 255 }),
    kind: Type.Enum(['perpetual', 'future']),
    payoff: Type.Enum(['linear', 'inverse']),
    base: word('What is traded.'),
    quote: word('What its price is in.'),
    settle: word('The asset of margin and profit.'),
    contractSize: decimal('linear: base per contract; inverse: quote per contract.', '1'),
    tickSize: decimal('Smallest step of a price.', '0.01'),
    lotSize: decimal('Smallest step of a size, in contracts.', '0.001'),
    markTicksPerTick: Type.Optional(
      count('Whole mark ticks in one tick.', { minimum: 1, maximum: 1_000_000 }),
    ),
    makerFeeRate: Type.Optional(decimal('Fee of the resting side; negative is a rebate.', '0.0002')),
    takerFeeRate: Type.Optional(decimal('Fee of the taking side.', '0.0005')),
    maintenanceBasis: Type.Optional(Type.Enum(['entry', 'mark'])),
    initialBasis: Type.Optional(Type.Enum(['entry', 'mark'])),
    closeFee: Type.Optional(Type.Enum(['none', 'inRate', 'inMargin'])),
    unrealizedProfitShare: Type.Optional(
      decimal('Share of open profit that counts when margin is removed.', '0'),
    ),
    removalFloorRate: Type.Optional(decimal('Share of notional that stays behind a position.', '0.1')),
    markMaxAgeMs: Type.Optional(count('A mark older than this is stale.', { minimum: 1, maximum: 2 ** 40 })),
    markMaxJumpRate: Type.Optional(decimal('A mark farther from the last one is a jump.', '0.1')),
    markConfirmations: Type.Optional(
      count('Marks in agreement that let a jump act.', { minimum: 1, maximum: 1000 }),
    ),
    fillBandRate: Type.Optional(decimal('A fill farther from the mark is refused.', '0.05')),
    fundingRatePerDay: Type.Optional(
      decimal('Longs pay it to shorts once a day; negative the other way.', '0.0003'),
    ),
    fundingRateMax: Type.Optional(decimal('Largest funding rate of one event.', '0.01')),
    expiryDate: Type.Optional(day('Day at whose start a future expires (UTC).')),
    tiers: Type.Array(tier, { minItems: 1, maxItems: 64 }),
  },
  closed,
);

const population = Type.Object(
  {
    name: word('Beginning of the client ids.'),
    count: count('Number of clients.', { minimum: 1, maximum: 100_000 }),
    asset: word('What they deposit.'),
    deposit: Type.Object(
      { min: decimal('Least deposit.', '500'), max: decimal('Largest deposit.', '20000') },
      { ...closed, description: 'Small deposits are frequent, large ones rare.' },
    ),
    depositAgainDays: Type.Optional(
      count(
        'A client with less than a tenth of its deposit left deposits the same again, this many days after its last deposit. Default: never.',
        { minimum: 1, maximum: 10_000 },
      ),
    ),
    takeProfitAt: Type.Optional(
      decimal(
        'A client whose wallet holds more than this many deposits withdraws all but one of them. Default: never.',
        '3',
      ),
    ),
    accountsPerClient: Type.Optional(
      Type.Object(
        {
          min: count('Fewest margin accounts.', { minimum: 1, maximum: 100 }),
          max: count('Most margin accounts.', { minimum: 1, maximum: 100 }),
        },
        closed,
      ),
    ),
    instruments: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'Default: all that settle in the asset.' }),
    ),
    leverages: Type.Array(decimal('Drawn for each account, at most what the instrument allows.', '20'), {
      minItems: 1,
      maxItems: 100,
    }),
    strategies: Type.Object(
      {
        momentum: Type.Optional(
          count('Weight of those who follow the trend.', { minimum: 0, maximum: 1000 }),
        ),
        contrarian: Type.Optional(count('Weight of those who go against it.', { minimum: 0, maximum: 1000 })),
        hold: Type.Optional(
          count('Weight of those who buy or sell and stay.', { minimum: 0, maximum: 1000 }),
        ),
        hedger: Type.Optional(
          count('Weight of those with a long and a short account on one instrument.', {
            minimum: 0,
            maximum: 1000,
          }),
        ),
      },
      closed,
    ),
    marginShare: Type.Optional(decimal('Share of the wallet behind a new position.', '0.5')),
    defenders: Type.Optional(decimal('Share of accounts that add margin near liquidation.', '0.25')),
  },
  closed,
);

const marketMaker = Type.Object(
  {
    name: word('Beginning of the client ids.'),
    count: count('Number of market makers.', { minimum: 1, maximum: 1000 }),
    asset: word('What they deposit.'),
    deposit: decimal(
      'What each of them keeps here: half in the wallet, half shared evenly among the accounts of its instruments. It hedges elsewhere: once a day it deposits what it has lost and withdraws what it has gained.',
      '20000000',
    ),
    leverage: decimal('Leverage of their accounts.', '2'),
    instruments: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'Default: all that settle in the asset.' }),
    ),
    halfSpread: Type.Optional(decimal('Distance of their prices from the mark.', '0.0002')),
  },
  closed,
);

/** Exact values are decimal text; JSON numbers are counts and times only. */
export const venueSchema = Type.Object(
  {
    name: Type.String({ description: 'Shown above the results.', minLength: 1, maxLength: 200 }),
    seed: Type.String({ description: 'Everything random comes from it.', minLength: 1, maxLength: 64 }),
    from: Type.Optional(day('First day played.')),
    to: Type.Optional(day('Last day played.')),
    moves: Type.Optional(
      Type.Enum(['stepped', 'jumps'], {
        description:
          'stepped: long moves arrive in steps under the jump limit; jumps: whole, repeated until the guard confirms them.',
      }),
    ),
    jumpDays: Type.Optional(
      Type.Array(day('A day on which moves come as jumps although they are stepped on others.'), {
        maxItems: 1000,
      }),
    ),
    missingBars: Type.Optional(
      Type.Enum(['refuse', 'allow'], { description: 'Whether a price file may have gaps in time.' }),
    ),
    assets: Type.Array(asset, { minItems: 1, maxItems: 1000 }),
    pools: Type.Array(pool, { minItems: 1, maxItems: 1000 }),
    instruments: Type.Array(instrument, { minItems: 1, maxItems: 1000 }),
    clients: Type.Array(population, { minItems: 1, maxItems: 100 }),
    marketMakers: Type.Array(marketMaker, { minItems: 1, maxItems: 100 }),
  },
  { ...closed, title: 'Bulkhead venue file' },
);

export type VenueDocument = Static<typeof venueSchema>;
