/** The reference page of the stream, from its channels, requests and close codes. */
import {
  CHANNEL_ABOUT,
  CHANNELS,
  EVENT_CHANNELS,
  STREAM_CLOSE,
  STREAM_OPS,
  STREAM_REQUESTS,
  WATCHED_MAX,
} from '../src/contract/index.js';
import { table } from './markdown.js';

interface Field {
  readonly description?: string;
  readonly const?: unknown;
}

export function streamPage(rewrite: string): string {
  return `# The stream

\`GET /v1/stream\` is a WebSocket: what happens as it happens, and commands without a request for each. It is opened with the headers that
[sign any request](../guides/access.md#signing), over an empty body. Messages are JSON objects, one in each text message, up to 1 MiB. A page of
another origin is refused. In a program \`openStreamClient\` of \`bulkhead/client\` does all of this.

The service begins with \`{"type": "hello", "sequence", "timeMs", "heartbeatMs"}\`.

## Channels

${table(
  ['channel', 'kind', 'what it tells'],
  CHANNELS.map((channel) => [
    `\`${channel}\``,
    (EVENT_CHANNELS as readonly string[]).includes(channel) ? 'events' : 'state',
    CHANNEL_ABOUT[channel],
  ]),
)}
**Events** come each once and in order, as \`{"type": "event", "channel", "sequence", "timeMs", "events"}\` (of the journal \`record\`), never
before they are on disk. \`from\` goes back to any sequence: after a broken connection subscribe from the last \`sequence\` heard plus one, and
nothing is lost or told twice.

**State** comes whole first (\`"isWhole": true\`), then the rows that have changed, looked at up to ten times a second: of several changes between two looks only
the last is told. Each message names the \`sequence\` its rows are of. Rows are those of the lists over HTTP. Up to ${WATCHED_MAX.toLocaleString('en')} accounts
can be watched by one subscription; a caller that is bound to nothing names them.

When nothing was sent for \`heartbeatMs\`, \`{"type": "heartbeat", "sequence", "timeMs"}\` says that every event up to that sequence was. A WebSocket
ping comes as often; who does not answer it is taken for gone.

## Requests

${STREAM_OPS.map((op) => {
  const { properties, required = [] } = STREAM_REQUESTS[op] as unknown as {
    readonly properties: Readonly<Record<string, Field>>;
    readonly required?: readonly string[];
  };
  const rows = Object.entries(properties)
    .filter(([name]) => name !== 'op')
    .map(([name, { description = '' }]) => [
      `\`${name}\``,
      required.includes(name) ? 'yes' : '',
      description,
    ]);
  return `### \`"op": "${op}"\`\n\n${ANSWERED[op]}\n\n${table(['field', 'needed', ''], rows)}`;
}).join('\n')}
What is not done is answered with \`{"type": "refused", "request", "problem"}\`, a problem as over HTTP; \`request\` is null where none could be
read.

Commands of one stream are handed on in the order in which they were sent, and many may be under way at once: the engine decides them while
the disk is busy, and they share its next write. From 5,000 without an answer on the service reads no more from this stream until some are
answered, so that a sender is slowed down and nothing is dropped. A batch takes up to 1,000 commands in a message: this is the way in for
marks and fills at the rate of a venue.

## How a stream ends

${table(
  ['close code', ''],
  Object.values(STREAM_CLOSE).map(({ code, about }) => [String(code), about]),
)}
A reader that is slow falls behind and is caught up from the journal; it holds up nobody, and the service keeps no more than 1 MiB for it.

${rewrite}
`;
}

const ANSWERED: Readonly<Record<(typeof STREAM_OPS)[number], string>> = {
  subscribe:
    'Answered with `{"type": "subscribed", "request", "channel", "sequence"}`: what follows is of later records.',
  unsubscribe: 'Answered with `{"type": "unsubscribed", "request", "channel"}`.',
  command:
    'Answered with `{"type": "answer", "request", "status", "replayed", "answer"}`, as `POST /v1/commands` would be.',
  batch: 'Answered with `{"type": "answers", "request", "answers"}`, as `POST /v1/commands/batch` would be.',
  ping: 'Answered with `{"type": "pong", "request", "sequence", "timeMs"}`.',
};
