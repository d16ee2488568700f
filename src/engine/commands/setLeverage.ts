/**
 * Changes the leverage of an account. It never moves money: a higher one only lowers the requirement, a lower
 * one is refused with the exact missing amount where equity does not meet it (MAR-04).
 */
import { abs, PPM } from '../../base/index.js';
import { bracketIndexOfWhole, equityFloor, initialMarginCeil } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { listedInstrument, settleAssetRow } from '../state.js';
import { accountFault } from './checks.js';

export function decideSetLeverage({ state, timeMs }: Situation, command: CommandOf<'setLeverage'>): Decision {
  const { account, leveragePpm } = command;
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const bracket = marginTerms.brackets[bracketIndexOfWhole(marginTerms.brackets, abs(view.cost))];
  const leverageMaxPpm = bracket?.leverageMax as bigint;
  if (leveragePpm < PPM || leveragePpm > leverageMaxPpm) {
    return reject('leverage_out_of_range', { leveragePpm, leverageMinPpm: PPM, leverageMaxPpm });
  }
  if (view.lots !== 0n && leveragePpm < view.leverage) {
    if (!hasUsableMark(state, instrumentRow, timeMs)) {
      return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
    }
    const markTicks = state.instruments.markTicks.get(instrumentRow);
    const required = initialMarginCeil(marginTerms, { ...view, leverage: leveragePpm }, markTicks);
    const held = equityFloor(marginTerms, view, markTicks);
    if (held < required) {
      const assetRow = settleAssetRow(state, instrumentRow);
      return reject('insufficient_margin_for_leverage', {
        required: { minor: required, assetRow },
        available: { minor: held, assetRow },
        missing: { minor: required - held, assetRow },
      });
    }
  }
  return [{ kind: 'leverageSet', accountRow, leveragePpm }];
}
