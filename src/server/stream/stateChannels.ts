/** What a channel of state shows: rows by name, each written once for all who watch. */
import {
  accountView,
  levelRow,
  markRow,
  poolView,
  positionRows,
  type StateChannel,
} from '../../contract/index.js';
import type { Sight } from '../guardedHost.js';

/** Rows of the table a channel is about. */
export type Rows = (sight: Sight) => readonly number[];

interface Shown {
  readonly text: string;
  /** By which it is told whether anything has changed: ages are not in it. */
  readonly essence: string;
}

const VIEWS: Readonly<Record<StateChannel, (sight: Sight, row: number) => object>> = {
  accounts: accountView,
  positions: (sight, row) => ({
    account: sight.state.accounts.names.nameOf(row),
    positions: positionRows(sight, row),
  }),
  marks: markRow,
  levels: levelRow,
  pools: poolView,
};

/** How long ago something was changes by itself. */
const withoutAges = (key: string, value: unknown) => (key.endsWith('AgeMs') ? undefined : value);

/** Rows as they are in one look, kept for that look. */
export function look(sight: Sight): (channel: StateChannel, row: number) => Shown {
  const shown = new Map<StateChannel, Map<number, Shown>>();
  return (channel, row) => {
    let rows = shown.get(channel);
    if (rows === undefined) {
      rows = new Map();
      shown.set(channel, rows);
    }
    let one = rows.get(row);
    if (one === undefined) {
      const view = VIEWS[channel](sight, row);
      one = { text: JSON.stringify(view), essence: JSON.stringify(view, withoutAges) };
      rows.set(row, one);
    }
    return one;
  };
}

export interface Watch {
  readonly channel: StateChannel;
  readonly rows: Rows;
  /** What was sent of each row. */
  readonly sent: Map<number, string>;
  isBegun: boolean;
}

/** The message of what has changed since the last; null where nothing has. */
export function stateMessage(watch: Watch, sight: Sight, seen: ReturnType<typeof look>): string | null {
  const { channel, rows, sent } = watch;
  const changed: string[] = [];
  for (const row of rows(sight)) {
    const { text, essence } = seen(channel, row);
    if (sent.get(row) === essence) continue;
    sent.set(row, essence);
    changed.push(text);
  }
  if (watch.isBegun && changed.length === 0) return null;
  const isWhole = !watch.isBegun;
  watch.isBegun = true;
  const { sequence } = sight.state.clock;
  const head = JSON.stringify({ type: 'state', channel, sequence, timeMs: sight.timeMs, isWhole });
  return `${head.slice(0, -1)},"rows":[${changed.join(',')}]}`;
}
