/** What is said over the stream: the channels, what a client sends, and what it is sent. */
import Type from 'typebox';
import type { AccountView } from './accountView.js';
import type {
  BatchAnswer,
  CommandAnswer,
  HeldAnswer,
  LevelRow,
  MarkRow,
  PositionRow,
  RefusalAnswer,
} from './answers.js';
import type { JsonObject } from './json.js';
import type { PoolView } from './poolView.js';
import type { Problem } from './problem.js';
import { reader } from './schemaReader.js';
import { BATCH_MAX } from './wireEnvelope.js';
import { ID_PATTERN } from './wireField.js';

/** Channels of things that happened: each once, in order, from any sequence on. */
export const EVENT_CHANNELS = ['journal', 'marginCalls', 'liquidations'] as const;
/** Channels of how things stand: all of it first, then each row that has changed; of several changes the last. */
export const STATE_CHANNELS = ['accounts', 'positions', 'marks', 'levels', 'pools'] as const;
export const CHANNELS = [...EVENT_CHANNELS, ...STATE_CHANNELS] as const;

export type EventChannel = (typeof EVENT_CHANNELS)[number];
export type StateChannel = (typeof STATE_CHANNELS)[number];
export type Channel = (typeof CHANNELS)[number];

export const CHANNEL_ABOUT: Readonly<Record<Channel, string>> = {
  journal: 'Each record, as `GET /v1/journal` has it. Only for callers bound to nothing.',
  marginCalls: 'Notices: an account has come to a level of danger, or is out of it again.',
  liquidations:
    'Notices, reductions with their orders, takeovers, deleveraging, and who bore a loss. Bound callers are told of their own accounts, and what they gave up themselves.',
  accounts: 'Margin accounts with the numbers of their margin, as `GET /v1/accounts/{id}` has them.',
  positions:
    'Of each margin account all open positions, as `GET /v1/positions` has them; none where the last was closed.',
  marks: 'The mark of each instrument, and whether it may decide.',
  levels: 'The isolation level of each instrument, since when, and why.',
  pools: 'Risk pools. Only for callers bound to nothing.',
};

/** Rows one subscription may watch at most: accounts are named, or all of a caller's own. */
export const WATCHED_MAX = 1_000;

const closed = { additionalProperties: false } as const;
const requestId = Type.Integer({
  description: 'Number of the request, chosen by the client: its answer has the same.',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});
const channel = Type.Unsafe<Channel>(Type.String({ description: 'A channel.', enum: [...CHANNELS] }));

/** What a client sends: one JSON object in a text message each. */
export const STREAM_REQUESTS = {
  subscribe: Type.Object(
    {
      op: Type.Literal('subscribe'),
      request: requestId,
      channel,
      from: Type.Optional(
        Type.Integer({
          description:
            'Of a channel of events: the first sequence to be told of; what has not happened yet when left out.',
          minimum: 1,
          maximum: 999_999_999_999_999,
        }),
      ),
      names: Type.Optional(
        Type.Array(Type.String({ pattern: ID_PATTERN }), {
          description:
            'Only these: margin accounts, instruments or pools. Of accounts and positions it may be left out by a caller that is bound: its own.',
          minItems: 1,
          maxItems: WATCHED_MAX,
          uniqueItems: true,
        }),
      ),
    },
    closed,
  ),
  unsubscribe: Type.Object({ op: Type.Literal('unsubscribe'), request: requestId, channel }, closed),
  command: Type.Object(
    {
      op: Type.Literal('command'),
      request: requestId,
      id: Type.String({ description: 'Id of the command.', pattern: ID_PATTERN }),
      command: Type.Unknown({ description: 'One command of the reference.' }),
    },
    closed,
  ),
  batch: Type.Object(
    {
      op: Type.Literal('batch'),
      request: requestId,
      commands: Type.Array(Type.Unknown(), {
        description: '`{ "id", "command" }` each, done in order.',
        minItems: 1,
        maxItems: BATCH_MAX,
      }),
    },
    closed,
  ),
  ping: Type.Object({ op: Type.Literal('ping'), request: requestId }, closed),
} as const;

export type StreamOp = keyof typeof STREAM_REQUESTS;
export const STREAM_OPS = Object.keys(STREAM_REQUESTS) as readonly StreamOp[];
export type StreamRequest = { [K in StreamOp]: Type.Static<(typeof STREAM_REQUESTS)[K]> }[StreamOp];
export type Subscribe = Type.Static<typeof STREAM_REQUESTS.subscribe>;

export const STREAM_READERS = Object.fromEntries(
  STREAM_OPS.map((op) => [op, reader(STREAM_REQUESTS[op])]),
) as { readonly [K in StreamOp]: ReturnType<typeof reader<(typeof STREAM_REQUESTS)[K]>> };

/** What a client is sent: one JSON object in a text message each. */
export type StreamMessage =
  | {
      readonly type: 'hello';
      readonly sequence: number;
      readonly timeMs: number;
      readonly heartbeatMs: number;
    }
  | {
      readonly type: 'subscribed';
      readonly request: number;
      readonly channel: Channel;
      /** What comes next is of later records. */
      readonly sequence: number;
    }
  | { readonly type: 'unsubscribed'; readonly request: number; readonly channel: Channel }
  | { readonly type: 'pong'; readonly request: number; readonly sequence: number; readonly timeMs: number }
  | {
      readonly type: 'answer';
      readonly request: number;
      readonly status: number;
      readonly replayed: boolean;
      readonly answer: CommandAnswer | HeldAnswer | RefusalAnswer;
    }
  | { readonly type: 'answers'; readonly request: number; readonly answers: BatchAnswer['answers'] }
  /** A request that is not done; `request` is null where none could be read. */
  | { readonly type: 'refused'; readonly request: number | null; readonly problem: Problem }
  | EventMessage
  | StateMessage
  /** Sent when nothing else is: the service is there, and every event up to this sequence has been sent. */
  | { readonly type: 'heartbeat'; readonly sequence: number; readonly timeMs: number };

export interface EventMessage {
  readonly type: 'event';
  readonly channel: EventChannel;
  readonly sequence: number;
  readonly timeMs: number;
  /** Of the journal the record, otherwise the events of the channel in it. */
  readonly record?: JsonObject;
  readonly events?: readonly JsonObject[];
}

export interface StateRows {
  readonly accounts: AccountView;
  readonly positions: { readonly account: string; readonly positions: readonly PositionRow[] };
  readonly marks: MarkRow;
  readonly levels: LevelRow;
  readonly pools: PoolView;
}

export interface StateMessage<C extends StateChannel = StateChannel> {
  readonly type: 'state';
  readonly channel: C;
  /** The rows are as after this record. */
  readonly sequence: number;
  readonly timeMs: number;
  /** Whether these are all rows there are, or those that have changed. */
  readonly isWhole: boolean;
  readonly rows: readonly StateRows[C][];
}

/** Why the service ends a stream, as the close code of the WebSocket. */
export const STREAM_CLOSE = {
  goingAway: { code: 1001, about: 'The service ends, or its journal has failed: connect again.' },
  tooLarge: { code: 1009, about: 'A message was larger than 1 MiB.' },
  notText: { code: 1003, about: 'A message was not text.' },
  notGood: { code: 4001, about: 'The key was taken back or turned, or the token has run out.' },
  slow: {
    code: 4008,
    about:
      'Nothing was read for as long as `stream.stallMs` says: connect again and go on from the last sequence.',
  },
} as const;
