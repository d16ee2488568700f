/** Whether an account may hold a position of that size isolated, at the leverage it has chosen: its bracket says. */
import { isLeverageAllowed } from '../margin/index.js';
import { type Rejection, reject } from './rejection.js';
import { listedInstrument, type State } from './state.js';

export function isolatedLeverageFault(
  state: State,
  of: { readonly accountRow: number; readonly instrumentRow: number; readonly notional: bigint },
): Rejection | null {
  const { accountRow, instrumentRow, notional } = of;
  const leveragePpm = state.accounts.leveragePpm.get(accountRow);
  const { brackets } = listedInstrument(state, instrumentRow).marginTerms;
  return isLeverageAllowed(brackets, notional, leveragePpm)
    ? null
    : reject('leverage_out_of_range', { leveragePpm, notional });
}
