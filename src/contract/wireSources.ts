/** The JSON form of the sources that prices are made of, and of their quotes. */
import Type from 'typebox';
import { assetPrice, closed, count, flag, id, indexPrice, orNull, rate, timeMs } from './wireField.js';

const QUOTES_MAX = 10_000;

const kind = <K extends string>(name: K) =>
  Type.Literal(name, { description: 'Kind of the command.', unit: 'word', examples: [name] });
const pool = id('The risk pool that counts it as collateral.', 'main');
const asset = id('The collateral.', 'BTC');
const source = id('Name of the source.', 'venue-a');
const revision = count('One more than that of the definition before; the first is 1.', {
  minimum: 1,
  maximum: 4_294_967_295,
  example: 1,
});

const Source = Type.Object(
  {
    source,
    weight: count('Its weight among those that count.', { minimum: 1, maximum: 1_000_000, example: 1 }),
    maxAgeMs: count('A quote older than this does not count.', {
      minimum: 1,
      maximum: 604_800_000,
      example: 10_000,
    }),
    isOwnBook: Type.Optional(
      flag('Whether it is the book of the market that the price is for; one source at most.', {
        default: false,
      }),
    ),
  },
  closed('One source of a price.'),
);

const RULES = {
  sources: Type.Array(Source, {
    description: 'The sources, each name once; their order says nothing.',
    minItems: 1,
    maxItems: 32,
  }),
  sourcesMin: count('Fewer sources than this that count is no price.', {
    minimum: 1,
    maximum: 32,
    example: 1,
  }),
  outlierRate: rate('A source further than this from the median of the fresh ones is dropped.', {
    example: '0.05',
    core: 'outlierPpm',
  }),
  clipRate: rate('What is left counts at most this far from the median.', {
    example: '0.01',
    core: 'clipPpm',
  }),
  ownBookShare: rate(
    'Largest share of the own book in the price. Below 1 the own book alone is never a price.',
    { example: '0.2', core: 'ownBookSharePpm' },
  ),
};

const Redemption = Type.Object(
  {
    price: assetPrice("What redeeming pays, in units of the pool's valuation asset.", { example: '1' }),
    feeRate: rate('What redeeming costs, as a share of it.', { example: '0.001', core: 'feePpm' }),
    isOpen: flag('Whether anybody can redeem now: only then it is a floor.'),
  },
  closed(
    'A claim of fixed value: the price is never above it, and while it is open not below it less the fee.',
  ),
);

const AssetRules = Type.Object(
  { ...RULES, redemption: orNull(Redemption) },
  closed('The sources of a price and the rules by which it is made.'),
);
const IndexRules = Type.Object(RULES, closed('The sources of an index and the rules by which it is made.'));

const AssetQuote = Type.Object(
  {
    pool,
    asset,
    source,
    price: assetPrice("Units of the pool's valuation asset for one unit of the asset, rounded down.", {
      example: '43000',
    }),
    timeMs: timeMs('When the source said so.'),
  },
  closed('What one source says of a collateral asset.', 'poolAsset'),
);

const IndexQuote = Type.Object(
  {
    instrument: id('The instrument.', 'BTC-PERP'),
    source,
    price: indexPrice('The index price; of an option the underlying.', {
      example: '43001',
      core: 'indexTicks',
    }),
    timeMs: timeMs('When the source said so.'),
  },
  closed('What one source says of the index of an instrument.', 'instrument'),
);

export const WIRE_SOURCES = {
  setAssetSources: Type.Object(
    {
      kind: kind('setAssetSources'),
      pool,
      asset,
      revision,
      rules: orNull(AssetRules, { isInExample: true }),
    },
    closed(
      'Of which sources the price of collateral is made from now on; null: it comes finished, in mark.',
      'poolAsset',
    ),
  ),
  setIndexSources: Type.Object(
    {
      kind: kind('setIndexSources'),
      instrument: id('The instrument; not a spot pair.', 'BTC-PERP'),
      revision,
      rules: orNull(IndexRules, { isInExample: true }),
    },
    closed('Of which sources the index of an instrument is made from now on; null: it comes with the mark.'),
  ),
  quote: Type.Object(
    {
      kind: kind('quote'),
      assets: Type.Optional(
        Type.Array(AssetQuote, {
          description: 'Of collateral, each source of an asset once.',
          default: [],
          isInExample: true,
          maxItems: QUOTES_MAX,
        }),
      ),
      instruments: Type.Optional(
        Type.Array(IndexQuote, {
          description: 'Of indexes, each source of an instrument once; they act with its next mark.',
          default: [],
          maxItems: QUOTES_MAX,
        }),
      ),
    },
    closed(
      'A batch of what sources say. Prices of collateral are made of it at once, and accounts at maintenance margin are liquidated.',
    ),
  ),
} as const;
