/** Events of some kinds out of the journal: fills, funding, liquidations. Each says in which record it stands. */
import { eventJson, JOURNAL_LIMIT, type JsonObject, readEventsQuery } from '../contract/index.js';
import type { EngineRecord, EventKind } from '../engine/index.js';
import { touchedRows } from './affectedAccounts.js';
import { firstOrRefuse, okReply, refuseIssues, under } from './reply.js';
import type { Handler } from './routes.js';

/** Records looked at for one answer: a long journal with few of them is gone through page by page. */
const RECORDS_MAX = 20_000;

export const getFills = eventsOf(['filled', 'deleveraged', 'unwound']);
export const getFunding = eventsOf(['fundingApplied']);
export const LIQUIDATION_EVENTS = [
  'noticeGiven',
  'reductionOrdered',
  'recovered',
  'takenOver',
  'accountTakenOver',
  'unwindingOrdered',
  'clawedBack',
  'covered',
  'deleveraged',
  'shared',
] as const satisfies readonly EventKind[];
export const getLiquidationEvents = eventsOf(LIQUIDATION_EVENTS);

function eventsOf(kinds: readonly EventKind[]): Handler {
  const wanted: ReadonlySet<EventKind> = new Set(kinds);
  return async (host, { query }) => {
    const read = readEventsQuery(query);
    if (!read.ok) throw refuseIssues(under('/query', read.error));
    const from = firstOrRefuse(read.value.from === undefined ? null : Number(read.value.from), host);
    const limit = Number(read.value.limit ?? JOURNAL_LIMIT);
    const { sequence, timeMs } = await host.read((sight) => ({
      sequence: sight.state.clock.sequence,
      timeMs: sight.timeMs,
    }));
    const events: JsonObject[] = [];
    let next: number | null = null;
    for (const record of from > sequence ? [] : host.records(from)) {
      if (record.sequence > sequence) break;
      if (events.length >= limit || record.sequence - from >= RECORDS_MAX) {
        next = record.sequence;
        break;
      }
      for (const event of eventsIn(record, wanted)) {
        if (read.value.account !== undefined && !touches(host.state, record, event, read.value.account))
          continue;
        events.push({ sequence: record.sequence, timeMs: record.timeMs, ...eventJson(host.state, event) });
      }
    }
    return okReply({ sequence, timeMs, events, next });
  };
}

type Event = Extract<EngineRecord['outcome'], { kind: 'accepted' }>['events'][number];

function eventsIn({ outcome }: EngineRecord, wanted: ReadonlySet<EventKind>): readonly Event[] {
  return outcome.kind === 'accepted' ? outcome.events.filter(({ kind }) => wanted.has(kind)) : [];
}

function touches(
  state: Parameters<typeof touchedRows>[0],
  record: EngineRecord,
  event: Event,
  account: string,
): boolean {
  const row = state.accounts.names.rowOf(account);
  const alone = { ...record, outcome: { kind: 'accepted', events: [event] } } as EngineRecord;
  return row >= 0 && touchedRows(state, [alone]).includes(row);
}
