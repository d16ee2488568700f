/** What is sent and answered about keys, approvals and the audit. */
import Type from 'typebox';
import { SCOPES } from './commandAccess.js';
import { reader } from './schemaReader.js';
import { ID_PATTERN } from './wireField.js';

const BOUND_MAX = 1_000;

const bound = (what: string) =>
  Type.Optional(
    Type.Union([Type.Array(Type.String({ pattern: ID_PATTERN }), { maxItems: BOUND_MAX }), Type.Null()], {
      description: `${what}; null or left out: all.`,
    }),
  );

/** Body of `POST /v1/keys`. */
export const KeyRequest = Type.Object(
  {
    label: Type.String({ description: 'What it is for.', minLength: 1, maxLength: 80 }),
    scopes: Type.Array(Type.Union(SCOPES.map((scope) => Type.Literal(scope))), {
      description: 'What it may do.',
      minItems: 1,
      maxItems: SCOPES.length,
      uniqueItems: true,
    }),
    clients: bound('Clients it is bound to'),
    pools: bound('Pools it is bound to'),
    requestsPerSecond: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()], {
        description: 'A limit of its own; null or left out: as the service is configured.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Query of `GET /v1/audit`. */
export const TrailQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({ description: 'First entry; 1 when left out.', pattern: '^[1-9][0-9]{0,14}$' }),
    ),
    limit: Type.Optional(
      Type.String({
        description: 'Entries at most, 1 to 1000; 100 when left out.',
        pattern: '^(1000|[1-9][0-9]{0,2})$',
      }),
    ),
  },
  { additionalProperties: false },
);

export const readKeyRequest = reader(KeyRequest);
export const readTrailQuery = reader(TrailQuery);
