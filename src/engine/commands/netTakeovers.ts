/** Closes two takeovers of one instrument against each other at the guarded mark: no market is needed for it. */
import { abs, divFloor, min } from '../../base/index.js';
import { valueAtMark } from '../../market/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { listedInstrument, type State } from '../state.js';
import { type Draft, finishDraft, newDraft, settleTrade } from '../trade.js';

export function decideNetTakeovers(
  { state, timeMs }: Situation,
  command: CommandOf<'netTakeovers'>,
): Decision {
  const { takeovers, positions, instruments } = state;
  const long = takeovers.position.get(command.longRow);
  const short = takeovers.position.get(command.shortRow);
  const instrumentRow = takeovers.instrument.get(command.longRow);
  const lots = min(positions.lots.get(long), abs(positions.lots.get(short)));
  if (lots === 0n) return reject('nothing_to_do');
  if (!hasUsableMark(state, instrumentRow, timeMs)) return reject('mark_unusable');

  const markTicks = instruments.markTicks.get(instrumentRow);
  const value = markValue(state, instrumentRow, lots);
  const draft = newDraft();
  tradeAtMark(state, draft, { positionRow: long, lots: -lots, value: -value });
  tradeAtMark(state, draft, { positionRow: short, lots, value });
  finishDraft(state, draft, instruments.poolAsset.get(instrumentRow));
  const { transfers, positions: changes, fundingDust, deficits, takeovers: closed } = draft;
  return [
    {
      kind: 'unwound',
      instrumentRow,
      markTicks,
      lots,
      value,
      transfers,
      positions: changes,
      fundingDust,
      deficits,
      takeovers: closed,
    },
  ];
}

/** Signed value of lots at the instrument's mark, rounded down once for both sides. */
export function markValue(state: State, instrumentRow: number, lots: bigint): bigint {
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const { numerator, denominator } = valueAtMark(
    marginTerms,
    lots,
    state.instruments.markTicks.get(instrumentRow),
  );
  return divFloor(numerator, denominator);
}

/** One holder's side of a trade that nobody charges a fee for. */
export function tradeAtMark(
  state: State,
  draft: Draft,
  trade: {
    readonly positionRow: number;
    readonly lots: bigint;
    readonly value: bigint;
    readonly cause?: 'expiry';
  },
) {
  return settleTrade(state, draft, {
    cause: 'close',
    ...trade,
    fee: 0n,
    allocated: 0n,
    feeCap: 0n,
    rebateCap: 0n,
  });
}
