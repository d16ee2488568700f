/** What the addresses of lists take after the question mark: how many, from where, and of whom. */
import Type from 'typebox';
import { reader } from './schemaReader.js';
import { ID_PATTERN } from './wireField.js';

export const LIST_LIMIT_MAX = 1_000;

const id = (what: string) => Type.Optional(Type.String({ description: what, pattern: ID_PATTERN }));

const page = {
  limit: Type.Optional(
    Type.String({
      description: `Rows looked at for one answer at most, 1 to ${LIST_LIMIT_MAX}.`,
      pattern: '^(1000|[1-9][0-9]{0,2})$',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ description: '`next` of the answer before.', pattern: '^(0|[1-9][0-9]{0,14})$' }),
  ),
};

const closed = { additionalProperties: false } as const;

export const PageQuery = Type.Object(page, closed);
export const AccountsQuery = Type.Object(
  { ...page, client: id('Of this client.'), pool: id('In this pool.') },
  closed,
);
export const HoldingsQuery = Type.Object(
  {
    ...page,
    client: id('Of this client.'),
    account: id('In this margin account.'),
    pool: id('In this pool.'),
    instrument: id('In this instrument.'),
  },
  closed,
);
export const WalletsQuery = Type.Object({ ...page, client: id('Of this client.') }, closed);
export const EventsQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({ description: 'First sequence; 1 when left out.', pattern: '^[1-9][0-9]{0,14}$' }),
    ),
    limit: Type.Optional(
      Type.String({
        description: 'Events at most, 1 to 1000; 100 when left out.',
        pattern: '^(1000|[1-9][0-9]{0,2})$',
      }),
    ),
    account: id('Those that touch this margin account.'),
  },
  closed,
);

/** Of a route that changes something beside the journal. */
export const ChangeQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.String({
        description: 'true: only say whether it would be done; nothing is changed.',
        pattern: '^(true|false)$',
      }),
    ),
  },
  closed,
);

export type Page = Type.Static<typeof PageQuery>;
export type HoldingsFilter = Omit<Type.Static<typeof HoldingsQuery>, keyof Page>;

export const readChangeQuery = reader(ChangeQuery);
export const readPageQuery = reader(PageQuery);
export const readAccountsQuery = reader(AccountsQuery);
export const readHoldingsQuery = reader(HoldingsQuery);
export const readWalletsQuery = reader(WalletsQuery);
export const readEventsQuery = reader(EventsQuery);
