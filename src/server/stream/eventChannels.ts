/** What of a record a channel of events tells, and whom. */
import { type EventChannel, eventJson, type JsonObject, recordJson } from '../../contract/index.js';
import type { EngineRecord, Event, EventKind, State } from '../../engine/index.js';
import { LIQUIDATION_EVENTS } from '../eventRoutes.js';

/** Whether an account, by its row, is of those one is told of; null: of all. */
export type Whose = ((accountRow: number) => boolean) | null;

const KINDS: Readonly<Record<Exclude<EventChannel, 'journal'>, ReadonlySet<EventKind>>> = {
  marginCalls: new Set<EventKind>(['noticeGiven', 'recovered']),
  liquidations: new Set<EventKind>(LIQUIDATION_EVENTS),
};

/** The text of the message; null where the record has nothing of the channel. */
export function eventMessage(
  state: State,
  record: EngineRecord,
  { channel, whose }: { readonly channel: EventChannel; readonly whose: Whose },
): string | null {
  if (channel === 'journal') return journalText(state, record);
  const { sequence, timeMs } = record;
  const events = channelEvents(state, record, { channel, whose });
  return events.length === 0 ? null : JSON.stringify({ type: 'event', channel, sequence, timeMs, events });
}

/** Events of the channel in the record, as far as they are about these accounts. */
export function channelEvents(
  state: State,
  { outcome }: EngineRecord,
  { channel, whose }: { readonly channel: Exclude<EventChannel, 'journal'>; readonly whose: Whose },
): readonly JsonObject[] {
  if (outcome.kind === 'rejected') return [];
  return outcome.events
    .filter(({ kind }) => KINDS[channel].has(kind))
    .map((event) => (whose === null ? eventJson(state, event) : partJson(state, event, whose)))
    .filter((told) => told !== null);
}

/** Each record is written once, however many follow the journal. */
const written = new WeakMap<EngineRecord, string>();

function journalText(state: State, record: EngineRecord): string {
  let text = written.get(record);
  if (text === undefined) {
    const { sequence, timeMs } = record;
    const json = recordJson(state, record);
    text = JSON.stringify({ type: 'event', channel: 'journal', sequence, timeMs, record: json });
    written.set(record, text);
  }
  return text;
}

/** What of an event is about these accounts: of one that is about many, their own lines alone. */
function partJson(state: State, event: Event, isTheirs: NonNullable<Whose>): JsonObject | null {
  switch (event.kind) {
    case 'deleveraged': {
      const fills = event.fills.filter(({ accountRow }) => isTheirs(accountRow));
      if (fills.length === 0) return null;
      return pick(eventJson(state, { ...event, fills }), ['kind', 'instrument', 'markPrice', 'fills']);
    }
    case 'shared': {
      const payers = event.payers.filter(({ accountRow }) => isTheirs(accountRow));
      return payers.length === 0 ? null : pick(eventJson(state, { ...event, payers }), ['kind', 'payers']);
    }
    default:
      return 'accountRow' in event && isTheirs(event.accountRow) ? eventJson(state, event) : null;
  }
}

function pick(json: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => (name in json ? [[name, json[name]]] : [])),
  ) as JsonObject;
}
