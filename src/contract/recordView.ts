/** A record of the journal as JSON: when, what was asked, and what became of it. */
import type { EngineRecord, State } from '../engine/index.js';
import { commandJson } from './commandView.js';
import { eventJson } from './eventView.js';
import type { JsonObject } from './json.js';
import { rejectionProblem } from './rejectionView.js';

/**
 * The state gives names and units only: any state at or after the record will do. `id` is null where the
 * engine sequenced the command itself.
 */
export function recordJson(state: State, record: EngineRecord): JsonObject {
  const { sequence, timeMs, commandId, command } = record;
  return {
    sequence,
    timeMs,
    id: commandId === '' ? null : commandId,
    command: commandJson(state, command),
    outcome: outcomeJson(state, record),
  };
}

export function outcomeJson(
  state: State,
  { command, outcome }: Pick<EngineRecord, 'command' | 'outcome'>,
): JsonObject {
  if (outcome.kind === 'accepted') {
    return { kind: 'accepted', events: outcome.events.map((event) => eventJson(state, event)) };
  }
  const { code, title, detail, context } = rejectionProblem(state, command, outcome.rejection);
  return { kind: 'rejected', code, title, detail, context };
}
