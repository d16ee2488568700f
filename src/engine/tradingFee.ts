/** What a fill costs a client in an instrument: its fee tier's rates, else the instrument's own. */
import { mulDivCeil, mulDivFloor, PPM } from '../base/index.js';
import { listedInstrument, type State } from './state.js';

/** ppm of the value, negative for a rebate. A tier beyond the instrument's last is its last. */
export function feeRatePpm(
  state: State,
  of: { readonly accountRow: number; readonly instrumentRow: number; readonly isTaker: boolean },
): bigint {
  const { definition } = listedInstrument(state, of.instrumentRow);
  const tier = state.clients.feeTier.get(state.accounts.client.get(of.accountRow));
  const { feeTiers } = definition;
  const fees = feeTiers[Math.min(tier, feeTiers.length) - 1] ?? definition;
  return of.isTaker ? fees.takerFeePpm : fees.makerFeePpm;
}

/** Fee of a fill, rounded up in the venue's favour; a rebate is rounded down. */
export function tradingFee(notional: bigint, ratePpm: bigint): bigint {
  return ratePpm >= 0n ? mulDivCeil(notional, ratePpm, PPM) : -mulDivFloor(notional, -ratePpm, PPM);
}
