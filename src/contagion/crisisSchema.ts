/**
 * The shape of a crisis file, of the library or one's own: what moved, what became of the depth, which mechanism made it
 * worse, and where each figure comes from.
 */
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

const word = (description: string) => Type.String({ description, minLength: 1, maxLength: 64 });
const sentence = (description: string) => Type.String({ description, minLength: 1, maxLength: 600 });
const decimal = (description: string, example: string) =>
  Type.String({ description, examples: [example], maxLength: 64 });
const minute = (description: string) => Type.Integer({ description, minimum: 0, maximum: 100_000 });

/** Where a shock is seen. */
export const SCOPES = ['everywhere', 'ownBook', 'index'] as const;
export const TIMINGS = ['reported', 'assumed'] as const;
export const SOURCE_STATUSES = ['public', 'reported, not verified', 'assumed'] as const;
export const MECHANISM_KINDS = [
  'emptyBook',
  'outage',
  'zeroBid',
  'frozenFeed',
  'ownTokenCollateral',
  'thinOracle',
  'profitAsCollateral',
  'exemptAffiliate',
  'conversionsPaused',
  'withdrawalsSuspended',
  'sharedLiquidatorVault',
  'openInterestCapExceeded',
  'ownBookCollateral',
  'sharedCollateral',
] as const;
export type MechanismKind = (typeof MECHANISM_KINDS)[number];

const source = Type.String({
  description: 'Id of the source of the figure, from `sources`.',
  minLength: 1,
  maxLength: 64,
});

const start = Type.Object(
  {
    asset: word('What is priced; `*` stands for every asset that is not named.'),
    price: Type.Optional(
      decimal('Its price before the crisis, in dollars. Without one only moves can be given.', '7353'),
    ),
    source: Type.Optional(source),
  },
  closed,
);

const shock = Type.Object(
  {
    asset: word('One of `assets`.'),
    on: Type.Enum(SCOPES, {
      description:
        "everywhere: on every market and in the index; ownBook: on one venue's own book only; index: outside only.",
    }),
    price: Type.Optional(decimal('The price it is at, in dollars. Either this or `move`.', '5678')),
    move: Type.Optional(
      decimal(
        'The move since before the crisis, as a share of that price, above -1. Either this or `price`.',
        '-0.5',
      ),
    ),
    source,
  },
  closed,
);

const depth = Type.Object(
  {
    asset: word('One of `assets`.'),
    multiplier: decimal('What is left of the depth: 0 for nothing, 1 for all of it.', '0.6'),
    gap: Type.Optional(
      decimal('Nobody quotes closer to the price than this share of it. Default: no gap.', '0.04'),
    ),
    source,
  },
  closed,
);

const step = Type.Object(
  {
    minute: minute('Minutes since the crisis began.'),
    timing: Type.Enum(TIMINGS, {
      description: 'Whether the minute is reported, or assumed to put the steps in order.',
    }),
    label: sentence('What happened.'),
    shocks: Type.Array(shock, {
      description: 'Prices from here on, until a later step says otherwise.',
      maxItems: 64,
    }),
    depth: Type.Optional(
      Type.Array(depth, {
        description: 'Depth from here on, until a later step says otherwise.',
        maxItems: 64,
      }),
    ),
  },
  closed,
);

const figure = Type.Object(
  {
    name: word('What the figure is: a name that the kind of mechanism asks for, or another.'),
    value: decimal('The figure.', '0.107'),
    unit: word('Its unit: `dollars`, `share`, `minutes`, `tokens`.'),
    source,
  },
  closed,
);

const mechanism = Type.Object(
  {
    kind: Type.Enum(MECHANISM_KINDS, { description: 'What the venue did, or could not do.' }),
    assets: Type.Array(word('One of `assets`.'), {
      description: 'What it concerns; none where it concerns the venue as a whole.',
      maxItems: 64,
    }),
    fromMinute: minute('When it begins.'),
    untilMinute: Type.Optional(minute('When it ends. Default: it lasts.')),
    note: sentence('How it worked.'),
    source,
    figures: Type.Array(figure, { description: 'Its parameters.', maxItems: 32 }),
  },
  closed,
);

const sourceEntry = Type.Object(
  {
    id: word('Name by which figures refer to it.'),
    status: Type.Enum(SOURCE_STATUSES, {
      description:
        'public: the figure stands in the document named; reported, not verified: it is handed down without one; assumed: it fills the path between figures that are known.',
    }),
    title: sentence('Title of the document, or what is known of where the figure comes from.'),
    publisher: Type.Optional(word('Who published it.')),
    date: Type.Optional(word('When, as far as known: 2022-05-17.')),
    url: Type.Optional(Type.String({ description: 'Its address.', pattern: '^https://', maxLength: 300 })),
  },
  closed,
);

export const crisisSchema = Type.Object(
  {
    id: Type.String({
      description: 'Name of the crisis: small letters, digits and dashes.',
      pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
    }),
    title: sentence('One line.'),
    date: Type.String({ description: 'Its first day (UTC).', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    summary: sentence('What happened, in a few sentences.'),
    assets: Type.Array(start, { description: 'What is priced in it.', minItems: 1, maxItems: 64 }),
    steps: Type.Array(step, { description: 'In the order of time.', minItems: 1, maxItems: 200 }),
    mechanisms: Type.Array(mechanism, { description: 'What made it worse.', maxItems: 32 }),
    sources: Type.Array(sourceEntry, {
      description: 'Where the figures come from.',
      minItems: 1,
      maxItems: 64,
    }),
  },
  {
    ...closed,
    title: 'Crisis',
    description: 'A crisis to replay: shocks, depth, mechanisms, each figure with its source.',
  },
);

export type CrisisDocument = Static<typeof crisisSchema>;
