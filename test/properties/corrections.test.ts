/**
 * Random histories in which fills are busted, marks corrected and liquidations reversed: after every command the slow
 * books agree, every law holds, and the journal decides again to the same bytes.
 */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { createEngine, type Recorded } from '../../src/engine/index.js';
import { encodeRecord } from '../../src/engine/record.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/engine/snapshot.js';
import { playHistory, playSteps } from '../../src/testkit/histories.js';
import { createJudge } from '../../src/testkit/judge.js';
import { forSeeds } from '../../src/testkit/runs.js';

const bytesOf = (recorded: readonly Recorded[]) =>
  recorded
    .flatMap(({ record, work }) => [record, ...work])
    .map((record) => Buffer.from(encodeRecord(record)).toString('base64'));

describe('random histories with corrections', () => {
  it('agree with the slow books after each: right amounts, each once, paid by fund and venue alone (LIQ-08, LIQ-09, LED-01)', () => {
    const missing = new Set(EVERYTHING);
    forSeeds(14, (seed) => {
      const judge = createJudge();
      playHistory(seed, {
        commands: 200,
        isCorrecting: true,
        observe: (engine, _step, recorded) => {
          judge.see(engine, recorded);
          for (const name of namesOf(recorded)) missing.delete(name);
        },
      });
    });
    expect([...missing]).toEqual([]);
  });

  it('decide again to the same bytes, also from a snapshot in the middle (OPS-02)', () => {
    forSeeds(6, (seed) => {
      const { steps, recorded, engine } = playHistory(seed, { commands: 200, isCorrecting: true });
      const half = Math.floor(steps.length / 2);
      const first = createEngine();
      playSteps(first, steps.slice(0, half));
      const loaded = decodeSnapshot(encodeSnapshot(first));
      expect(bytesOf(playSteps(loaded, steps.slice(half)))).toEqual(bytesOf(recorded.slice(half)));
      expect(hashText(loaded.stateHash())).toBe(hashText(engine.stateHash()));
    });
  });
});

const EVERYTHING: readonly string[] = [
  'correctionApproved',
  'proposalWithdrawn',
  'a fill traded back',
  'a fill made good',
  'a mark corrected',
  'a position given back',
  'a liquidation made good',
  'compensateFund',
  'compensateVenue',
  'refused: same_operator',
  'refused: proposal_expired',
  'refused: correction_unfunded',
];

function* namesOf({ record, work }: Recorded): Generator<string> {
  for (const { command, outcome } of [record, ...work]) {
    if (outcome.kind === 'rejected') {
      yield `refused: ${outcome.rejection.code}`;
      continue;
    }
    for (const event of outcome.events) {
      yield event.kind;
      if ('transfers' in event) for (const { flow } of event.transfers) yield flow;
      if (event.kind === 'tradeBusted') yield event.isTradedBack ? 'a fill traded back' : 'a fill made good';
      if (event.kind === 'marked' && command.kind === 'approve') yield 'a mark corrected';
      if (event.kind !== 'liquidationReversed') continue;
      yield event.lots === 0n ? 'a liquidation made good' : 'a position given back';
    }
  }
}
