/** What the state hash sees of an instrument's definitions: one number for those in force and on their way. */
import { ByteWriter } from '../base/canonicalBytes.js';
import { mixBytes } from '../base/index.js';
import { instrumentDefinition } from './command.js';
import type { State } from './state.js';

export function digestOfTerms(state: State, instrumentRow: number): bigint {
  const { listed, scheduled } = state.instruments;
  const writer = new ByteWriter();
  const inForce = listed[instrumentRow];
  if (inForce !== undefined) {
    instrumentDefinition.write(writer, inForce.definition);
    instrumentDefinition.write(writer, inForce.liquidationDefinition);
  }
  const next = scheduled.get(instrumentRow);
  if (next !== undefined) {
    instrumentDefinition.write(writer, next.listed.definition);
    writer.whole(next.effectiveMs);
    writer.whole(next.graceUntilMs);
    writer.u8(next.liquidateAtOnce ? 1 : 0);
    writer.u8(next.isOpeningApplied ? 1 : 0);
  }
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}
